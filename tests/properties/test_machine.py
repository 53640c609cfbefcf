"""Laws 1 to 5 over whole histories: whatever happens to a lake, in whatever order, its runs keep their bytes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.properties.machine.ground import Ground
from tests.properties.machine.machine import SOURCES, LakeMachine
from tests.properties.machine.tally import LEAST, Tally

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def evening(ground: Ground) -> Tally:
    """What happened in one history in which, by design, everything does."""
    tally = Tally()
    lake = LakeMachine(ground, tally)
    try:
        for name in SOURCES:
            lake.scrape(name=name, twice=True)
        lake.publish_late(kind="silver.status_events", minutes=480, seed=1)
        lake.trade(pick=5)
        for place in (0, 1):
            lake.move_tip(place=place, minutes=30)
        lake.step(by=HOUR)
        lake.run_now()
        lake.correct(name="silver.boxscores", seed=2, is_taken_back=True)
        lake.postpone(place=1, is_taken_back=True)
        lake.promote(which=0)
        lake.publish_late(kind="silver.injury_reports", minutes=60, seed=3)
        lake.run_then(minutes=30)
        lake.publish_late(kind="silver.odds_lines", minutes=45, seed=4)
        lake.postpone(place=0, is_taken_back=False)
        for what in ("compaction", "copy", "restart"):
            lake.keep_up(what=what)
        for run in range(4):
            lake.reproduce(which=run)
        for table in ("silver.injury_reports", "silver.odds_lines", "silver.schedule"):
            lake.read(table=table, minutes=5, on_a_stamp=len(lake.book.pages) - 4)
        lake.step(by=12 * HOUR)
        lake.scrape(name="boxscores", twice=False)
        lake.run_now()
    finally:
        lake.teardown()
    return tally


def test_an_evening_in_which_everything_happens(evening: Tally) -> None:
    assert set(evening.seen) == set(LEAST)


def test_whatever_happens_runs_keep_their_bytes(ground: Ground, evening: Tally) -> None:
    class History(LakeMachine):
        def __init__(self) -> None:
            super().__init__(ground, evening)

    # A history takes seconds: the fixed profile plays a few, without making a failing one smaller.
    is_fixed = settings().derandomize
    phases = tuple(phase for phase in settings().phases if phase is not Phase.shrink or not is_fixed)
    profile = settings(max_examples=5 if is_fixed else 40, stateful_step_count=32, phases=phases)
    run_state_machine_as_test(History, settings=profile)
    assert not evening.lacking(), f"too seldom (seen, wanted): {evening.lacking()} of {dict(evening.seen)}"
