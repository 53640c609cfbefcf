"""How often each thing happened over all histories of a test: what never happened was never tested."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

# At least so often each over the evening and the histories of the fixed profile; `make soak` asks for no less.
LEAST = {
    "scrape": 10, "scrape again": 4, "correction": 4, "A-B-A": 4, "late": 4, "late, before a run": 3, "tip moved": 4,
    "postponed": 2, "on again": 2, "trade": 2, "promotion": 3, "compaction": 3, "compaction before reproduce": 2,
    "copy": 2, "restart": 2, "observed run": 4, "published run": 3, "blocked run": 1, "reproduced": 4,
    "in a fresh process": 1, "future": 12, "cut": 4, "arrival": 4, "spine": 3, "read": 6,
}  # fmt: skip


@dataclass
class Tally:
    """Counts by what happened."""

    seen: Counter[str] = field(default_factory=Counter)

    def note(self, what: str) -> None:
        """It happened once more."""
        if what not in LEAST:
            raise KeyError(what)
        self.seen[what] += 1

    def lacking(self) -> dict[str, tuple[int, int]]:
        """What happened too seldom: how often, and how often it should have."""
        return {what: (self.seen[what], least) for what, least in LEAST.items() if self.seen[what] < least}
