"""How good minutes predictions were: scores by population, paired with baselines on identical rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from evaluation.baselines import BASELINES
from evaluation.metrics import Figure, bootstrap_mean, pit_shares, pit_values, reliability, uniforms
from evaluation.recent import ROW
from evaluation.report import Comparison, Report, Score
from lakehouse.errors import BadInput
from models.mixture import CAP_MINUTES, COND_NAMES, LEVELS, Floats, cond_matrix
from models.play import rule_column
from models.scores import absolute_errors, inside, log_losses, pinball_losses, squared_errors

MODEL = "model"
NOMINAL_COVERAGE = 0.8
# Selected by the forecast's own information, then, last, by the outcome.
POPULATIONS = ("rostered", "listed", "listed_not_out")
# Where the predictions say it: the status feed's newest word puts him on his team's list.
ON_LIST = "on_list"
PLAYED = "played"
LABELS = ("minutes", "played", "label_complete", "dnp_complete")
CONTEXT = ("status_text", "delisted")


@dataclass(frozen=True)
class _Loss:
    """A loss per row and method, all on the same rows; `compared` where a baseline may beat the model."""

    metric: str
    games: np.ndarray
    by_method: dict[str, Floats]
    compared: bool = True


def evaluate_minutes(
    predictions: pl.DataFrame, labels: pl.DataFrame, baselines: pl.DataFrame | None = None, cap: float = CAP_MINUTES
) -> Report:
    """The report on predictions of complete games.

    `predictions`: the key, the model columns of `gold.minutes`, status_text and delisted; with the feature on_list, the
    players whom the status feed lists are a population of their own. `labels`: the key, minutes,
    played, label_complete, dnp_complete. `baselines`: what `predict_baselines` gives, for the same rows. Rows are
    matched by (game_id, cut_id, team_id, player_id); a prediction without a label is an error, a game without a
    complete box score is left out. Raises BadInput where nothing is left, or rows do not match.
    """
    rows = _matched(predictions, labels, baselines)
    methods = (MODEL, *BASELINES) if baselines is not None else (MODEL,)
    scores: list[Score] = []
    comparisons: list[Comparison] = []
    pit: dict[str, list[float]] = {}
    named = (ON_LIST,) if ON_LIST in rows.columns else ()
    for population in (*POPULATIONS, *named, PLAYED):
        chosen = rows.filter(_members(population))
        losses = _conditional(chosen, methods, cap) if population == PLAYED else _unconditional(chosen, methods)
        for loss in losses:
            figures = {name: bootstrap_mean(values, loss.games) for name, values in loss.by_method.items()}
            scores.extend(Score(population, loss.metric, name, figure) for name, figure in figures.items())
            if loss.compared:
                comparisons.extend(_compare(population, loss, figures))
        pit[population] = _pit(chosen, cap, conditional=population == PLAYED)
    listed = rows.filter(_members("listed") & pl.col("dnp_complete"))
    curve = reliability(_column(listed, "play_prob"), _column(listed, "played"))
    failures = tuple(_sentence(one, scores) for one in comparisons if one.worse)
    return Report(tuple(scores), tuple(comparisons), pit, curve, failures)


def _matched(predictions: pl.DataFrame, labels: pl.DataFrame, baselines: pl.DataFrame | None) -> pl.DataFrame:
    for frame, needed, what in (
        (predictions, (*ROW, "play_prob", "minutes_mean", "minutes_p50", *COND_NAMES, *CONTEXT), "predictions"),
        (labels, (*ROW, *LABELS), "labels"),
    ):
        missing = [name for name in needed if name not in frame.columns]
        if missing:
            raise BadInput(f"The {what} lack the column {missing[0]}; make them with this version.")
    known = labels.select(*ROW, *LABELS)
    rows = predictions.join(known, on=ROW, how="left", validate="1:1").sort(ROW)
    if baselines is not None:
        without = predictions.join(baselines, on=ROW, how="anti")
        if len(without):
            raise BadInput(f"{len(without)} predictions have no baseline beside them; compare on identical rows.")
        rows = rows.join(baselines, on=ROW, how="left", maintain_order="left", validate="1:1")
    rows = rows.filter(pl.col("label_complete").fill_null(False))
    if not len(rows):
        raise BadInput("None of the predicted games has a complete box score; evaluate once results are in.")
    return rows


def _members(population: str) -> pl.Expr:
    rule = rule_column()
    if population == "rostered":
        return pl.lit(True)
    if population == "listed":
        return rule != "delisted"
    if population == "listed_not_out":
        return rule == "model"
    if population == ON_LIST:
        return (pl.col(ON_LIST) == 1.0).fill_null(False)
    return pl.col("played")


def _unconditional(rows: pl.DataFrame, methods: tuple[str, ...]) -> Iterator[_Loss]:
    games, actual = rows["game_id"].to_numpy(), _column(rows, "minutes")
    point = {name: _answer(rows, name, "minutes", "minutes_p50") for name in methods}
    yield _Loss("minutes_mae", games, {name: absolute_errors(values, actual) for name, values in point.items()})
    yield _Loss("minutes_bias", games, {MODEL: _column(rows, "minutes_mean") - actual}, compared=False)
    decided = rows.filter("dnp_complete")
    games, happened = decided["game_id"].to_numpy(), _column(decided, "played")
    prob = {name: _answer(decided, name, "play_prob", "play_prob") for name in methods}
    yield _Loss("play_brier", games, {name: squared_errors(values, happened) for name, values in prob.items()})
    yield _Loss("play_log_loss", games, {name: log_losses(values, happened) for name, values in prob.items()})


def _conditional(rows: pl.DataFrame, methods: tuple[str, ...], cap: float) -> Iterator[_Loss]:
    games, actual = rows["game_id"].to_numpy(), _column(rows, "minutes")
    point = {name: _answer(rows, name, "minutes_cond", "minutes_p50_cond") for name in methods}
    yield _Loss("minutes_mae_cond", games, {name: absolute_errors(values, actual) for name, values in point.items()})
    low = {name: _answer(rows, name, "p10_cond", "minutes_p10_cond") for name in methods}
    high = {name: _answer(rows, name, "p90_cond", "minutes_p90_cond") for name in methods}
    yield _Loss("coverage_p10_p90", games, {name: inside(low[name], high[name], actual) for name in methods})
    spread = {
        name: pinball_losses(low[name], actual, 0.1) + pinball_losses(high[name], actual, 0.9) for name in methods
    }
    yield _Loss("interval_loss", games, spread)
    quantiles = cond_matrix(rows)
    total = np.zeros(len(rows))
    for at, level in enumerate(LEVELS):
        total = total + pinball_losses(quantiles[:, at], actual, level)
    yield _Loss("pinball", games, {MODEL: total / len(LEVELS)}, compared=False)
    if "minutes_mean_cond" in rows.columns:
        yield _Loss("minutes_bias_cond", games, {MODEL: _column(rows, "minutes_mean_cond") - actual}, compared=False)


def _compare(population: str, loss: _Loss, figures: dict[str, Figure]) -> Iterator[Comparison]:
    for name in BASELINES:
        if name in loss.by_method and figures[name].n:
            difference = bootstrap_mean(loss.by_method[MODEL] - loss.by_method[name], loss.games)
            worse = difference.value > 0.0
            if loss.metric == "coverage_p10_p90":
                worse = _covers_worse(figures[MODEL], figures[name])
            yield Comparison(population, loss.metric, name, difference, worse)


def _covers_worse(model: Figure, baseline: Figure) -> bool:
    """Coverage further from nominal than the baseline's, and not by chance: nominal lies outside the interval."""
    further = abs(model.value - NOMINAL_COVERAGE) > abs(baseline.value - NOMINAL_COVERAGE)
    return further and not model.low <= NOMINAL_COVERAGE <= model.high


def _pit(rows: pl.DataFrame, cap: float, *, conditional: bool) -> list[float]:
    keys = [f"{game}:{cut}:{player}" for game, cut, player in rows.select("game_id", "cut_id", "player_id").iter_rows()]
    prob = np.ones(len(rows)) if conditional else _column(rows, "play_prob")
    return pit_shares(pit_values(prob, cond_matrix(rows), _column(rows, "minutes"), uniforms(keys), cap))


def _sentence(one: Comparison, scores: list[Score]) -> str:
    found = {
        score.method: score.figure.value
        for score in scores
        if (score.population, score.metric) == (one.population, one.metric)
    }
    return (
        f"{one.metric} on {one.population}: the model's {found[MODEL]:.4f} is worse than "
        f"{one.baseline}'s {found[one.baseline]:.4f}."
    )


def _answer(rows: pl.DataFrame, method: str, figure: str, model_column: str) -> Floats:
    return _column(rows, model_column if method == MODEL else f"{method}_{figure}")


def _column(rows: pl.DataFrame, name: str) -> Floats:
    return np.asarray(rows[name].cast(pl.Float64).to_numpy(), dtype=np.float64)
