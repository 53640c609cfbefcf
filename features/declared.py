"""What a feature is: a declared column, with its meaning, unit, sources and the reason it may be unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from lakehouse.digest import canonical_json, text_digest


@dataclass(frozen=True)
class Feature:
    """A numeric column of a feature set.

    `sources` are the silver tables it is computed from. `null_when` says when it is unknown. `sparse_reason` says why
    it is unknown on more than half of the training rows, where it is.
    """

    name: str
    meaning: str
    unit: str
    sources: tuple[str, ...]
    null_when: str = "never"
    sparse_reason: str | None = None


def schema_digest(features: Sequence[Feature]) -> str:
    """Digest of the declarations, in order: a model fits a feature set only if the two are equal."""
    return text_digest(canonical_json([asdict(feature) for feature in features]))
