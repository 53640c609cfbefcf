"""A writer killed anywhere leaves none or all of its batch, and the next one finishes or drops it."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from lakehouse.clock import FixedClock
from lakehouse.commit import Batch
from lakehouse.doctor import examine
from lakehouse.faults import FAULT_POINTS, Faults
from lakehouse.lake import Lake
from lakehouse.log import LOG
from tests.lakehouse.crash_child import LATER
from tests.lakehouse.moments import Killed, Moments
from tests.lakehouse.samples import IDENTITY, RESULTS, commit_pairs, held, identity, pair
from tests.strategies import T0

ROOT = Path(__file__).parents[2]
MOMENTS = Moments()
KILLED = "test:killed"
# How often one batch of two tables, one of them new, comes to a point in a lake that has a log.
REACHES = {"journal.framed": 2, "table.appended": 2, "table.sealed": 2}


def _lake_with_one_table(root: Path) -> Path:
    lake = Lake.open_or_create(root, FixedClock(T0))
    lake.commit(Batch("test:old", "scrape", {IDENTITY: identity("test:old")}))
    return root


def _child(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.lakehouse.crash_child", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@pytest.fixture(scope="module")
def die() -> Iterator[Callable[[Path, str, int], int]]:
    """Kills a committing process at a point of its batch; gives its exit code."""
    with _child() as server:
        assert server.stdin is not None
        assert server.stdout is not None
        asked, answers = server.stdin, server.stdout

        def ask(root: Path, point: str, reach: int) -> int:
            asked.write(f"{reach} {point} {root}\n".encode())
            asked.flush()
            return int(answers.readline())

        yield ask


def _assert_none_or_all(lake: Lake, batch_id: str = KILLED) -> bool:
    shown = {name: batch_id in held(lake, name) for name in (IDENTITY, RESULTS)}
    assert len(set(shown.values())) == 1, f"a reader sees half the batch: {shown}"
    return shown[IDENTITY]


def _assert_heals(root: Path, again: Callable[[Lake], object]) -> None:
    """What must hold of a lake whose writer was killed, before and after the next writer."""
    lake = Lake.open(root, FixedClock(LATER))
    shown = _assert_none_or_all(lake)
    diagnosis = examine(lake)
    assert diagnosis.healthy, diagnosis.findings
    assert _assert_none_or_all(lake) == shown, "looking changed what is visible"
    again(lake)
    assert _assert_none_or_all(lake)
    for name in (IDENTITY, RESULTS):
        assert lake.scan(name).collect()["bronze_batch"].to_list().count(KILLED) == 1
    assert lake.pending_plan() is None
    healed = examine(lake)
    assert not [finding for finding in healed.findings if finding.check != "stray"], healed.findings


@pytest.mark.parametrize(
    ("point", "reach"), [(point, reach) for point in FAULT_POINTS for reach in range(1, REACHES.get(point, 1) + 1)]
)
def test_a_killed_batch_is_none_or_all_and_then_exactly_once(
    lake_root: Path, die: Callable[[Path, str, int], int], point: str, reach: int
) -> None:
    root = _lake_with_one_table(lake_root / "lake")
    assert die(root, point, reach) == -signal.SIGKILL, f"{point} was not reached"
    _assert_heals(root, lambda lake: lake.commit(pair("killed")))


def _numbered(lake: Lake, act: Callable[[Lake], object], monkeypatch: pytest.MonkeyPatch, stop: int) -> str | None:
    """Acts until the moment of that number, and tells which it was; None where there are fewer."""
    count = 0

    def strike(kind: str, name: str) -> None:
        nonlocal count
        count += 1
        if count == stop:
            raise Killed(f"{kind} {name}")

    try:
        with MOMENTS.on(strike, monkeypatch):
            act(lake)
    except Killed as killed:
        return str(killed)
    return None


def _first_batch(lake: Lake) -> object:
    return lake.commit(pair("killed"))


def _compaction(lake: Lake) -> object:
    return lake.compact((IDENTITY, RESULTS))


def _checkpoint(lake: Lake) -> object:
    return lake.commit(pair("killed"))


@pytest.mark.parametrize(("act", "before", "stride"), [(_first_batch, 0, 1), (_compaction, 2, 1), (_checkpoint, 19, 4)])
def test_no_moment_of_a_batch_is_a_bad_one_to_die(
    lake_root: Path, monkeypatch: pytest.MonkeyPatch, act: Callable[[Lake], object], before: int, stride: int
) -> None:
    origin = Lake.open_or_create(lake_root / "origin", FixedClock(T0))
    commit_pairs(origin, before)
    if act is _compaction:
        assert origin.commit(pair("killed")) is not None
    stop = 1
    while True:
        root = Path(shutil.copytree(origin.root, lake_root / str(stop)))
        lake = Lake.open(root, FixedClock(LATER), Faults(MOMENTS.point))
        died_at = _numbered(lake, act, monkeypatch, stop)
        if died_at is None:
            break
        try:
            _assert_heals(root, lambda healer: healer.commit(pair("killed")))
        except AssertionError as error:
            raise AssertionError(f"killed at moment {stop}, {died_at}: {error}") from error
        shutil.rmtree(root)
        stop += stride
    assert stop > len(FAULT_POINTS), "the moments were not heard"


def test_between_two_points_at_most_one_step_becomes_durable(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    pace: list[tuple[str, str]] = []
    watched = Lake.open(lake.root, lake.clock, Faults(MOMENTS.point))
    with MOMENTS.on(lambda kind, name: pace.append((kind, name)), monkeypatch):
        watched.commit(pair("killed"))
    # A draft shows only once renamed, a lock holds nothing, and a journal without its plan is dead.
    sealed = [name for kind, name in pace].index(f"os.remove {lake.storage.journal / 'plan.json'}")
    durable = [
        (kind, name)
        for at, (kind, name) in enumerate(pace)
        if kind == "point" or not (name.endswith((".draft", "/lock")) or (at > sealed and kind == "step"))
    ]
    started = durable.index(("point", "lock.taken"))
    for (kind, name), (next_kind, next_name) in pairwise(durable[started:]):
        assert not kind == next_kind == "step", f"no point to die at between {name} and {next_name}"
    reached = [name for kind, name in pace if kind == "point"]
    assert sorted(set(reached)) == sorted(FAULT_POINTS)
    assert reached[-1] == "journal.cleared"


def test_unknown_points_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown fault point"):
        Faults().reach("lock.forgotten")


def test_two_writers_lose_nothing_and_readers_see_whole_batches(lake_root: Path) -> None:
    lake = Lake.open_or_create(lake_root / "lake")
    writers = [_child(str(lake.root), name, "20") for name in ("left", "right")]
    looks = 0
    while any(writer.poll() is None for writer in writers):
        pins = lake.pins()
        shown = [
            set(lake.scan(name, pins).select("bronze_batch").collect()["bronze_batch"]) for name in (IDENTITY, RESULTS)
        ]
        assert shown[0] == shown[1]
        looks += bool(shown[0])
        time.sleep(0.01)
    assert [writer.returncode for writer in writers] == [0, 0]
    assert looks > 1
    everything = {f"test:{name}-{number}" for name in ("left", "right") for number in range(20)}
    for name in (IDENTITY, RESULTS):
        assert sorted(lake.scan(name).collect()["bronze_batch"]) == sorted(everything)
    instants = [lake.log.entry(seq).instant for seq in range(1, lake.log.head() + 1)]
    assert len(instants) == 40
    assert all(after - before >= timedelta(milliseconds=1) for before, after in pairwise(instants))
    assert lake.scan(LOG).collect().height == 40
    assert examine(lake).findings == ()
