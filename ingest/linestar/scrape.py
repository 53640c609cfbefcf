"""A day of Linestar: the list of periods, then each period whose slates are of the day."""

from __future__ import annotations

from datetime import date, timedelta

from ingest.http.request import Request
from ingest.linestar.parser import PERIOD, SLATES
from ingest.linestar.payload import find_periods
from ingest.source import Scraper
from lakehouse.clock import eastern_date

SESSION = "linestar"
HOST = "www.linestarapp.com"
_URL = f"https://{HOST}/DesktopModules/DailyFantasyApi/API/Fantasy/GetSalariesV5"
# DraftKings; the NBA.
_SITE = "site=1&sport=2"
# A period is not looked at again when it has been over for so long.
_SETTLED = timedelta(days=3)


def ask_current() -> Request:
    """The current period, and the list of all."""
    return Request(SESSION, "current", f"{_URL}?{_SITE}", accept=("application/json",), auth=SESSION)


def ask_period(period_id: int) -> Request:
    """One period."""
    url = f"{_URL}?periodId={period_id}&{_SITE}"
    asked = {"period_id": str(period_id)}
    return Request(SESSION, f"period/{period_id}", url, asked, accept=("application/json",), auth=SESSION)


def scrape_day(scraper: Scraper, day: date) -> None:
    """Collects the periods whose slates are of an Eastern date; nothing without a session."""
    if not scraper.has_session(SESSION):
        scraper.doubt("no Linestar session: nothing was asked; `pretip auth linestar` stores one")
        return
    current = scraper.collect(ask_current(), PERIOD)
    if current is None:
        return
    periods = find_periods(current.body, day)
    if not periods and len(scraper.games(day)):
        scraper.doubt(f"Linestar has no period for {day}")
    is_settled = day + _SETTLED < eastern_date(scraper.clock.now())
    have = current.parsed.frames[SLATES]["period_id"].unique().to_list()
    for period_id in periods:
        if period_id in have or (is_settled and scraper.has(ask_period(period_id))):
            continue
        scraper.collect(ask_period(period_id), PERIOD)
