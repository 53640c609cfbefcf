"""Time: the only module that reads the wall clock or resolves a local stamp."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from lakehouse.errors import BadInput

EASTERN = ZoneInfo("America/New_York")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


class Clock(Protocol):
    """Where "now" comes from."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Lets that many seconds of this clock pass."""
        ...


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds))


@dataclass
class FixedClock:
    """A clock that stands still until it is moved; for replays, demos and tests."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant

    def advance(self, by: timedelta) -> None:
        """Moves the clock."""
        self.instant += by

    def sleep(self, seconds: float) -> None:
        """Passes at once: the clock is moved."""
        self.advance(timedelta(seconds=max(0.0, seconds)))


def perf_seconds() -> float:
    """Seconds of a monotone timer, for measuring how long a step takes."""
    return time.perf_counter()


def parse_instant(text: str) -> datetime:
    """The instant that an ISO stamp with an offset names, in UTC; raises BadInput for a stamp without one."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} is not a time; write it like 2025-11-25T23:45:00Z.") from None
    if instant.tzinfo is None:
        raise BadInput(f"{text!r} does not say its time zone; add Z for UTC or an offset such as -05:00.")
    return instant.astimezone(UTC)


def require_instant(instant: datetime, what: str) -> datetime:
    """The instant in UTC; raises BadInput when it is naive."""
    if instant.tzinfo is None:
        raise BadInput(f"{what} {instant.isoformat()} does not say its time zone; give an aware instant.")
    return instant.astimezone(UTC)


def eastern_date(instant: datetime) -> date:
    """The date in New York at an instant: the date the league files a game under."""
    return instant.astimezone(EASTERN).date()


def eastern_midnight(day: date) -> datetime:
    """The instant 00:00 Eastern of a day begins, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=EASTERN).astimezone(UTC)


def floor_ms(instant: datetime) -> datetime:
    """The instant, cut to whole milliseconds."""
    return instant - timedelta(microseconds=instant.microsecond % 1000)


def to_ms(instant: datetime) -> int:
    """Whole milliseconds since 1970."""
    return (instant - EPOCH) // MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    """The instant that many milliseconds after 1970."""
    return EPOCH + milliseconds * MILLISECOND


def iso(instant: datetime) -> str:
    """The instant as text, UTC, with Z; milliseconds or microseconds only where there are any."""
    spec = (
        "seconds" if instant.microsecond == 0 else "milliseconds" if instant.microsecond % 1000 == 0 else "microseconds"
    )
    return instant.astimezone(UTC).isoformat(timespec=spec).replace("+00:00", "Z")
