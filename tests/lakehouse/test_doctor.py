"""The doctor is red for whatever makes the lake other than what was written, and puts right what loses nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake
from hypothesis import given, settings
from hypothesis import strategies as st

from lakehouse.clock import FixedClock
from lakehouse.commit import HEAD
from lakehouse.doctor import examine
from lakehouse.errors import LakeDamaged
from lakehouse.faults import Faults
from lakehouse.lake import Lake
from lakehouse.log import LOG
from lakehouse.repair import repair
from tests.conftest import SHM
from tests.lakehouse.crash_child import LATER
from tests.lakehouse.samples import IDENTITY, RESULTS, commit_pairs, copy_with_times, held, pair, result
from tests.strategies import T0

BATCHES = 22
OLD = {f"test:{number}" for number in range(BATCHES)}


class Stopped(BaseException):
    """Stops a batch where it is, like a kill."""


@pytest.fixture(scope="module")
def origin() -> Iterator[Path]:
    """A healthy lake with checkpoints in every table."""
    root = Path(tempfile.mkdtemp(prefix="pretip-test-", dir=SHM if os.access(SHM, os.W_OK) else None))
    commit_pairs(Lake.open_or_create(root / "lake", FixedClock(T0)), BATCHES)
    yield root / "lake"
    shutil.rmtree(root)


@pytest.fixture
def ill(origin: Path, lake_root: Path) -> Lake:
    """A copy to harm."""
    return Lake.open(copy_with_times(origin, lake_root / "ill"), FixedClock(LATER))


def _reds(lake: Lake) -> set[tuple[str, str]]:
    return {(finding.check, finding.table) for finding in examine(lake).findings if finding.red}


def _append(lake: Lake, name: str) -> None:
    rows = lake.scan(LOG).limit(1).collect() if name == LOG else result("foreign")
    write_deltalake(
        str(lake.storage.table_path(name)), rows.to_arrow(compat_level=pl.CompatLevel.oldest()), mode="append"
    )


def _alter(lake: Lake) -> None:
    DeltaTable(str(lake.storage.table_path(RESULTS))).alter.set_table_properties({"delta.appendOnly": "false"})


def _add_checkpoint(lake: Lake) -> None:
    DeltaTable(str(lake.storage.table_path(RESULTS)), version=10).create_checkpoint()


def _touch(lake: Lake) -> None:
    os.utime(lake.storage.commit_path(RESULTS, 7))


def _forget_head(lake: Lake) -> None:
    (lake.storage.control / HEAD).unlink()


def _spoil_head(lake: Lake) -> None:
    (lake.storage.control / HEAD).write_bytes(b"{}")


def _spoil_index(lake: Lake) -> None:
    path = lake.storage.control / "batches.idx"
    path.write_bytes(path.read_bytes().replace(b"test:3", b"test:4"))


def _spoil_hint(lake: Lake) -> None:
    (lake.storage.table_path(RESULTS) / "_delta_log" / "_last_checkpoint").write_bytes(b'{"version":9,"size":1}')


MENDED: list[tuple[Callable[[Lake], None], tuple[str, str]]] = [
    (lambda lake: _append(lake, RESULTS), ("foreign", RESULTS)),
    (lambda lake: _append(lake, LOG), ("foreign", LOG)),
    (_alter, ("property", RESULTS)),
    (_alter, ("foreign", RESULTS)),
    (_add_checkpoint, ("foreign", RESULTS)),
    (_touch, ("file-time", RESULTS)),
    (_forget_head, ("head", LOG)),
    (_spoil_head, ("head", LOG)),
    (_spoil_index, ("index", LOG)),
    (_spoil_hint, ("hint", RESULTS)),
]


def test_a_healthy_lake_has_no_findings(ill: Lake) -> None:
    diagnosis = examine(ill)
    assert diagnosis.healthy
    assert diagnosis.findings == ()
    assert (diagnosis.entries, diagnosis.tables) == (BATCHES, 3)
    assert repair(ill) == ()
    assert examine(Lake.open_or_create(ill.root.parent / "empty", FixedClock(LATER))).healthy


@pytest.mark.parametrize(("harm", "expected"), MENDED)
def test_what_loses_nothing_is_red_and_then_mended(
    ill: Lake, harm: Callable[[Lake], None], expected: tuple[str, str]
) -> None:
    harm(ill)
    assert expected in _reds(ill)
    assert repair(ill)
    assert _reds(ill) == set()
    for name in (IDENTITY, RESULTS):
        assert held(ill, name) == OLD
        assert ill.scan_version(name, 5).collect().height == 5
    assert ill.commit(pair("next")) is not None
    assert held(ill, RESULTS) == {*OLD, "test:next"}
    assert _reds(ill) == set()


def _missing(name: str, version: int) -> Callable[[Lake], None]:
    return lambda lake: lake.storage.commit_path(name, version).unlink()


def _missing_data(lake: Lake) -> None:
    next(lake.storage.table_path(RESULTS).glob("*.parquet")).unlink()


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        (_missing(RESULTS, 0), ("missing", RESULTS)),
        (_missing(RESULTS, 9), ("missing", RESULTS)),
        (_missing(RESULTS, BATCHES), ("missing", RESULTS)),
        (_missing(LOG, 1), ("gap", LOG)),
        (_missing(LOG, 9), ("gap", LOG)),
        (_missing(LOG, BATCHES), ("gap", LOG)),
        (_missing_data, ("missing", RESULTS)),
    ],
)
def test_what_is_lost_is_red_and_stays_red(ill: Lake, harm: Callable[[Lake], None], expected: tuple[str, str]) -> None:
    harm(ill)
    assert expected in _reds(ill)
    repair(ill)
    assert expected in _reds(ill)


@pytest.fixture(scope="module")
def patient(origin: Path) -> Iterator[Lake]:
    """A copy that is harmed and put back again and again."""
    target = origin.parent / "patient"
    yield Lake.open(copy_with_times(origin, target), FixedClock(LATER))
    shutil.rmtree(target)


def _files(lake: Lake) -> dict[str, Path]:
    """Every file but the lock."""
    files = sorted(path for path in lake.root.rglob("*") if path.is_file() and path.name != "lock")
    return {str(path.relative_to(lake.root)): path for path in files}


def _kind(name: str) -> str:
    """What sort of file it is: one sort is drawn as often as another."""
    folder, _, file = name.rpartition("/")
    return f"{folder} {file.split('.', 1)[-1] if file[0].isdigit() or file.startswith('part') else file}"


@settings(max_examples=max(60, settings().max_examples))
@given(st.data())
def test_a_flipped_bit_or_a_lost_end_anywhere_is_red(patient: Lake, data: st.DataObject) -> None:
    files = _files(patient)
    kind = data.draw(st.sampled_from(sorted({_kind(name) for name in files})))
    path = files[data.draw(st.sampled_from([name for name in files if _kind(name) == kind]))]
    whole, status = path.read_bytes(), path.stat()
    at = data.draw(st.integers(0, len(whole) - 1))
    bit = data.draw(st.integers(-1, 7))
    broken = whole[:at] if bit < 0 else whole[:at] + bytes([whole[at] ^ (1 << bit)]) + whole[at + 1 :]
    try:
        path.write_bytes(broken)
        # The file time would give it away; a failing disk leaves it as it was.
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        if path.name == "batches.idx" and whole.startswith(broken):
            return
        assert not examine(patient).healthy or _still_reads(patient, path)
    finally:
        path.write_bytes(whole)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _still_reads(lake: Lake, path: Path) -> bool:
    """Delta's note of the newest checkpoint may change, but only in what nobody reads."""
    if path.name != "_last_checkpoint":
        return False
    name = ".".join(path.parts[-4:-2])
    return all(lake.scan_version(name, version).collect().height == version for version in (5, 20, BATCHES))


