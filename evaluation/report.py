"""An evaluation's outcome as a value: figures, comparisons, bands, calibration, failures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rich.table import Table

from evaluation.metrics import Figure
from evaluation.populations import Population
from models.bands import Judged, judge
from models.measures import ALL, MODEL

TITLES = {
    "minutes_mae": "MAE of the median, minutes",
    "minutes_bias": "bias of the mean, minutes",
    "pinball_p10": "pinball .1, minutes",
    "pinball_p50": "pinball .5, minutes",
    "pinball_p90": "pinball .9, minutes",
    "play_brier": "Brier",
    "play_log_loss": "log loss",
    "play_brier_ratio": "Brier over the lookup's",
    "minutes_mae_cond": "MAE of the median given that he plays, minutes",
    "minutes_bias_cond": "bias of the mean given that he plays, minutes",
    "coverage_p10_p90": "coverage of p10-p90 given that he plays",
    "interval_loss": "pinball .1 + .9 given that he plays, minutes",
    "pinball_p10_cond": "pinball .1 given that he plays, minutes",
    "pinball_p50_cond": "pinball .5 given that he plays, minutes",
    "pinball_p90_cond": "pinball .9 given that he plays, minutes",
    "pinball": "pinball over seven levels given that he plays, minutes",
    "team_median_sum": "sum of a team's medians, minutes",
    "team_mean_sum": "sum of a team's means, minutes",
    "team_actual_sum": "sum of a team's minutes",
    "pit_share": "share of the randomised PIT",
    "reliability_gap": "share who played less what was said",
}


@dataclass(frozen=True)
class Score:
    """A figure of one method on one population, or a bucket of it."""

    population: str
    metric: str
    method: str
    figure: Figure
    bucket: str = ALL

    @property
    def value(self) -> float:
        """The figure's value."""
        return self.figure.value

    @property
    def n(self) -> int:
        """The figure's rows."""
        return self.figure.n

    def to_dict(self) -> dict[str, Any]:
        """The score as plain data."""
        of = {name: getattr(self, name) for name in ("population", "metric", "bucket", "method")}
        return {**of, **self.figure.to_dict()}


@dataclass(frozen=True)
class Comparison:
    """The model's loss less another's on identical rows; below 0 the model is better."""

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
    """What an evaluation found: `scores` of whole populations, `details` of buckets."""

    scores: tuple[Score, ...]
    details: tuple[Score, ...]
    comparisons: tuple[Comparison, ...]
    reliability: list[dict[str, float]]
    failures: tuple[str, ...]
    populations: dict[str, Population] = field(default_factory=dict)

    def find(self, population: str, metric: str, method: str = "model", bucket: str = ALL) -> Figure:
        """One figure; raises KeyError where the report has none such."""
        for score in (*self.scores, *self.details):
            if (score.population, score.metric, score.method, score.bucket) == (population, metric, method, bucket):
                return score.figure
        raise KeyError((population, metric, method, bucket))

    def bands(self, method: str = "model") -> list[Judged]:
        """Every band the model must keep, judged."""
        return judge((*self.scores, *self.details), method)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        return {
            "scores": [score.to_dict() for score in self.scores],
            "details": [score.to_dict() for score in self.details],
            "comparisons": [comparison.to_dict() for comparison in self.comparisons],
            "bands": [one.to_dict() for one in self.bands()],
            "reliability": self.reliability,
            "populations": [population.to_dict() for population in self.populations.values()],
            "failures": list(self.failures),
        }

    def to_table(self) -> Table:
        """The report as a table: a line per population and metric, a column per method; the model's interval only."""
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
            cells = [figure_text(row.get(method), with_interval=method == MODEL) for method in methods]
            size = next(iter(row.values()))
            name = population.replace("_", " ")
            table.add_row(name, TITLES.get(metric, metric), *cells, f"{size.n:,}", f"{size.games:,}")
        return table


def figure_text(figure: Figure | None, *, with_interval: bool = True) -> str:
    """A figure as a person reads it, with its interval; a dash for none."""
    if figure is None or not figure.n:
        return "-"
    if not with_interval:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} ({figure.low:.3f}, {figure.high:.3f})"
