"""Time of commits, of resolving an instant and of old versions, against plain delta-rs on the same rows in one run.

A commit of the lake is a journal, a table, the log and their syncs; the plain one is `write_deltalake` alone, which
neither syncs nor can finish what it began. Up to the first size every version is really committed; beyond that the
log is synthetic: commit files written directly over links to real data files, compacted every hundred versions, with
real checkpoints every hundred (every twenty in the last two hundred).
"""

from __future__ import annotations

import json
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click
import polars as pl
from deltalake import DeltaTable, write_deltalake

from lakehouse.clock import FixedClock, from_ms, to_ms
from lakehouse.commit import HEAD, Batch
from lakehouse.delta import version_digests
from lakehouse.digest import bytes_digest, canonical_json
from lakehouse.lake import Lake
from lakehouse.log import LOG
from lakehouse.tables import get_table

TABLE = "silver.identity"
ROWS = 200
START = datetime(2025, 10, 21, 16, 0, tzinfo=UTC)
TICK = timedelta(seconds=30)
LAST = 20
T = TypeVar("T")


@dataclass
class Bench:
    """A lake, a plain table beside it, and what was measured, in milliseconds unless named otherwise."""

    folder: Path
    lake: Lake
    clock: FixedClock
    figures: dict[str, float] = field(default_factory=dict)
    number: int = 0

    def batch(self) -> Batch:
        """The next batch of two hundred rows."""
        self.number += 1
        batch_id = f"bench:{self.number}"
        stamps = {
            "as_of_ts": self.clock.now(),
            "as_of_quality": "exact",
            "ingested_ts": self.clock.now(),
            "source": "bench",
            "bronze_batch": batch_id,
            "body_sha256": "0" * 64,
            "parser_version": 1,
        }
        keys = (f"{random.Random(self.number * ROWS + row).getrandbits(64):x}" for row in range(ROWS))
        rows = [
            {"kind": "player", "source_key": key, "nba_id": 1 + row, "rule": "exact-name", **stamps}
            for row, key in enumerate(keys)
        ]
        return Batch(batch_id, "scrape", {TABLE: pl.DataFrame(rows, schema=get_table(TABLE).columns)})

    def commit_pairs(self, count: int, plain: Path) -> tuple[list[float], list[float]]:
        """Commits batches to the lake and to a plain table in turn; milliseconds of each."""
        ours, theirs = [], []
        for _ in range(count):
            self.clock.advance(TICK)
            batch = self.batch()
            rows = batch.frames[TABLE].to_arrow(compat_level=pl.CompatLevel.oldest())
            ours.append(_ms(partial(self.lake.commit, batch)))
            theirs.append(_ms(partial(write_deltalake, str(plain), rows, mode="append")))
        return ours, theirs

    def note_commits(self, versions: int, ours: list[float], theirs: list[float]) -> None:
        """Notes the latencies at a number of versions."""
        lake, plain = statistics.median(ours), statistics.median(theirs)
        self.figures[f"commit_at_{versions}_ms"] = lake
        self.figures[f"commit_at_{versions}_worst_ms"] = max(ours)
        self.figures[f"write_deltalake_at_{versions}_ms"] = plain
        self.figures[f"commit_over_write_deltalake_at_{versions}"] = lake / plain

    def note_reads(self, versions: int, looks: int) -> None:
        """Notes the time to resolve, open and read instants, from handles as fresh as a new process has."""
        head = self.lake.log.head()
        chance = random.Random(1)
        seqs = [chance.randint(2, head) for _ in range(looks)]
        instants = [self.lake.log.entry(seq).instant for seq in seqs]
        path = str(self.lake.storage.table_path(TABLE))

        def fresh() -> Lake:
            return Lake.open(self.lake.root, self.clock)

        resolve = _median(lambda at: fresh().log.at(at), instants)
        native = _median(lambda at: DeltaTable(path).load_as_version(at), instants)
        held = Lake.open(self.lake.root, self.clock)
        mistaken = sum(_native_version(path, at) != held.log.at(at).version(TABLE) for at in instants)
        self.figures |= {
            f"resolve_whole_lake_at_{versions}_ms": resolve,
            f"load_as_version_one_table_at_{versions}_ms": native,
            f"load_as_version_over_resolve_at_{versions}": native / resolve,
            f"native_disagrees_at_{versions}": float(mistaken),
            f"as_of_observed_at_{versions}_ms": _median(lambda at: fresh().as_of(at), instants),
            f"as_of_published_at_{versions}_ms": _median(lambda at: fresh().as_of(at, "published"), instants),
            f"first_observed_rows_at_{versions}_ms": _median(
                lambda at: fresh().as_of(at).rows(TABLE).collect(), instants[:5]
            ),
        }

    def note_scans(self, versions: int, plain: Path) -> None:
        """Notes full scans of the newest and of an old version, compacted since."""
        newest = self.lake.pins().versions[TABLE]
        for name, ours, theirs in (("newest", newest, versions - 1), ("half", versions // 2, versions // 2)):
            lake = _median(lambda version: self.lake.scan_version(TABLE, version).collect(), [ours] * 5)
            other = _median(lambda version: pl.scan_delta(str(plain), version=version).collect(), [theirs] * 5)
            self.figures |= {
                f"scan_{name}_at_{versions}_ms": lake,
                f"scan_{name}_plain_at_{versions}_ms": other,
                f"scan_{name}_over_plain_at_{versions}": lake / other,
            }


def measure(sizes: tuple[int, ...], real: int, folder: Path) -> dict[str, float]:
    """Figures at each size; up to `real` versions by real commits."""
    clock = FixedClock(START)
    bench = Bench(folder, Lake.open_or_create(folder / "lake", clock), clock)
    plain = folder / "plain"
    # The first commit of a process pays for threads and imports.
    bench.commit_pairs(1, plain)
    for size in sizes:
        if size <= real:
            ours, theirs = bench.commit_pairs(size - bench.number, plain)
            bench.note_commits(size, ours[-LAST:], theirs[-LAST:])
            bench.note_scans(size, plain)
        else:
            start = time.perf_counter()
            extend(bench.lake, size)
            bench.figures[f"synthesis_to_{size}_s"] = time.perf_counter() - start
            bench.lake = Lake.open(bench.lake.root, clock)
            newest = bench.lake.log.newest()
            assert newest is not None
            clock.instant = newest.instant
            copied = shutil.copytree(
                bench.lake.storage.table_path(TABLE), folder / f"plain-{size}", copy_function=os.link
            )
            bench.note_commits(size, *bench.commit_pairs(LAST, Path(copied)))
        bench.note_reads(size, looks=20)
    return bench.figures


def extend(lake: Lake, size: int) -> None:
    """Grows the log to that many entries without committing: files as the lake writes them, checkpoints real."""
    newest = lake.log.newest()
    assert newest is not None
    tables = {name: _Synthetic(lake, name) for name in (TABLE, LOG)}
    seq, version, instant = newest.seq, newest.version(TABLE), newest.instant
    with (lake.storage.control / "batches.idx").open("a", encoding="utf-8") as index:
        while seq < size:
            seq, version, instant = seq + 1, version + 1, instant + TICK
            batch_id = f"synthetic:{seq}"
            stamp = {"batch_id": batch_id, "instant_ms": to_ms(instant)}
            digests = tables[TABLE].write(version, stamp, from_ms(to_ms(instant)))
            previous = bytes_digest(lake.storage.commit_path(LOG, seq - 1).read_bytes())
            said = {"versions": canonical_json({**newest.versions, TABLE: version})}
            said |= {"changes": canonical_json({TABLE: digests}), "previous_sha256": previous}
            entry = {**stamp, "clock_ms": to_ms(instant), "kind": "scrape", **said}
            tables[LOG].write(seq, entry, instant)
            index.write(json.dumps([seq, to_ms(instant), batch_id]) + "\n")
            if seq % 100 == 0 or (seq % 20 == 0 and size - seq < 200):
                for name, at in ((TABLE, version), (LOG, seq)):
                    DeltaTable(str(lake.storage.table_path(name)), version=at).create_checkpoint()
    note = {"seq": seq, "files": version_digests(lake.storage, LOG, seq)}
    lake.storage.write_durable(lake.storage.control / HEAD, canonical_json(note).encode())


class _Synthetic:
    """Writes further versions of a table whose data files are links to real ones."""

    def __init__(self, lake: Lake, name: str) -> None:
        self._lake, self._name = lake, name
        self._folder = lake.storage.table_path(name)
        self._active: dict[str, dict[str, Any]] = {}
        for version in range(lake.storage.head_version(name) + 1):
            actions = self._read(version)
            for action in actions:
                if "add" in action:
                    self._active[action["add"]["path"]] = action["add"]
                elif "remove" in action:
                    self._active.pop(action["remove"]["path"])
            if [kind for action in actions for kind in action if kind != "commitInfo"] == ["add"]:
                self._small = actions
        self._big = max(self._active.values(), key=lambda add: int(add["size"]))

    def write(self, version: int, metadata: dict[str, Any], instant: datetime) -> dict[str, str]:
        """Writes a version, every hundredth one a compaction; the digest of its commit file."""
        info = next(action["commitInfo"] for action in self._small if "commitInfo" in action)
        kept = {key: value for key, value in info.items() if not key.startswith("pretip.")}
        actions: list[dict[str, Any]] = [
            {"commitInfo": {**kept, **{f"pretip.{key}": value for key, value in metadata.items()}}}
        ]
        template = next(action["add"] for action in self._small if "add" in action)
        if version % 100 == 0:
            gone = {"dataChange": False, "deletionTimestamp": to_ms(instant), "extendedFileMetadata": True}
            size = {"partitionValues": {}, "size": template["size"]}
            actions += [{"remove": {"path": path, **gone, **size}} for path in self._active]
            self._active, template = {}, self._big
        path = f"synthetic-{version:020d}.parquet"
        os.link(self._folder / template["path"], self._folder / path)
        added = {**template, "path": path, "dataChange": version % 100 != 0}
        self._active[path] = added
        actions.append({"add": added})
        commit = self._lake.storage.commit_path(self._name, version)
        data = "\n".join(json.dumps(action) for action in actions).encode()
        commit.write_bytes(data)
        self._lake.storage.stamp_commit(self._name, version, instant)
        return {f"_delta_log/{commit.name}": bytes_digest(data)}

    def _read(self, version: int) -> list[dict[str, Any]]:
        lines = self._lake.storage.commit_path(self._name, version).read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line]


def _native_version(path: str, instant: datetime) -> int:
    table = DeltaTable(path)
    table.load_as_version(instant)
    return table.version()


def _ms(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def _median(work: Callable[[T], object], over: list[T]) -> float:
    return statistics.median(_ms(partial(work, thing)) for thing in over)


@click.command()
@click.option("--quick", is_flag=True, help="A tenth of the sizes, in well under a minute.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Where to build; default: temporary.")
def main(quick: bool, as_json: bool, folder: Path | None) -> None:
    """Time the lake against plain delta-rs."""
    sizes, real = ((20, 100, 1_000), 100) if quick else ((100, 1_000, 10_000), 1_000)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        figures = measure(sizes, real, Path(place))
    if as_json:
        click.echo(json.dumps(figures, indent=2))
        return
    click.echo(f"Real commits up to {real} versions; a synthetic log with real checkpoints beyond.")
    for name, value in figures.items():
        click.echo(f"{name:48} {value:12.4g}")


if __name__ == "__main__":
    main()
