"""Moves are attributed to the source that was changed, and the parts sum exactly."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from lakehouse.errors import BadInput, UnknownName
from lakehouse.lake import Lake
from lakehouse.tables import get_table
from lakehouse.teams import FRANCHISES
from pipeline.diff import MEASURES, Comparison, diff_runs, in_units
from pipeline.request import Override
from pipeline.run import MadeRun, make_run
from tests.pipeline.league import DAY, EVENING, evening_request, plant

PUBLIC = EVENING - timedelta(minutes=10)


def parts_sum(found: Comparison) -> None:
    """Row by row in whole numbers, the parts sum to the move, and the move is the difference of the two figures."""
    for measure in MEASURES:
        parts = [pl.col(f"{measure}_{part.cause}") for part in found.parts]
        moved = found.moves.select(pl.sum_horizontal(parts))[:, 0]
        assert moved.to_list() == found.moves[f"{measure}_moved"].to_list()
        sides = found.moves[f"{measure}_b"].fill_null(0) - found.moves[f"{measure}_a"].fill_null(0)
        assert sides.to_list() == found.moves[f"{measure}_moved"].to_list()


def star(made: MadeRun) -> dict[str, object]:
    listed = made.outputs["gold.projections"].filter(pl.col("status") == "Clear")
    return listed.sort("dk_fpts_mean", descending=True).row(0, named=True)


def plant_out(lake: Lake, player: dict[str, object]) -> None:
    """A new whole injury report for the date, in which the player is out."""
    rows = lake.as_of(EVENING, "published").rows("silver.injury_reports").drop("available_ts")
    report = rows.filter(pl.col("game_date") == DAY).filter(pl.col("report_ts") == pl.col("report_ts").max()).collect()
    teams = lake.as_of(EVENING, "published").rows("silver.schedule").filter(pl.col("game_id") == player["game_id"])
    game = teams.collect().row(0, named=True)
    first, last = str(player["player_name"]).split(" ", 1)
    printed = report.filter(pl.col("matchup") == f"{game['away_team']}@{game['home_team']}")
    name = next(team.name for team in FRANCHISES if team.team_id == player["team_id"])
    entry = f"{last}, {first}"
    out = printed.head(1).with_columns(
        team=pl.lit(name),
        entry=pl.lit(entry),
        player_name=pl.lit(entry),
        current_status=pl.lit("Out"),
        reason=pl.lit("Injury/Illness - Left Ankle; Sprain"),
        row_kind=pl.lit("player"),
    )
    assert len(out) == 1
    whole = pl.concat([report, out]).with_columns(report_ts=pl.lit(PUBLIC, pl.Datetime("us", "UTC")))
    columns = list(get_table("silver.injury_reports").columns)
    plant(lake, "silver.injury_reports", whole.select(columns), PUBLIC)


def test_a_planted_injury_is_the_injuries_doing(lake: Lake) -> None:
    before = make_run(lake, evening_request())
    player = star(before)
    plant_out(lake, player)
    after = make_run(lake, evening_request())
    found = diff_runs(lake, before.record.run_id, after.record.run_id)
    parts_sum(found)
    # Nothing else changed: the whole move is this source's, and nothing is left over.
    assert [part.cause for part in found.parts if part.points_moved] == ["injuries"]
    his = in_units(found.moves).filter(pl.col("player_id") == player["player_id"]).row(0, named=True)
    assert his["dk_fpts_mean_injuries"] < -10.0
    assert found.parts[0].points_net == found.total.points_net


def test_news_that_two_sources_carry_is_neithers_alone(lake: Lake) -> None:
    before = make_run(lake, evening_request())
    player = star(before)
    plant_out(lake, player)
    kinds = get_table("silver.status_events").columns
    event = lake.as_of(EVENING, "published").rows("silver.status_events").head(1).collect().with_columns(
        observed_ts=pl.lit(PUBLIC, pl.Datetime("us", "UTC")),
        **{name: pl.lit(player[name]).cast(kinds[name]) for name in ("game_id", "team_id", "player_id", "player_name")},
        listed=pl.lit(False),
        status=pl.lit(None, pl.String),
        projected_starter=pl.lit(None, pl.Boolean),
        confirmed_starter=pl.lit(None, pl.Boolean),
    )  # fmt: skip
    plant(lake, "silver.status_events", event.select(list(kinds)), PUBLIC)
    after = make_run(lake, evening_request())
    found = diff_runs(lake, before.record.run_id, after.record.run_id)
    parts_sum(found)
    his = in_units(found.moves).filter(pl.col("player_id") == player["player_id"]).row(0, named=True)
    assert his["dk_fpts_mean_several"] < -10.0
    assert (his["status_a"], his["status_b"]) != (player["status"], player["status"])


def test_a_planted_line_move_is_the_odds_doing(lake: Lake) -> None:
    before = make_run(lake, evening_request())
    rows = lake.as_of(EVENING, "published").rows("silver.odds_lines").drop("available_ts")
    totals = rows.filter((pl.col("game_date") == DAY) & (pl.col("market") == "total") & (pl.col("feed") == "observed"))
    moved = totals.sort("as_of_ts").unique("event_key", keep="last", maintain_order=True).collect()
    stamp = PUBLIC.isoformat()
    columns = list(get_table("silver.odds_lines").columns)
    changed = moved.with_columns(line=pl.col("line") - 25.0, line_key=pl.lit(stamp)).select(columns)
    assert len(changed)
    plant(lake, "silver.odds_lines", changed, PUBLIC)
    after = make_run(lake, evening_request())
    found = diff_runs(lake, before.record.run_id, after.record.run_id)
    parts_sum(found)
    assert [part.cause for part in found.parts if part.points_moved] == ["odds"]
    assert found.total.points_net < 0


def test_runs_at_two_instants_differ_by_what_became_known_between(lake: Lake) -> None:
    first = make_run(lake, evening_request(run_ts=EVENING - timedelta(hours=6)))
    second = make_run(lake, evening_request())
    found = diff_runs(lake, first.record.run_id, second.record.run_id)
    parts_sum(found)
    parts = {part.cause: part for part in found.parts}
    assert {"injuries", "odds", "lineups", "time"} <= parts.keys()
    # Old lines are older at the second instant, though nothing new came.
    assert parts["time"].points_moved > 0.0
    assert found.parts[-1].cause == "rest"


def test_a_run_and_itself_differ_in_nothing(ran: tuple[Lake, MadeRun]) -> None:
    run_id = ran[1].record.run_id
    found = diff_runs(ran[0], run_id, run_id)
    assert found.moves.is_empty()
    assert "time" not in {part.cause for part in found.parts}
    assert found.total.points_moved == 0.0


def test_what_no_source_moved_is_the_rest(lake: Lake) -> None:
    before = make_run(lake, evening_request())
    player = star(before)
    override = Override(int(str(player["player_id"])), 0.0)
    after = make_run(lake, evening_request(overrides=(override,)))
    found = diff_runs(lake, before.record.run_id, after.record.run_id)
    parts_sum(found)
    assert [part.cause for part in found.parts if part.points_moved] == ["rest"]


def test_runs_of_two_dates_or_unknown_ones_are_refused(lake: Lake) -> None:
    one = make_run(lake, evening_request())
    other = make_run(lake, evening_request(slate_date=DAY + timedelta(days=100)))
    with pytest.raises(BadInput, match="one date"):
        diff_runs(lake, one.record.run_id, other.record.run_id)
    with pytest.raises(UnknownName):
        diff_runs(lake, one.record.run_id, "nothing")
