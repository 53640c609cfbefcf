"""A disk that is really full, not a mock of one."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from lakehouse.clock import FixedClock
from lakehouse.commit import Batch
from lakehouse.doctor import examine
from lakehouse.errors import StorageFull
from lakehouse.lake import Lake
from tests.lakehouse.samples import IDENTITY, RESULTS, commit_pairs, held, identity, result
from tests.strategies import T0

PAGE = 4096
ROWS = 400


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs the right to mount a small file system")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def _batch(batch_id: str) -> Batch:
    """A batch of some hundred rows that do not compress to nothing."""
    names = [identity(batch_id, key=f"{number * 2654435761 % 2**32:x}") for number in range(ROWS)]
    return Batch(batch_id, "scrape", {IDENTITY: pl.concat(names), RESULTS: result(batch_id)})


def _fill(root: Path, pages_left: int) -> Path:
    """Fills the disk up to that many pages."""
    ballast = root / "ballast"
    size = 0
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                size += file.write(b"\0" * PAGE)
        except OSError:
            pass
        file.truncate(max(size - pages_left * PAGE, 0))
    return ballast


@pytest.mark.parametrize("pages_left", [0, 12, 15, 17, 18, 19, 20, 21, 22, 24, 26])
def test_a_full_disk_shows_nothing_and_the_batch_can_be_committed_later(small_disk: Path, pages_left: int) -> None:
    clock = FixedClock(T0)
    lake = Lake.open_or_create(small_disk / "lake", clock)
    commit_pairs(lake, 3)
    ballast = _fill(small_disk, pages_left)
    was_refused = False
    try:
        lake.commit(_batch("big"))
    except StorageFull:
        was_refused = True
    shown = {name: "big" in held(lake, name) for name in (IDENTITY, RESULTS)}
    assert len(set(shown.values())) == 1
    assert was_refused or all(shown.values())
    assert pages_left or (was_refused and not any(shown.values())), "the disk was not full"
    ballast.unlink()
    lake.commit(_batch("big"))
    assert lake.scan(IDENTITY).filter(pl.col("bronze_batch") == "big").collect().height == ROWS
    assert held(lake, RESULTS) == {"test:0", "test:1", "test:2", "big"}
    assert lake.commit(_batch("big")) is None
    assert examine(lake).healthy
