"""Every rule of the archive's table of stamps, row by row."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from ingest.history.games import in_cup_weeks
from tests.ingest.archives import CUP, GAME, NOW, PLAYOFF, SECOND, Bench, at, frame, game, make_archive

RULES: list[tuple[str, dict[str, Any], datetime, str]] = [
    ("schedule", {"game_id": SECOND, "announcement": "season file"}, at("2025-08-01T04:00"), "assumed"),
    ("schedule", {"game_id": CUP}, at("2025-12-14T20:00"), "assumed"),
    ("schedule", {"game_id": PLAYOFF}, at("2026-04-16T20:00"), "assumed"),
    ("schedule", {"announcement": "2025-11-01T15:00:30.500Z"}, at("2025-11-01T15:00:30.5"), "exact"),
    ("results", {"game_id": SECOND}, at("2025-11-23T23:00"), "assumed"),
    ("boxscores", {"player_id": 11}, at("2025-11-21T03:00"), "assumed"),
    ("proxy_status", {"player_id": 13}, at("2025-11-20T23:30"), "proxy"),
    ("proxy_starters", {"player_id": 12}, at("2025-11-20T23:30"), "proxy"),
    ("players", {"player_id": 11}, at("2019-08-01T04:00"), "assumed"),
    ("players", {"player_id": 12}, at("2024-08-01T04:00"), "assumed"),
    ("players", {"player_id": 13}, at("2025-08-01T04:00"), "assumed"),
    ("players", {"player_id": 14}, at("2025-08-01T04:00"), "assumed"),
    ("injury_reports", {"entry": "Rest, Al"}, at("2025-11-20T22:30"), "exact"),
    ("injury_reports", {"entry": "NOT YET SUBMITTED"}, at("2025-11-20T22:30"), "exact"),
    ("status_events", {"status": "Questionable"}, at("2025-11-20T21:00"), "exact"),
    ("rosters", {"player_id": 15}, at("2025-11-20T14:00"), "exact"),
    ("lineups", {"player_id": 11}, at("2025-11-20T22:30"), "exact"),
    ("odds_lines", {"feed": "morning", "market": "moneyline"}, at("2025-11-20T11:55"), "exact"),
    ("odds_lines", {"feed": "observed", "market": "total"}, at("2025-11-20T20:00"), "exact"),
    ("odds_lines", {"event_key": "2025-11-20:NYK@BOS", "market": "spread"}, at("2025-11-21T00:00"), "assumed"),
    ("odds_lines", {"event_key": "2022-01-22:NYK@BOS"}, at("2022-01-23T05:00"), "assumed"),
    ("linestar_salaries", {"salary_id": 2}, at("2025-11-20T00:00"), "assumed"),
    # The last tip, 03:00 UTC, is still 20 November in New York.
    ("linestar_contests", {"contest_id": 99}, at("2025-11-21T11:00"), "assumed"),
    ("linestar_scored", {"salary_id": 1}, at("2025-11-21T11:00"), "assumed"),
    ("linestar_actual_ownership", {"salary_id": 1}, at("2025-11-21T11:00"), "assumed"),
    ("linestar_actual_ownership", {"salary_id": 8}, at("2025-11-21T11:00"), "assumed"),
    ("linestar_projections", {"salary_id": 1}, at("2025-12-01T10:00"), "bounded"),
    ("anchor_minutes", {"player_id": 11}, at("2025-11-20T23:40"), "exact"),
    ("identity", {"source_key": "tyway"}, at("2025-11-20T14:00"), "exact"),
    ("identity", {"source_key": "jovale"}, at("2019-08-01T04:00"), "assumed"),
    ("identity", {"source_key": "bostonceltics"}, at("2025-08-01T04:00"), "exact"),
]


def test_every_rule_stamps_its_facts(bench: Bench) -> None:
    bench.load(make_archive())
    for table, where, as_of, quality in RULES:
        row = bench.rows(f"silver.{table}", *(pl.col(name) == value for name, value in where.items()))
        assert len(row) == 1, (table, where)
        assert (row["as_of_ts"][0], row["as_of_quality"][0]) == (as_of, quality), (table, where)
        assert row["ingested_ts"][0] == NOW


def test_one_august_is_midnight_eastern_and_a_day_ends_at_midnight_eastern_in_winter_and_summer(bench: Bench) -> None:
    closing = [
        {"game_date_et": day, "home_tri": "BOS", "away_tri": "NYK", "close_total": 200.0}
        for day in (date(2022, 11, 6), date(2022, 6, 1), date(2023, 3, 12))
    ]
    bench.load({"odds_closing": frame("odds_closing", closing)})
    stamps = sorted(bench.rows("silver.odds_lines")["as_of_ts"])
    assert stamps == [at("2022-06-02T04:00"), at("2022-11-07T05:00"), at("2023-03-13T04:00")]


def test_an_injury_report_without_a_printed_stamp_is_bounded_by_its_upper_one(bench: Bench) -> None:
    frames = make_archive()
    reports = frames["injury_reports"].with_columns(
        pl.lit("file_name").alias("ts_quality"), pl.lit(at("2025-11-20T22:59")).alias("report_ts_upper")
    )
    bench.load({"injury_reports": reports.cast({"report_ts_upper": pl.Datetime("us", "UTC")})})
    rows = bench.rows("silver.injury_reports")
    assert set(rows["as_of_quality"]) == {"bounded"}
    assert set(rows["as_of_ts"]) == {at("2025-11-20T22:59")}


def test_odds_say_the_same_in_three_feeds(bench: Bench) -> None:
    bench.load(make_archive())
    rows = bench.rows("silver.odds_lines").select(
        "feed", "market", "line", "home_price", "away_price", "line_key", "book"
    )
    assert set(rows.rows()) == {
        ("morning", "moneyline", None, -120.0, 105.0, "2025-11-20T11:55:00Z", "alpha"),
        ("morning", "spread", -4.5, -120.0, 105.0, "2025-11-20T11:55:00Z", "alpha"),
        ("morning", "total", 221.5, -108.0, -112.0, "2025-11-20T11:55:00Z", "alpha"),
        ("observed", "spread", -4.0, None, None, "2025-11-20T20:00:00Z", "consensus"),
        ("observed", "total", 222.0, None, None, "2025-11-20T20:00:00Z", "consensus"),
        ("closing", "spread", -5.0, None, None, "closing", "consensus"),
        ("closing", "total", 220.5, None, None, "closing", "consensus"),
        ("closing", "moneyline", None, -200.0, 170.0, "closing", "consensus"),
        ("closing", "total", 210.0, None, None, "closing", "consensus"),
    }


@pytest.mark.parametrize("marked", [True, False])
def test_the_cup_weeks_run_from_the_first_quarter_final_to_the_final(marked: bool) -> None:
    """2023-24, whose quarter-finals no source marks, began on 4 December; other seasons go by their marks."""
    season = "2025-26" if marked else "2023-24"
    year = int(season[:4])
    days = {3: False, 4: True, 6: True, 9: True, 10: False}
    games = [game(f"00225000{day:02d}", f"{year}-12-{day:02d}T20:00", season=season) for day in days]
    games[3]["season_type"] = "NBA Cup Final"
    if marked:
        games[1]["game_subtype"] = games[3]["game_subtype"] = "in-season-knockout"
    else:
        games[3]["game_subtype"] = None
    assert in_cup_weeks(frame("games", games)).to_list() == list(days.values())


def test_a_season_without_a_cup_has_no_cup_weeks() -> None:
    games = frame("games", [game(GAME, "2022-12-05T20:00", season="2022-23")])
    assert in_cup_weeks(games).to_list() == [False]
