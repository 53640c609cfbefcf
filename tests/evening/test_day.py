"""A whole day through real sockets: everything once, nothing twice, and silver from bronze alone."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from ingest.rebuild import rebuild_silver
from lakehouse.gate import newest
from lakehouse.tables import SOURCES
from tests.evening.place import DAY, Place, at


def test_a_day_is_scraped_once_and_nothing_of_it_twice(place: Place) -> None:
    evening = place.ingest()
    assert {name: report.outcome for name, report in evening.items()} == dict.fromkeys(SOURCES, "ok"), evening
    place.clock.set(at(3, days=1))
    night = place.ingest(whole=True)
    assert {report.outcome for report in night.values()} == {"ok"}, night
    before = place.counts()
    for table in (
        "schedule", "results", "boxscores", "live_boxscores", "players", "rosters", "injury_reports", "espn_injuries",
        "lineups", "odds_lines", "dk_contests", "dk_draft_groups", "dk_draftables", "dk_payouts", "dk_standings",
        "dk_ownership", "linestar_slates", "linestar_salaries", "linestar_ownership", "linestar_actual_ownership",
        "linestar_scored", "identity",
    ):  # fmt: skip
        assert before[f"silver.{table}"], table
    again = place.ingest(whole=True)
    assert place.counts() == before
    assert sum(report.stored for report in again.values()) == 0
    assert sum(report.unchanged for report in again.values()) > 0
    unresolved = place.lake.scan("silver.unresolved").filter(pl.col("kind").str.starts_with("player")).collect()
    assert unresolved.is_empty(), unresolved
    assert not [one for one in rebuild_silver(place.lake) if not one.is_equal]


def test_final_box_scores_are_the_truth(place: Place) -> None:
    place.clock.set(at(3, days=1))
    place.ingest("schedule", "boxscores")
    lines = newest(place.lake.scan("silver.boxscores"), ["game_id", "player_id"]).collect()
    results = newest(place.lake.scan("silver.results"), ["game_id"])
    games = place.lake.scan("silver.schedule").filter(pl.col("game_date") == DAY).select("game_id").unique()
    scores = results.join(games, on="game_id").collect()
    assert len(scores)
    for game in scores.iter_rows(named=True):
        mine = lines.filter(pl.col("game_id") == game["game_id"])
        assert mine.filter("is_home")["pts"].sum() == game["home_score"]
        assert mine.filter(~pl.col("is_home"))["pts"].sum() == game["away_score"]
        minutes = mine.group_by("is_home").agg(pl.col("minutes").sum())["minutes"]
        assert all(abs(total - 240 - 25 * game["ot_periods"]) < 0.6 for total in minutes)


def test_a_stranger_to_the_lake_finds_what_was_known_when(place: Place) -> None:
    place.ingest("schedule", "players", "injuries")
    held = place.lake.scan("silver.injury_reports").select(pl.col("report_ts").max()).collect().item()
    assert held <= place.clock.now()
    place.clock.set(place.clock.now() + timedelta(minutes=40))
    place.ingest("injuries")
    later = place.lake.scan("silver.injury_reports").select(pl.col("report_ts").max()).collect().item()
    assert held < later <= place.clock.now()
    known = place.lake.as_of(held + timedelta(minutes=4), "published").rows("silver.injury_reports").collect()
    assert held not in known["report_ts"]
    assert held in place.lake.as_of(later, "published").rows("silver.injury_reports").collect()["report_ts"]
