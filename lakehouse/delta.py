"""The only module that speaks to delta-rs: create, append, compact, open a version; history is kept for ever."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError

from lakehouse.digest import bytes_digest
from lakehouse.errors import LakeDamaged
from lakehouse.storage import LocalStorage, full_disk_is_an_error, sync
from lakehouse.tables import Table

# Only the lower-case "interval N days" form is honoured; any other spelling silently means 30 days.
PROPERTIES = {
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
    "delta.enableExpiredLogCleanup": "false",
    "delta.appendOnly": "true",
    "delta.checkpointInterval": "20",
}
# Batch, instant and the log's own fields travel in the commit under this prefix.
PREFIX = "pretip."


def create(storage: LocalStorage, table: Table) -> None:
    """Creates a table, empty at version 0, with the properties that keep its history."""
    schema = pl.DataFrame(schema=table.columns).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
    with full_disk_is_an_error(storage.root):
        DeltaTable.create(
            str(storage.table_path(table.name)), schema, mode="ignore", name=table.name, configuration=PROPERTIES
        )


def append(storage: LocalStorage, table: str, frame: pl.DataFrame, metadata: Mapping[str, Any]) -> None:
    """Appends a frame as exactly one new version, without retrying past another writer."""
    with full_disk_is_an_error(storage.root):
        write_deltalake(
            DeltaTable(str(storage.table_path(table))),
            frame.to_arrow(compat_level=pl.CompatLevel.oldest()),
            mode="append",
            commit_properties=_properties(metadata),
        )


def compact(storage: LocalStorage, table: str, metadata: Mapping[str, Any]) -> None:
    """Rewrites a table's small files into large ones as one new version; older versions keep reading theirs."""
    with full_disk_is_an_error(storage.root):
        DeltaTable(str(storage.table_path(table))).optimize.compact(commit_properties=_properties(metadata))


def scan(storage: LocalStorage, table: Table, version: int) -> pl.LazyFrame:
    """The rows of a version of a table, lazily; raises LakeDamaged where its log cannot be read."""
    if version <= 0:
        return pl.LazyFrame(schema=table.columns)
    try:
        opened = DeltaTable(str(storage.table_path(table.name)), version=version)
    except (DeltaError, OSError) as error:
        raise LakeDamaged(
            f"Version {version} of {table.name} cannot be opened ({str(error).splitlines()[0]}); run `pretip doctor`."
        ) from error
    return pl.scan_delta(opened).select(list(table.columns))


def read_commit(path: Path) -> list[dict[str, Any]]:
    """The actions of a commit file; raises LakeDamaged where it is missing or is not JSON."""
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    except FileNotFoundError:
        raise LakeDamaged(
            f"The log file {path.parent.parent.name}/{path.name} is missing; run `pretip doctor`."
        ) from None
    except ValueError:
        raise LakeDamaged(
            f"The log file {path.parent.parent.name}/{path.name} is damaged; run `pretip doctor`."
        ) from None


def commit_metadata(path: Path) -> dict[str, Any]:
    """What we wrote into a commit's commitInfo, without the prefix; empty for a commit that is not ours."""
    for action in read_commit(path):
        info = action.get("commitInfo")
        if info is not None:
            return {name.removeprefix(PREFIX): value for name, value in info.items() if name.startswith(PREFIX)}
    return {}


def added_files(storage: LocalStorage, table: str, version: int) -> list[str]:
    """Data files a version added, relative to the table, sorted."""
    actions = read_commit(storage.commit_path(table, version))
    return sorted(action["add"]["path"] for action in actions if "add" in action)


def version_digests(storage: LocalStorage, table: str, version: int) -> dict[str, str]:
    """SHA-256 of the commit, of its checkpoint and of each data file a version added, by path relative to the table."""
    commit = storage.commit_path(table, version)
    checkpoint = commit.with_name(f"{version:020d}.checkpoint.parquet")
    names = [f"_delta_log/{path.name}" for path in (commit, checkpoint) if path.exists()]
    names += added_files(storage, table, version)
    return {name: bytes_digest((storage.table_path(table) / name).read_bytes()) for name in names}


def sync_version(storage: LocalStorage, table: str, version: int) -> None:
    """Flushes a version's data, commit, checkpoint and folders to the disk; delta-rs does not."""
    folder = storage.table_path(table)
    log = folder / "_delta_log"
    for name in added_files(storage, table, version):
        sync(folder / name)
    sync(storage.commit_path(table, version))
    for extra in (log / f"{version:020d}.checkpoint.parquet", log / "_last_checkpoint"):
        if extra.exists():
            sync(extra)
    sync(folder)
    sync(log)


def table_configuration(storage: LocalStorage, table: str) -> dict[str, str]:
    """The properties a table has now."""
    return dict(DeltaTable(str(storage.table_path(table))).metadata().configuration)


def active_files(storage: LocalStorage, table: str, version: int) -> list[str]:
    """Data files of a version as delta-rs reads them (through its checkpoints), relative to the table, sorted."""
    opened = DeltaTable(str(storage.table_path(table)), version=version)
    return sorted(pl.DataFrame(opened.get_add_actions(flatten=True))["path"].to_list())


def _properties(metadata: Mapping[str, Any]) -> CommitProperties:
    return CommitProperties(
        custom_metadata={f"{PREFIX}{name}": value for name, value in metadata.items()}, max_commit_retries=0
    )
