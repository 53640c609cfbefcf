"""A window of past games, predicted through the production path and scored beside naive baselines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from evaluation.accuracy import evaluate_minutes
from evaluation.baselines import fit_baselines, predict_baselines
from evaluation.recent import recent_play
from evaluation.report import Report
from lakehouse.gate import Knowledge
from lakehouse.holes import standing_holes
from lakehouse.lake import Lake
from pipeline.at import Offset
from pipeline.predictions import label_rows, predict_at, spine_before
from transforms.label_days import require_labels
from transforms.spine import SpineRecall, spine_recall


@dataclass(frozen=True)
class WindowReport:
    """The report of a window, how well the spine foresaw who was listed, the models used, and what was blocked."""

    report: Report
    spine: SpineRecall
    models: tuple[str, ...]
    blocked: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The window's figures as plain data."""
        extra = {"spine": vars(self.spine), "models": list(self.models), "blocked": list(self.blocked)}
        return {**self.report.to_dict(), **extra}


def evaluate_window(
    lake: Lake,
    first: date,
    last: date,
    offset: Offset,
    knowledge: Knowledge = "published",
    progress: Callable[[str, int, int], None] | None = None,
) -> WindowReport:
    """Scores every game of some dates, each by the run made for it at its offset; nothing is written.

    What happened is what `gold.labels` holds. The lookup table among the baselines is fitted on the year before the
    window. Raises LabelsMissing where a day of the window should have labels and has none, and as `predict_at`.
    """
    view = lake.as_of(lake.clock.now(), "published", "evaluation")
    require_labels(view, first, last, standing_holes(lake))
    made = predict_at(lake, first, last, offset, knowledge, progress)
    before = spine_before(view, first, offset)
    fitted = fit_baselines(recent_play(view, before), label_rows(view, before))
    labels = label_rows(view, made.rows)
    report = evaluate_minutes(made.rows, labels, predict_baselines(fitted, recent_play(view, made.rows)))
    models = tuple(made.rows["model_id"].unique(maintain_order=True).to_list())
    return WindowReport(report, spine_recall(view, made.rows.lazy()), models, made.blocked)
