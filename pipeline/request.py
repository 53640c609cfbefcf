"""What a run is a function of, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lakehouse.errors import BadInput
from lakehouse.gate import Knowledge, Pins
from simulation import SimConfig

DEFAULT_SEED = SimConfig().seed
DEFAULT_WORLDS = SimConfig().worlds


@dataclass(frozen=True)
class Override:
    """A probability of playing that a person sets for a player, instead of the model's."""

    player_id: int
    play_prob: float


@dataclass(frozen=True)
class RunRequest:
    """A run before it is made.

    `pins` name the table versions it may read (the newest ones, or those of its instant, where None). `model_id` names
    the minutes model (the one of its time where None).
    """

    slate_date: date
    run_ts: datetime
    knowledge: Knowledge = "observed"
    seed: int = DEFAULT_SEED
    worlds: int = DEFAULT_WORLDS
    overrides: tuple[Override, ...] = ()
    draft_group: int | None = None
    model_id: str | None = None
    pins: Pins | None = None

    def to_dict(self) -> dict[str, Any]:
        """The request as plain data, its pins left out."""
        return {
            "slate_date": self.slate_date,
            "run_ts": self.run_ts,
            "knowledge": self.knowledge,
            "seed": self.seed,
            "draft_group": self.draft_group,
            "model_id": self.model_id,
            **self.configuration(),
        }

    def configuration(self) -> dict[str, Any]:
        """Worlds, overrides and the other switches, as plain data."""
        overrides = [[override.player_id, override.play_prob] for override in self.overrides]
        return {"worlds": self.worlds, "overrides": overrides}


def parse_override(text: str) -> Override:
    """The override that 'PLAYER_ID=PROB' names; raises BadInput for anything else."""
    player, _, prob = text.partition("=")
    try:
        override = Override(int(player), float(prob))
    except ValueError:
        raise BadInput(f"{text!r} is not an override; write PLAYER_ID=PROB, such as 203999=0.5.") from None
    if not 0.0 <= override.play_prob <= 1.0:
        raise BadInput(f"{text!r} sets a probability outside 0 to 1; give one between them.")
    return override
