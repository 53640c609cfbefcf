"""Which dates and versions set a timer, at the very instants where they begin and cease to."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.at import Offset, run_instants
from tests.pipeline.test_at import END, FakeView, Version, at, frame

DAY = date(2025, 12, 1)
US = timedelta(microseconds=1)


def instants(
    rows: pl.DataFrame, first: date = DAY, last: date = DAY, minutes: int = 15, run_ts: int = END
) -> list[int]:
    """Minutes after the start at which timers go off."""
    view = FakeView(rows)
    view.run_ts = at(run_ts)
    found = run_instants(view, first, last, Offset(minutes))  # type: ignore[arg-type]
    return [int((instant - at(0)).total_seconds() // 60) for instant in found["run_ts"]]


@pytest.mark.parametrize(("first", "last", "expected"), [(0, 0, [1]), (0, 1, [1, 2]), (1, 2, [2, 3]), (2, 0, [])])
def test_dates_are_the_first_and_the_last_and_those_between(first: int, last: int, expected: list[int]) -> None:
    games = [
        frame([Version(0, 15 + n, "scheduled", "exact")]).with_columns(
            game_id=pl.lit(f"002250000{n}"), game_date=pl.lit(DAY + timedelta(days=n - 1))
        )
        for n in range(4)
    ]
    found = instants(pl.concat(games), DAY + timedelta(days=first), DAY + timedelta(days=last))
    assert found == expected


@pytest.mark.parametrize(("known", "expected"), [(45, [45]), (46, [46]), (60, [60]), (61, [])])
def test_a_version_that_comes_after_its_tip_sets_no_timer(known: int, expected: list[int]) -> None:
    assert instants(frame([Version(known, 60, "scheduled", "exact")])) == expected


@pytest.mark.parametrize(("run_ts", "expected"), [(44, []), (45, [45]), (46, [45])])
def test_a_timer_that_is_still_to_go_off_is_none(run_ts: int, expected: list[int]) -> None:
    assert instants(frame([Version(0, 60, "scheduled", "exact")]), run_ts=run_ts) == expected
