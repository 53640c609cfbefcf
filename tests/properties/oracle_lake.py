"""A drawn history in a real lake, and the product's answers as plain rows beside the oracle's."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import polars as pl

from lakehouse.clock import FixedClock
from lakehouse.commit import Batch
from lakehouse.lake import Lake
from lakehouse.tables import get_table
from tests.conftest import SHM
from tests.properties.oracle.facts import History, Row, Told, batch_name

INSTANT = pl.Datetime("us", "UTC")
CUTS = {"game_id": pl.String(), "cut_id": pl.Int32(), "cut_ts": INSTANT}


@contextmanager
def filled(history: History, end: datetime, order: Sequence[int] | None = None) -> Iterator[Lake]:
    """A lake with a history's batches, each at its own time; with `order`, in that order at the end of time."""
    with tempfile.TemporaryDirectory(prefix="pretip-test-", dir=SHM if SHM.is_dir() else None) as folder:
        clock = FixedClock(history.start)
        lake = Lake.open_or_create(Path(folder) / "lake", clock)
        lake.begin_run("start")
        numbers = range(len(history.batches)) if order is None else order
        for number in numbers:
            clock.instant = history.batches[number].clock if order is None else end
            lake.commit(batch_of(history.batches[number], number))
        clock.instant = end
        yield lake


def batch_of(told: Told, number: int) -> Batch:
    """A batch as it is committed."""
    batch_id = batch_name(number)
    frames = {}
    for short, rows in told.rows.items():
        name = short if "." in short else f"silver.{short}"
        columns = get_table(name).columns
        stated = [{column: row.get(column) for column in columns} | {"bronze_batch": batch_id} for row in rows]
        frames[name] = pl.DataFrame(stated, schema=columns)
    if told.lags:
        lags = [
            {
                "lag_source": lag.source,
                "from_ts": lag.from_ts,
                "lag_seconds": int(lag.lag.total_seconds()),
                "reason": "told",
            }
            for lag in told.lags
        ]
        frames["ops.lags"] = pl.DataFrame(lags, schema=get_table("ops.lags").columns)
    return Batch(batch_id, "scrape", frames)


def cut_frame(cuts: Sequence[Row]) -> pl.LazyFrame:
    """Cuts as the product takes them."""
    return pl.LazyFrame(cuts, schema=CUTS)


def shown(frame: pl.LazyFrame, *names: str) -> list[Row]:
    """A selection of the product as plain rows, in its order."""
    return frame.select(names).collect().to_dicts()


def in_any_order(rows: Sequence[Row]) -> list[Row]:
    """Rows in one order, for selections that promise none."""
    return sorted(rows, key=lambda row: [(value is None, str(value)) for value in row.values()])


def require_same(found: Sequence[Row], expected: Sequence[Row]) -> None:
    """Fails with the first rows that differ."""
    for number, (one, other) in enumerate(zip(found, expected, strict=False)):
        assert one == other, f"row {number}: the product says {one}, the loop {other}"
    extra = (*found[len(expected) :], *expected[len(found) :])
    assert len(found) == len(expected), f"{len(found)} rows, the loop finds {len(expected)}; the first more: {extra[0]}"
