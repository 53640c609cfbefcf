"""What asking can come to instead of an answer."""

from __future__ import annotations

from enum import Enum

from ingest.http.request import Attempt
from lakehouse.errors import AuthNeeded, FetchFailed


class Unanswered(FetchFailed):
    """A question without an answer; `attempts` are the tries, or one of number 0 where it was refused unasked."""

    def __init__(self, sentence: str, attempts: tuple[Attempt, ...]) -> None:
        super().__init__(sentence)
        self.attempts = attempts


class SessionRefused(AuthNeeded):
    """A session that is missing, or that the source no longer takes; `attempts` as in Unanswered."""

    def __init__(self, sentence: str, attempts: tuple[Attempt, ...]) -> None:
        super().__init__(sentence)
        self.attempts = attempts


class Again(Enum):
    """Whether a question is worth asking again: never, once, soon (and more than once), or only after a good while."""

    NEVER = "never"
    ONCE = "once"
    SOON = "soon"
    SLOWLY = "slowly"


class Trouble(Exception):
    """One attempt that failed: `reason` is a clause that names the host.

    `is_hosts_fault` says whether the host seems unwell, which the circuit breaker counts; `wants_session` that the
    answer asked for a log-in; `retry_after_seconds` what the host asked to be left alone for.
    """

    def __init__(
        self,
        reason: str,
        *,
        status: int | None = None,
        again: Again = Again.NEVER,
        is_hosts_fault: bool = False,
        wants_session: bool = False,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.again = again
        self.is_hosts_fault = is_hosts_fault
        self.wants_session = wants_session
        self.retry_after_seconds = retry_after_seconds
        self.skew_seconds: float | None = None
