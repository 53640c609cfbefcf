"""What a source is: its payloads, how a day of it is scraped, how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

import polars as pl

from ingest.http.request import Request
from ingest.payload import Parsed, PayloadKind
from lakehouse.clock import Clock


@dataclass(frozen=True)
class Cadence:
    """How often a source is asked while a slate is on: `early` until 90 minutes before the first tip, `late` from then
    until the last tip, `after` from then on; None is never."""

    early: timedelta | None
    late: timedelta | None
    after: timedelta | None = None


@dataclass(frozen=True)
class Collected:
    """The answer to a question, read. `body` is there also where nothing new was stored."""

    parsed: Parsed
    body: bytes
    fetched_ts: datetime
    is_new: bool


class Scraper(Protocol):
    """What a source's `scrape` works with. Everything it collects is kept, stored and accounted for by the scraper."""

    @property
    def clock(self) -> Clock:
        """The clock of the scrape."""
        ...

    @property
    def newest_only(self) -> bool:
        """Whether only the newest of a series is wanted, as by a live tick; else the whole series of the day."""
        ...

    def collect(self, request: Request, kind: PayloadKind) -> Collected | None:
        """Asks, keeps the bytes, reads them and commits what is new; one commit a response.

        None where the source had nothing (an absent status) or where asking or reading failed; a failure is accounted
        for and the scrape goes on.
        """
        ...

    def games(self, day: date) -> pl.DataFrame:
        """The games that, as known now, are scheduled on an Eastern date, by tip: game_id, tip_ts, season,
        season_type, game_date, home_team_id, away_team_id, home_team, away_team, status."""
        ...

    def rows(self, table: str) -> pl.LazyFrame:
        """Every row of a table of silver or ops as of now, also what this scrape has just stored."""
        ...

    def has(self, request: Request) -> bool:
        """Whether an answer to this question is stored already and could be read; for things that never change."""
        ...

    def has_session(self, name: str) -> bool:
        """Whether a session for an account is stored; what needs one is otherwise skipped with a doubt."""
        ...

    def doubt(self, sentence: str) -> None:
        """Degrades the scrape, saying why."""
        ...


@dataclass(frozen=True)
class Source:
    """A source: `scrape(scraper, day)` collects what it has for an Eastern date.

    `stamped` says what dates its facts, `sample` what real payloads its parsers were held against. `rates` gives, for
    each host it may talk to (redirects included), how many requests a second are polite. `headers` go with every
    request. `auth` names the session without which part of it stays closed.
    """

    name: str
    gives: str
    stamped: str
    kinds: tuple[PayloadKind, ...]
    scrape: Callable[[Scraper, date], None]
    rates: dict[str, float]
    headers: dict[str, str]
    cadence: Cadence
    auth: str | None = None
    optional: bool = False
    sample: str = "none"
