"""The doctor: is the lake what its log says, byte for byte?"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from lakehouse import delta
from lakehouse.clock import iso, to_ms
from lakehouse.commit import HEAD, LOG_COMPACTION, read_head_note
from lakehouse.digest import bytes_digest
from lakehouse.errors import LakeDamaged
from lakehouse.evidence import (
    Finding,
    commit_instants,
    foreign_checkpoints,
    hint_path,
    hinted_version,
    is_pretip,
    read_journal,
    read_log,
    unfinished_versions,
    versions_on_disk,
)
from lakehouse.lake import Lake
from lakehouse.log import LOG, BatchIndex, Entry, log_row
from lakehouse.tables import TABLES, get_table

Progress = Callable[[str, int, int], None]
RUNS, CODE = "ops.runs", "ops.code"


@dataclass(frozen=True)
class Diagnosis:
    """All findings; the lake is healthy when none of them is red."""

    entries: int
    tables: int
    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing red was found."""
        return not any(finding.red for finding in self.findings)


def examine(lake: Lake, progress: Progress | None = None) -> Diagnosis:
    """Checks the log, then every table against it: chain, gaps, instants, versions, digests, file times, properties."""
    entries, findings = read_log(lake)
    findings += _check_log(lake, entries)
    present = [name for name in TABLES if lake.storage.has_version(name, 0) or (entries and entries[-1].version(name))]
    for done, name in enumerate(present):
        if progress:
            progress(name, done, len(present))
        findings += list(_check_table(lake, name, entries))
    findings += list(_check_control(lake, entries, is_whole=not any(finding.red for finding in findings)))
    if not any(finding.red and finding.table == LOG for finding in findings):
        # Only bytes that are what was written are decoded: a broken Parquet file can take the process down.
        findings += _check_log_rows(lake, entries)
    if not any(finding.red and finding.table in (LOG, RUNS, CODE) for finding in findings):
        findings += _check_code(lake)
    return Diagnosis(len(entries), len(present), tuple(findings))


def _check_log(lake: Lake, entries: list[Entry]) -> list[Finding]:
    findings: list[Finding] = []
    for before, entry in itertools.pairwise(entries):
        if entry.seq != before.seq + 1:
            continue
        if entry.instant <= before.instant:
            findings.append(Finding("instants", LOG, f"Entry {entry.seq} is not after entry {before.seq}."))
        if entry.previous_sha256 != bytes_digest(lake.storage.commit_path(LOG, before.seq).read_bytes()):
            findings.append(Finding("digest", LOG, f"Entry {before.seq} is not what was written."))
        grown = {name for name, version in entry.versions.items() if version != before.version(name)}
        if grown != set(entry.changes) - {LOG}:
            findings.append(Finding("versions", LOG, f"Entry {entry.seq} names versions that it did not write."))
    if entries and entries[0].seq == 1:
        created = (
            bytes_digest(lake.storage.commit_path(LOG, 0).read_bytes()) if lake.storage.has_version(LOG, 0) else ""
        )
        if entries[0].previous_sha256 != created:
            findings.append(Finding("digest", LOG, "The creation of the log is not what was written."))
    return findings


def _check_log_rows(lake: Lake, entries: list[Entry]) -> list[Finding]:
    """The table's rows against the commits' own words; the newest rewriting of the log has no row yet."""
    if not entries:
        return []
    try:
        rows = delta.scan(lake.storage, get_table(LOG), entries[-1].seq).collect()
    except Exception as error:
        return [Finding("digest", LOG, f"The log's rows cannot be read ({_first_line(error)}).")]
    said = {row["seq"]: row for row in rows.iter_rows(named=True)}
    findings = []
    for entry in entries:
        row = said.pop(entry.seq, None)
        if row is None:
            if entry is not entries[-1] or entry.kind != LOG_COMPACTION:
                findings.append(Finding("versions", LOG, f"Entry {entry.seq} has no row."))
        elif row != log_row(entry):
            findings.append(Finding("digest", LOG, f"The row of entry {entry.seq} is not what its commit says."))
    findings += [Finding("versions", LOG, f"The log has a row for an entry {seq} that does not exist.") for seq in said]
    return findings


def _check_code(lake: Lake) -> Iterator[Finding]:
    """The kept wheels against their own digests, and whether the code of every run is among them."""
    kept = lake.scan(CODE).select("code_version").unique().collect()["code_version"].sort().to_list()
    for version in kept:
        rows = lake.scan(CODE).filter(pl.col("code_version") == version)
        for name, wheel, digest in rows.select("wheel_name", "wheel", "wheel_sha256").collect().iter_rows():
            if bytes_digest(wheel) != digest:
                message = f"The wheel {name} of code {version} is not the one that was kept."
                yield Finding("digest", CODE, message)
    made = lake.scan(RUNS).select("code_version").unique().collect()["code_version"].sort().to_list()
    lost = [version for version in made if version not in kept]
    if lost:
        message = f"The code of some runs is not kept ({', '.join(lost)}), so `reproduce --recorded` cannot use it."
        yield Finding("code", CODE, message, red=False)


