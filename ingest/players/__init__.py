"""Players and rosters: the site's page of players, and the statistics service's index, list and team rosters.

`SOURCE` collects the page, which has the whole league; where it fails, the player index.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from ingest.http.request import Request
from ingest.nba import SITE, USER_AGENT, label_season, season_start
from ingest.players.page import PAGE
from ingest.players.tables import ALL, INDEX, TEAM
from ingest.source import Cadence, Scraper, Source
from lakehouse.clock import eastern_date

__all__ = ["ALL", "INDEX", "PAGE", "SOURCE", "TEAM"]

_PAGE_URL = f"{SITE}/players"
_INDEX_URL = "https://stats.nba.com/stats/playerindex?Historical=0&LeagueID=00&Season={season}"
_STATS_HEADERS = {"x-nba-stats-origin": "stats", "x-nba-stats-token": "true", "Accept": "application/json"}


def scrape(scraper: Scraper, day: date) -> None:
    """Collects rosters as they are now, also for an evening that is still on after midnight; older days are not told."""
    today = eastern_date(scraper.clock.now())
    if day < today - timedelta(days=1):
        scraper.doubt(f"Rosters of {day} are told no more; only today's are.")
        return
    season = label_season(season_start(today))
    playing = _teams_playing(scraper, season)
    asked = {"teams": str(playing)} if playing else {}
    page, index = page_request(asked), index_request(season, asked)
    if scraper.collect(page, PAGE) is None and scraper.collect(index, INDEX) is None:
        scraper.doubt("No roster was to be had; the last ones stand.")


def _teams_playing(scraper: Scraper, season: str) -> int:
    """How many teams the schedule has for a season; 0 where it is not known."""
    games = scraper.rows("silver.schedule").filter(pl.col("season") == season)
    teams = pl.concat([games.select(team=f"{side}_team_id") for side in ("home", "away")])
    return int(teams.filter(pl.col("team") > 0).select(pl.col("team").n_unique()).collect().item())


def page_request(asked: Mapping[str, str]) -> Request:
    """Asks for the page of players; `asked` may say how many `teams` play."""
    return Request("players", "players page", _PAGE_URL, asked, accept=("text/html",))


def index_request(season: str, asked: Mapping[str, str]) -> Request:
    """Asks the statistics service for the player index of a season; `asked` as above."""
    url = _INDEX_URL.format(season=season)
    asked = {**asked, "season": season}
    return Request(
        "players", f"player index {season}", url, asked, _STATS_HEADERS, absent=(403, 404), accept=("application/json",)
    )


SOURCE = Source(
    name="players",
    gives="physical facts of players; who is on which roster",
    stamped="the fetch",
    kinds=(PAGE, INDEX, ALL, TEAM),
    scrape=scrape,
    rates={"www.nba.com": 0.5, "stats.nba.com": 0.5},
    headers={"User-Agent": USER_AGENT, "Accept": "text/html,application/xhtml+xml", "Referer": f"{SITE}/"},
    cadence=Cadence(early=timedelta(hours=12), late=timedelta(hours=12)),
    sample="player index, all players, team roster; none of the page",
)
