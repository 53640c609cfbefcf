"""Named points of a batch at which a test may stop the process; in production they do nothing."""

from __future__ import annotations

from collections.abc import Callable

FAULT_POINTS = (
    "lock.taken",
    "journal.opened",
    "journal.framed",
    "journal.sealed",
    "table.created",
    "table.stamped",
    "table.appended",
    "table.sealed",
    "log.appended",
    "log.sealed",
    "head.noted",
    "index.noted",
    "journal.cleared",
)

Action = Callable[[str], None]


class Faults:
    """What happens at each point: nothing, unless a test armed an action."""

    def __init__(self, action: Action | None = None) -> None:
        self._action = action

    def reach(self, point: str) -> None:
        """Tells that a point was reached; an unknown point is a programming error."""
        if point not in FAULT_POINTS:
            raise ValueError(f"unknown fault point {point!r}")
        if self._action is not None:
            self._action(point)
