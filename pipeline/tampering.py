"""Whether the files a run read are still the bytes the lake's log says were written."""

from __future__ import annotations

from collections.abc import Iterator

from lakehouse.digest import bytes_digest
from lakehouse.gate import Pins
from lakehouse.lake import Lake
from lakehouse.tables import TABLES

READ_TABLES = tuple(name for name, table in TABLES.items() if "run" in table.audience)


def altered_files(lake: Lake, pins: Pins) -> tuple[str, ...]:
    """Files of the tables a run may read, up to its pinned entry, that are missing or not what was written."""
    return tuple(sorted(_altered(lake, pins)))


def _altered(lake: Lake, pins: Pins) -> Iterator[str]:
    for seq in range(1, pins.seq + 1):
        entry = lake.log.entry(seq)
        for table in READ_TABLES:
            for path, digest in entry.changes.get(table, {}).items():
                file = lake.storage.table_path(table) / path
                if not file.exists() or bytes_digest(file.read_bytes()) != digest:
                    yield f"{table}: {path}"
