"""A host that fails again and again is left alone for a while."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lakehouse.clock import Clock


@dataclass
class Breaker:
    """Counts each host's consecutive failures by the injected clock.

    After `threshold` of them the host rests for `rest_seconds`; then one attempt is let through, and its failure is
    another rest, its success the end of it.
    """

    clock: Clock
    threshold: int = 5
    rest_seconds: float = 60.0
    _failures: dict[str, int] = field(default_factory=dict)
    _rests: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)

    def resting_until(self, host: str) -> datetime | None:
        """Until when the host is left alone; None where it may be asked."""
        if host not in self._rests:
            return None
        since, until = self._rests[host]
        now = self.clock.now()
        # Before `since`: the clock was set back, and the rest would last for ever.
        return until if since <= now < until else None

    def note_answer(self, host: str) -> None:
        """The host answered."""
        self._failures.pop(host, None)
        self._rests.pop(host, None)

    def note_failure(self, host: str) -> None:
        """The host failed."""
        self._failures[host] = self._failures.get(host, 0) + 1
        if self._failures[host] >= self.threshold:
            self.rest(host, self.rest_seconds)

    def rest(self, host: str, seconds: float) -> None:
        """Leaves the host alone for that long, as it may ask for."""
        now = self.clock.now()
        self._rests[host] = (now, now + timedelta(seconds=seconds))
