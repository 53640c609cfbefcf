"""The lake: open one, commit to it, read it as of an instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from lakehouse import delta
from lakehouse.clock import Clock, SystemClock, iso, require_instant
from lakehouse.commit import Batch, Writer
from lakehouse.errors import BadInput, ClockError, UnknownName
from lakehouse.faults import Faults
from lakehouse.gate import Knowledge, Lag, Pins, View
from lakehouse.journal import Journal, Plan
from lakehouse.log import LOG, Entry, Log
from lakehouse.storage import LocalStorage
from lakehouse.tables import TABLES, Audience, get_table

EMPTY = Pins(0, {})


class Lake:
    """A lake at a root folder. Reading never writes, but for an observed reading later than the last entry."""

    def __init__(self, root: Path, clock: Clock, faults: Faults | None = None) -> None:
        self.root = root
        self.clock = clock
        self.storage = LocalStorage(root)
        self.log = Log(self.storage)
        self._writer = Writer(self.storage, clock, faults or Faults())

    @classmethod
    def open(cls, root: Path, clock: Clock | None = None, faults: Faults | None = None) -> Lake:
        """Opens a lake; raises UnknownName where the folder holds none."""
        lake = cls(root, clock or SystemClock(), faults)
        if not lake.storage.control.is_dir():
            raise UnknownName(f"There is no lake at {root}; import history into it first, or name another with --lake.")
        return lake

    @classmethod
    def open_or_create(cls, root: Path, clock: Clock | None = None, faults: Faults | None = None) -> Lake:
        """Opens a lake, making an empty one where the folder is absent or empty."""
        if root.exists() and not root.is_dir():
            raise BadInput(f"{root} is a file, not a folder that can hold a lake.")
        lake = cls(root, clock or SystemClock(), faults)
        if not lake.storage.control.is_dir():
            foreign = [entry.name for entry in root.iterdir() if entry.name not in _BLANK] if root.exists() else []
            if foreign:
                raise BadInput(f"{root} holds other things ({sorted(foreign)[0]}); name an empty folder with --lake.")
            lake.storage.control.mkdir(parents=True)
        return lake

    def commit(self, batch: Batch) -> Entry | None:
        """Commits a batch, all its tables at one instant; None where it was already in. Errors as of Writer.commit."""
        return self._writer.commit(batch)

    def compact(self, tables: tuple[str, ...] | None = None) -> Entry | None:
        """Rewrites the small files of the tables named, or of all that have some; old versions keep reading theirs."""
        return self._writer.compact(tables or tuple(TABLES))

    def finish_pending(self) -> None:
        """Finishes the batch that a killed writer left in the journal, if any."""
        with self.storage.lock():
            self._writer.recover()

    def is_clock_behind(self) -> bool:
        """Whether the clock stands before the lake's last entry: an alert, and a reason that degrades a run."""
        return self._writer.is_clock_behind()

    def pending_plan(self) -> Plan | None:
        """The batch a killed writer left unfinished in the journal, or None."""
        return Journal(self.storage, Faults()).pending()

    def begin_run(self, what: str) -> datetime:
        """Writes an entry and gives its instant: nothing can later appear at or before it."""
        entry = self._writer.commit(Batch(f"heartbeat:{what}:{iso(self.clock.now())}", "heartbeat"))
        return entry.instant if entry is not None else self.begin_run(what + "+")

    def pins(self, seq: int | None = None) -> Pins:
        """The pins of an entry, by default the newest; of no entry in an empty lake."""
        entry = self.log.newest() if seq is None else self.log.entry(seq)
        return Pins.of(entry) if entry else EMPTY

    def as_of(
        self,
        run_ts: datetime,
        knowledge: Knowledge = "observed",
        audience: Audience = "run",
        pins: Pins | None = None,
    ) -> View:
        """What was known at an instant.

        `observed` is what this lake held then; `published` what the world had been told by then, read from the pinned
        (by default the newest) versions. Raises BadInput for a naive instant, ClockError for one in the future, or
        before the lake began.
        """
        run_ts = require_instant(run_ts, "The instant")
        if run_ts > self._present():
            raise ClockError(f"{iso(run_ts)} is in the future; a reading cannot know what is not known yet.")
        if pins is None:
            pins = self._observed_pins(run_ts) if knowledge == "observed" else self.pins()
        return View(run_ts, knowledge, audience, pins, self.scan_version, self.lags(pins), self._writer.index.instants)

    def instants(self) -> Mapping[str, datetime]:
        """The instant of every batch of the log, by batch id."""
        return self._writer.index.instants()

    def lags(self, pins: Pins) -> tuple[Lag, ...]:
        """The configured lags, oldest first."""
        rows = self.scan_version("ops.lags", pins.versions.get("ops.lags", 0)).sort("lag_source", "from_ts").collect()
        return tuple(
            Lag(row["lag_source"], row["from_ts"].astimezone(UTC), timedelta(seconds=row["lag_seconds"]))
            for row in rows.iter_rows(named=True)
        )

    def scan(self, name: str, pins: Pins | None = None) -> pl.LazyFrame:
        """Every row of a table's visible version, unfiltered by time: for importers, upkeep and listings, never runs."""
        pins = pins if pins is not None else self.pins()
        version = pins.seq if name == LOG else pins.versions.get(get_table(name).name, 0)
        return self.scan_version(name, version)

    def scan_version(self, name: str, version: int) -> pl.LazyFrame:
        """The rows of one version of a table, lazily; version 0 is empty."""
        return delta.scan(self.storage, get_table(name), version)

    def _present(self) -> datetime:
        """The clock's instant, or the newest entry's where the clock has fallen behind the log."""
        newest = self.log.newest()
        return max(self.clock.now(), newest.instant) if newest is not None else self.clock.now()

    def _observed_pins(self, run_ts: datetime) -> Pins:
        newest = self.log.newest()
        if newest is not None and run_ts > newest.instant:
            # Once this entry is written, nothing in flight can land at or before run_ts.
            self.begin_run("as-of")
        return Pins.of(self.log.at(run_ts))


# What a fresh default lake folder may hold before the first commit.
_BLANK = (".gitignore", "README.md", ".gitkeep", "lost+found")
