"""Box scores: live and final of a game; the statistics service's format and a day's game log.

`SOURCE` asks for every game of the day from 40 minutes before its tip (for who is active) until its final is stored,
and once more when the league has looked the night's statistics over.
Where there is no live box score 3 hours after the tip, the statistics service is asked.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from ingest.boxscores.game_log import GAME_LOG
from ingest.boxscores.live import LIVE
from ingest.boxscores.traditional import TRADITIONAL
from ingest.http.request import Request
from ingest.nba import SITE, headers
from ingest.source import Cadence, Scraper, Source
from lakehouse.clock import iso

__all__ = ["GAME_LOG", "LIVE", "SOURCE", "TRADITIONAL"]

_LIVE_URL = "https://cdn.nba.com/static/json/liveData/boxscore/boxscore_{game_id}.json"
_TRADITIONAL_URL = "https://stats.nba.com/stats/boxscoretraditionalv3?GameID={game_id}"
_STATS_HEADERS = {"x-nba-stats-origin": "stats", "x-nba-stats-token": "true", "Referer": f"{SITE}/stats"}
_JSON = ("application/json", "text/plain", "binary/octet-stream")
# Teams name their inactive players half an hour before the tip.
_ACTIVES_AHEAD = timedelta(minutes=40)
_OVER_AFTER = timedelta(hours=3)
# By then the league has corrected what it corrects of a night.
_CORRECTED_AFTER = timedelta(hours=16)


def scrape(scraper: Scraper, day: date) -> None:
    """Collects the box scores of an Eastern date's games that have one by now, until their finals are stored, and once
    more for corrections."""
    now = scraper.clock.now()
    done, asked = stored_finals(scraper), _last_asked(scraper)
    for game in scraper.games(day).iter_rows(named=True):
        game_id, corrected_ts = game["game_id"], game["tip_ts"] + _CORRECTED_AFTER
        last = asked.get(live_request(game_id).key)
        is_settled = game_id in done and (now < corrected_ts or (last is not None and last >= corrected_ts))
        if now >= game["tip_ts"] - _ACTIVES_AHEAD and not is_settled:
            _scrape_game(scraper, game, now)


def _last_asked(scraper: Scraper) -> dict[str, datetime]:
    """When each question was last asked."""
    asked = scraper.rows("ops.scrapes").filter(pl.col("source") == "boxscores")
    return dict(asked.group_by("request").agg(pl.col("attempted_ts").max()).collect().iter_rows())


def stored_finals(scraper: Scraper) -> frozenset[str]:
    """Games whose result and final box score are both stored."""
    scored = scraper.rows("silver.boxscores").select("game_id").unique()
    return frozenset(scraper.rows("silver.results").join(scored, on="game_id", how="semi").collect()["game_id"])


def live_request(game_id: str) -> Request:
    """Asks for the live box score of a game; there is none before its day."""
    url = _LIVE_URL.format(game_id=game_id)
    return Request("boxscores", f"live {game_id}", url, {"game_id": game_id}, absent=(403, 404), accept=_JSON)


def traditional_request(game_id: str, tip_ts: datetime) -> Request:
    """Asks the statistics service for the box score of a game that is over."""
    return Request(
        "boxscores",
        f"traditional {game_id}",
        _TRADITIONAL_URL.format(game_id=game_id),
        {"game_id": game_id, "tip_ts": iso(tip_ts)},
        headers=_STATS_HEADERS,
        absent=(403, 404),
        accept=_JSON,
    )


def _scrape_game(scraper: Scraper, game: dict[str, Any], now: datetime) -> None:
    game_id, tip_ts = game["game_id"], game["tip_ts"]
    collected = scraper.collect(live_request(game_id), LIVE)
    if collected is None and now >= tip_ts + _OVER_AFTER:
        collected = scraper.collect(traditional_request(game_id, tip_ts), TRADITIONAL)
    if collected is None and now >= tip_ts:
        scraper.doubt(f"No box score of {game_id} was to be had, which tipped at {iso(tip_ts)}.")


SOURCE = Source(
    name="boxscores",
    gives="active players before the tip, live lines, final box scores and results",
    stamped="final: tip + 3 h, or the fetch where that is earlier; live: the fetch",
    kinds=(LIVE, TRADITIONAL, GAME_LOG),
    scrape=scrape,
    rates={"cdn.nba.com": 2.0, "stats.nba.com": 0.5},
    headers=headers("/games"),
    cadence=Cadence(early=None, late=timedelta(minutes=10), after=timedelta(minutes=10)),
    sample="live (before the tip and final), traditional, game log",
)
