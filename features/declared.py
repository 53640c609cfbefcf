"""What a feature is: a declared column, with its meaning, unit, sources and the reason it may be unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from lakehouse.digest import canonical_json, text_digest

# When a source can first be known. Of a feature's sources the first here says when all of them are: what is said of
# tonight by any of reports, feed and lineups is enough.
_FIRST_KNOWN = {
    "injury_reports": "when reports are public, the evening before",
    "status_events": "when the feed lists the teams, on the day",
    "lineups": "when lineups are projected, on the day",
    "odds_lines": "when lines are posted, a day or two before",
    "boxscores": "after the last game",
    "players": "with the player index",
    "schedule": "with the schedule",
}


@dataclass(frozen=True)
class Feature:
    """A numeric column of a feature set.

    `sources` are the silver tables it is computed from. `null_when` says when it is unknown. `sparse_reason` says why
    it is unknown on more than half of the training rows, where it is. `earliest` says since when it can be known; where
    it is not declared, its sources tell.
    """

    name: str
    meaning: str
    unit: str
    sources: tuple[str, ...]
    null_when: str = "never"
    sparse_reason: str | None = None
    earliest: str = ""

    def __post_init__(self) -> None:
        if not self.earliest:
            stated = [_FIRST_KNOWN[source] for source in _FIRST_KNOWN if source in self.sources]
            object.__setattr__(self, "earliest", stated[0] if stated else "with its sources")


def schema_digest(features: Sequence[Feature]) -> str:
    """Digest of the declarations, in order: a model fits a feature set only if the two are equal."""
    return text_digest(canonical_json([asdict(feature) for feature in features]))