def _stopped(lake: Lake, point: str) -> None:
    def stop(reached: str) -> None:
        if reached == point:
            raise Stopped

    with pytest.raises(Stopped):
        Lake.open(lake.root, lake.clock, Faults(stop)).commit(pair("next"))


@pytest.mark.parametrize("point", ["journal.sealed", "table.appended", "log.sealed"])
@pytest.mark.parametrize("file", ["plan.json", f"{RESULTS}.arrow"])
def test_a_damaged_journal_is_red_stops_the_writer_and_is_set_aside(ill: Lake, point: str, file: str) -> None:
    _stopped(ill, point)
    assert examine(ill).healthy
    path = ill.storage.journal / file
    whole = path.read_bytes()
    for broken in (whole[:-1], whole[: len(whole) // 2], b"", whole[:70] + bytes([whole[70] ^ 1]) + whole[71:]):
        path.write_bytes(broken)
        assert ("journal", LOG) in _reds(ill)
    if point != "log.sealed" and (file == "plan.json" or point == "journal.sealed"):
        with pytest.raises(LakeDamaged, match="journal"):
            ill.commit(pair("next"))
    assert repair(ill)
    assert _reds(ill) == set()
    assert {*OLD} <= held(ill, RESULTS)
    ill.commit(pair("next"))
    assert ill.scan(RESULTS).collect()["bronze_batch"].to_list().count("test:next") == 1
    assert _reds(ill) == set()


def test_repair_finishes_a_sound_journal(ill: Lake) -> None:
    _stopped(ill, "table.appended")
    assert held(ill, RESULTS) == OLD
    assert "Finished the batch in the journal." in repair(ill)
    assert held(ill, RESULTS) == {*OLD, "test:next"}
    assert ill.commit(pair("next")) is None
    assert _reds(ill) == set()


def test_a_plain_copy_is_mended_by_its_file_times_alone(origin: Path, lake_root: Path) -> None:
    copied = Lake.open(
        Path(shutil.copytree(origin, lake_root / "copy", copy_function=shutil.copyfile)), FixedClock(LATER)
    )
    assert {check for check, _ in _reds(copied)} == {"file-time"}
    repair(copied)
    assert _reds(copied) == set()
    table = DeltaTable(str(copied.storage.table_path(RESULTS)))
    table.load_as_version(copied.log.entry(7).instant)
    assert table.version() == 7
