"""Linestar: salaries, projected ownership and points of every slate; actual ownership and scores afterwards.

All of it needs the session `linestar`. The exposure of single users is in no documented payload: none is collected.
"""

from __future__ import annotations

from datetime import timedelta

from ingest.linestar.parser import PERIOD
from ingest.linestar.scrape import HOST, SESSION, scrape_day
from ingest.source import Cadence, Source

__all__ = ["SOURCE"]

SOURCE = Source(
    name="linestar",
    gives="salaries, projected and actual ownership of every slate, points scored",
    stamped="the fetch; of past slates: first tip - 24 h, results 06:00 Eastern the day after",
    kinds=(PERIOD,),
    scrape=scrape_day,
    # One question in eight seconds.
    rates={HOST: 0.125},
    headers={"Accept": "application/json", "Referer": f"https://{HOST}/Ownership/Sport/NBA/Site/DraftKings"},
    cadence=Cadence(early=timedelta(hours=2), late=timedelta(minutes=20), after=timedelta(hours=6)),
    auth=SESSION,
    optional=True,
    sample="one period as served, and the same one trimmed",
)
