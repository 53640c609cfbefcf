"""Whether the files a run came from are still the bytes the lake's log says were written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lakehouse.digest import bytes_digest
from lakehouse.gate import Pins
from lakehouse.lake import Lake
from lakehouse.tables import TABLES

READ_TABLES = tuple(name for name, table in TABLES.items() if "run" in table.audience)


def altered_files(lake: Lake, pins: Pins, tables: Sequence[str] = READ_TABLES) -> tuple[str, ...]:
    """Files of some tables, by default those a run may read, that up to the pinned entry are not what was written."""
    return tuple(sorted(_altered(lake, pins, tables)))


def _altered(lake: Lake, pins: Pins, tables: Sequence[str]) -> Iterator[str]:
    for seq in range(1, pins.seq + 1):
        entry = lake.log.entry(seq)
        for table in tables:
            for path, digest in entry.changes.get(table, {}).items():
                file = lake.storage.table_path(table) / path
                if not file.exists() or bytes_digest(file.read_bytes()) != digest:
                    yield f"{table}: {path}"
