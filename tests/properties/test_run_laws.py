"""Laws 1 and 2 on the real pipeline: what becomes available after a run's instant moves no byte of it."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakehouse.clock import FixedClock, iso
from lakehouse.commit import Batch
from lakehouse.lake import Lake
from lakehouse.tables import TABLES, get_table
from pipeline.compute import compute_run
from pipeline.reproduce import reproduce
from pipeline.run import make_run
from tests.pipeline.league import EVENING, NOW, evening_request
from tests.properties.machine.book import Told, replay
from tests.properties.machine.facts import scramble
from tests.properties.machine.ground import NOON, Ground
from tests.strategies import frame, rows

READ_BY_RUNS = tuple(name for name, table in TABLES.items() if "run" in table.audience)
MILLISECOND = timedelta(milliseconds=1)
LATER = st.sampled_from((MILLISECOND, timedelta(minutes=1), timedelta(minutes=30), timedelta(hours=5)))
# A table, rows made up for it, a seed to scramble rows that it holds, and how long after the run they are public.
News = tuple[str, list[dict[str, Any]], int, timedelta]
SCRATCH = "/dev/shm" if Path("/dev/shm").is_dir() else None


@st.composite
def news(draw: st.DrawFn) -> News:
    """News of a table that runs read."""
    name = draw(st.sampled_from(READ_BY_RUNS))
    return name, draw(rows(name, 0, 3)), draw(st.integers(0, 10**6)), draw(LATER)


def publish(lake: Lake, name: str, facts: pl.DataFrame, as_of: datetime, ingested: datetime) -> None:
    """Commits facts as public at an instant after the run's."""
    batch_id = f"law:{name}:{iso(as_of)}:{iso(ingested)}"
    stamped = facts.with_columns(
        as_of_ts=pl.lit(as_of, pl.Datetime("us", "UTC")),
        ingested_ts=pl.lit(ingested, pl.Datetime("us", "UTC")),
        as_of_quality=pl.lit("exact"),
        bronze_batch=pl.lit(batch_id),
    )
    lake.commit(Batch(batch_id, "import", {name: stamped.select(list(get_table(name).columns))}))


def learn(lake: Lake, told: Sequence[News]) -> None:
    """All the news, one batch a table and kind."""
    for number, (name, made_up, seed, after) in enumerate(told):
        ingested = lake.clock.now() + number * timedelta(seconds=2)
        made = frame(name, made_up, "law").unique(list(get_table(name).fact), keep="first", maintain_order=True)
        publish(lake, name, scramble(lake, name, seed), EVENING + after, ingested)
        publish(lake, name, made, EVENING + after, ingested + timedelta(seconds=1))


@pytest.fixture(scope="module")
def digests(built: Path) -> Mapping[str, str]:
    """Digests of the evening's run on the lake as it was."""
    return compute_run(Lake.open(built / "lake", FixedClock(NOW + timedelta(hours=1))), evening_request()).digests


@settings(max_examples=8)
@given(told=st.lists(news(), min_size=1, max_size=3))
def test_later_facts_of_any_table_change_no_byte(built: Path, digests: Mapping[str, str], told: list[News]) -> None:
    """Law 1: future-invariance of every output, the features among them."""
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        shutil.copytree(built / "lake", Path(folder) / "lake")
        lake = Lake.open(Path(folder) / "lake", FixedClock(NOW + timedelta(hours=2)))
        learn(lake, told)
        assert compute_run(lake, evening_request()).digests == digests


def test_facts_of_every_table_at_once_in_two_orders_change_no_byte(built: Path, digests: Mapping[str, str]) -> None:
    """Laws 1 and 4: nothing later is seen, whatever the order it came in."""
    told: list[News] = [(name, [], at, timedelta(minutes=1)) for at, name in enumerate(READ_BY_RUNS)]
    for order in (told, random.Random(1).sample(told, len(told))):
        with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
            shutil.copytree(built / "lake", Path(folder) / "lake")
            lake = Lake.open(Path(folder) / "lake", FixedClock(NOW + timedelta(hours=2)))
            learn(lake, order)
            assert compute_run(lake, evening_request()).digests == digests


def test_the_same_facts_earlier_do_change_it(built: Path, digests: Mapping[str, str]) -> None:
    """The laws can fail: what is public before the run's instant moves its bytes."""
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        shutil.copytree(built / "lake", Path(folder) / "lake")
        lake = Lake.open(Path(folder) / "lake", FixedClock(NOW + timedelta(hours=2)))
        learn(lake, [("silver.boxscores", [], 5, -timedelta(hours=1))])
        assert compute_run(lake, evening_request()).digests != digests


def test_a_run_is_reproduced_after_news_of_every_table_and_compaction(built: Path) -> None:
    """Law 2: pinned facts give the same bytes, whatever the lake learned since, before or after the run's instant."""
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        shutil.copytree(built / "lake", Path(folder) / "lake")
        lake = Lake.open(Path(folder) / "lake", FixedClock(NOW + timedelta(hours=2)))
        made = make_run(lake, evening_request())
        lake = Lake.open(lake.root, FixedClock(NOW + timedelta(hours=3)))
        learn(lake, [(name, [], at, -timedelta(hours=2)) for at, name in enumerate(READ_BY_RUNS)])
        lake.compact()
        assert reproduce(lake, made.record.run_id).is_identical


ROOT = Path(sys.modules["tests"].__path__[0]).parent
THREADS = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS")
PARTS = 4


def torn(page: Told) -> Iterator[Told]:
    """A batch of facts as several, each with every so many of its rows."""
    for part in range(PARTS):
        batch_id = f"{page.batch.batch_id}/{part}"
        frames = {
            name: rows.gather_every(PARTS, part).with_columns(bronze_batch=pl.lit(batch_id))
            for name, rows in page.batch.frames.items()
            if get_table(name).is_facts
        }
        yield Told(page.instant, Batch(batch_id, page.batch.kind, frames))


def told_elsewhere(root: Path, threads: int, hash_seed: int, zone: str) -> dict[str, Any]:
    """What `machine.elsewhere` says of a lake, under so many threads, a hash seed and a time zone."""
    changed = {**dict.fromkeys(THREADS, str(threads)), "PYTHONHASHSEED": str(hash_seed), "TZ": zone}
    command = [sys.executable, "-m", "tests.properties.machine.elsewhere", str(root), str(threads)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **changed}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_threads_hash_seeds_time_zones_and_files_change_no_byte(ground: Ground, lake_root: Path) -> None:
    """Law 2: one file and one thread in New York, many files and four threads in Kolkata, and the run of the ground."""
    many = [part for page in ground.book.pages for part in torn(page)]
    lake = replay(many, lake_root / "many", FixedClock(NOON + timedelta(hours=1)), on_time=False)
    shutil.copytree(lake.root, lake_root / "one")
    assert Lake.open(lake_root / "one", lake.clock).compact() is not None
    said_elsewhere = [
        told_elsewhere(lake_root / "one", 1, 0, "America/New_York"),
        told_elsewhere(lake_root / "many", 4, 4294967295, "Asia/Kolkata"),
    ]
    record = ground.runs[1]
    assert record.knowledge == "published"
    for said in said_elsewhere:
        assert said["model"] == ground.models[1]
        assert (said["status"], said["reasons"]) == (record.status, list(record.reasons))
        assert said["digests"] == dict(record.digests)
