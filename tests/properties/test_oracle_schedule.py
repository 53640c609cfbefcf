"""Law 6 for the schedule: moved, postponed, cancelled and corrected games, as a loop over announcements finds them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lakehouse.gate import Knowledge as Kind
from tests.properties.oracle import schedule as oracle
from tests.properties.oracle.drawn.scene import Scene, over_nights
from tests.properties.oracle.drawn.schedule import told_schedule
from tests.properties.oracle.facts import History, Knowledge, Row, boundaries
from tests.properties.oracle_lake import cut_frame, filled, in_any_order, require_same, shown
from tests.properties.rare import Rare
from transforms.schedule import games_known, run_cuts, slate_games, team_schedules, team_sides

GAMES = ("game_id", "cut_id", "cut_ts", *oracle.STATED, "schedule_as_of_ts")
OTHERS = ("game_id", "cut_id", "team_id", "game_date", "tip_ts", "other_date", "other_tip_ts", "other_is_home")


STATES = (
    "moved tip", "postponed", "cancelled", "A-B-A", "correction", "tie", "swapped", "kind", "replaced", "fall back",
    "spring forward",
)  # fmt: skip


@pytest.mark.parametrize(("kind", "more"), [("observed", "late arrival"), ("published", "lag change")])
def test_games_at_their_cuts_are_what_a_loop_finds(kind: Kind, more: str) -> None:
    rare = Rare(*STATES, more)

    def check(scene: Scene, history: History) -> None:
        instants = boundaries(history, scene.night_hours)
        cuts = oracle.cuts_of([game.game_id for game in scene.games], instants)
        few = cuts[::3]

        def select(of: History) -> list[Row]:
            return oracle.games_known(Knowledge(of, scene.end, kind), few)

        rare.note(scene, history, instants, select)
        view = Knowledge(history, scene.end, kind)
        expected = oracle.games_known(view, cuts)
        with filled(history, scene.end) as lake:
            real = lake.as_of(scene.end, kind)
            games = games_known(real, cut_frame(cuts)).collect().lazy()
            require_same(shown(games, *GAMES), expected)
            others = team_schedules(real, team_sides(games))
            require_same(
                in_any_order(shown(others, *OTHERS)), in_any_order(oracle.team_schedules(view, oracle.sides(expected)))
            )

    over_nights(check, told_schedule, "schedule")
    rare.require()


@pytest.mark.parametrize("kind", ["observed", "published"])
def test_slates_and_the_cuts_of_runs_are_what_a_loop_finds(kind: Kind) -> None:
    rare = Rare("moved tip", "postponed", "cancelled", "correction", "tie")

    def check(scene: Scene, history: History) -> None:
        days = [scene.games[0].day + timedelta(days=n) for n in range(4)]
        ids = [game.game_id for game in scene.games[:3]]
        instants = boundaries(history)[:: max(1, len(boundaries(history)) // 6)]

        def select(of: History) -> list[Row]:
            views = [Knowledge(of, instant, kind) for instant in instants]
            slates = [game for view in views for day in days for game in oracle.slate_games(view, day)]
            return slates + [cut for view in views for cut in oracle.run_cuts(view, ids)]

        rare.note(scene, history, instants, select)
        with filled(history, scene.end) as lake:
            for instant in instants:
                real, view = lake.as_of(instant, kind), Knowledge(history, instant, kind)
                for day in days:
                    require_same(slate_games(real, day).collect().to_dicts(), oracle.slate_games(view, day))
                require_same(run_cuts(real, ids).collect().to_dicts(), oracle.run_cuts(view, ids))

    over_nights(check, told_schedule, "schedule")
    rare.require()
