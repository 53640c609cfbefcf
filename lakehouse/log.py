"""The lake's log: which version of every table was visible at any instant, by one binary search."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lakehouse.clock import from_ms, iso, to_ms
from lakehouse.delta import commit_metadata
from lakehouse.digest import canonical_json
from lakehouse.errors import ClockError, LakeDamaged
from lakehouse.storage import LocalStorage

LOG = "ops.log"


@dataclass(frozen=True)
class Entry:
    """One batch of the log: `versions` names the visible version of every table from this instant on."""

    seq: int
    instant: datetime
    batch_id: str
    kind: str
    versions: Mapping[str, int]
    changes: Mapping[str, Mapping[str, str]]
    previous_sha256: str
    clock: datetime

    def version(self, table: str) -> int:
        """Visible version of a table; 0, which is empty, where the table did not exist yet."""
        return self.versions.get(table, 0)


def log_row(entry: Entry) -> dict[str, Any]:
    """The row that the log's table holds for an entry."""
    return {
        "seq": entry.seq,
        "instant_ts": entry.instant,
        "batch_id": entry.batch_id,
        "kind": entry.kind,
        "versions": canonical_json(dict(entry.versions)),
        "changes": canonical_json(dict(entry.changes)),
        "previous_sha256": entry.previous_sha256,
        "clock_ts": entry.clock,
    }


class Log:
    """Reads the log from its commit files, without opening the table."""

    def __init__(self, storage: LocalStorage) -> None:
        self._storage = storage

    def head(self) -> int:
        """Number of the newest entry; 0 where nothing was ever committed."""
        return max(self._storage.head_version(LOG), 0)

    def entry(self, seq: int) -> Entry:
        """The entry of that number; raises LakeDamaged where its file is missing or unreadable."""
        found = commit_metadata(self._storage.commit_path(LOG, seq))
        if not found:
            raise LakeDamaged(f"Entry {seq} of the lake's log was not written by pretip; run `pretip doctor`.")
        return Entry(
            seq=seq,
            instant=from_ms(int(found["instant_ms"])),
            batch_id=found["batch_id"],
            kind=found["kind"],
            versions=json.loads(found["versions"]),
            changes=json.loads(found["changes"]),
            previous_sha256=found["previous_sha256"],
            clock=from_ms(int(found["clock_ms"])),
        )

    def newest(self) -> Entry | None:
        """The newest entry, or None in an empty lake."""
        head = self.head()
        return self.entry(head) if head else None

    def at(self, instant: datetime) -> Entry:
        """The last entry at or before an instant; raises ClockError before the lake began."""
        low, high = 0, self.head()
        if high == 0:
            raise ClockError("This lake holds nothing yet; import or scrape something first.")
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.entry(middle).instant <= instant else (low, middle - 1)
        if low == 0:
            began = iso(self.entry(1).instant)
            raise ClockError(
                f"This lake began at {began}, after {iso(instant)}; ask for a later instant, or use --knowledge published."
            )
        return self.entry(low)


class BatchIndex:
    """Which batches the log holds: a file of lines that the log can rebuild, kept so that a look-up stays cheap."""

    def __init__(self, storage: LocalStorage, log: Log) -> None:
        self.path = storage.control / "batches.idx"
        self._storage = storage
        self._log = log
        self._seqs: dict[str, int] = {}
        self._instants: dict[str, datetime] = {}
        self._seq = 0
        self._filed = 0
        self._size = 0
        self._is_torn = False

    def find(self, batch_id: str) -> int | None:
        """Number of the entry that committed a batch, or None."""
        self._catch_up()
        return self._seqs.get(batch_id)

    def instants(self) -> dict[str, datetime]:
        """Instant of every batch in the log."""
        self._catch_up()
        return self._instants

    def note(self) -> None:
        """Adds what the file lacks up to the newest entry."""
        self._catch_up()
        if self.path.exists() and self.path.stat().st_size != self._size:
            # Another writer has added lines since this one read the file.
            self._forget()
            self._catch_up()
        if self._is_torn:
            self.rebuild()
            return
        for seq in range(self._filed + 1, self._seq + 1):
            self._storage.append_line(self.path, _line(self._log.entry(seq)))
        self._filed = self._seq
        self._size = self.path.stat().st_size if self.path.exists() else 0

    def rebuild(self) -> None:
        """Writes the file anew from the log."""
        self._storage.write_durable(self.path, self._text())
        self._forget()

    def agrees(self) -> bool:
        """Whether the file says what the log says; its last lines may be lacking."""
        said = self.path.read_bytes() if self.path.exists() else b""
        return self._text().startswith(said)

    def _text(self) -> bytes:
        entries = (self._log.entry(seq) for seq in range(1, self._log.head() + 1))
        return "".join(_line(entry) + "\n" for entry in entries).encode()

    def _catch_up(self) -> None:
        head = self._log.head()
        if self._seq == 0 and self.path.exists():
            self._load(head)
        for seq in range(self._seq + 1, head + 1):
            entry = self._log.entry(seq)
            self._remember(seq, entry.instant, entry.batch_id)

    def _load(self, head: int) -> None:
        data = self.path.read_bytes()
        self._size = len(data)
        self._is_torn = not data.endswith(b"\n")
        for line in data.decode(errors="replace").splitlines():
            try:
                seq, milliseconds, batch_id = json.loads(line)
            except (ValueError, TypeError):
                self._is_torn = True
                break
            if seq != self._seq + 1 or seq > head:
                self._is_torn = True
                break
            self._remember(seq, from_ms(milliseconds), batch_id)
        if self._seq and self._seqs.get(self._log.entry(self._seq).batch_id) != self._seq:
            self._forget()
            self._size, self._is_torn = len(data), True
        self._filed = self._seq

    def _remember(self, seq: int, instant: datetime, batch_id: str) -> None:
        self._seqs[batch_id], self._instants[batch_id], self._seq = seq, instant, seq

    def _forget(self) -> None:
        self._seqs, self._instants, self._seq, self._filed = {}, {}, 0, 0
        self._size, self._is_torn = 0, False


def _line(entry: Entry) -> str:
    return json.dumps([entry.seq, to_ms(entry.instant), entry.batch_id])
