"""How fast a host may be asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lakehouse.clock import Clock


@dataclass
class Spacing:
    """Keeps the requests to a host apart by the injected clock; one thread."""

    clock: Clock
    _free_ts: dict[str, datetime] = field(default_factory=dict)

    def wait(self, host: str, per_second: float) -> None:
        """Lets time pass until the host may be asked, and takes the turn."""
        apart = timedelta(seconds=1 / per_second)
        now = self.clock.now()
        # A clock that was set back must not make anybody wait for what it lost.
        left = min(self._free_ts.get(host, now) - now, apart)
        if left > timedelta(0):
            self.clock.sleep(left.total_seconds())
            now += left
        self._free_ts[host] = now + apart
