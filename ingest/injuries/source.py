"""The league's official injury reports, one PDF a slot (`slots`).

A day is asked for from its newest slot backwards until a report is found; then its other slots in order. A live tick
wants the newest alone: it asks for what is newer than the reports held. What is held is never asked for again. A name
that answers 403 or 404 is not there, or we are throttled: the league does not say.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl

from ingest.injuries.parser import REPORT, TABLE
from ingest.injuries.slots import Slot, slots_of
from ingest.nba import SITE, USER_AGENT
from ingest.source import Cadence, Scraper, Source
from lakehouse.clock import EASTERN, eastern_midnight

# A day without a single report in its newest two hours (of hourly ones, eight) has none that we could get.
_PROBES = 8
_PER_SECOND = 2.0


def scrape(scraper: Scraper, day: date) -> None:
    """Collects the reports of an Eastern date that are out and not held yet, or the newest of them alone."""
    now = scraper.clock.now()
    known = _newest_known(scraper, day)
    due = [slot for slot in slots_of(day) if slot.instant <= now]
    if scraper.newest_only and known is not None:
        due = [slot for slot in due if slot.instant > known]
    missing = [slot for slot in due if not any(scraper.has(request) for request in slot.requests)]
    probes = missing[::-1][:_PROBES]
    found = next((count for count, slot in enumerate(probes, start=1) if _collect(scraper, slot)), None)
    if not scraper.newest_only and (found or known):
        for slot in missing[: len(missing) - (found or len(probes))]:
            _collect(scraper, slot)
    is_silent = found is None and (len(probes) == _PROBES if known else bool(probes))
    if is_silent and due[-1] is probes[0] and scraper.games(day).height:
        since = "" if known is None else f" after {known.astimezone(EASTERN):%H:%M} Eastern"
        scraper.doubt(
            f"No injury report of {day}{since}, a day with games, was to be had: missing, or we are throttled."
        )


def _collect(scraper: Scraper, slot: Slot) -> bool:
    """Whether a report of the slot was got, under the first of its names that has one."""
    return any(scraper.collect(request, REPORT) is not None for request in slot.requests)


def _newest_known(scraper: Scraper, day: date) -> datetime | None:
    """The stamp of the newest report of an Eastern date that is held."""
    first, last = eastern_midnight(day), eastern_midnight(day + timedelta(days=1))
    stamps = scraper.rows(TABLE).filter(pl.col("report_ts").is_between(first, last, closed="left"))
    newest = stamps.select(pl.col("report_ts").max()).collect().item()
    return newest if isinstance(newest, datetime) else None


SOURCE = Source(
    name="injuries",
    gives="official injury reports: who is listed for a game, his status and why, and which teams have not submitted",
    stamped="the report's own stamp",
    kinds=(REPORT,),
    scrape=scrape,
    rates={"ak-static.cms.nba.com": _PER_SECOND},
    headers={"User-Agent": USER_AGENT, "Accept": "application/pdf", "Referer": f"{SITE}/stats/injury"},
    cadence=Cadence(early=timedelta(minutes=15), late=timedelta(minutes=5)),
    sample="5 real reports of 2024 to 2026",
)
