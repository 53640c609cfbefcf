"""A tier: what kind of knowledge some games were predicted from, and how good the predictions were."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from evaluation.accuracy import evaluate_minutes
from evaluation.baselines import fit_baselines, predict_baselines
from evaluation.oracle import predict_oracle
from evaluation.populations import dk_pool
from evaluation.recent import recent_play
from evaluation.report import Report
from lakehouse.gate import View
from pipeline.at import Offset
from pipeline.predictions import Predictions, label_rows, spine_before

# What a tier's figures rest on; they are never averaged over tiers.
OBSERVED, PROXY, HISTORY, ANCHOR = "A", "B", "C", "anchor"
TITLES = {
    OBSERVED: "observed status: the production path",
    PROXY: "proxy availability: box scores say who was out and who started, told late and wrong as reports are",
    HISTORY: "history only: nothing was said of tonight",
    ANCHOR: "against the earlier system, at the instants of its own last runs",
}
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Beside:
    """Predictions of some dates and everything they are scored with, row by row."""

    rows: pl.DataFrame
    labels: pl.DataFrame
    baselines: pl.DataFrame
    oracle: pl.DataFrame
    features: pl.DataFrame
    models: tuple[str, ...]


@dataclass(frozen=True)
class Tier:
    """The report on one tier's games: `spans` of Eastern dates, at one offset before their tips."""

    code: str
    spans: tuple[tuple[date, date], ...]
    at: str
    report: Report
    models: tuple[str, ...]
    features: pl.DataFrame

    def to_dict(self) -> dict[str, Any]:
        """The tier as plain data, without its features."""
        return {
            "tier": self.code,
            "spans": [[first.isoformat(), last.isoformat()] for first, last in self.spans],
            "at": self.at,
            "models": list(self.models),
            **self.report.to_dict(),
        }


def put_beside(view: View, made: Predictions, first: date, offset: Offset, told: View | None = None) -> Beside:
    """Predictions with the pool, labels, baselines fitted on the year before `first`, and the oracle.

    `view` is for evaluation. `told` has the knowledge of the runs, by default the view's: the pool and the oracle's
    features are read from it. What is put beside the predictions changes none of them, nor any population.
    """
    told = told or view
    before = spine_before(view, first, offset)
    fitted = fit_baselines(recent_play(view, before), label_rows(view, before))
    labels = label_rows(view, made.rows)
    return Beside(
        rows=dk_pool(told, made.rows),
        labels=labels,
        baselines=predict_baselines(fitted, recent_play(view, made.rows)),
        oracle=predict_oracle(told, made.rows, labels, made.models),
        features=made.features,
        models=tuple(made.rows["model_id"].unique(maintain_order=True).to_list()),
    )


def score_tier(code: str, spans: tuple[tuple[date, date], ...], at: str, parts: list[Beside]) -> Tier:
    """The tier whose rows are those of all the parts; the parts share no game."""

    report = evaluate_minutes(
        pl.concat(part.rows for part in parts),
        pl.concat(part.labels for part in parts),
        pl.concat(part.baselines for part in parts),
        oracle=pl.concat(part.oracle for part in parts),
    )
    models = tuple(dict.fromkeys(model for part in parts for model in part.models))
    return Tier(code, spans, at, report, models, pl.concat(part.features for part in parts))