def _check_table(lake: Lake, name: str, entries: list[Entry]) -> Iterator[Finding]:
    versions = versions_on_disk(lake, name)
    expected = (entries[-1].seq if name == LOG else entries[-1].version(name)) if entries else 0
    unfinished = unfinished_versions(lake, name)
    if name != LOG:
        for version in sorted(versions):
            if version > expected and not (version in unfinished and is_pretip(lake, name, version)):
                yield Finding("foreign", name, f"Version {version} is not in the lake's log.", True, True)
        for version in range(expected + 1):
            if version not in versions:
                yield Finding("missing", name, f"The log file of version {version} is missing; restore it from a copy.")
    yield from _check_times(lake, name, entries, versions - unfinished)
    broken = [*_check_digests(lake, name, entries), *_check_hint(lake, name)]
    yield from broken
    if 0 in versions and not any(finding.red for finding in broken):
        yield from _check_properties(lake, name)


def _check_properties(lake: Lake, name: str) -> Iterator[Finding]:
    try:
        found = delta.table_configuration(lake.storage, name)
    except Exception as error:
        yield Finding("unreadable", name, f"The table cannot be opened ({_first_line(error)}).")
        return
    changed = sorted(key for key in {**found, **delta.PROPERTIES} if found.get(key) != delta.PROPERTIES.get(key))
    if changed:
        yield Finding("property", name, f"The property {changed[0]} is {found.get(changed[0])!r}.", True, True)


def _check_times(lake: Lake, name: str, entries: list[Entry], versions: set[int]) -> Iterator[Finding]:
    for version, instant in commit_instants(name, entries):
        if version in versions and lake.storage.commit_time_ms(name, version) != to_ms(instant):
            message = (
                f"The file time of version {version} is not {iso(instant)}, so native time travel would answer wrongly."
            )
            yield Finding("file-time", name, message, True, True)


def _check_digests(lake: Lake, name: str, entries: list[Entry]) -> Iterator[Finding]:
    folder = lake.storage.table_path(name)
    written: set[str] = set()
    for entry in entries:
        for path, digest in entry.changes.get(name, {}).items():
            written.add(path)
            file = folder / path
            if not file.exists():
                if not path.startswith("_delta_log/0") or not path.endswith(".json"):
                    yield Finding("missing", name, f"{path} is missing; restore it from a copy.")
            elif bytes_digest(file.read_bytes()) != digest:
                yield Finding("digest", name, f"{path} is not what was written; restore it from a copy.")
    for checkpoint in foreign_checkpoints(lake, name, entries):
        message = f"{checkpoint.name} was not written by pretip, and readers would trust it."
        yield Finding("foreign", name, message, True, True)
    if name == LOG:
        return
    strays = sorted(file.name for file in folder.glob("*.parquet") if file.name not in written)
    if strays and not unfinished_versions(lake, name):
        message = (
            f"{len(strays)} data files belong to no version ({strays[0]}), left of interrupted writes and harmless."
        )
        yield Finding("stray", name, message, red=False)


def _check_control(lake: Lake, entries: list[Entry], is_whole: bool) -> Iterator[Finding]:
    plan, damage = read_journal(lake)
    if damage:
        yield Finding("journal", LOG, damage, True, True)
    elif plan is not None:
        yield Finding(
            "journal", LOG, f"The batch {plan.batch_id!r} is unfinished; the next writer finishes it.", False, True
        )
    path = lake.storage.control / HEAD
    if not entries and not path.exists():
        return
    try:
        seq, files = read_head_note(path)
    except LakeDamaged as error:
        # A batch killed before its first note has none yet.
        yield Finding("head", LOG, str(error), plan is None or plan.seq > 1, True)
        return
    head = entries[-1].seq if entries else 0
    if seq < head and plan is None:
        yield Finding("head", LOG, f"The note of the newest entry is of entry {seq}, not {head}.", True, True)
    elif seq > head:
        yield Finding("gap", LOG, f"The log ends at entry {head}, but entry {seq} was written.")
    for name, digest in files.items():
        file = lake.storage.table_path(LOG) / name
        if not file.exists() or bytes_digest(file.read_bytes()) != digest:
            yield Finding("digest", LOG, f"{name} is not what was written; restore it from a copy.")
    if is_whole and not BatchIndex(lake.storage, lake.log).agrees():
        yield Finding("index", LOG, "The index of batches does not agree with the log.", True, True)


def _check_hint(lake: Lake, name: str) -> Iterator[Finding]:
    """Delta's own note of the newest checkpoint, which no digest covers and every opening reads first."""
    path = hint_path(lake, name)
    if path.exists() and hinted_version(lake, name) is None:
        yield Finding("hint", name, f"{path.name} names no checkpoint that is there; it can be removed.", True, True)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
