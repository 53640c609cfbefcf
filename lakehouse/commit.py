"""One writer, one batch at a time: journal, then tables, then the log; nothing shows before the log names it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from lakehouse import delta
from lakehouse.clock import EPOCH, Clock, floor_ms, from_ms, iso, to_ms
from lakehouse.digest import bytes_digest, canonical_json
from lakehouse.errors import BadInput, ClockError, ForeignWriter, LakeBusy, LakeDamaged
from lakehouse.faults import Faults
from lakehouse.frames import conform
from lakehouse.journal import Journal, Plan
from lakehouse.log import LOG, BatchIndex, Entry, Log, log_row
from lakehouse.storage import LocalStorage
from lakehouse.tables import TABLES, get_table

CLOCK_ALERT = timedelta(seconds=1)
CLOCK_REFUSED = timedelta(minutes=5)
# A table is rewritten into large files whenever its version reaches a multiple of this.
COMPACT_EVERY = 100
HEAD = "head.json"
LOG_COMPACTION = "log-compaction"


@dataclass(frozen=True)
class Batch:
    """Rows to commit together. `batch_id` is (source, request, attempt time), never the content.

    `based_on` names the versions the rows were worked out from; where one has moved since, the batch is refused.
    """

    batch_id: str
    kind: str
    frames: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    based_on: Mapping[str, int] = field(default_factory=dict)


class Writer:
    """Commits batches under the lake's lock, exactly once each."""

    def __init__(self, storage: LocalStorage, clock: Clock, faults: Faults) -> None:
        self._storage = storage
        self._clock = clock
        self._faults = faults
        self._log = Log(storage)
        self._journal = Journal(storage, faults)
        self.index = BatchIndex(storage, self._log)

    def commit(self, batch: Batch) -> Entry | None:
        """The entry of the batch, or None where the batch was already in.

        Raises BadInput for a frame that does not fit its table, LakeBusy, ForeignWriter, ClockError for a clock more
        than five minutes behind the log, StorageFull; the lake is then as it was, or the next writer finishes the
        batch.
        """
        frames = {name: conform(frame, get_table(name)) for name, frame in batch.frames.items() if len(frame)}
        for name, frame in frames.items():
            _require_provenance(name, frame, batch)
        with self._storage.lock():
            self._faults.reach("lock.taken")
            self.recover()
            if self.index.find(batch.batch_id) is not None:
                return None
            self._require_unmoved(batch)
            alerts = self._clock_alert()
            if alerts is not None:
                frames["ops.alerts"] = pl.concat([*([frames["ops.alerts"]] if "ops.alerts" in frames else []), alerts])
            entry = self._run(batch, frames, ())
            self._compact_due(entry)
            return entry

    def compact(self, tables: tuple[str, ...]) -> Entry | None:
        """Rewrites the small files of some tables as one batch; every older version stays readable."""
        with self._storage.lock():
            self.recover()
            newest = self._log.newest()
            due = tuple(
                name for name in tables if name != LOG and newest is not None and self._is_scattered(name, newest)
            )
            return self._compact(due) if due else None

    def recover(self) -> None:
        """Finishes the batch an earlier writer left, and refuses tables that somebody else wrote to. Needs the lock."""
        plan = self._journal.pending()
        if plan is not None:
            self._finish(plan)
        self._require_own_heads()

    def _require_unmoved(self, batch: Batch) -> None:
        newest = self._log.newest()
        moved = [name for name, version in batch.based_on.items() if newest and newest.version(name) != version]
        if moved:
            raise LakeBusy(f"Another process wrote to {moved[0]} in the meantime; run the command again.")

    def is_clock_behind(self) -> bool:
        """Whether the clock says an instant that the log has passed."""
        newest = self._log.newest()
        return newest is not None and newest.instant - self._clock.now() > CLOCK_ALERT

    def _clock_alert(self) -> pl.DataFrame | None:
        newest = self._log.newest()
        if newest is None or not self.is_clock_behind():
            return None
        message = f"The clock says {iso(self._clock.now())}, before the lake's last entry at {iso(newest.instant)}."
        row = {"alert_ts": _next_instant(self._clock.now(), newest), "kind": "clock-behind", "message": message}
        return pl.DataFrame([row], schema=get_table("ops.alerts").columns)

    def _run(self, batch: Batch, frames: dict[str, pl.DataFrame], compacted: tuple[str, ...]) -> Entry:
        newest = self._log.newest()
        now = self._clock.now()
        versions = dict(newest.versions) if newest else {}
        plan = Plan(
            seq=newest.seq + 1 if newest else 1,
            instant_ms=to_ms(_next_instant(now, newest)),
            clock_ms=to_ms(floor_ms(now)),
            batch_id=batch.batch_id,
            kind=batch.kind,
            versions=versions,
            bases={name: versions.get(name, 0) for name in (*frames, *compacted) if name != LOG},
            frames={},
            compacted=compacted,
        )
        try:
            sealed = self._journal.write(plan, frames)
        except Exception:
            self._storage.clear_journal()
            raise
        return self._finish(sealed)

    def _finish(self, plan: Plan) -> Entry:
        """Every step can be done again: what is already there is recognised by its batch."""
        changes = {table: self._write_table(plan, table, base) for table, base in sorted(plan.bases.items())}
        if plan.seq > 1:
            # The previous entry's own files, which nothing could vouch for when they were written.
            changes[LOG] = delta.version_digests(self._storage, LOG, plan.seq - 1)
        entry = self._write_log(plan, changes)
        self._note_head(entry)
        self._faults.reach("head.noted")
        self.index.note()
        self._faults.reach("index.noted")
        self._storage.clear_journal()
        self._faults.reach("journal.cleared")
        return entry

    def _write_table(self, plan: Plan, table: str, base: int) -> dict[str, str]:
        version = base + 1
        if base == 0:
            self._create_table(table)
        if not self._is_ours(table, version, plan.batch_id):
            metadata = {"batch_id": plan.batch_id, "instant_ms": plan.instant_ms}
            if table in plan.compacted:
                self._compact_table(table, version, metadata)
            else:
                delta.append(self._storage, table, self._journal.frame(plan, table), metadata)
        self._faults.reach("table.appended")
        delta.sync_version(self._storage, table, version)
        self._storage.stamp_commit(table, version, from_ms(plan.instant_ms))
        self._faults.reach("table.sealed")
        created = delta.version_digests(self._storage, table, 0) if base == 0 else {}
        return {**created, **delta.version_digests(self._storage, table, version)}

    def _write_log(self, plan: Plan, changes: dict[str, dict[str, str]]) -> Entry:
        if plan.seq == 1:
            self._create_table(LOG)
        if not self._is_ours(LOG, plan.seq, plan.batch_id):
            row = self._log_row(plan, changes)
            metadata = {
                "batch_id": plan.batch_id,
                "instant_ms": plan.instant_ms,
                "clock_ms": plan.clock_ms,
                "kind": plan.kind,
                "versions": row["versions"][0],
                "changes": row["changes"][0],
                "previous_sha256": row["previous_sha256"][0],
            }
            if LOG in plan.compacted:
                self._compact_table(LOG, plan.seq, metadata)
            else:
                delta.append(self._storage, LOG, pl.concat([*self._owed_row(plan), row]), metadata)
        self._faults.reach("log.appended")
        delta.sync_version(self._storage, LOG, plan.seq)
        self._storage.stamp_commit(LOG, plan.seq, from_ms(plan.instant_ms))
        self._faults.reach("log.sealed")
        return self._log.entry(plan.seq)

    def _owed_row(self, plan: Plan) -> list[pl.DataFrame]:
        """The row of the previous entry where that one rewrote the log's files and so could not add a row itself."""
        if plan.seq == 1 or self._log.entry(plan.seq - 1).kind != LOG_COMPACTION:
            return []
        return [pl.DataFrame([log_row(self._log.entry(plan.seq - 1))], schema=get_table(LOG).columns)]

    def _log_row(self, plan: Plan, changes: dict[str, dict[str, str]]) -> pl.DataFrame:
        return pl.DataFrame(
            {
                "seq": [plan.seq],
                "instant_ts": [from_ms(plan.instant_ms)],
                "batch_id": [plan.batch_id],
                "kind": [plan.kind],
                "versions": [canonical_json(plan.versions_after())],
                "changes": [canonical_json(changes)],
                "previous_sha256": [bytes_digest(self._storage.commit_path(LOG, plan.seq - 1).read_bytes())],
                "clock_ts": [from_ms(plan.clock_ms)],
            },
            schema=get_table(LOG).columns,
        )

    def _note_head(self, entry: Entry) -> None:
        """Keeps the digests of the newest entry's own files, which no later entry vouches for yet."""
        files = delta.version_digests(self._storage, LOG, entry.seq)
        note = canonical_json({"seq": entry.seq, "files": files})
        self._storage.write_durable(self._storage.control / HEAD, note.encode())

    def _create_table(self, name: str) -> None:
        if not self._storage.has_version(name, 0):
            delta.create(self._storage, get_table(name))
        self._faults.reach("table.created")
        # The creation is stamped 1970, so that native travel to before the first rows finds an empty table.
        delta.sync_version(self._storage, name, 0)
        self._storage.stamp_commit(name, 0, EPOCH)
        self._faults.reach("table.stamped")

    def _compact_table(self, name: str, version: int, metadata: Mapping[str, Any]) -> None:
        delta.compact(self._storage, name, metadata)
        if not self._storage.has_version(name, version):
            # With nothing to rewrite delta-rs writes no version, but the plan has promised one.
            delta.append(self._storage, name, pl.DataFrame(schema=get_table(name).columns), metadata)

    def _is_ours(self, table: str, version: int, batch_id: str) -> bool:
        if not self._storage.has_version(table, version):
            return False
        found = delta.commit_metadata(self._storage.commit_path(table, version)).get("batch_id")
        if found != batch_id:
            raise ForeignWriter(
                f"Version {version} of {table} was not written by pretip; run `pretip doctor --repair` to set it aside."
            )
        return True

    def _require_own_heads(self) -> None:
        newest = self._log.newest()
        self._require_noted_head(newest)
        for name in TABLES:
            if name == LOG:
                continue
            expected = newest.version(name) if newest else 0
            if expected and not self._storage.has_version(name, expected):
                raise LakeDamaged(f"Version {expected} of {name} is missing; run `pretip doctor`.")
            if self._storage.has_version(name, expected + 1):
                raise ForeignWriter(
                    f"{name} has a version {expected + 1} that the lake's log does not name; "
                    "run `pretip doctor --repair` to set it aside."
                )

    def _require_noted_head(self, newest: Entry | None) -> None:
        """Refuses to go on from a log whose end is lost or altered: the next entry would vouch for it."""
        path = self._storage.control / HEAD
        if not path.exists():
            return
        seq, files = read_head_note(path)
        if seq > (newest.seq if newest else 0):
            raise LakeDamaged(f"Entry {seq} of the lake's log was written and is missing; run `pretip doctor`.")
        if newest is not None and seq == newest.seq and files != delta.version_digests(self._storage, LOG, seq):
            raise LakeDamaged(f"Entry {seq} of the lake's log is not what was written; run `pretip doctor`.")

    def _is_scattered(self, name: str, entry: Entry) -> bool:
        version = entry.version(name)
        return version > 1 and len(delta.active_files(self._storage, name, version)) > 1

    def _compact_due(self, entry: Entry) -> None:
        before = entry.seq - 1
        written = (name for name in sorted(entry.changes) if name != LOG)
        due = tuple(name for name in written if entry.version(name) % COMPACT_EVERY == 0)
        if due:
            entry = self._compact(due)
        if entry.seq // COMPACT_EVERY > before // COMPACT_EVERY:
            self._run(Batch(f"{LOG_COMPACTION}:{entry.seq}:{iso(self._clock.now())}", LOG_COMPACTION), {}, (LOG,))

    def _compact(self, due: tuple[str, ...]) -> Entry:
        batch_id = f"compaction:{','.join(due)}:{iso(self._clock.now())}"
        return self._run(Batch(batch_id, "compaction"), {}, due)


def read_head_note(path: Path) -> tuple[int, dict[str, str]]:
    """Number of the newest entry and the digests of its files; raises LakeDamaged where the note is not one."""
    try:
        note = json.loads(path.read_bytes())
        return int(note["seq"]), dict(note["files"])
    except (OSError, ValueError, KeyError, TypeError):
        raise LakeDamaged(
            f"The note of the newest entry, {path}, cannot be read; run `pretip doctor --repair`."
        ) from None


def _next_instant(now: datetime, newest: Entry | None) -> datetime:
    instant = floor_ms(now)
    if newest is None:
        return instant
    if newest.instant - instant > CLOCK_REFUSED:
        raise ClockError(
            f"The clock says {iso(instant)}, more than five minutes before the lake's last entry at "
            f"{iso(newest.instant)}; set the clock right and try again."
        )
    return max(instant, newest.instant + timedelta(milliseconds=1))


def _require_provenance(name: str, frame: pl.DataFrame, batch: Batch) -> None:
    if get_table(name).is_facts and not (frame["bronze_batch"] == batch.batch_id).all():
        raise BadInput(f"Rows for {name} must carry the batch they are committed with, {batch.batch_id!r}.")
