"""Laws 1, 3, 4 and 5 on every selection, on the histories of the oracle; and that the oracle stands on its own."""

from __future__ import annotations

import ast
from datetime import datetime
from pathlib import Path

import polars as pl
from hypothesis import strategies as st

from lakehouse.gate import Knowledge as Kind
from lakehouse.gate import View
from lakehouse.lake import Lake
from tests.properties import oracle
from tests.properties.oracle import schedule
from tests.properties.oracle.drawn.boxscores import told_evening
from tests.properties.oracle.drawn.espn import told_espn
from tests.properties.oracle.drawn.injuries import told_injuries
from tests.properties.oracle.drawn.odds import told_odds
from tests.properties.oracle.drawn.scene import PEOPLE, Scene, over_nights
from tests.properties.oracle.drawn.schedule import told_schedule
from tests.properties.oracle.facts import History, Row, boundaries
from tests.properties.oracle_lake import batch_of, cut_frame, filled
from transforms.espn import espn_words
from transforms.injuries import player_reports, team_reports
from transforms.movement import line_moves
from transforms.odds import lines_known
from transforms.schedule import games_known, team_schedules, team_sides
from transforms.spine import spine
from transforms.status import lineup_places, listings, starters

BOTH: tuple[Kind, ...] = ("observed", "published")
TELLERS = (told_evening, told_injuries, told_odds, told_espn, told_schedule)
# What a selection has one row of at most.
SIDE = ("game_id", "cut_id", "team_id")
PLAYER = (*SIDE, "player_id")
ONE_ROW_A = {
    "games": ("game_id", "cut_id"), "teams": SIDE, "players": PLAYER, "listings": PLAYER, "places": PLAYER,
    "starters": PLAYER, "spine": ("game_id", "cut_id", "player_id"), "lines": ("game_id", "cut_id"),
    "words": ("game_id", "cut_id", "player_id"),
}  # fmt: skip


def told_anything(draw: st.DrawFn, scene: Scene) -> dict[str, list[Row]]:
    return draw(st.sampled_from(TELLERS))(draw, scene)


def select(view: View, cuts: list[Row]) -> dict[str, pl.DataFrame]:
    """Every selection at the cuts."""
    games = games_known(view, cut_frame(cuts)).collect().lazy()
    sides = team_sides(games).collect().lazy()
    people = games.select("game_id", "cut_id").join(pl.LazyFrame({"player_id": list(PEOPLE)}), how="cross")
    found = {
        "games": games,
        "others": team_schedules(view, sides),
        "teams": team_reports(view, sides),
        "players": player_reports(view, sides),
        "listings": listings(view, games),
        "places": lineup_places(view, games),
        "starters": starters(view, games),
        "spine": spine(view, cut_frame(cuts)),
        "lines": lines_known(view, cut_frame(cuts)),
        "moves": line_moves(view, cut_frame(cuts)),
        "words": espn_words(view, games, people),
    }
    return {name: frame.collect().sort(pl.all(), nulls_last=True) for name, frame in found.items()}


def cuts_at(scene: Scene, *instants: datetime) -> list[Row]:
    return schedule.cuts_of([game.game_id for game in scene.games], instants)


def require_equal(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> None:
    for name, frame in one.items():
        assert frame.equals(other[name]), name


def some_of(history: History, count: int) -> list[datetime]:
    """A few of the instants at which something could become known, spread over the history."""
    every = boundaries(history)
    return every[:: len(every) // count + 1]


def test_the_order_of_batches_and_a_batch_told_again_change_no_selection() -> None:
    """Law 4."""

    def check(scene: Scene, history: History) -> None:
        cuts = cuts_at(scene, *some_of(history, 10))
        numbers = range(len(history.batches))
        with filled(history, scene.end) as first, filled(history, scene.end, numbers[::-1]) as second:
            told = select(first.as_of(scene.end, "published"), cuts)
            require_equal(select(second.as_of(scene.end, "published"), cuts), told)
            held = select(first.as_of(scene.end, "observed"), cuts)
            for number in numbers:
                assert first.commit(batch_of(history.batches[number], number)) is None
            require_equal(select(first.as_of(scene.end, "published"), cuts), told)
            require_equal(select(first.as_of(scene.end, "observed"), cuts), held)

    over_nights(check, told_anything, parts=8)


def test_a_selection_at_a_cut_is_what_was_selected_then() -> None:
    """Laws 1 and 5: facts that came after a cut change nothing of what is selected at it."""

    def check(scene: Scene, history: History) -> None:
        with filled(history, scene.end) as lake:
            for instant, kind in zip(some_of(history, 3)[1:], BOTH, strict=False):
                cuts = cuts_at(scene, instant)
                now = select(lake.as_of(instant, kind), cuts)
                require_equal(select(lake.as_of(scene.end, kind), cuts), now)

    over_nights(check, told_anything, parts=8)


def test_selections_have_the_rows_they_promise_and_a_reason_for_what_is_unknown() -> None:
    """Law 3."""

    def check(scene: Scene, history: History) -> None:
        cuts = cuts_at(scene, *some_of(history, 10))
        with filled(history, scene.end) as lake:
            _require_rows(lake, scene, cuts)

    over_nights(check, told_anything, parts=8)


def _require_rows(lake: Lake, scene: Scene, cuts: list[Row]) -> None:
    found = select(lake.as_of(scene.end, "published"), cuts)
    for name, key in ONE_ROW_A.items():
        assert not found[name].select(key).is_duplicated().any(), name
    games, teams = found["games"], found["teams"]
    asked = {(cut["game_id"], cut["cut_id"]) for cut in cuts}
    assert set(games.select("game_id", "cut_id").iter_rows()) <= asked
    sides = team_sides(games.lazy()).select(SIDE).collect()
    assert teams.select(SIDE).sort(SIDE).equals(sides.sort(SIDE))
    is_unknown = teams["report_state"] == "unknown"
    assert is_unknown.equals(teams["injury_as_of_ts"].is_null())
    # Nothing is said of a player by a report that does not cover his team, or in which it had not submitted.
    silent = teams.filter(pl.col("report_state") == "unknown")
    assert found["players"].join(silent, on=SIDE, how="semi").is_empty()
    # Nobody may play in a game that was not announced.
    assert found["spine"].join(games, on=["game_id", "cut_id"], how="anti").is_empty()


def test_the_oracle_shares_no_code_with_the_product() -> None:
    allowed = ("__future__", "collections", "dataclasses", "datetime", "hypothesis", "statistics", "typing", "zoneinfo")
    files = sorted(Path(str(oracle.__file__)).parent.rglob("*.py"))
    assert len(files) > 10
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] in allowed or name.startswith("tests.properties.oracle"), (file, name)
