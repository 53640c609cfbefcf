"""Everything the accuracy page shows, worked out in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from evaluation.anchor import AnchorReport, evaluate_anchor
from evaluation.folds import FOLDS, OFFSET, Fit, Fold, Walk, fit_fold, walk_forward
from evaluation.nulls import TRAINING, null_rates
from evaluation.tier import HISTORY, PROXY, Progress, Tier
from evaluation.tier import OBSERVED as OBSERVED_TIER
from evaluation.window import WindowReport, evaluate_window
from lakehouse.lake import Lake
from pipeline.at import Offset

OBSERVED = Fold(date(2025, 11, 19), date(2025, 11, 26))
OTHER_OFFSETS = (Offset(360), Offset(60), Offset(0))


@dataclass(frozen=True)
class Study:
    """The tiers, the comparison with the earlier system, other horizons of the observed tier, and null rates."""

    window: WindowReport
    horizons: tuple[Tier, ...]
    anchor: AnchorReport
    walk: Walk
    nulls: pl.DataFrame

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """Every tier, for `gold.accuracy`."""
        return (self.window.tier, *self.horizons, self.walk.proxy, self.walk.history, self.anchor.tier)

    @property
    def failures(self) -> tuple[str, ...]:
        """Every failure, with the tier it is of."""
        return tuple(f"{tier.code} {tier.at}: {said}" for tier in self.tiers for said in tier.report.failures)

    def to_dict(self) -> dict[str, Any]:
        """The study as plain data."""
        return {
            "tiers": [self.window.to_dict(), *(tier.to_dict() for tier in self.tiers[1:-1]), self.anchor.to_dict()],
            "nulls": self.nulls.to_dicts(),
            "failures": list(self.failures),
        }


def make_study(
    lake: Lake,
    observed: Fold = OBSERVED,
    folds: Sequence[Fold] = FOLDS,
    offset: Offset = OFFSET,
    others: Sequence[Offset] = OTHER_OFFSETS,
    fit: Fit = fit_fold,
    progress: Progress | None = None,
) -> Study:
    """The three tiers, the earlier system beside ours, the horizons and the null rates; nothing is written.

    Raises as `evaluate_window`, `evaluate_anchor` and `walk_forward`.
    """
    span = (observed.first, observed.last)
    window = evaluate_window(lake, *span, offset, progress=progress)
    horizons = tuple(evaluate_window(lake, *span, other, progress=progress).tier for other in others)
    anchor = evaluate_anchor(lake, *span, offset, progress, window.made)
    walk = walk_forward(lake, folds, offset, fit, progress)
    frames = {TRAINING: walk.training, OBSERVED_TIER: window.tier.features}
    frames |= {PROXY: walk.proxy.features, HISTORY: walk.history.features}
    return Study(window, horizons, anchor, walk, null_rates(frames))
