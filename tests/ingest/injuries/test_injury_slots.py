"""Slots: every Eastern wall time that exists, once, under the name the league gives it."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ingest.injuries.slots import HOURLY_FROM, QUARTERLY_FROM, slots_of
from lakehouse.clock import EASTERN, eastern_date

DAYS = st.dates(date(2019, 1, 1), date(2030, 12, 31))
QUARTERLY = st.dates(QUARTERLY_FROM, date(2032, 12, 31))
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)


def names(day: date) -> list[str]:
    return [request.url.rsplit("/", 1)[-1] for slot in slots_of(day) for request in slot.requests]


@given(DAYS)
def test_slots_are_instants_of_their_day_in_order(day: date) -> None:
    slots = slots_of(day)
    instants = [slot.instant for slot in slots]
    assert instants == sorted(set(instants))
    assert all(eastern_date(instant) == day for instant in instants)
    assert all(slot.instant.astimezone(EASTERN).replace(tzinfo=None) == slot.wall for slot in slots)
    assert len(set(names(day))) == len(names(day))


@given(DAYS)
def test_every_question_says_which_report_it_is_for(day: date) -> None:
    for slot in slots_of(day):
        for request in slot.requests:
            assert request.asked["report"] == slot.wall.isoformat(timespec="minutes")
            assert f"Injury-Report_{day}_{slot.wall:%I}" in request.url
            assert 403 in request.absent


@given(QUARTERLY)
def test_quarters_of_an_hour_are_a_day_long(day: date) -> None:
    hours = len(slots_of(day)) / 4
    assert hours == 23 if day.month == 3 and len(slots_of(day)) < 96 else hours == 24


def test_clocks_forward_have_no_two_oclock_and_back_one_half_past_one() -> None:
    assert not [name for name in names(SPRING) if "_02_" in name and name.endswith("AM.pdf")]
    assert names(AUTUMN).count("Injury-Report_2026-11-01_01_30AM.pdf") == 1
    half_past = next(slot for slot in slots_of(AUTUMN) if f"{slot.wall:%H:%M}" == "01:30")
    before = next(slot for slot in slots_of(AUTUMN) if f"{slot.wall:%H:%M}" == "00:45")
    assert half_past.instant - before.instant == timedelta(minutes=105)


def test_names_change_with_the_years() -> None:
    assert len(names(HOURLY_FROM - timedelta(days=1))) == 3
    assert names(date(2024, 1, 4))[12] == "Injury-Report_2024-01-04_12PM.pdf"
    assert f"{slots_of(date(2024, 1, 4))[12].wall:%H:%M}" == "12:30"
    assert "Injury-Report_2026-02-08_06_15PM.pdf" in names(date(2026, 2, 8))
    both = names(QUARTERLY_FROM)
    assert {"Injury-Report_2025-12-22_06PM.pdf", "Injury-Report_2025-12-22_06_30PM.pdf"} <= set(both)
    assert len(both) == 96 + 24
