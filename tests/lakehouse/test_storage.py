from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakehouse.errors import LakeBusy
from lakehouse.storage import LocalStorage
from tests.strategies import T0

TABLE = "silver.results"


class CountingStorage(LocalStorage):
    """Versions 0 to `head` exist; look-ups are counted."""

    def __init__(self, head: int) -> None:
        super().__init__(Path("nowhere"))
        self.newest = head
        self.looked = 0

    def has_version(self, table: str, version: int) -> bool:
        self.looked += 1
        return version <= self.newest


@given(st.integers(-1, 200_000))
def test_the_head_is_found_in_a_handful_of_looks(head: int) -> None:
    storage = CountingStorage(head)
    assert storage.head_version(TABLE) == head
    assert storage.looked <= 2 * max(head, 1).bit_length() + 2


def test_a_durable_write_leaves_only_the_whole_file(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    path = storage.control / "deep" / "note"
    for data in (b"first", b"", b"second"):
        storage.write_durable(path, data)
        assert path.read_bytes() == data
        assert [file.name for file in path.parent.iterdir()] == ["note"]


def test_file_times_are_whole_milliseconds(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    path = storage.commit_path(TABLE, 3)
    path.parent.mkdir(parents=True)
    path.touch()
    storage.stamp_commit(TABLE, 3, T0)
    assert path.stat().st_mtime_ns == int(T0.timestamp()) * 10**9
    assert storage.commit_time_ms(TABLE, 3) == int(T0.timestamp()) * 1000


def test_a_second_writer_is_told_that_the_lake_is_busy(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    with storage.lock(), pytest.raises(LakeBusy, match="Another process"), LocalStorage(tmp_path).lock(0.01):
        pass
    with storage.lock(0.01):
        pass
