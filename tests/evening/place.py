"""A lake, a served league and a client between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from pydantic import SecretStr

from ingest.http.client import Client
from ingest.registry import get_source
from ingest.scrape import ScrapeReport, scrape
from lakehouse.clock import EASTERN
from lakehouse.lake import Lake
from lakehouse.tables import SOURCES, TABLES
from sandbox.serve.clock import MovingClock
from sandbox.serve.faults import Fault, Kind
from sandbox.serve.server import SandboxServer

DAY = date(2025, 12, 23)
SESSIONS = {"draftkings": SecretStr("dk=sandbox"), "linestar": SecretStr("ls=sandbox")}


def at(hour: int, minute: int = 0, days: int = 0) -> datetime:
    """An Eastern time of DAY, or of a later day."""
    return datetime.combine(DAY, time(hour, minute), EASTERN).astimezone(UTC) + timedelta(days=days)


@dataclass
class Place:
    """Where the tests of this folder happen."""

    lake: Lake
    clock: MovingClock
    server: SandboxServer
    client: Client

    def ingest(self, *sources: str, whole: bool = False) -> dict[str, ScrapeReport]:
        """A scrape of the sources, or of all, for DAY: the newest report of a series, or the whole of it."""
        wanted = [(get_source(name), DAY) for name in sources or SOURCES]
        reports = scrape(self.lake, self.client, wanted, "test", newest_only=not whole)
        return {report.source: report for report in reports}

    def break_once(self, match: str, kind: Kind, times: int | None = None) -> None:
        """From now on questions that match go wrong, for ever or so many times."""
        self.server.faults.clear()
        self.server.faults.add([Fault(match=match, fault=kind, times=times)])

    def heal(self) -> None:
        """Nothing goes wrong any more."""
        self.server.faults.clear()

    def counts(self) -> dict[str, int]:
        """Rows of every table of bronze and silver."""
        names = [name for name in TABLES if name.startswith(("bronze.", "silver."))]
        return {name: self.lake.scan(name).collect().height for name in names}
