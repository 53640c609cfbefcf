"""Law 6 for lines: the consensus at a cut, and every move until then."""

from __future__ import annotations

import pytest

from lakehouse.gate import Knowledge as Kind
from tests.properties.oracle import odds as oracle
from tests.properties.oracle import schedule
from tests.properties.oracle.drawn.odds import told_odds
from tests.properties.oracle.drawn.scene import Scene, over_nights
from tests.properties.oracle.facts import History, Knowledge, Row, boundaries
from tests.properties.oracle_lake import cut_frame, filled, require_same, shown
from tests.properties.rare import Rare
from transforms.movement import line_moves
from transforms.odds import lines_known

STANDS = ("game_id", "cut_id", "spread_home", "total", "n_books", "odds_as_of_ts")
MOVES = (
    "game_id", "cut_id", "feed", "book", "market", "move", "kind", "line_ts", "available_ts", *oracle.SAID,
    "line_change", "line_per_hour",
)  # fmt: skip
STATES = ("rematch", "postponed", "A-B-A", "correction", "tie", "fall back", "spring forward")


@pytest.mark.parametrize(("kind", "more"), [("observed", "late arrival"), ("published", "lag change")])
def test_lines_and_their_moves_are_what_a_loop_finds(kind: Kind, more: str) -> None:
    rare = Rare(*STATES, more)

    def check(scene: Scene, history: History) -> None:
        instants = boundaries(history, scene.night_hours)
        cuts = schedule.cuts_of([game.game_id for game in scene.games[:2]], instants)
        few = cuts[::3]

        def select(of: History) -> list[Row]:
            view = Knowledge(of, scene.end, kind)
            return oracle.lines_known(view, few) + oracle.line_moves(view, few)

        rare.note(scene, history, instants, select)
        view = Knowledge(history, scene.end, kind)
        with filled(history, scene.end) as lake:
            real = lake.as_of(scene.end, kind)
            expected = oracle.lines_known(view, cuts)
            found = shown(lines_known(real, cut_frame(cuts)), *STANDS, "odds_age_minutes")
            ages = [row.pop("odds_age_minutes") for row in found]
            seconds = [row.pop("odds_age_seconds") for row in expected]
            require_same(found, expected)
            assert all(abs(age * 60 - told) < 1 for age, told in zip(ages, seconds, strict=True))
            require_same(shown(line_moves(real, cut_frame(cuts)), *MOVES), oracle.line_moves(view, cuts))

    over_nights(check, told_odds, "odds", "schedule")
    rare.require()
