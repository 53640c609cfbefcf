"""The sandbox's own clock: it stands still, is moved, or runs at a speed."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock

from lakehouse.clock import iso, perf_seconds, require_instant
from lakehouse.errors import BadInput

FASTEST = 100_000.0


class MovingClock:
    """A clock at `instant` that passes `speed` seconds for each real one; 0 stands still until it is moved."""

    def __init__(self, instant: datetime, speed: float = 0.0) -> None:
        self._lock = Lock()
        self._base = require_instant(instant, "The clock's instant")
        self._since = perf_seconds()
        self._speed = _check_speed(speed)

    @property
    def speed(self) -> float:
        """Seconds that pass for a real one."""
        return self._speed

    def now(self) -> datetime:
        """The present instant, UTC."""
        with self._lock:
            return self._now()

    def set(self, instant: datetime) -> None:
        """Moves the clock to an instant, also back."""
        with self._lock:
            self._start(require_instant(instant, "The clock's instant"), self._speed)

    def advance(self, by: timedelta) -> None:
        """Moves the clock."""
        with self._lock:
            self._start(self._now() + by, self._speed)

    def sleep(self, seconds: float) -> None:
        """Passes at once: the clock is moved."""
        self.advance(timedelta(seconds=max(0.0, seconds)))

    def run(self, speed: float) -> None:
        """Lets the clock go on at another speed."""
        with self._lock:
            self._start(self._now(), _check_speed(speed))

    def tell(self) -> dict[str, object]:
        """What `/_sandbox/clock` answers: the instant and the speed."""
        with self._lock:
            return {"now": iso(self._now()), "speed": self._speed}

    def _now(self) -> datetime:
        passed = (perf_seconds() - self._since) * self._speed if self._speed else 0.0
        return self._base + timedelta(seconds=passed)

    def _start(self, instant: datetime, speed: float) -> None:
        self._base, self._since, self._speed = instant, perf_seconds(), speed


def _check_speed(speed: float) -> float:
    if not 0.0 <= speed <= FASTEST:
        raise BadInput(f"A clock cannot run at {speed}: give a speed from 0 (standing still) to {FASTEST:.0f}.")
    return float(speed)
