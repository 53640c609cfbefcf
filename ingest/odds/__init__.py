"""Oddstrader: a date's page, then the odds query it leads to; spreads, totals and moneylines by book.

No response of the NBA pages is at hand: the page follows the documented state of the site, the lines a real event of
another league in the same format. The numbers of the books are as an earlier system labelled them.
"""

from __future__ import annotations

from datetime import timedelta

from ingest.odds.scraping import HOSTS, LINES, NAME, PAGE, scrape_odds
from ingest.source import Cadence, Source

__all__ = ["SOURCE"]

SOURCE = Source(
    name=NAME,
    gives="spread, total and moneyline by book, opening and moving",
    stamped="the line's own stamp",
    kinds=(PAGE, LINES),
    scrape=scrape_odds,
    rates=HOSTS,
    headers={},
    cadence=Cadence(early=timedelta(minutes=30), late=timedelta(minutes=5)),
    sample="lines of one event of another league; none of the page",
)
