from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakehouse.clock import (
    EASTERN,
    SystemClock,
    eastern_date,
    eastern_midnight,
    floor_ms,
    from_ms,
    iso,
    parse_instant,
    require_instant,
    to_ms,
)
from lakehouse.errors import BadInput

INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(INSTANTS)
def test_iso_and_back_is_the_same_instant(instant: datetime) -> None:
    assert parse_instant(iso(instant)) == instant
    assert iso(instant).endswith("Z")


@given(INSTANTS, OFFSETS)
def test_an_instant_is_the_same_from_any_offset(instant: datetime, offset: timezone) -> None:
    assert parse_instant(instant.astimezone(offset).isoformat()) == instant
    assert iso(instant.astimezone(offset)) == iso(instant)
    assert require_instant(instant.astimezone(offset), "it").tzinfo is UTC


@given(INSTANTS)
def test_floor_ms_goes_back_less_than_a_millisecond(instant: datetime) -> None:
    floored = floor_ms(instant)
    assert timedelta(0) <= instant - floored < timedelta(milliseconds=1)
    assert from_ms(to_ms(instant)) == floored


@pytest.mark.parametrize("text", ["2025-11-25T23:45:00", "2025-11-25", "now", "", "2025-13-01T00:00:00Z"])
def test_a_stamp_that_names_no_instant_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_instant(text)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(BadInput, match="time zone"):
        require_instant(datetime(2025, 1, 1), "The instant")


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)))
def test_a_day_begins_at_its_eastern_midnight(day: date) -> None:
    midnight = eastern_midnight(day)
    assert eastern_date(midnight) == day
    assert eastern_date(midnight - timedelta(microseconds=1)) == day - timedelta(days=1)
    assert midnight.astimezone(EASTERN).hour == 0


def test_days_around_daylight_saving_are_23_and_25_hours_long() -> None:
    def hours(day: date) -> float:
        return (eastern_midnight(day + timedelta(days=1)) - eastern_midnight(day)) / timedelta(hours=1)

    assert [hours(date(2025, 3, 9)), hours(date(2025, 11, 2)), hours(date(2025, 12, 1))] == [23, 25, 24]


def test_the_system_clock_is_aware() -> None:
    assert SystemClock().now().tzinfo is UTC
