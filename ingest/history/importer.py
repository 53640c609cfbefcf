"""The import of a history archive: every file checked first, then one commit of all that is new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from ingest.history.archive import Archive, ArchivedFile, digest_content, open_archive, read_frame, validate
from ingest.history.context import Context, Scan, gather_context
from ingest.history.facts import SOURCE, find_news, history_provenance, refuse_future
from ingest.history.holes import TABLE as HOLES
from ingest.history.holes import find_holes
from ingest.history.registry import FILES
from ingest.history.summary import FileReport, FileStatus, ImportSummary, TableReport
from ingest.identity import identity_rows
from ingest.provenance import Provenance, attribute
from lakehouse.clock import iso, require_instant
from lakehouse.commit import Batch
from lakehouse.digest import canonical_json, text_digest
from lakehouse.gate import Pins
from lakehouse.lake import Lake
from lakehouse.tables import TABLES, get_table

BRONZE = "bronze.imports"
REJECTED = "silver.rejected"
IDENTITY = "silver.identity"
# Files whose rows others need for their stamps.
CONTEXT_FILES = ("games", "linestar_salaries", "schedule_changes")

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class _Reading:
    """A file as read: `rows` is None where its bytes are those of the last import, and need no reading."""

    file: ArchivedFile
    status: FileStatus
    count: int
    digest: str
    rows: pl.DataFrame | None


@dataclass(frozen=True)
class _Seen:
    """A file's last row in bronze."""

    sha256: str
    digest: str
    count: int


def import_history(lake: Lake, folder: Path, *, now: datetime, progress: Progress | None = None) -> ImportSummary:
    """Loads an archive folder into bronze and silver in one commit, and says what was new.

    A file with the rows of its last import, in any order, is not stored again; a fact the lake holds is not repeated;
    one with other values is a correction, public at `now`. Dates of which the archive says that it has no box score are
    declared holes. `progress` is called with a file's name, the files done and
    their number. Raises BadInput, naming file, column and row, for a file that breaks its schema or states a fact
    before it could be public, and then nothing at all is committed.
    """
    now = require_instant(now, "The import's instant")
    archive = open_archive(folder)
    # A batch that a killed writer left behind must be in before it is asked what is new.
    lake.finish_pending()
    pins = lake.pins()

    def scan(name: str) -> pl.LazyFrame:
        return lake.scan(name, pins)

    readings = _read_files(archive, _last_imports(scan))
    changed = [reading for reading in readings if reading.status != "unchanged"]
    files = _report_files(readings, archive)
    if not changed:
        _tell(progress, readings)
        return ImportSummary(None, files)
    batch_id = _name_batch(archive, now)
    context = _gather(readings, now, scan)
    frames, tables = _collect_news(readings, context, scan, batch_id, progress)
    for reading in changed:
        if reading.file.name == "games" and reading.rows is not None:
            frames[HOLES] = find_holes(lake, reading.rows, now)
    bronze = [_bronze_row(reading, now, batch_id) for reading in changed]
    lake.commit(Batch(batch_id, "import", {BRONZE: pl.concat(bronze), **frames}, based_on=_versions_read(pins)))
    return ImportSummary(batch_id, files, tables)


def check_history(folder: Path, now: datetime | None = None) -> tuple[FileReport, ...]:
    """The files of an archive folder, every one checked against its schema; raises BadInput like the import.

    With `now`, facts that would be public after it are refused too.
    """
    archive = open_archive(folder)
    readings = _read_files(archive, {})
    if now is not None:
        context = _gather(readings, require_instant(now, "The instant of the check"), _scan_nothing)
        for reading in readings:
            _parse(reading, context)
    return _report_files(readings, archive)


def reread_history(
    files: Sequence[ArchivedFile], others: Sequence[ArchivedFile], now: datetime, batch_id: str, scan: Scan
) -> dict[str, pl.DataFrame]:
    """The rows that an import of `files` added to what `scan` gives, worked out again from their bytes.

    `others` are files of the archive that had not changed, which the rest may need for their stamps.
    """
    readings = [_read_file(file, None) for file in files]
    unchanged = [_Reading(file, "unchanged", 0, "", None) for file in others]
    context = _gather([*readings, *unchanged], now, scan)
    frames, _ = _collect_news(readings, context, scan, batch_id, None)
    return frames


def _versions_read(pins: Pins) -> dict[str, int]:
    """The versions that decided what is new; the commit is refused where another writer has moved one since."""
    return {name: pins.versions.get(name, 0) for name in TABLES if name.startswith(("bronze.", "silver."))}


def _scan_nothing(name: str) -> pl.LazyFrame:
    return pl.LazyFrame(schema=get_table(name).columns)


