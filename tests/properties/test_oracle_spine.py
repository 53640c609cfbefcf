"""Law 6 for the spine: who may play, from rosters, lines, line-ups and listings, under trades."""

from __future__ import annotations

import pytest

from lakehouse.gate import Knowledge as Kind
from tests.properties.oracle import schedule
from tests.properties.oracle import spine as oracle
from tests.properties.oracle.drawn.boxscores import told_evening
from tests.properties.oracle.drawn.scene import Scene, over_nights
from tests.properties.oracle.facts import MICROSECOND, History, Knowledge, Row, boundaries
from tests.properties.oracle_lake import cut_frame, filled, require_same, shown
from tests.properties.rare import Rare
from transforms.spine import spine

SPINE = (
    "game_id", "cut_id", "cut_ts", "team_id", "opponent_team_id", "is_home", "player_id", "spine_source",
    "evidence_ts", "delisted",
)  # fmt: skip
STATES = ("correction", "late line", "late game", "trade", "tie", "fall back", "spring forward")
# So few, that a team's span of recent games is passed within a history.
RECENT_GAMES = 2


@pytest.mark.parametrize(("kind", "more"), [("observed", "late arrival"), ("published", "lag change")])
def test_who_may_play_is_what_a_loop_finds(kind: Kind, more: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transforms.spine.RECENT_GAMES", RECENT_GAMES)
    rare = Rare(*STATES, more)

    def check(scene: Scene, history: History) -> None:
        every = boundaries(history, scene.night_hours)
        moves = {row["as_of_ts"] for batch in history.batches for row in batch.rows.get("rosters", ())}
        instants = sorted({*every[:: len(every) // 15 + 1], *moves, *(stamp + MICROSECOND for stamp in moves)})
        view = Knowledge(history, scene.end, kind)
        asked = schedule.cuts_of([game.game_id for game in scene.games[1:]], instants)
        cuts = schedule.cuts_until_tip(view, asked)

        def select(of: History) -> list[Row]:
            view = Knowledge(of, scene.end, kind)
            return oracle.spine(view, schedule.sides(schedule.games_known(view, cuts[::3])), RECENT_GAMES)

        rare.note(scene, history, instants, select)
        expected = oracle.spine(view, schedule.sides(schedule.games_known(view, cuts)), RECENT_GAMES)
        with filled(history, scene.end) as lake:
            real = lake.as_of(scene.end, kind)
            require_same(shown(spine(real, cut_frame(cuts)), *SPINE), expected)

    over_nights(check, told_evening, "boxscores", "rosters")
    rare.require()
