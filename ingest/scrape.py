"""One source, one day: everything asked through the client, every response kept, what is new committed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Literal, Protocol

import polars as pl

from ingest.bronze import Kept, bronze_table, last_responses, response_row, stored_responses
from ingest.http.request import Attempt, Request, Response
from ingest.ledger import Ledger
from ingest.payload import Parsed, PayloadKind, Stamp
from ingest.provenance import Provenance
from ingest.reading import Reading, parse, read
from ingest.source import Collected, Source
from lakehouse.clock import Clock, iso
from lakehouse.commit import Batch
from lakehouse.digest import bytes_digest
from lakehouse.errors import AuthNeeded, ClockError, FetchFailed, LakeBusy, StalePayload, Unreadable
from lakehouse.gate import newest
from lakehouse.lake import Lake
from lakehouse.tables import TABLES

Outcome = Literal["ok", "degraded", "failed"]
# A server's Date further from our clock than this is an alert; further than the second, nothing is stored.
SKEW_ALERT, SKEW_REFUSED = timedelta(seconds=60), timedelta(minutes=5)
_TRIES = 3
_GAME = (
    "game_id", "tip_ts", "season", "season_type", "game_date", "home_team_id", "away_team_id", "home_team",
    "away_team", "status",
)  # fmt: skip


class Fetcher(Protocol):
    """What asks: the HTTP client, or a stand-in of a test."""

    def fetch(
        self, request: Request, source: Source, etag: str | None = None, last_modified: str | None = None
    ) -> Response:
        """The answer; raises FetchFailed or AuthNeeded, with the attempts that were made."""
        ...

    def has_session(self, name: str) -> bool:
        """Whether a session of an account is stored."""
        ...


@dataclass
class ScrapeReport:
    """What a scrape of a source came to: `failures` and `doubts` are sentences, `facts` new rows by table."""

    source: str
    day: date
    stored: int = 0
    unchanged: int = 0
    absent: int = 0
    failures: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    facts: dict[str, int] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        """`failed` where nothing that was asked for could be read, `degraded` where something is missing or odd."""
        if self.failures and not self.stored + self.unchanged:
            return "failed"
        return "degraded" if self.failures or self.doubts else "ok"

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is not ok."""
        return (*self.failures, *self.doubts)

    def to_dict(self) -> dict[str, object]:
        """The value as plain data."""
        return {
            "source": self.source,
            "day": self.day.isoformat(),
            "outcome": self.outcome,
            "reasons": list(self.reasons),
            "stored": self.stored,
            "unchanged": self.unchanged,
            "absent": self.absent,
            "facts": self.facts,
        }


Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class _Found:
    """What came of reading some bytes: what they say, or the problem with them and what the attempt came to."""

    parsed: Parsed | None
    published_ts: datetime | None
    problem: str | None = None
    outcome: str = "stored"


def scrape(
    lake: Lake,
    fetcher: Fetcher,
    wanted: Sequence[tuple[Source, date]],
    name: str,
    progress: Progress | None = None,
    *,
    newest_only: bool = False,
) -> list[ScrapeReport]:
    """Collects sources for Eastern dates, one after the other, and says what each came to.

    With `newest_only` of a series of reports only the newest is asked for; a later scrape may fill in the others.
    What fails is a reason of its report. The attempts are committed at the end, also where an error ends the work.
    `progress` is told (what is asked, done, of). Raises ClockError where a server's clock and ours are over five minutes
    apart: nothing that would be stored then could be trusted.
    """
    ledger = Ledger()
    reports = []
    try:
        for done, (source, day) in enumerate(wanted):
            telling = _telling(progress, source, done, len(wanted))
            scraper = LakeScraper(lake, fetcher, source, day, ledger, telling, newest_only)
            source.scrape(scraper, day)
            for reason in scraper.report.failures:
                ledger.alert(lake.clock.now(), f"scrape {source.name}", reason)
            reports.append(scraper.report)
    finally:
        ledger.flush(lake, name)
    return reports


