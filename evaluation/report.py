"""An evaluation's outcome as a value: figures, comparisons, calibration, failures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from evaluation.metrics import Figure

TITLES = {
    "minutes_mae": "MAE, minutes",
    "minutes_bias": "bias of the mean, minutes",
    "play_brier": "Brier",
    "play_log_loss": "log loss",
    "minutes_mae_cond": "MAE given that he plays, minutes",
    "minutes_bias_cond": "bias of the mean given that he plays, minutes",
    "coverage_p10_p90": "coverage of p10-p90",
    "interval_loss": "pinball of p10 and p90, minutes",
    "pinball": "pinball over seven levels, minutes",
}


@dataclass(frozen=True)
class Score:
    """A figure of one method on one population."""

    population: str
    metric: str
    method: str
    figure: Figure

    def to_dict(self) -> dict[str, Any]:
        """The score as plain data."""
        return {"population": self.population, "metric": self.metric, "method": self.method, **self.figure.to_dict()}


@dataclass(frozen=True)
class Comparison:
    """The model's loss less a baseline's on identical rows; below 0 the model is better."""

    population: str
    metric: str
    baseline: str
    difference: Figure
    worse: bool

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain data."""
        return {
            "population": self.population,
            "metric": self.metric,
            "baseline": self.baseline,
            "worse": self.worse,
            **self.difference.to_dict(),
        }


@dataclass(frozen=True)
class Report:
    """What an evaluation found."""

    scores: tuple[Score, ...]
    comparisons: tuple[Comparison, ...]
    pit: dict[str, list[float]]
    reliability: list[dict[str, float]]
    failures: tuple[str, ...]

    def find(self, population: str, metric: str, method: str = "model") -> Figure:
        """One figure; raises KeyError where the report has none such."""
        for score in self.scores:
            if (score.population, score.metric, score.method) == (population, metric, method):
                return score.figure
        raise KeyError((population, metric, method))

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        return {
            "scores": [score.to_dict() for score in self.scores],
            "comparisons": [comparison.to_dict() for comparison in self.comparisons],
            "pit": self.pit,
            "reliability": self.reliability,
            "failures": list(self.failures),
        }

    def to_json(self) -> str:
        """The report as JSON."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

    def to_table(self) -> Table:
        """The report as a table: a line per population and metric, a column per method."""
        methods = list(dict.fromkeys(score.method for score in self.scores))
        table = Table(title="Minutes: accuracy with 95% intervals over games")
        table.add_column("population")
        table.add_column("figure")
        for method in methods:
            table.add_column(method.replace("_", " "), justify="right")
        table.add_column("rows", justify="right")
        table.add_column("games", justify="right")
        kinds = dict.fromkeys((score.population, score.metric) for score in self.scores)
        for population, metric in kinds:
            row = {s.method: s.figure for s in self.scores if (s.population, s.metric) == (population, metric)}
            cells = [_cell(row.get(method)) for method in methods]
            size = next(iter(row.values()))
            name = population.replace("_", " ")
            table.add_row(name, TITLES.get(metric, metric), *cells, f"{size.n:,}", f"{size.games:,}")
        return table


def _cell(figure: Figure | None) -> str:
    if figure is None or not figure.n:
        return "-"
    return f"{figure.value:.3f} ({figure.low:.3f}, {figure.high:.3f})"
