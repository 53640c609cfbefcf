"""Which failures are worth another attempt, and after how long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ingest.http.failures import Again, Trouble


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how patiently a question is asked again; waits are in seconds of the injected clock.

    A wait doubles from `first_wait` to `longest_wait`, and is at least `slow_wait` where a host seems to throttle;
    `jitter` is the most that chance adds. A host that asks for more than `longest_retry_after` is not waited for:
    the question fails, and the host is left alone for that time or for `longest_rest`, whichever ends first.
    """

    attempts: int = 4
    slow_attempts: int = 3
    once_attempts: int = 2
    first_wait: float = 1.0
    longest_wait: float = 30.0
    slow_wait: float = 20.0
    jitter: float = 1.0
    longest_retry_after: float = 120.0
    longest_rest: float = 3600.0

    def allows(self, trouble: Trouble, attempt: int) -> bool:
        """Whether another attempt may follow the one of that number."""
        if trouble.again is Again.NEVER or self.is_too_long(trouble):
            return False
        most = {Again.ONCE: self.once_attempts, Again.SLOWLY: self.slow_attempts}
        return attempt < min(most.get(trouble.again, self.attempts), self.attempts)

    def is_too_long(self, trouble: Trouble) -> bool:
        """Whether the host asks for a longer wait than a question is worth."""
        return (trouble.retry_after_seconds or 0.0) > self.longest_retry_after

    def wait(self, trouble: Trouble, backoff: float, chance: Callable[[], float]) -> float:
        """Seconds until the next attempt: never less than the host asked for; `chance` gives numbers in [0, 1)."""
        least = self.slow_wait if trouble.again is Again.SLOWLY else 0.0
        if trouble.retry_after_seconds is not None:
            least, backoff = trouble.retry_after_seconds, 0.0
        return max(least, backoff) + self.jitter * chance()
