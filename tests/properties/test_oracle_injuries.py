"""Law 6 for injury reports: the newest whole report that covers the game, read as a loop over its lines reads it."""

from __future__ import annotations

import pytest

from lakehouse.gate import Knowledge as Kind
from tests.properties.oracle import injuries as oracle
from tests.properties.oracle import schedule
from tests.properties.oracle.drawn.injuries import told_injuries
from tests.properties.oracle.drawn.scene import Scene, over_nights
from tests.properties.oracle.facts import History, Knowledge, Row, boundaries
from tests.properties.oracle_lake import cut_frame, filled, require_same, shown
from tests.properties.rare import Rare
from transforms.injuries import player_reports, team_reports
from transforms.schedule import games_known, team_sides

TEAMS = ("game_id", "cut_id", "team_id", "report_state", "injury_as_of_ts")
PLAYERS = ("game_id", "cut_id", "team_id", "player_id", "injury_status", "reason")
STATES = (
    "not submitted", "A-B-A", "postponed", "correction", "tie", "name withdrawn", "two of a name",
    "fall back", "spring forward",
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "more"), [("observed", ("late arrival", "bounded first")), ("published", ("lag change",))]
)
def test_reports_at_their_cuts_are_what_a_loop_finds(kind: Kind, more: tuple[str, ...]) -> None:
    rare = Rare(*STATES, *more)

    def check(scene: Scene, history: History) -> None:
        instants = boundaries(history, scene.night_hours)
        cuts = schedule.cuts_of([game.game_id for game in scene.games], instants)
        few = cuts[::3]

        def select(of: History) -> list[Row]:
            view = Knowledge(of, scene.end, kind)
            sides = schedule.sides(schedule.games_known(view, few))
            return oracle.team_reports(view, sides) + oracle.player_reports(view, sides)

        rare.note(scene, history, instants, select)
        view = Knowledge(history, scene.end, kind)
        sides = schedule.sides(schedule.games_known(view, cuts))
        with filled(history, scene.end) as lake:
            real = lake.as_of(scene.end, kind)
            real_sides = team_sides(games_known(real, cut_frame(cuts))).collect().lazy()
            require_same(shown(team_reports(real, real_sides), *TEAMS), oracle.team_reports(view, sides))
            require_same(shown(player_reports(real, real_sides), *PLAYERS), oracle.player_reports(view, sides))

    over_nights(check, told_injuries, "injuries")
    rare.require()
