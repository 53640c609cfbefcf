"""A window of past games, predicted through the production path and scored beside naive baselines and the oracle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from evaluation.report import Report
from evaluation.tier import OBSERVED, Progress, Tier, put_beside, score_tier
from lakehouse.gate import Knowledge
from lakehouse.holes import standing_holes
from lakehouse.lake import Lake
from pipeline.at import Offset
from pipeline.predictions import Predictions, predict_at
from transforms.label_days import require_labels
from transforms.spine import SpineRecall, spine_recall


@dataclass(frozen=True)
class WindowReport:
    """A window's tier, how well the spine foresaw who was listed, and what was blocked; `made` is what was scored."""

    tier: Tier
    spine: SpineRecall
    blocked: tuple[str, ...]
    made: Predictions

    @property
    def report(self) -> Report:
        """The figures."""
        return self.tier.report

    @property
    def models(self) -> tuple[str, ...]:
        """The models used, in the order of their runs."""
        return self.tier.models

    def to_dict(self) -> dict[str, Any]:
        """The window's figures as plain data."""
        return {**self.tier.to_dict(), "spine": vars(self.spine), "blocked": list(self.blocked)}


def evaluate_window(
    lake: Lake,
    first: date,
    last: date,
    offset: Offset,
    knowledge: Knowledge = "published",
    progress: Progress | None = None,
) -> WindowReport:
    """Scores every game of some dates, each by the run made for it at its offset; nothing is written.

    What happened is what `gold.labels` holds. The lookup table among the baselines is fitted on the year before the
    window. Raises LabelsMissing where a day of the window should have labels and has none, and as `predict_at`.
    """
    now = lake.clock.now()
    require_labels(lake.as_of(now, "published", "evaluation"), first, last, standing_holes(lake))
    made = predict_at(lake, first, last, offset, knowledge, progress)
    view = lake.as_of(now, knowledge, "evaluation")
    known = lake.as_of(now, "published", "evaluation")
    tier = score_tier(OBSERVED, ((first, last),), str(offset), [put_beside(known, made, first, offset, told=view)])
    return WindowReport(tier, spine_recall(known, made.rows.lazy()), made.blocked, made)
