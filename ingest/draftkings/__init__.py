"""DraftKings: lobby, draft groups and their pools, contests and payouts, standings, one's own entries.

Lobby, pools and contest pages are open; standings and entries need the session `draftkings`. Every fact is public from
when it was fetched: nothing of DraftKings' carries a stamp of its own.
"""

from __future__ import annotations

from datetime import timedelta

from ingest.draftkings.contest import CONTEST
from ingest.draftkings.draftables import DRAFTABLES
from ingest.draftkings.entries import ENTRIES
from ingest.draftkings.lobby import LOBBY
from ingest.draftkings.payouts import PAYOUT_SHEET
from ingest.draftkings.requests import API, SESSION, WWW
from ingest.draftkings.rules import RULES
from ingest.draftkings.salaries import SALARY_FILE
from ingest.draftkings.scrape import scrape_day
from ingest.draftkings.standings import STANDINGS_EXPORT
from ingest.source import Cadence, Source

__all__ = ["SOURCE"]

SOURCE = Source(
    name="draftkings",
    gives="draft groups, pools with salaries and locks, contests, payouts, standings, ownership, own entries",
    stamped="the fetch",
    kinds=(LOBBY, DRAFTABLES, CONTEST, STANDINGS_EXPORT, ENTRIES, SALARY_FILE, PAYOUT_SHEET, RULES),
    scrape=scrape_day,
    rates={WWW: 1.0, API: 1.0},
    headers={"Accept": "application/json, text/csv, application/zip, */*", "Referer": f"https://{WWW}/lobby"},
    cadence=Cadence(early=timedelta(hours=1), late=timedelta(minutes=10), after=timedelta(hours=1)),
    auth=SESSION,
    sample="lobby, eight kinds of pool, contest pages, standings exports, salary files; entries by their documented shape",
)
