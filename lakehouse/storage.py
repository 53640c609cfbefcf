"""The storage seam: every byte of the lake that is not written by Delta itself goes through here."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from lakehouse.clock import to_ms
from lakehouse.errors import LakeBusy, StorageFull

LOCK_TIMEOUT_S = 30.0
CONTROL = "_pretip"


class LocalStorage:
    """A lake on a local disk: paths, the writer lock, durable writes, file times."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.control = root / CONTROL
        self.journal = self.control / "journal"
        self.quarantine = self.control / "quarantine"

    def table_path(self, table: str) -> Path:
        """Folder of a Delta table."""
        layer, name = table.split(".", 1)
        return self.root / layer / name

    def commit_path(self, table: str, version: int) -> Path:
        """Commit file of a version of a table."""
        return self.table_path(table) / "_delta_log" / f"{version:020d}.json"

    def has_version(self, table: str, version: int) -> bool:
        """Whether the commit file of that version is there."""
        return self.commit_path(table, version).exists()

    def head_version(self, table: str) -> int:
        """The newest version of a table, or -1 where there is none; a handful of look-ups, however long the log."""
        if not self.has_version(table, 0):
            return -1
        low, step = 0, 1
        while self.has_version(table, low + step):
            low, step = low + step, step * 2
        high = low + step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.has_version(table, middle) else (low, middle)
        return low

    def stamp_commit(self, table: str, version: int, instant: datetime) -> None:
        """Sets a commit file's time to an instant, so that native timestamp travel agrees with the lake's log."""
        nanoseconds = to_ms(instant) * 1_000_000
        os.utime(self.commit_path(table, version), ns=(nanoseconds, nanoseconds))

    def commit_time_ms(self, table: str, version: int) -> int:
        """The time of a commit file, whole milliseconds since 1970."""
        return self.commit_path(table, version).stat().st_mtime_ns // 1_000_000

    @contextmanager
    def lock(self, timeout_s: float = LOCK_TIMEOUT_S) -> Iterator[None]:
        """Holds the lake's one writer lock; raises LakeBusy when another process keeps it."""
        self.control.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.control / "lock", timeout=timeout_s):
                yield
        except Timeout:
            raise LakeBusy(
                f"Another process is writing to the lake at {self.root}; wait for it to finish and try again."
            ) from None

    def write_durable(self, path: Path, data: bytes) -> None:
        """Writes a whole file so that it is either absent or complete, also after a power cut."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(path.name + ".draft")
        with full_disk_is_an_error(self.root), draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync(path.parent)

    def append_line(self, path: Path, line: str) -> None:
        """Adds a line to a file that can be rebuilt; not synced."""
        with full_disk_is_an_error(self.root), path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def clear_journal(self) -> None:
        """Removes the journal: first what seals it, so that a half-removed one is never taken for whole."""
        plan = self.journal / "plan.json"
        if plan.exists():
            plan.unlink()
            sync(self.journal)
        if self.journal.exists():
            shutil.rmtree(self.journal)
            sync(self.control)


def sync(path: Path) -> None:
    """Flushes a file or a folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def full_disk_is_an_error(root: Path) -> Iterator[None]:
    """Turns "no space left", from the system or from inside delta-rs, into StorageFull."""
    try:
        yield
    except Exception as error:
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        if full or "No space left on device" in str(error):
            raise StorageFull(
                f"The disk under {root} is full; free some space and run the command again, nothing was lost."
            ) from error
        raise
