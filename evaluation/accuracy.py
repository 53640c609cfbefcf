"""How good minutes predictions were: scores by population, paired with baselines on identical rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from evaluation.baselines import BASELINES
from evaluation.metrics import Figure, bootstrap_mean, reliability
from evaluation.populations import choose_populations
from evaluation.report import Comparison, Report, Score
from lakehouse.errors import BadInput
from models.guards import KEY
from models.measures import ALL, MODEL, PLAYED, Answers, Cell, answers_of, cells, column, members
from models.mixture import CAP_MINUTES, COND_NAMES

ORACLE = "oracle"
NOMINAL_COVERAGE = 0.8
LABELS = ("minutes", "played", "label_complete", "dnp_complete")
# What a row must say of what was known, for its populations and buckets.
CONTEXT = ("game_date", "status_text", "delisted", "on_list", "starts_tonight", "in_dk_pool")
MODEL_NEEDS = ("play_prob", "minutes_mean", "minutes_mean_cond", "minutes_p50", *COND_NAMES)
# Where another method may beat the model; the other figures describe.
_COMPARED = ("minutes_mae", "play_brier", "play_log_loss", "minutes_mae_cond", "coverage_p10_p90", "interval_loss")
# Knowing who plays and who starts must help here, or the model knows more than it may.
_FLOORS = (("listed", "minutes_mae"), (PLAYED, "minutes_mae_cond"))


def match_rows(predictions: pl.DataFrame, labels: pl.DataFrame, *others: pl.DataFrame) -> pl.DataFrame:
    """Predictions of games with complete box scores, by KEY, with what happened and what other methods said.

    Raises BadInput where columns or rows lack, or no game is complete.
    """
    for frame, needed, what in (
        (predictions, (*KEY, *MODEL_NEEDS, *CONTEXT), "predictions"),
        (labels, (*KEY, *LABELS), "labels"),
    ):
        missing = [name for name in needed if name not in frame.columns]
        if missing:
            raise BadInput(f"The {what} lack the column {missing[0]}; make them with this version.")
    rows = predictions.join(labels.select(*KEY, *LABELS), on=KEY, how="left", validate="1:1").sort(KEY)
    for other in others:
        without = predictions.join(other, on=KEY, how="anti")
        if len(without):
            raise BadInput(f"{len(without)} predictions have no baseline beside them; compare on identical rows.")
        rows = rows.join(other, on=KEY, how="left", maintain_order="left", validate="1:1")
    rows = rows.filter(pl.col("label_complete").fill_null(False))
    if not len(rows):
        raise BadInput("None of the predicted games has a complete box score; evaluate once results are in.")
    return rows


def evaluate_minutes(
    predictions: pl.DataFrame,
    labels: pl.DataFrame,
    baselines: pl.DataFrame | None = None,
    cap: float = CAP_MINUTES,
    oracle: pl.DataFrame | None = None,
) -> Report:
    """The report on predictions of complete games.

    `predictions`: KEY, the model columns of `gold.minutes`, and CONTEXT. `labels`: KEY, minutes, played,
    label_complete, dnp_complete. `baselines`: what `predict_baselines` gives, `oracle`: what `predict_oracle` gives,
    for the same rows. A game without a complete box score is left out. Raises BadInput where nothing is left, or rows
    do not match.
    """
    others = [frame for frame in (baselines, oracle) if frame is not None]
    methods = (MODEL, *(BASELINES if baselines is not None else ()), *((ORACLE,) if oracle is not None else ()))
    rows = match_rows(predictions, labels, *others)
    return report_rows(rows, methods, BASELINES, cap, chosen_from=predictions)


def report_rows(
    rows: pl.DataFrame,
    methods: tuple[str, ...],
    rivals: Sequence[str] = (),
    cap: float = CAP_MINUTES,
    chosen_from: pl.DataFrame | None = None,
) -> Report:
    """The report on rows of `match_rows`; a rival that does better is a failure, other methods are only compared.

    The populations are those of `chosen_from`, by default the rows themselves.
    """
    games = rows["game_id"].to_numpy()
    made = list(cells(rows, methods, cap))
    scores = [Score(one.population, one.metric, one.method, _figure(one, games), one.bucket) for one in made]
    whole = [score for score in scores if score.bucket == ALL] + list(_team_sums(rows, methods))
    populations = choose_populations(rows if chosen_from is None else chosen_from)
    populations[PLAYED] = choose_populations(rows)[PLAYED]
    comparisons = tuple(_compare(made, whole, games, methods, rivals))
    listed = rows.filter(members("listed") & pl.col("dnp_complete"))
    return Report(
        scores=tuple(sorted(whole, key=lambda score: list(populations).index(score.population))),
        details=tuple(score for score in scores if score.bucket != ALL),
        comparisons=comparisons,
        reliability=reliability(column(listed, "play_prob"), column(listed, "played")),
        failures=tuple(_failures(comparisons, whole)),
        populations=populations,
    )


def _figure(cell: Cell, games: np.ndarray) -> Figure:
    return bootstrap_mean(cell.values, games[cell.chosen], cell.weights)


def _team_sums(rows: pl.DataFrame, methods: tuple[str, ...]) -> Iterator[Score]:
    """What the medians and means of a team's listed players sum to, a row a team's game, and what they played."""
    listed = rows.select(members("listed")).to_series().to_numpy()
    side = rows.filter(listed).select("game_id", "team_id")

    def summed(values: np.ndarray) -> Figure:
        sums = side.with_columns(pl.Series("value", values[listed])).group_by(side.columns, maintain_order=True)
        teams = sums.agg(pl.col("value").sum())
        return bootstrap_mean(column(teams, "value"), teams["game_id"].to_numpy())

    for method in methods:
        said: Answers = answers_of(rows, method)
        yield Score("listed", "team_median_sum", method, summed(said.median))
        if said.mean is not None:
            yield Score("listed", "team_mean_sum", method, summed(said.mean))
    yield Score("listed", "team_actual_sum", MODEL, summed(column(rows, "minutes")))


def _compare(
    made: list[Cell], whole: list[Score], games: np.ndarray, methods: tuple[str, ...], rivals: Sequence[str]
) -> Iterator[Comparison]:
    by = {(one.population, one.metric, one.method): one for one in made if one.bucket == ALL}
    figures = {(one.population, one.metric, one.method): one.figure for one in whole}
    for (population, metric, method), cell in by.items():
        ours = by.get((population, metric, MODEL))
        if method == MODEL or method not in methods or metric not in _COMPARED or ours is None or not len(cell.values):
            continue
        difference = bootstrap_mean(ours.values - cell.values, games[cell.chosen])
        worse = method in rivals and difference.value > 0.0
        if method in rivals and metric == "coverage_p10_p90":
            worse = _covers_worse(figures[population, metric, MODEL], figures[population, metric, method])
        yield Comparison(population, metric, method, difference, worse)


def _covers_worse(model: Figure, baseline: Figure) -> bool:
    """Coverage further from nominal than the baseline's, and not by chance: nominal lies outside the interval."""
    further = abs(model.value - NOMINAL_COVERAGE) > abs(baseline.value - NOMINAL_COVERAGE)
    return further and not model.low <= NOMINAL_COVERAGE <= model.high


def _failures(comparisons: tuple[Comparison, ...], whole: list[Score]) -> Iterator[str]:
    values = {(one.population, one.metric, one.method): one.figure.value for one in whole}
    for one in comparisons:
        ours, theirs = (values[one.population, one.metric, method] for method in (MODEL, one.baseline))
        what = f"{one.metric} on {one.population}: the model's {ours:.4f} is"
        if one.worse:
            yield f"{what} worse than {one.baseline}'s {theirs:.4f}."
        if one.baseline == ORACLE and (one.population, one.metric) in _FLOORS and one.difference.high < 0.0:
            yield f"{what} better than the {theirs:.4f} of the same model told who plays and starts: it leaks."
