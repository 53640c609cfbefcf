"""Hypothesis strategies of rows for every table that may be read, made from the schema registry alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import dataframely as dy
import polars as pl
from hypothesis import strategies as st

from lakehouse.clock import eastern_date
from lakehouse.commit import Batch
from lakehouse.schemas.columns import QUALITIES
from lakehouse.schemas.silver import GAME_STATUSES, LINEUP_ROLES
from lakehouse.tables import TABLES, get_table

T0 = datetime(2025, 11, 1, 16, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
# Stamps fall on a coarse grid, and keys in pools of two or three, so that ties, corrections and an A, B, A happen.
STAMPS = st.integers(0, 14).map(lambda n: T0 + n * MINUTE)
INSTANTS = st.one_of(STAMPS, st.integers(0, 10**9).map(lambda n: T0 + timedelta(microseconds=n)))
WORDS = ("A", "B", "Jokić, Nikola", "")
CHOICES = (
    *QUALITIES, *GAME_STATUSES, *LINEUP_ROLES, "spread", "total", "moneyline",
    "0022500001", "0022500002", "0" * 64, "f" * 64, *WORDS,
)  # fmt: skip
FLOATS = (0.0, -0.0, 0.1, 1.0, 1e300, -3.5)
READABLE: tuple[str, ...] = tuple(name for name, table in TABLES.items() if table.audience)
# Written by the commit or by `facts`, never drawn.
STAMPED = ("as_of_ts", "as_of_quality", "ingested_ts", "bronze_batch")


def values(column: dy.Column, *, is_key: bool = False) -> st.SearchStrategy[Any]:
    """Values that a column allows; nulls too where it allows them, though not in a key."""
    drawn = _allowed(column, is_key)
    return st.one_of(st.none(), drawn) if column.nullable and not is_key else drawn


def facts(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """A row of a table, but for `bronze_batch`, which its batch gives it."""
    table = get_table(name)
    drawn = {
        column: values(declared, is_key=column in table.fact)
        for column, declared in table.schema.columns().items()
        if column not in STAMPED
    }
    stamps = st.tuples(STAMPS, st.sampled_from(QUALITIES), st.sampled_from((0, 0, 1, 4, 5, 6)))
    return st.builds(_stamped, st.fixed_dictionaries(drawn), stamps)


def rows(name: str, min_size: int = 0, max_size: int = 4) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Rows that may stand in one batch: no key twice."""
    key = get_table(name).key
    return st.lists(
        facts(name), min_size=min_size, max_size=max_size, unique_by=lambda row: tuple(row[column] for column in key)
    )


def frame(name: str, drawn: Sequence[Mapping[str, Any]], batch_id: str) -> pl.DataFrame:
    """Rows as the frame of a batch."""
    return pl.DataFrame([{**row, "bronze_batch": batch_id} for row in drawn], schema=get_table(name).columns)


@dataclass(frozen=True)
class Step:
    """A batch, and how long after the one before it comes."""

    after: timedelta
    rows: Mapping[str, Sequence[Mapping[str, Any]]]

    def batch(self, number: int | str) -> Batch:
        """The batch as it is committed."""
        batch_id = f"test:{number}"
        return Batch(batch_id, "scrape", {name: frame(name, drawn, batch_id) for name, drawn in self.rows.items()})


def steps(names: Sequence[str]) -> st.SearchStrategy[Step]:
    """A batch of some of the tables named, at once or minutes after the one before."""
    after = st.sampled_from((timedelta(0), timedelta(microseconds=1), 3 * MINUTE, 5 * MINUTE, 8 * MINUTE, 11 * MINUTE))
    drawn = st.fixed_dictionaries({}, optional={name: rows(name, 1, 3) for name in names})
    return st.builds(Step, after, drawn)


def histories(max_steps: int = 5, tables: int = 3) -> st.SearchStrategy[list[Step]]:
    """Batches over a few tables that `silver.injury_reports`, the one with a lag, is often among."""
    pool = st.sampled_from((*READABLE, "silver.injury_reports", "silver.injury_reports"))
    names = st.lists(pool, min_size=1, max_size=tables, unique=True)
    return names.flatmap(lambda chosen: st.lists(steps(chosen), min_size=1, max_size=max_steps))


def _stamped(row: dict[str, Any], stamps: tuple[datetime, str, int]) -> dict[str, Any]:
    as_of, quality, minutes = stamps
    return {**row, "as_of_ts": as_of, "as_of_quality": quality, "ingested_ts": as_of + minutes * MINUTE}


def _allowed(column: dy.Column, is_key: bool) -> st.SearchStrategy[Any]:
    match column:
        case dy.String():
            return st.sampled_from([word for word in CHOICES if _fits(column, word)][: 3 if is_key else None])
        case dy.Bool():
            return st.booleans()
        case dy.Int64() | dy.Int32():
            low = column.min if column.min is not None else -1
            return st.integers(low, low + 2)
        case dy.Float64():
            return st.sampled_from([number for number in FLOATS if _within(column, number)])
        case dy.Date():
            return st.integers(0, 2).map(lambda days: eastern_date(T0) + timedelta(days=days))
        case dy.Datetime():
            return STAMPS if is_key else INSTANTS
        case _:
            raise TypeError(f"no strategy for {type(column).__name__}")


def _fits(column: dy.String, word: str) -> bool:
    long_enough = len(word) >= (column.min_length or 0)
    short_enough = column.max_length is None or len(word) <= column.max_length
    shaped = column.regex is None or re.search(column.regex, word) is not None
    return long_enough and short_enough and shaped and _passes(column.check, word)


def _within(column: dy.Float64, number: float) -> bool:
    return (column.min is None or number >= column.min) and (column.max is None or number <= column.max)


def _passes(check: Any, word: str) -> bool:
    if check is None:
        return True
    rule: Callable[[pl.Expr], pl.Expr] = check
    return bool(pl.select(rule(pl.lit(word))).item())