def _last_imports(scan: Scan) -> dict[str, _Seen]:
    rows = (
        scan(BRONZE)
        .filter(pl.col("source") == SOURCE)
        .select("request", "ingested_ts", "batch_id", "body_sha256", "content_digest", "rows")
        .sort("request", "ingested_ts", "batch_id")
        .unique("request", keep="last", maintain_order=True)
        .collect()
    )
    return {row[0]: _Seen(row[3], row[4], row[5]) for row in rows.iter_rows()}


def _read_files(archive: Archive, seen: dict[str, _Seen]) -> list[_Reading]:
    return [_read_file(file, seen.get(file.name)) for file in archive.files]


def _read_file(file: ArchivedFile, seen: _Seen | None) -> _Reading:
    if seen is not None and seen.sha256 == file.sha256:
        return _Reading(file, "unchanged", seen.count, seen.digest, None)
    frame = read_frame(file)
    rows = validate(file.name, frame)
    digest = digest_content(frame)
    status: FileStatus = "new" if seen is None else "unchanged" if seen.digest == digest else "changed"
    return _Reading(file, status, len(frame), digest, rows)


def _report_files(readings: Iterable[_Reading], archive: Archive) -> tuple[FileReport, ...]:
    known = (FileReport(reading.file.name, reading.status, reading.count) for reading in readings)
    return (*known, *(FileReport(name, "ignored", 0) for name in archive.ignored))


def _name_batch(archive: Archive, now: datetime) -> str:
    folder = text_digest(canonical_json({file.name: file.sha256 for file in archive.files}))
    return f"{SOURCE}:{folder[:16]}:{iso(now)}"


def _gather(readings: list[_Reading], now: datetime, scan: Scan) -> Context:
    rows: dict[str, pl.DataFrame | None] = dict.fromkeys(CONTEXT_FILES)
    for reading in readings:
        if reading.file.name in rows:
            read = reading.rows is not None
            rows[reading.file.name] = reading.rows if read else validate(reading.file.name, read_frame(reading.file))
    return gather_context(now, rows["games"], rows["linestar_salaries"], rows["schedule_changes"], scan)


def _parse(reading: _Reading, context: Context) -> dict[str, pl.DataFrame]:
    """A file's facts by table, none of them ahead of the import's instant."""
    kind = FILES[reading.file.name]
    if reading.rows is None or reading.status == "unchanged":
        return {}
    parsed = kind.parse(reading.rows, context)
    for table, rows in parsed.items():
        refuse_future(kind, table, rows, context.now)
    return parsed


def _collect_news(
    readings: list[_Reading], context: Context, scan: Scan, batch_id: str, progress: Progress | None
) -> tuple[dict[str, pl.DataFrame], dict[str, TableReport]]:
    """The rows to append by table, and the report of each table."""
    frames: dict[str, list[pl.DataFrame]] = {}
    tables: dict[str, TableReport] = {}
    facts: list[tuple[str, pl.DataFrame]] = []

    def add(name: str, parsed: pl.DataFrame, provenance: Provenance) -> None:
        news = find_news(get_table(name), parsed, scan(name), provenance)
        frames.setdefault(name, []).append(news.rows)
        report = TableReport(news.new, news.corrections, news.unchanged)
        tables[name] = tables.get(name, TableReport()).plus(report)

    for done, reading in enumerate(readings, start=1):
        provenance = history_provenance(context.now, batch_id, reading.file.sha256)
        for name, parsed in _parse(reading, context).items():
            if name == REJECTED:
                frames.setdefault(name, []).append(attribute(get_table(name), parsed, provenance))
                for target, count in parsed.group_by("table", maintain_order=True).len().iter_rows():
                    tables[target] = tables.get(target, TableReport()).plus(TableReport(rejected=count))
            else:
                add(name, parsed, provenance)
                facts.append((name, parsed))
        if progress is not None:
            progress(reading.file.name, done, len(readings))
    add(IDENTITY, identity_rows(facts), history_provenance(context.now, batch_id, _digest_of_all(readings)))
    return {name: pl.concat(parts) for name, parts in frames.items() if any(map(len, parts))}, tables


def _digest_of_all(readings: Iterable[_Reading]) -> str:
    """A decision may be taught by several files: it is attributed to all of them together."""
    return text_digest(canonical_json({reading.file.name: reading.file.sha256 for reading in readings}))


def _bronze_row(reading: _Reading, now: datetime, batch_id: str) -> pl.DataFrame:
    row = {
        "source": SOURCE,
        "request": reading.file.name,
        "ingested_ts": now,
        "content_digest": reading.digest,
        "body_sha256": reading.file.sha256,
        "body": reading.file.body,
        "rows": reading.count,
        "batch_id": batch_id,
    }
    return pl.DataFrame([row], schema=get_table(BRONZE).columns)


def _tell(progress: Progress | None, readings: list[_Reading]) -> None:
    if progress is not None:
        for done, reading in enumerate(readings, start=1):
            progress(reading.file.name, done, len(readings))
