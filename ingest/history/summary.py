"""What an import did, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

FileStatus = Literal["new", "changed", "unchanged", "ignored"]


@dataclass(frozen=True)
class FileReport:
    """A file of the folder; `rows` is 0 for one that was not read."""

    name: str
    status: FileStatus
    rows: int


@dataclass(frozen=True)
class TableReport:
    """A table's share: facts not known before, corrections of known ones, facts known already, rows rejected."""

    new: int = 0
    corrections: int = 0
    unchanged: int = 0
    rejected: int = 0

    def plus(self, other: TableReport) -> TableReport:
        """Both together."""
        return TableReport(
            self.new + other.new,
            self.corrections + other.corrections,
            self.unchanged + other.unchanged,
            self.rejected + other.rejected,
        )


@dataclass(frozen=True)
class ImportSummary:
    """Per file what was read, per silver table what was learned; `batch_id` is None where nothing was new."""

    batch_id: str | None
    files: tuple[FileReport, ...]
    tables: Mapping[str, TableReport] = field(default_factory=dict)

    @property
    def total(self) -> TableReport:
        """All tables together."""
        total = TableReport()
        for report in self.tables.values():
            total = total.plus(report)
        return total
