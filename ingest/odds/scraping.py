"""A date's lines: the page, then its gateway's current lines, then the opening ones that are not known yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import sha256
from uuid import UUID

import polars as pl

from ingest.http.request import Request
from ingest.odds.events import Event, dump_events
from ingest.odds.lines import BOOKS, FEED, MARKETS, TABLE, looks_like_lines, parse_lines
from ingest.odds.page import Gateway, looks_like_page, parse_page, read_page
from ingest.odds.state import redact_secrets
from ingest.payload import PayloadKind
from ingest.source import Scraper
from lakehouse.clock import iso
from lakehouse.digest import text_digest

NAME = "odds"
PAGE = PayloadKind("odds page", 1, parse_page, looks_like_page)
LINES = PayloadKind("odds lines", 1, parse_lines, looks_like_lines)
SITE = "https://www.oddstrader.com"
# How many requests a second each host is asked at most; a gateway elsewhere is not followed.
HOSTS = {
    "www.oddstrader.com": 0.5,
    "oddstrader.com": 0.5,
    "api.oddstrader.com": 0.5,
    "ms.oddstrader.com": 0.5,
    "ms.production-us-east-1.bookmakersreview.com": 0.5,
}


def scrape_odds(scraper: Scraper, day: date) -> None:
    """Collects the lines of the events of an Eastern date."""
    question = Request(
        NAME,
        f"page {day.isoformat()}",
        f"{SITE}/nba/?date={day:%Y%m%d}&eid&g=game&m=merged",
        asked={"date": day.isoformat()},
        headers={"Accept": "text/html,application/xhtml+xml", "Referer": f"{SITE}/"},
        accept=("text/html",),
        redact=redact_secrets,
    )
    answer = scraper.collect(question, PAGE)
    if answer is None:
        return
    page = read_page(answer.body)
    events = [event for event in page.events if event.day == day and event.home_team and event.away_team]
    if not events:
        if len(scraper.games(day)):
            scraper.doubt(f"the odds page of {day.isoformat()} has no events, though games are scheduled")
        return
    if page.gateway.host not in HOSTS:
        scraper.doubt(f"the odds page names the unknown gateway {page.gateway.host}; add it to ingest/odds/scraping.py")
        return
    if not page.gateway.is_open:
        scraper.doubt("the odds page came without its gateway's headers, so no lines were asked for")
        return
    headers = _headers(page.gateway, iso(scraper.clock.now()))
    books = ",".join(map(str, BOOKS))
    query = _query("A_CL:currentLines", books, events)
    current = scraper.collect(_question("current", events, query, page.gateway, headers), LINES)
    if current is not None and current.parsed.frames[TABLE].is_empty() and len(_lines_of(scraper, events).collect()):
        scraper.doubt(f"the odds gateway has no lines any more for the events of {day.isoformat()}")
    for paid, book in BOOKS.items():
        # The notes on the format give openingLines one book at a time.
        wanted = _without_opening(scraper, book, events)
        if wanted:
            query = _query("A_OL:openingLines", str(paid), wanted)
            scraper.collect(_question(f"opening {paid}", wanted, query, page.gateway, headers), LINES)


def _without_opening(scraper: Scraper, book: str, events: Sequence[Event]) -> list[Event]:
    """The events some market of which has no opening line of a book yet."""
    known = (
        _lines_of(scraper, events)
        .filter(pl.col("book") == book, pl.col("line_key").str.starts_with("open:"))
        .select("event_key", "market")
        .unique()
        .group_by("event_key")
        .len()
        .filter(pl.col("len") == len(MARKETS))
        .collect()
    )
    opened = frozenset(known["event_key"].to_list())
    return [event for event in events if str(event.eid) not in opened]


def _lines_of(scraper: Scraper, events: Sequence[Event]) -> pl.LazyFrame:
    """The lines of events that are held."""
    own = pl.col("event_key").is_in([str(event.eid) for event in events])
    return scraper.rows(TABLE).filter((pl.col("feed") == FEED) & own)


def _query(field: str, books: str, events: Iterable[Event]) -> str:
    numbers = ",".join(str(event.eid) for event in events)
    paid = f"[{books}]" if "," in books else books
    return f"{{{field}(paid:{paid},eid:[{numbers}],mtid:[{','.join(map(str, MARKETS))}])}}"


def _question(what: str, events: Sequence[Event], query: str, gateway: Gateway, headers: dict[str, str]) -> Request:
    carried = dump_events(events)
    # Equal only for the same events: an answer seen again under other events would say something else.
    key = f"{what} lines {events[0].day.isoformat()} {text_digest(carried)[:8]}"
    return Request(NAME, key, gateway.url(query), {"events": carried}, headers, accept=("application/json",))


def _headers(gateway: Gateway, moment: str) -> dict[str, str]:
    visitor = UUID(bytes=sha256(f"odds {moment}".encode()).digest()[:16], version=4)
    return {
        **gateway.headers,
        "clientuniqueid": str(visitor),
        "site-domain": "ot-com",
        "Origin": SITE,
        "Referer": f"{SITE}/",
        "Accept": "application/json",
        "Content-Type": "application/json",
    }
