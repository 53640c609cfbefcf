"""How often a rare state mattered: a selection came out otherwise than it would have without it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from tests.properties.oracle.drawn.scene import Scene
from tests.properties.oracle.facts import History, Row

# A state that decided fewer selections than this was as good as never drawn.
MINIMUM = 3


class Rare:
    """Counts, for the states a test claims to cover, the selections that came out otherwise for each."""

    def __init__(self, *claimed: str) -> None:
        self.claimed = claimed
        self.seen: Counter[str] = Counter()

    def note(
        self, scene: Scene, history: History, instants: Sequence[datetime], select: Callable[[History], list[Row]]
    ) -> None:
        """Looks which selections of a history depend on its rare states.

        `select` is the oracle's; the cut_id of its rows is their place in `instants`.
        """
        answer = select(history)
        counted = _counted(answer)
        for state in history.states():
            if state in self.claimed:
                otherwise = _counted(select(history.without(state)))
                self.seen[state] += (counted - otherwise).total() + (otherwise - counted).total()
        self.seen[scene.night] += sum(
            scene.is_in_the_night(instants[row["cut_id"]]) for row in answer if "cut_id" in row
        )

    def require(self) -> None:
        """Fails where a claimed state decided too little."""
        lacking = {state: self.seen[state] for state in self.claimed if self.seen[state] < MINIMUM}
        assert not lacking, f"rare states that decided too few selections: {lacking}; seen: {dict(self.seen)}"


def _counted(rows: Sequence[Row]) -> Counter[tuple[object, ...]]:
    return Counter(tuple(row.values()) for row in rows)
