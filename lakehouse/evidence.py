"""What lies on the disk: log entries, versions, journal and checkpoints, read without trusting any of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from lakehouse import delta
from lakehouse.clock import EPOCH
from lakehouse.errors import LakeDamaged
from lakehouse.faults import Faults
from lakehouse.journal import Journal, Plan
from lakehouse.lake import Lake
from lakehouse.log import LOG, Entry

COMMIT_NAME = re.compile(r"^(\d{20})\.json$")


@dataclass(frozen=True)
class Finding:
    """Something the doctor found. `red` says the lake cannot be trusted until it is put right."""

    check: str
    table: str
    message: str
    red: bool = True
    repairable: bool = False


def read_log(lake: Lake) -> tuple[list[Entry], list[Finding]]:
    """The entries from the first on, as far as they can be read."""
    versions = versions_on_disk(lake, LOG)
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
            foreign = not is_pretip(lake, LOG, seq)
            what = "was not written by pretip" if foreign else "cannot be read"
            findings.append(
                Finding("foreign" if foreign else "digest", LOG, f"Entry {seq} of the log {what}.", True, foreign)
            )
    return entries, findings


def hinted_version(lake: Lake, name: str) -> int | None:
    """The version that the note names, where it is the newest checkpoint and says of it what is true."""
    path = hint_path(lake, name)
    checkpoints = sorted(path.parent.glob("*.checkpoint.parquet"))
    try:
        hint = json.loads(path.read_bytes())
        newest = checkpoints[-1]
        actions = pl.scan_parquet(newest).select(pl.len()).collect().item()
        is_true = hint["size"] == actions and hint.get("sizeInBytes", newest.stat().st_size) == newest.stat().st_size
        return int(newest.name[:20]) if is_true and hint["version"] == int(newest.name[:20]) else None
    except (OSError, ValueError, KeyError, TypeError, IndexError, pl.exceptions.PolarsError):
        return None


def hint_path(lake: Lake, name: str) -> Path:
    return lake.storage.table_path(name) / "_delta_log" / "_last_checkpoint"


def foreign_checkpoints(lake: Lake, name: str, entries: list[Entry]) -> list[Path]:
    """Checkpoints of visible versions that no digest covers; the newest entry's own are covered by the note."""
    head = (entries[-1].seq - 1 if name == LOG else entries[-1].version(name)) if entries else 0
    known = {path for entry in entries for path in entry.changes.get(name, {})}
    found = sorted((lake.storage.table_path(name) / "_delta_log").glob("*.checkpoint.parquet"))
    return [path for path in found if int(path.name[:20]) <= head and f"_delta_log/{path.name}" not in known]


def read_journal(lake: Lake) -> tuple[Plan | None, str]:
    """The unfinished batch, and what is wrong with the journal where something is."""
    try:
        plan = lake.pending_plan()
        if plan is not None:
            for table in plan.frames:
                Journal(lake.storage, Faults()).frame(plan, table)
    except LakeDamaged as error:
        return None, str(error)
    return plan, ""


def unfinished_versions(lake: Lake, name: str) -> set[int]:
    """Versions the unfinished batch writes: they are neither foreign nor, until it is finished, stamped."""
    plan, _ = read_journal(lake)
    if plan is None:
        return set()
    version = plan.seq if name == LOG else plan.versions_after().get(name, 0) if name in plan.bases else 0
    return {0, 1} if version == 1 else {version} if version else set()


def commit_instants(name: str, entries: list[Entry]) -> Iterator[tuple[int, datetime]]:
    yield 0, EPOCH
    for entry in entries:
        if name == LOG:
            yield entry.seq, entry.instant
        elif name in entry.changes:
            yield entry.version(name), entry.instant


def versions_on_disk(lake: Lake, name: str) -> set[int]:
    log = lake.storage.table_path(name) / "_delta_log"
    if not log.is_dir():
        return set()
    return {int(match[1]) for path in log.iterdir() if (match := COMMIT_NAME.match(path.name))}


def is_pretip(lake: Lake, name: str, version: int) -> bool:
    try:
        return "batch_id" in delta.commit_metadata(lake.storage.commit_path(name, version))
    except LakeDamaged:
        return True
