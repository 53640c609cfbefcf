"""Reports, line-ups and events at the very instant they become known, and their corrections."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl

from tests.transforms.edges import AROUND, AT, TIP, by_cut, later_version, view_of
from tests.transforms.league import ATL, HOUR, NAMES, Row, eastern_day, fact, game_key
from transforms.espn import SPEAKS_FOR, espn_words
from transforms.facts import attach_report, report_steps
from transforms.injuries import injuries_known, player_reports, team_reports
from transforms.schedule import games_known, team_sides
from transforms.status import lineup_places, listings, starters


def entry(told: datetime, name: str, status: str, **values: Any) -> Row:
    shared = {"game_date": eastern_day(TIP), "matchup": "ATL@BOS", "team": NAMES[ATL], "row_kind": "player"}
    return fact("injury_reports", told, report_ts=told, entry=name, current_status=status, **{**shared, **values})


def test_an_injury_report_and_its_correction_are_known_from_their_instants_on() -> None:
    told = entry(AT - HOUR, "Lee, Ray", "Out")
    view = view_of(injury_reports=[told, later_version(told, AT, current_status="Available")])
    sides = team_sides(games_known(view, AROUND))
    assert by_cut(player_reports(view, sides), "injury_status") == {0: ["Out"], 1: ["Available"], 2: ["Available"]}
    assert set(team_reports(view, sides).collect()["injury_as_of_ts"]) == {AT - HOUR}
    first = view_of(injury_reports=[entry(AT, "Lee, Ray", "Out")])
    assert by_cut(player_reports(first, sides), "injury_status") == {1: ["Out"], 2: ["Out"]}


def test_a_report_is_told_from_the_first_of_its_rows_on() -> None:
    """What a mended parser reads of the same bytes later is of the same report."""
    view = view_of(injury_reports=[entry(AT - HOUR, "Lee, Ray", "Out"), entry(AT - HOUR, "No, Body", "Out")])
    rows = view.rows("silver.injury_reports").with_columns(
        available_ts=pl.when(pl.col("entry") == "No, Body").then(pl.lit(AT)).otherwise("available_ts")
    )
    view._frames["silver.injury_reports"] = rows.collect()
    told = injuries_known(view, team_sides(games_known(view, AROUND)).filter(pl.col("team_id") == ATL))
    assert by_cut(told, "entry") == {0: ["Lee, Ray"], 1: ["Lee, Ray", "No, Body"], 2: ["Lee, Ray", "No, Body"]}


def test_of_two_reports_that_came_at_once_the_newer_speaks() -> None:
    rows = [
        {**entry(AT, "Lee, Ray", status), "report_ts": AT - HOUR * hours}
        for hours, status in ((1, "Available"), (2, "Out"))
    ]
    for order in (rows, rows[::-1]):
        frame = pl.DataFrame(order).lazy().with_columns(available_ts="as_of_ts")
        steps = report_steps(frame, ["game_date"])
        sides = games_known(view_of(), AROUND)
        assert by_cut(attach_report(sides, steps, ["game_date"]), "report_ts") == {
            0: [None], 1: [AT - HOUR], 2: [AT - HOUR],
        }  # fmt: skip


def test_a_lineup_and_its_correction_are_known_from_their_instants_on() -> None:
    keys = {"game_id": game_key(1), "team_id": ATL, "player_id": 2, "report_ts": AT - HOUR}
    told = fact("lineups", AT - HOUR, role="bench", **keys)
    view = view_of(lineups=[told, later_version(told, AT, role="confirmed_starter")])
    games = games_known(view, AROUND)
    assert by_cut(lineup_places(view, games), "role") == {
        0: ["bench"], 1: ["confirmed_starter"], 2: ["confirmed_starter"],
    }  # fmt: skip


def test_a_status_event_is_known_from_its_instant_on_and_dates_the_starters() -> None:
    keys = {"game_id": game_key(1), "team_id": ATL, "listed": True, "projected_starter": True}
    events = [
        fact("status_events", at, observed_ts=at, player_id=player, **keys) for player, at in ((2, AT - HOUR), (3, AT))
    ]
    view = view_of(status_events=events)
    games = games_known(view, AROUND)
    assert by_cut(listings(view, games), "player_id") == {0: [2], 1: [2, 3], 2: [2, 3]}
    assert by_cut(starters(view, games).select("cut_id", "starters_as_of_ts").unique(), "starters_as_of_ts") == {
        0: [AT - HOUR], 1: [AT], 2: [AT],
    }  # fmt: skip


def listed_by_espn(told: datetime, status: str, known: datetime | None = None) -> Row:
    return fact(
        "espn_injuries", known or told, report_ts=told, espn_team_id=1, team="Atlanta Hawks", player_name="Ray Lee",
        status=status, status_printed=status,
    )  # fmt: skip


def espn_said(*rows: Row) -> pl.LazyFrame:
    view = view_of(espn_injuries=list(rows))
    return espn_words(
        view, games_known(view, AROUND), AROUND.select("game_id", "cut_id", player_id=pl.lit(2, pl.Int64))
    )


def test_a_list_of_espn_speaks_for_a_day_and_no_instant_longer() -> None:
    assert by_cut(espn_said(listed_by_espn(AT - SPEAKS_FOR, "Out")), "espn_status") == {0: ["Out"]}


def test_a_corrected_row_of_espn_is_known_from_its_instant_on_and_dates_the_word() -> None:
    earlier, told = listed_by_espn(AT - 2 * HOUR, "Out"), listed_by_espn(AT - HOUR, "Out")
    words = espn_said(earlier, told, later_version(told, AT, status="Questionable"))
    assert by_cut(words, "espn_status", "espn_since_ts", "espn_as_of_ts") == {
        0: [("Out", AT - 2 * HOUR, AT - HOUR)], 1: [("Questionable", AT - HOUR, AT)], 2: [("Questionable", AT - HOUR, AT)],
    }  # fmt: skip
