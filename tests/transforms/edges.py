"""Cuts an instant before, at, and an instant after one in which something becomes known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from tests.transforms.league import HOUR, MemoryView, Row, fact, game_key, one_game

US = timedelta(microseconds=1)
TAUGHT = datetime(2024, 8, 1, tzinfo=UTC)
IDENTITY = [fact("identity", TAUGHT, kind="player", source_key="raylee", nba_id=2, rule="exact-name")]
SCHEDULE, _, TIP = one_game()
AT = TIP - 2 * HOUR


def cuts(*instants: datetime, game: int = 1) -> pl.LazyFrame:
    """Cuts of a game at some instants, numbered from 0."""
    rows = [{"game_id": game_key(game), "cut_id": n, "cut_ts": instant} for n, instant in enumerate(instants)]
    return pl.LazyFrame(rows, schema={"game_id": pl.String, "cut_id": pl.Int32, "cut_ts": pl.Datetime("us", "UTC")})


# Cut 0 is an instant before AT, cut 1 is AT, cut 2 an instant after.
AROUND = cuts(AT - US, AT, AT + US)


def view_of(**tables: list[Row]) -> MemoryView:
    """All that is known by the tip of the game."""
    return MemoryView({"schedule": SCHEDULE, "identity": IDENTITY, **tables}, TIP)


def by_cut(frame: pl.LazyFrame, *columns: str) -> dict[int, list[Any]]:
    """The values of a column, or tuples of several, by cut."""
    rows = frame.sort("cut_id", *columns).select("cut_id", *columns).collect().rows()
    found: dict[int, list[Any]] = {}
    for cut_id, *values in rows:
        found.setdefault(cut_id, []).append(values[0] if len(columns) == 1 else tuple(values))
    return found


def later_version(row: Row, at: datetime, **changed: Any) -> Row:
    """A correction of a fact, known from `at` on."""
    return {**row, "as_of_ts": at, "ingested_ts": at, **changed}
