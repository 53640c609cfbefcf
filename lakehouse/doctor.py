"""The doctor: is the lake what its log says, byte for byte; and what can be put right without losing a version."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from lakehouse import delta
from lakehouse.clock import EPOCH, iso, to_ms
from lakehouse.commit import HEAD, LOG_COMPACTION, read_head_note
from lakehouse.digest import bytes_digest, canonical_json
from lakehouse.errors import LakeDamaged
from lakehouse.faults import Faults
from lakehouse.journal import Journal, Plan
from lakehouse.lake import Lake
from lakehouse.log import LOG, BatchIndex, Entry, log_row
from lakehouse.tables import TABLES, get_table

COMMIT_NAME = re.compile(r"^(\d{20})\.json$")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Finding:
    """Something the doctor found. `red` says the lake cannot be trusted until it is put right."""

    check: str
    table: str
    message: str
    red: bool = True
    repairable: bool = False


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
    entries, findings = _read_log(lake)
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
    return Diagnosis(len(entries), len(present), tuple(findings))


def repair(lake: Lake) -> tuple[str, ...]:
    """Puts right what loses nothing: foreign versions set aside, file times, notes the log can rebuild, the journal.

    Returns one sentence for each thing done; what is damaged beyond that stays red in the next examination.
    """
    done: list[str] = []
    with lake.storage.lock():
        done += _set_journal_aside(lake)
        done += _set_foreign_aside(lake)
        entries, findings = _read_log(lake)
        for name in TABLES:
            done += [_set_aside(lake, name, path) for path in _foreign_checkpoints(lake, name, entries)]
            done += _drop_false_hint(lake, name)
        done += _restore_times(lake, entries)
        if entries and not findings:
            done += _note_head_again(lake, entries[-1])
            index = BatchIndex(lake.storage, lake.log)
            if not index.agrees():
                index.rebuild()
                done.append("Wrote the index of batches anew from the log.")
    if not findings and lake.pending_plan() is not None:
        lake.finish_pending()
        done.append("Finished the batch in the journal.")
    return tuple(done)


def _read_log(lake: Lake) -> tuple[list[Entry], list[Finding]]:
    """The entries from the first on, as far as they can be read."""
    versions = _versions_on_disk(lake, LOG)
    findings: list[Finding] = []
    entries: list[Entry] = []
    head = max(versions, default=0)
    for seq in range(1, head + 1):
        if seq not in versions:
            findings.append(Finding("gap", LOG, f"Entry {seq} of the log is missing; restore its file from a copy."))
            continue
        try:
            entries.append(lake.log.entry(seq))
        except (LakeDamaged, KeyError, ValueError):
            foreign = not _is_pretip(lake, LOG, seq)
            what = "was not written by pretip" if foreign else "cannot be read"
            findings.append(
                Finding("foreign" if foreign else "digest", LOG, f"Entry {seq} of the log {what}.", True, foreign)
            )
    return entries, findings


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


def _check_table(lake: Lake, name: str, entries: list[Entry]) -> Iterator[Finding]:
    versions = _versions_on_disk(lake, name)
    expected = (entries[-1].seq if name == LOG else entries[-1].version(name)) if entries else 0
    unfinished = _unfinished_versions(lake, name)
    if name != LOG:
        for version in sorted(versions):
            if version > expected and not (version in unfinished and _is_pretip(lake, name, version)):
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
    for version, instant in _instants(name, entries):
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
    for checkpoint in _foreign_checkpoints(lake, name, entries):
        message = f"{checkpoint.name} was not written by pretip, and readers would trust it."
        yield Finding("foreign", name, message, True, True)
    if name == LOG:
        return
    strays = sorted(file.name for file in folder.glob("*.parquet") if file.name not in written)
    if strays and not _unfinished_versions(lake, name):
        message = (
            f"{len(strays)} data files belong to no version ({strays[0]}), left of interrupted writes and harmless."
        )
        yield Finding("stray", name, message, red=False)


def _check_control(lake: Lake, entries: list[Entry], is_whole: bool) -> Iterator[Finding]:
    plan, damage = _read_journal(lake)
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
    path = _hint_path(lake, name)
    if path.exists() and _hinted_version(lake, name) is None:
        yield Finding("hint", name, f"{path.name} names no checkpoint that is there; it can be removed.", True, True)


def _hinted_version(lake: Lake, name: str) -> int | None:
    """The version that the note names, where it is the newest checkpoint and says of it what is true."""
    path = _hint_path(lake, name)
    checkpoints = sorted(path.parent.glob("*.checkpoint.parquet"))
    try:
        hint = json.loads(path.read_bytes())
        newest = checkpoints[-1]
        actions = pl.scan_parquet(newest).select(pl.len()).collect().item()
        is_true = hint["size"] == actions and hint.get("sizeInBytes", newest.stat().st_size) == newest.stat().st_size
        return int(newest.name[:20]) if is_true and hint["version"] == int(newest.name[:20]) else None
    except (OSError, ValueError, KeyError, TypeError, IndexError, pl.exceptions.PolarsError):
        return None


def _hint_path(lake: Lake, name: str) -> Path:
    return lake.storage.table_path(name) / "_delta_log" / "_last_checkpoint"


def _foreign_checkpoints(lake: Lake, name: str, entries: list[Entry]) -> list[Path]:
    """Checkpoints of visible versions that no digest covers; the newest entry's own are covered by the note."""
    head = (entries[-1].seq - 1 if name == LOG else entries[-1].version(name)) if entries else 0
    known = {path for entry in entries for path in entry.changes.get(name, {})}
    found = sorted((lake.storage.table_path(name) / "_delta_log").glob("*.checkpoint.parquet"))
    return [path for path in found if int(path.name[:20]) <= head and f"_delta_log/{path.name}" not in known]