def _telling(progress: Progress | None, source: Source, done: int, total: int) -> Callable[[str], None]:
    return lambda what: progress(f"{source.name} {what}", done, total) if progress is not None else None


class LakeScraper:
    """The scraper that sources work with (`ingest.source.Scraper`): asks, stores and reads, one question at a time."""

    def __init__(
        self,
        lake: Lake,
        fetcher: Fetcher,
        source: Source,
        day: date,
        ledger: Ledger,
        telling: Callable[[str], None],
        newest_only: bool = False,
    ) -> None:
        self.report = ScrapeReport(source.name, day)
        self._lake = lake
        self._fetcher = fetcher
        self._source = source
        self._ledger = ledger
        self._telling = telling
        self._newest_only = newest_only
        self._kept = last_responses(lake, source.name)

    @property
    def clock(self) -> Clock:
        """The lake's clock."""
        return self._lake.clock

    @property
    def newest_only(self) -> bool:
        """Whether only the newest of a series is wanted."""
        return self._newest_only

    def has_session(self, name: str) -> bool:
        """Whether a session for an account is stored."""
        return self._fetcher.has_session(name)

    def doubt(self, sentence: str) -> None:
        """Degrades the scrape, saying why."""
        if sentence not in self.report.doubts:
            self.report.doubts.append(sentence)

    def has(self, request: Request) -> bool:
        """Whether an answer to this question is stored and could be read."""
        kept = self._kept.get(request.key)
        return kept is not None and kept.problem is None

    def rows(self, table: str) -> pl.LazyFrame:
        """Every row of a table of silver or ops as of now."""
        return self._lake.scan(table)

    def games(self, day: date) -> pl.DataFrame:
        """The games scheduled on an Eastern date as known now, by tip."""
        current = newest(self.rows("silver.schedule"), ["game_id"])
        of_day = current.filter((pl.col("game_date") == day) & (pl.col("status") == "scheduled"))
        return of_day.select(_GAME).sort("tip_ts", "game_id").collect()

    def collect(self, request: Request, kind: PayloadKind) -> Collected | None:
        """Asks and keeps; see `ingest.source.Scraper.collect`."""
        self._telling(request.key)
        scrape_id = self._name(request)
        kept = self._kept.get(request.key)
        try:
            response = self._ask(request, kept)
        except (FetchFailed, AuthNeeded) as error:
            attempts: tuple[Attempt, ...] = getattr(error, "attempts", ())
            refused = bool(attempts) and attempts[-1].number == 0
            self._ledger.note(scrape_id, request, attempts, "refused" if refused else "failed", str(error))
            self.report.failures.append(str(error))
            return None
        self._mind_skew(response)
        if response.is_absent:
            self._ledger.note(scrape_id, request, response.attempts, "absent")
            self.report.absent += 1
            return None
        return self._keep(scrape_id, response, kind, kept)

    def _name(self, request: Request) -> str:
        """An id for asking this now: a clock may stand still between two questions of one kind."""
        name = f"{self._source.name}:{request.key}:{iso(self.clock.now())}"
        while self._ledger.has(name) or name in self._lake.instants():
            name += "+"
        return name

    def _ask(self, request: Request, kept: Kept | None) -> Response:
        # Asked for whole again: what could not be read (its parser may have been mended), and what is kept redacted.
        known = kept if kept is not None and kept.problem is None and request.redact is None else None
        return self._fetcher.fetch(
            request, self._source, known.etag if known else None, known.last_modified if known else None
        )

    def _keep(self, scrape_id: str, response: Response, kind: PayloadKind, kept: Kept | None) -> Collected | None:
        request = response.request
        body = self._kept_body(kept) if response.status == 304 and kept is not None else response.body
        stored = request.redact(body) if request.redact is not None else body
        sha256 = bytes_digest(stored)
        found = self._parse(kind, body, response, kept)
        # Bytes that could not be read before, and can now, are stored again: what they say was never.
        is_same = kept is not None and kept.body_sha256 == sha256 and (kept.problem is None or found.parsed is None)
        if not is_same:
            self._store(scrape_id, response, kind, stored, found)
            held_ts = found.published_ts if found.parsed is not None else (kept.held_ts if kept else None)
            self._kept[request.key] = Kept(
                scrape_id, sha256, response.etag, response.last_modified, found.problem, held_ts
            )
        if found.parsed is None or found.problem is not None:
            self._ledger.note(scrape_id, request, response.attempts, found.outcome, found.problem, sha256)
            self.report.failures.append(str(found.problem))
            return None
        self._ledger.note(scrape_id, request, response.attempts, "unchanged" if is_same else "stored", None, sha256)
        self.report.unchanged += is_same
        self.report.stored += not is_same
        for doubt in found.parsed.doubts:
            self.doubt(doubt)
        return Collected(found.parsed, body, response.fetched_ts, not is_same)

    def _kept_body(self, kept: Kept) -> bytes:
        return stored_responses(self._lake, self._source.name, [kept.batch_id])[0].body

    def _parse(self, kind: PayloadKind, body: bytes, response: Response, kept: Kept | None) -> _Found:
        request = response.request
        stamp = Stamp(response.fetched_ts, response.published_ts, request.asked)
        try:
            parsed = parse(kind, body, stamp)
            published_ts = parsed.published_ts or response.published_ts
            if kept is not None and kept.held_ts is not None and published_ts is not None:
                _require_newer(kind, request, published_ts, kept.held_ts)
        except StalePayload as error:
            return _Found(None, response.published_ts, str(error), "stale")
        except Unreadable as error:
            self._ledger.alert(stamp.fetched_ts, f"unreadable {self._source.name}", str(error))
            return _Found(None, response.published_ts, str(error), "unreadable")
        return _Found(parsed, published_ts)

    def _store(self, batch_id: str, response: Response, kind: PayloadKind, body: bytes, found: _Found) -> None:
        """Commits the response, and with it what it adds; works it out again where another writer came between."""
        bronze = response_row(response, kind.name, body, batch_id, found.published_ts, found.problem)
        provenance = Provenance(
            response.fetched_ts, batch_id, bronze["body_sha256"][0], self._source.name, kind.version
        )
        for attempt in range(_TRIES):
            pins = self._lake.pins()
            reading = Reading({}, {}, ())
            if found.parsed is not None:
                reading = read(found.parsed, partial(self._lake.scan, pins=pins), provenance)
            frames = {bronze_table(self._source.name): bronze, **reading.frames}
            based_on = {name: pins.versions.get(name, 0) for name in TABLES if name.startswith("silver.")}
            try:
                self._lake.commit(Batch(batch_id, "scrape", frames, based_on))
            except LakeBusy:
                if attempt == _TRIES - 1:
                    raise
                continue
            break
        for doubt in reading.doubts:
            self.doubt(doubt)
        for name, frame in reading.frames.items():
            self.report.facts[name] = self.report.facts.get(name, 0) + len(frame)

    def _mind_skew(self, response: Response) -> None:
        skew = response.attempts[-1].skew_seconds if response.attempts else None
        if skew is None or abs(skew) <= SKEW_ALERT.total_seconds():
            return
        sentence = f"the clock of {self._source.name} is {skew:+.0f} s from ours; set this machine's clock right"
        if abs(skew) > SKEW_REFUSED.total_seconds():
            raise ClockError(sentence[0].upper() + sentence[1:] + ": nothing was stored.")
        self._ledger.alert(response.fetched_ts, "clock-skew", sentence)
        self.doubt(sentence)


def _require_newer(kind: PayloadKind, request: Request, published_ts: datetime, held_ts: datetime) -> None:
    """Raises StalePayload for an answer that its publisher dates before one that is held."""
    if published_ts < held_ts:
        raise StalePayload(
            f"The {kind.name} of {request.key} is dated {iso(published_ts)}, before the one held, of {iso(held_ts)}: "
            "an old copy, not used."
        )
