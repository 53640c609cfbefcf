"""The laws of time on the real lake: what comes later, or in another order, changes nothing of what was known."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakehouse.clock import FixedClock
from lakehouse.digest import frame_digest
from lakehouse.doctor import examine
from lakehouse.frames import conform
from lakehouse.gate import Knowledge, View, known_by
from lakehouse.lake import Lake
from lakehouse.tables import TABLES, get_table
from tests.conftest import SHM
from tests.strategies import MINUTE, READABLE, STAMPS, T0, Step, facts, frame, histories, rows

BOTH: tuple[Knowledge, ...] = ("observed", "published")
# After every stamp a strategy draws: at this instant everything is known.
END = T0 + timedelta(days=1)
CUTS = st.one_of(
    STAMPS,
    STAMPS.map(lambda stamp: stamp + 9 * MINUTE),
    st.integers(0, 24 * 60 * 10**6).map(lambda us: T0 + timedelta(microseconds=us)),
)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="pretip-test-", dir=SHM if SHM.is_dir() else None) as folder:
        yield Path(folder)


def _fill(root: Path, history: Sequence[Step], until: datetime | None = None) -> Lake:
    """A lake with the batches of a history, each at its own time, or only those visible by an instant."""
    clock = FixedClock(T0)
    lake = Lake.open_or_create(root, clock)
    # An entry at the start: every instant from T0 on can be asked for.
    lake.begin_run("start")
    for number, step in enumerate(history):
        clock.advance(step.after)
        newest = lake.log.newest()
        assert newest is not None
        if until is not None and max(clock.now(), newest.instant + timedelta(milliseconds=1)) > until:
            break
        lake.commit(step.batch(number))
    clock.instant = END
    return lake


def _tables(*histories: Sequence[Step]) -> list[str]:
    return sorted({name for history in histories for step in history for name in step.rows})


def _known(view: View, names: Sequence[str]) -> dict[str, str]:
    """Digest of what a view shows of each table, in the order it shows it, read by whoever may."""
    shown = {}
    for name in names:
        # Rows come in one order, which is part of the law: none is sorted here.
        found = _as_audience(view, name).rows(name).collect()
        shown[name] = frame_digest(found.with_row_index("at"), ["at"])
    return shown


def _as_audience(view: View, name: str) -> View:
    audience = get_table(name).audience[0]
    return View(view.run_ts, view.knowledge, audience, view.pins, view._scan, view.lags, view._instants)


def _rows_at(lake: Lake, cut: datetime, knowledge: Knowledge, names: Sequence[str]) -> dict[str, str]:
    return _known(lake.as_of(cut, knowledge), names)


def _available_after(cut: datetime, step: Step) -> Step:
    """The facts of a batch that the world could not use by the cut."""
    kept = {}
    for name, drawn in step.rows.items():
        table = get_table(name)
        late = [row for row in drawn if _published(row, table.lag) > cut]
        if late:
            kept[name] = late
    return Step(step.after, kept)


def _published(row: Mapping[str, Any], lag: timedelta) -> datetime:
    as_of = row["as_of_ts"]
    assert isinstance(as_of, datetime)
    unlagged = row["as_of_quality"] in ("assumed", "proxy") or as_of == row["ingested_ts"]
    return as_of if unlagged else as_of + lag


@pytest.mark.parametrize("name", READABLE)
def test_every_readable_table_has_rows_that_conform(name: str) -> None:
    @given(rows(name, 1))
    def check(drawn: list[dict[str, Any]]) -> None:
        assert conform(frame(name, drawn, "b"), get_table(name)).height == len(drawn)

    check()


def test_the_strategies_cover_every_table_that_may_be_read() -> None:
    assert set(READABLE) == {name for name, table in TABLES.items() if table.audience}


@given(histories(), histories(3), CUTS, st.randoms(use_true_random=False))
def test_the_future_changes_nothing(past: list[Step], future: list[Step], cut: datetime, chance: random.Random) -> None:
    names = _tables(past, future)
    with _folder() as folder:
        lake = _fill(folder / "lake", past)
        published = _rows_at(lake, cut, "published", names)
        observed = _rows_at(lake, cut, "observed", names)
        late = list(future)
        chance.shuffle(late)
        for number, step in enumerate(late):
            lake.commit(_available_after(cut, step).batch(f"late-{number}"))
        assert _rows_at(lake, cut, "published", names) == published
        assert _rows_at(lake, cut, "observed", names) == observed
        # Observed goes further: whatever is committed after the cut was not held at the cut.
        for number, step in enumerate(late):
            lake.commit(step.batch(f"any-{number}"))
        assert _rows_at(lake, cut, "observed", names) == observed


@given(histories(), CUTS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing_published(
    history: list[Step], cut: datetime, chance: random.Random
) -> None:
    names = _tables(history)
    numbered = list(enumerate(history))
    shuffled = list(numbered)
    chance.shuffle(shuffled)
    with _folder() as folder:
        lakes = []
        for place, order in (("first", numbered), ("second", shuffled)):
            lake = Lake.open_or_create(folder / place, FixedClock(END))
            for number, step in order:
                lake.commit(step.batch(number))
                lake.commit(step.batch(number))
            lakes.append(lake)
        for instant in (cut, END):
            first, second = (_rows_at(lake, instant, "published", names) for lake in lakes)
            assert first == second


@given(histories(), CUTS)
def test_observed_is_a_lake_cut_short(history: list[Step], cut: datetime) -> None:
    names = _tables(history)
    with _folder() as folder:
        whole = _fill(folder / "whole", history)
        short = _fill(folder / "short", history, until=cut)
        assert _rows_at(whole, cut, "observed", names) == _rows_at(short, cut, "observed", names)
        # The short lake holds nothing else, so even a reading of all it holds finds no more.
        held = short.as_of(END, "observed")
        for name in names:
            all_held = _as_audience(held, name).rows(name).filter(pl.col("as_of_ts") <= cut).collect()
            assert all_held.equals(_as_audience(whole.as_of(cut), name).rows(name).collect())


@given(histories(4), histories(2), CUTS)
def test_a_reading_is_reproduced_after_anything(past: list[Step], later: list[Step], cut: datetime) -> None:
    names = _tables(past)
    with _folder() as folder:
        lake = _fill(folder / "lake", past)
        pins = lake.pins()
        expected = {
            "observed": _rows_at(lake, cut, "observed", names),
            "published": _known(lake.as_of(cut, "published", pins=pins), names),
        }

        def again(other: Lake) -> dict[str, dict[str, str]]:
            return {
                "observed": _rows_at(other, cut, "observed", names),
                "published": _known(other.as_of(cut, "published", pins=pins), names),
            }

        for number, step in enumerate(later):
            lake.commit(step.batch(f"later-{number}"))
        assert again(lake) == expected
        if lake.compact() is not None:
            assert again(lake) == expected
            assert _rows_at(lake, cut, "published", names) == _known(
                lake.as_of(cut, "published", pins=lake.pins(lake.log.head() - 1)), names
            )
        copied = shutil.copytree(lake.root, folder / "copy", copy_function=shutil.copyfile)
        assert again(Lake.open(Path(copied), FixedClock(END + MINUTE))) == expected
        assert examine(lake).healthy


@given(histories(), st.sampled_from(BOTH), st.lists(CUTS, min_size=1, max_size=4, unique=True))
def test_a_frame_of_cuts_sees_what_each_instant_sees(
    history: list[Step], knowledge: Knowledge, cuts: list[datetime]
) -> None:
    with _folder() as folder:
        lake = _fill(folder / "lake", history)
        end = lake.as_of(END, knowledge)
        for name in _tables(history):
            table = get_table(name)
            late = _as_audience(end, name).rows(name)
            key = [table.fact[0]]
            asked = late.select(key).unique().sort(key)
            schema = {"cut_ts": pl.Datetime("us", "UTC")}
            spine = pl.LazyFrame({"cut_ts": cuts}, schema=schema).join(asked, how="cross", maintain_order="left_right")
            found = known_by(late, spine, key).collect()
            for cut in cuts:
                now = _as_audience(lake.as_of(cut, knowledge), name).rows(name).collect()
                then = found.filter(pl.col("cut_ts") == cut).select(now.columns)
                assert then.sort([*table.key, "bronze_batch"], nulls_last=True).equals(now)


def test_all_tables_at_once_keep_the_laws() -> None:
    """One history over every readable table: no table escapes the laws by not being drawn."""
    drawn = [_example_rows(name) for name in READABLE]
    halves = [
        Step(5 * MINUTE, {name: part[half::2] for name, part in zip(READABLE, drawn, strict=True) if part[half::2]})
        for half in (0, 1)
    ]
    cut = T0 + 7 * MINUTE
    with _folder() as folder:
        whole = _fill(folder / "whole", halves)
        short = _fill(folder / "short", halves, until=cut)
        assert _rows_at(whole, cut, "observed", READABLE) == _rows_at(short, cut, "observed", READABLE)
        turned = _fill(folder / "turned", [])
        for number in (1, 0):
            turned.commit(halves[number].batch(number))
        for instant in (cut, END):
            first, second = (_rows_at(lake, instant, "published", READABLE) for lake in (whole, turned))
            assert first == second
        before = {knowledge: _rows_at(whole, cut, knowledge, READABLE) for knowledge in BOTH}
        whole.compact()
        assert {knowledge: _rows_at(whole, cut, knowledge, READABLE) for knowledge in BOTH} == before
        for name in READABLE:
            seen = _as_audience(whole.as_of(END, "published"), name).rows(name).collect()
            assert seen.height == 4, name


def _example_rows(name: str) -> list[dict[str, Any]]:
    """Four rows of a table, before and after the cut, one of them the correction of another."""
    found: list[dict[str, Any]] = []

    @given(facts(name))
    def draw(row: dict[str, Any]) -> None:
        found[:] = [row]

    draw()
    row = found[0]
    stamps = [(1, "exact", 1), (12, "exact", 2), (3, "assumed", 0), (6, "bounded", 5)]
    return [
        {
            **row,
            "as_of_ts": T0 + minute * MINUTE,
            "as_of_quality": quality,
            "ingested_ts": T0 + (minute + after) * MINUTE,
        }
        for minute, quality, after in stamps
    ]
