"""A lake that is scraped, with prepared answers by address."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import polars as pl

from ingest.http.request import Attempt, Request, Response
from ingest.registry import get_source
from ingest.scrape import ScrapeReport, scrape
from ingest.source import Source
from lakehouse.clock import FixedClock
from lakehouse.errors import FetchFailed
from lakehouse.lake import Lake


@dataclass
class Desk:
    """Scrapes a lake; `answers` holds a body, or a status, by a part of the address; what has none is not found."""

    root: Path
    clock: FixedClock
    answers: dict[str, bytes | int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lake = Lake.open_or_create(self.root, self.clock)

    def has_session(self, name: str) -> bool:
        """None is stored."""
        return False

    def fetch(
        self, request: Request, source: Source, etag: str | None = None, last_modified: str | None = None
    ) -> Response:
        """The prepared answer; FetchFailed for a status that is not one of absence."""
        self.asked.append(request.key)
        host = request.url.split("/")[2]
        assert host in source.rates, host
        answer = next((told for part, told in self.answers.items() if part in request.url), 404)
        now = self.clock.now()
        if isinstance(answer, bytes):
            return Response(request, 200, request.url, now, answer, attempts=(Attempt(1, now, 0.1, 200),))
        if answer in request.absent:
            return Response(request, answer, request.url, now, attempts=(Attempt(1, now, 0.1, answer),))
        raise FetchFailed(f"{request.key} answered {answer}.")

    def scrape(self, name: str, day: date, at: datetime | None = None) -> ScrapeReport:
        """Scrapes a source."""
        if at is not None:
            self.clock.instant = at
        self.asked.clear()
        return scrape(self.lake, self, [(get_source(name), day)], name)[0]

    def rows(self, table: str) -> pl.DataFrame:
        """Every row of a table."""
        return self.lake.scan(table).collect()