def _read_journal(lake: Lake) -> tuple[Plan | None, str]:
    """The unfinished batch, and what is wrong with the journal where something is."""
    try:
        plan = lake.pending_plan()
        if plan is not None:
            for table in plan.frames:
                Journal(lake.storage, Faults()).frame(plan, table)
    except LakeDamaged as error:
        return None, str(error)
    return plan, ""


def _unfinished_versions(lake: Lake, name: str) -> set[int]:
    """Versions the unfinished batch writes: they are neither foreign nor, until it is finished, stamped."""
    plan, _ = _read_journal(lake)
    if plan is None:
        return set()
    version = plan.seq if name == LOG else plan.versions_after().get(name, 0) if name in plan.bases else 0
    return {0, 1} if version == 1 else {version} if version else set()


def _set_journal_aside(lake: Lake) -> list[str]:
    """Moves a journal that cannot be finished away; its batch never showed, and can be committed again."""
    _, damage = _read_journal(lake)
    if not damage:
        return []
    target = lake.storage.quarantine / "journal"
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(lake.storage.journal, target)
    return [f"Set the damaged journal aside in {target.relative_to(lake.root)}."]


def _note_head_again(lake: Lake, entry: Entry) -> list[str]:
    """Writes the note anew where it is missing, unreadable or older; never where it contradicts the log."""
    path = lake.storage.control / HEAD
    try:
        seq, _ = read_head_note(path)
    except LakeDamaged:
        seq = 0
    if seq >= entry.seq:
        return []
    note = {"seq": entry.seq, "files": delta.version_digests(lake.storage, LOG, entry.seq)}
    lake.storage.write_durable(path, canonical_json(note).encode())
    return ["Noted the newest entry's digests again."]


def _set_foreign_aside(lake: Lake) -> list[str]:
    """Moves versions that the log does not name out of the table, so that its head is the log's again."""
    done = []
    for version in sorted(_versions_on_disk(lake, LOG) - {0}, reverse=True):
        if _is_pretip(lake, LOG, version):
            break
        done.append(_quarantine(lake, LOG, version))
    entries, _ = _read_log(lake)
    for name in TABLES:
        if name == LOG:
            continue
        expected = entries[-1].version(name) if entries else 0
        for version in sorted(_versions_on_disk(lake, name)):
            ours = version in _unfinished_versions(lake, name) and _is_pretip(lake, name, version)
            if version > expected and not ours:
                done.append(_quarantine(lake, name, version))
    return done


def _set_aside(lake: Lake, name: str, path: Path) -> str:
    folder = lake.storage.quarantine / name
    folder.mkdir(parents=True, exist_ok=True)
    shutil.move(path, folder / path.name)
    return f"Set {path.name} of {name} aside in {folder.relative_to(lake.root)}."


def _quarantine(lake: Lake, name: str, version: int) -> str:
    folder = lake.storage.quarantine / name
    folder.mkdir(parents=True, exist_ok=True)
    log = lake.storage.commit_path(name, version).parent
    for path in sorted(log.glob(f"{version:020d}.*")):
        shutil.move(path, folder / path.name)
    _drop_false_hint(lake, name)
    return f"Set version {version} of {name} aside in {folder.relative_to(lake.root)}."


def _drop_false_hint(lake: Lake, name: str) -> list[str]:
    path = _hint_path(lake, name)
    if not path.exists() or _hinted_version(lake, name) is not None:
        return []
    path.unlink()
    return [f"Removed a note of {name} that named no checkpoint."]


def _restore_times(lake: Lake, entries: list[Entry]) -> list[str]:
    done = []
    for name in TABLES:
        versions = _versions_on_disk(lake, name)
        wrong = [
            (version, instant)
            for version, instant in _instants(name, entries)
            if version in versions and lake.storage.commit_time_ms(name, version) != to_ms(instant)
        ]
        for version, instant in wrong:
            lake.storage.stamp_commit(name, version, instant)
        if wrong:
            done.append(f"Restored {len(wrong)} file times of {name}.")
    return done


def _instants(name: str, entries: list[Entry]) -> Iterator[tuple[int, datetime]]:
    yield 0, EPOCH
    for entry in entries:
        if name == LOG:
            yield entry.seq, entry.instant
        elif name in entry.changes:
            yield entry.version(name), entry.instant


def _versions_on_disk(lake: Lake, name: str) -> set[int]:
    log = lake.storage.table_path(name) / "_delta_log"
    if not log.is_dir():
        return set()
    return {int(match[1]) for path in log.iterdir() if (match := COMMIT_NAME.match(path.name))}


def _is_pretip(lake: Lake, name: str, version: int) -> bool:
    try:
        return "batch_id" in delta.commit_metadata(lake.storage.commit_path(name, version))
    except LakeDamaged:
        return True


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
