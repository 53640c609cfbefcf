"""Repair: what can be put right without losing a version."""

from __future__ import annotations

import shutil
from pathlib import Path

from lakehouse import delta
from lakehouse.clock import to_ms
from lakehouse.commit import HEAD, read_head_note
from lakehouse.digest import canonical_json
from lakehouse.errors import LakeDamaged
from lakehouse.evidence import (
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
from lakehouse.log import LOG, BatchIndex, Entry
from lakehouse.tables import TABLES


def repair(lake: Lake) -> tuple[str, ...]:
    """Puts right what loses nothing: foreign versions set aside, file times, notes the log can rebuild, the journal.

    Returns one sentence for each thing done; what is damaged beyond that stays red in the next examination.
    """
    done: list[str] = []
    with lake.storage.lock():
        done += _set_journal_aside(lake)
        done += _set_foreign_aside(lake)
        entries, findings = read_log(lake)
        for name in TABLES:
            done += [_set_aside(lake, name, path) for path in foreign_checkpoints(lake, name, entries)]
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


def _set_journal_aside(lake: Lake) -> list[str]:
    """Moves a journal that cannot be finished away; its batch never showed, and can be committed again."""
    _, damage = read_journal(lake)
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
    for version in sorted(versions_on_disk(lake, LOG) - {0}, reverse=True):
        if is_pretip(lake, LOG, version):
            break
        done.append(_quarantine(lake, LOG, version))
    entries, _ = read_log(lake)
    for name in TABLES:
        if name == LOG:
            continue
        expected = entries[-1].version(name) if entries else 0
        for version in sorted(versions_on_disk(lake, name)):
            ours = version in unfinished_versions(lake, name) and is_pretip(lake, name, version)
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
    path = hint_path(lake, name)
    if not path.exists() or hinted_version(lake, name) is not None:
        return []
    path.unlink()
    return [f"Removed a note of {name} that named no checkpoint."]


def _restore_times(lake: Lake, entries: list[Entry]) -> list[str]:
    done = []
    for name in TABLES:
        versions = versions_on_disk(lake, name)
        wrong = [
            (version, instant)
            for version, instant in commit_instants(name, entries)
            if version in versions and lake.storage.commit_time_ms(name, version) != to_ms(instant)
        ]
        for version, instant in wrong:
            lake.storage.stamp_commit(name, version, instant)
        if wrong:
            done.append(f"Restored {len(wrong)} file times of {name}.")
    return done
