"""What box scores and results had said by a cut, against plain loops; and what every query promises."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lakehouse.tables import get_table
from tests.transforms.league import ATL, BOS, HOUR, OPENING, MemoryView, Row, fact, game_key, game_row
from transforms.gold_market import QUERIES

TIP = OPENING + timedelta(days=10)
AFTER = (0, 3, 30)
LIVE = "silver.live_boxscores"


class Version(NamedTuple):
    """A version of a line or of a score, told some hours after TIP."""

    game: int
    player: int
    hours: int
    points: int
    kind: str
    report: int

    def stamp(self) -> datetime:
        return TIP + self.hours * HOUR


drawn = st.lists(
    st.builds(
        Version,
        game=st.sampled_from((1, 1, 2)),
        player=st.sampled_from((1, 2, 3)),
        hours=st.sampled_from((0, 1, 3, 4, 20, 30, 40)),
        points=st.integers(0, 40),
        kind=st.sampled_from(("Playoffs", "All-Star")),
        report=st.sampled_from((0, 1, 2, 5)),
    ),
    min_size=4,
    max_size=16,
    unique_by=lambda version: (version.game, version.player, version.hours, version.report),
)


def view_of(lines: list[Row], live: list[Row], results: list[Row]) -> MemoryView:
    schedule = [game_row(game, BOS, ATL, TIP, OPENING, season_type="Playoffs") for game in (1, 2)]
    view = MemoryView({"schedule": schedule, "boxscores": lines, "results": results}, TIP + 100 * HOUR)
    table = get_table(LIVE)
    frame = pl.DataFrame(live, schema=table.columns, orient="row").with_columns(available_ts="as_of_ts")
    view._frames[LIVE] = frame.sort(list(table.key))
    return view


def cut_frame() -> pl.LazyFrame:
    cuts = [
        {"game_id": game_key(game), "cut_id": hours, "cut_ts": TIP + hours * HOUR} for game in (1, 2) for hours in AFTER
    ]
    return pl.LazyFrame(cuts, schema={"game_id": pl.String, "cut_id": pl.Int32, "cut_ts": pl.Datetime("us", "UTC")})


def ask(name: str, view: MemoryView) -> list[dict[str, Any]]:
    return QUERIES[name].build(view, cut_frame()).collect().to_dicts()


@given(drawn)
@example([])
def test_final_lines_are_the_newest_versions_known(versions: list[Version]) -> None:
    told = {(v.game, v.player, v.hours): v for v in versions}.values()
    rows = [
        fact(
            "boxscores", v.stamp(), game_id=game_key(v.game), player_id=v.player, team_id=BOS, pts=v.points, played=True,
            season_type=v.kind,
        )
        for v in told
    ]  # fmt: skip
    found = [
        (row["game_id"], row["cut_id"], row["player_id"], row["pts"], row["enters_histories"], row["boxscore_as_of_ts"])
        for row in ask("boxscores", view_of(rows, [], []))
    ]
    expected = []
    for game in (1, 2):
        for hours in AFTER:
            for player in (1, 2, 3):
                mine = [v for v in told if (v.game, v.player) == (game, player) and v.hours <= hours]
                if mine:
                    last = max(mine, key=lambda v: v.hours)
                    counts = last.kind == "Playoffs"
                    expected.append((game_key(game), hours, player, last.points, counts, last.stamp()))
    assert found == expected


@given(drawn)
@example([])
def test_live_lines_are_those_of_the_newest_report_alone(versions: list[Version]) -> None:
    """A report is told at its own hour, or later where it is mended or comes in late."""
    rows = [
        fact(
            "live_boxscores", v.stamp(), game_id=game_key(v.game), player_id=v.player, team_id=BOS, pts=v.points,
            report_ts=TIP - v.report * HOUR, game_status=2, played=True, minutes=1.0,
        )
        for v in versions
    ]  # fmt: skip
    columns = ("game_id", "cut_id", "report_ts", "player_id", "pts")
    found = [tuple(row[name] for name in columns) for row in ask("live_boxscores", view_of([], rows, []))]
    expected = []
    for game in (1, 2):
        for hours in AFTER:
            known = [v for v in versions if v.game == game and v.hours <= hours]
            newest = min((v.report for v in known), default=None)
            for player in (1, 2, 3):
                mine = [v for v in known if (v.report, v.player) == (newest, player)]
                if mine:
                    last = max(mine, key=lambda v: v.hours)
                    expected.append((game_key(game), hours, TIP - last.report * HOUR, player, last.points))
    assert found == expected


@given(drawn)
@example([])
def test_a_result_is_its_newest_version_and_its_sums_follow(versions: list[Version]) -> None:
    told = {(v.game, v.hours): v for v in versions}.values()
    rows = [
        fact("results", v.stamp(), game_id=game_key(v.game), home_score=100, away_score=v.points, ot_periods=v.report)
        for v in told
    ]
    found = {(row["game_id"], row["cut_id"]): row for row in ask("results", view_of([], [], rows))}
    for game in (1, 2):
        for hours in AFTER:
            row = found.pop((game_key(game), hours), None)
            mine = [v for v in told if v.game == game and v.hours <= hours]
            if not mine:
                assert row is None
                continue
            last = max(mine, key=lambda v: v.hours)
            assert row is not None
            assert (row["away_score"], row["ot_periods"], row["home_team"]) == (last.points, last.report, "BOS")
            assert (row["home_margin"], row["total_points"]) == (100 - last.points, 100 + last.points)
            assert (row["enters_histories"], row["result_as_of_ts"]) == (True, last.stamp())
    assert found == {}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_begins_with_its_cut_and_is_lazy(name: str) -> None:
    asked = QUERIES[name].build(view_of([], [], []), cut_frame())
    assert isinstance(asked, pl.LazyFrame)
    assert asked.collect_schema().names()[:2] == ["game_id", "cut_id"]
    assert QUERIES[name].name == name
