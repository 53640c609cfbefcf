"""The schedule: the season file, today's scoreboard, and past seasons.

`SOURCE` collects the season file of the day's season (past seasons from the mobile service, which is asked too where
the season file fails or is of another season) and, from noon Eastern of the day itself, the scoreboard.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from ingest.http.request import Request
from ingest.nba import headers, label_season, season_start
from ingest.schedule.mobile import MOBILE
from ingest.schedule.scoreboard import SCOREBOARD, arena_key
from ingest.schedule.season_file import SEASON_FILE
from ingest.source import Cadence, Scraper, Source
from lakehouse.clock import EASTERN

__all__ = ["MOBILE", "SCOREBOARD", "SEASON_FILE", "SOURCE"]

_SEASON_URL = "https://cdn.nba.com/static/json/staticData/scheduleLeagueV2.json"
_SCOREBOARD_URL = "https://cdn.nba.com/static/json/liveData/scoreboard/todaysScoreboard_00.json"
_MOBILE_URL = "https://data.nba.com/data/10s/v2015/json/mobile_teams/nba/{year}/league/00_full_schedule.json"
_JSON = ("application/json", "text/plain", "binary/octet-stream")
# Before noon Eastern the scoreboard is the day before's.
_TURNS_AT_HOUR = 12


def scrape(scraper: Scraper, day: date) -> None:
    """Collects the schedule that covers an Eastern date."""
    now = scraper.clock.now().astimezone(EASTERN)
    season, current = season_start(day), season_start(now.date())
    collected = scraper.collect(season_request(season), SEASON_FILE) if season >= current else None
    if collected is None and season <= current:
        collected = scraper.collect(mobile_request(season), MOBILE)
    if collected is None:
        scraper.doubt(f"No schedule of {label_season(season)} was to be had.")
    if day == now.date() and now.hour >= _TURNS_AT_HOUR:
        scraper.collect(scoreboard_request(day, _known_arenas(scraper, day)), SCOREBOARD)


def season_request(start_year: int) -> Request:
    """Asks for the season file, which must be of that season."""
    season = label_season(start_year)
    return Request("schedule", f"season {season}", _SEASON_URL, {"season": season}, accept=_JSON)


def mobile_request(start_year: int) -> Request:
    """Asks for a past season's file."""
    season = label_season(start_year)
    url = _MOBILE_URL.format(year=start_year)
    return Request("schedule", f"past season {season}", url, {"season": season}, absent=(403, 404), accept=_JSON)


def scoreboard_request(day: date, arenas: Mapping[str, str]) -> Request:
    """Asks for today's scoreboard, which must be of that date; `arenas`, by game, are what it does not tell."""
    asked = {"date": day.isoformat(), **{arena_key(game_id): arena for game_id, arena in arenas.items()}}
    return Request("schedule", f"scoreboard {day}", _SCOREBOARD_URL, asked, accept=_JSON)


def _known_arenas(scraper: Scraper, day: date) -> dict[str, str]:
    told = scraper.rows("silver.schedule").filter((pl.col("game_date") == day) & pl.col("arena_name").is_not_null())
    newest = told.sort("ingested_ts", "as_of_ts").unique("game_id", keep="last", maintain_order=True)
    return dict(newest.select("game_id", "arena_name").sort("game_id").collect().iter_rows())


SOURCE = Source(
    name="schedule",
    gives="games with tips, teams, postponements; final scores",
    stamped="1 August for regular games, tip - 48 h for others; a change: the fetch",
    kinds=(SEASON_FILE, SCOREBOARD, MOBILE),
    scrape=scrape,
    rates={"cdn.nba.com": 2.0, "data.nba.com": 1.0},
    headers=headers("/schedule"),
    cadence=Cadence(early=timedelta(hours=6), late=timedelta(minutes=30), after=timedelta(hours=6)),
    sample="season file, scoreboard; none of the past-season file",
)
