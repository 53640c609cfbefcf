"""What minutes predictions are measured by: populations, buckets, and one value a row for each metric."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.availability import OFF_LIST, OUT
from lakehouse.draws import uniforms
from models.conformal import FEW_MINUTES, MANY_MINUTES
from models.mixture import CAP_MINUTES, COND_NAMES, LEVELS, Floats, cdf, cond_matrix, quantile
from models.scores import absolute_errors, inside, log_losses, pinball_losses, squared_errors

Mask = npt.NDArray[np.bool_]

MODEL, LOOKUP = "model", "lookup"
# Chosen by what was known at the instant.
POPULATIONS = ("rostered", "listed", "listed_not_out", "dk_pool")
# Chosen by the outcome: it describes, and alone it promotes nothing.
PLAYED = "played"
ALL = "all"
TENTHS = 10
# Metrics of the conditional distribution, for those who played.
CONDITIONAL = (
    "minutes_mae_cond", "minutes_bias_cond", "coverage_p10_p90", "interval_loss",
    "pinball_p10_cond", "pinball_p50_cond", "pinball_p90_cond", "pinball",
)  # fmt: skip
# Metrics of everybody; the last two only where it is known of everybody whether he played.
UNCONDITIONAL = (
    "minutes_mae", "minutes_bias", "pinball_p10", "pinball_p50", "pinball_p90", "play_brier", "play_log_loss",
)  # fmt: skip
OF_PLAYING = ("play_brier", "play_log_loss")
BUCKETED = ("minutes_mae", "play_brier", "minutes_mae_cond", "coverage_p10_p90")


@dataclass(frozen=True)
class Answers:
    """What a method says of each row; `quantiles` (conditional, at LEVELS) and means where it gives them."""

    play_prob: Floats
    median: Floats
    median_cond: Floats
    low_cond: Floats
    high_cond: Floats
    quantiles: Floats | None = None
    mean: Floats | None = None
    mean_cond: Floats | None = None


@dataclass(frozen=True)
class Cell:
    """The rows behind one figure: the figure is the sum of `values` over the sum of `weights` (the rows, if None)."""

    population: str
    metric: str
    bucket: str
    method: str
    values: Floats
    chosen: Mask
    weights: Floats | None = None


def members(population: str) -> pl.Expr:
    """Who belongs to a population. Needs delisted, status_text, on_list, in_dk_pool, played, as the name has it.

    `listed`: not delisted, and on the list that the status feed has of his team, where it has one.
    """
    listed = (
        ~pl.col("delisted").fill_null(False)
        & pl.col("on_list").cast(pl.Boolean).fill_null(True)
        & (pl.col("status_text") != OFF_LIST).fill_null(True)
    )
    return {
        "rostered": pl.col("player_id").is_not_null(),
        "listed": listed,
        "listed_not_out": listed & (pl.col("status_text") != OUT).fill_null(True),
        "dk_pool": pl.col("in_dk_pool").fill_null(False),
        PLAYED: pl.col("played").fill_null(False),
    }[population]


def bucket_labels(rows: pl.DataFrame) -> dict[str, pl.Series]:
    """The bucket of each row in each family: role, minutes (projected, given that he plays), status, month."""
    starts, projected = pl.col("starts_tonight").cast(pl.Boolean), pl.col("minutes_p50_cond")
    labels = rows.select(
        role=pl.when(starts).then(pl.lit("starter")).when(~starts).then(pl.lit("bench")).otherwise(pl.lit("unknown")),
        minutes=pl.when(projected < FEW_MINUTES)
        .then(pl.lit(f"under {FEW_MINUTES:.0f}"))
        .when(projected <= MANY_MINUTES)
        .then(pl.lit(f"{FEW_MINUTES:.0f} to {MANY_MINUTES:.0f}"))
        .otherwise(pl.lit(f"over {MANY_MINUTES:.0f}")),
        status=pl.when("delisted").then(pl.lit("Delisted")).otherwise(pl.col("status_text").fill_null("Unknown")),
        month=pl.col("game_date").dt.strftime("%Y-%m"),
    )
    return {family: labels[family] for family in labels.columns}


def answers_of(rows: pl.DataFrame, method: str) -> Answers:
    """A method's columns: `<method>_minutes` and its like of a simple rule, or those of `gold.minutes`, prefixed."""
    if f"{method}_minutes" in rows.columns:
        figures = ("play_prob", "minutes", "minutes_cond", "p10_cond", "p90_cond")
        prob, median, cond, low, high = (column(rows, f"{method}_{figure}") for figure in figures)
        return Answers(prob, median, cond, low, high)
    prefix = "" if method == MODEL else f"{method}_"
    return Answers(
        column(rows, f"{prefix}play_prob"),
        column(rows, f"{prefix}minutes_p50"),
        column(rows, f"{prefix}minutes_p50_cond"),
        column(rows, f"{prefix}minutes_p10_cond"),
        column(rows, f"{prefix}minutes_p90_cond"),
        quantiles=cond_matrix(rows, [f"{prefix}{name}" for name in COND_NAMES]),
        mean=column(rows, f"{prefix}minutes_mean"),
        mean_cond=column(rows, f"{prefix}minutes_mean_cond"),
    )


def row_losses(said: Answers, minutes: Floats, played: Floats, cap: float = CAP_MINUTES) -> dict[str, Floats]:
    """A value a row for each metric that the answers allow: errors, losses, hits."""
    low, high = pinball_losses(said.low_cond, minutes, 0.1), pinball_losses(said.high_cond, minutes, 0.9)
    made = {
        "minutes_mae": absolute_errors(said.median, minutes),
        "play_brier": squared_errors(said.play_prob, played),
        "play_log_loss": log_losses(said.play_prob, played),
        "minutes_mae_cond": absolute_errors(said.median_cond, minutes),
        "coverage_p10_p90": inside(said.low_cond, said.high_cond, minutes),
        "interval_loss": low + high,
        "pinball_p10_cond": low,
        "pinball_p50_cond": pinball_losses(said.median_cond, minutes, 0.5),
        "pinball_p90_cond": high,
    }
    if said.quantiles is not None:
        for level in (0.1, 0.5, 0.9):
            at_level = quantile(said.play_prob, said.quantiles, level, cap)
            made[f"pinball_p{round(level * 100)}"] = pinball_losses(at_level, minutes, level)
        at_levels = [pinball_losses(said.quantiles[:, at], minutes, level) for at, level in enumerate(LEVELS)]
        made["pinball"] = np.column_stack(at_levels).mean(axis=1)
    if said.mean is not None and said.mean_cond is not None:
        made["minutes_bias"], made["minutes_bias_cond"] = said.mean - minutes, said.mean_cond - minutes
    return made


def cells(rows: pl.DataFrame, methods: tuple[str, ...] = (MODEL,), cap: float = CAP_MINUTES) -> Iterator[Cell]:
    """The cells of every figure on rows of complete games.

    `rows`: KEY, the columns of `members` and `bucket_labels`, minutes, played, dnp_complete, and each method's
    columns. Metrics of playing count only rows with dnp_complete. Besides the metrics by population and bucket, of
    `listed`: `pit_share` by tenth of the randomised PIT of the unconditional distribution, `reliability_gap` (share
    who played less what was said) by tenth of play_prob, and `play_brier_ratio` of each method to the lookup's.
    """
    minutes, played = column(rows, "minutes"), column(rows, "played")
    decided = rows["dnp_complete"].fill_null(False).to_numpy()
    said = {method: answers_of(rows, method) for method in methods}
    losses = {method: row_losses(answers, minutes, played, cap) for method, answers in said.items()}
    masks = {name: rows.select(members(name)).to_series().to_numpy() for name in (*POPULATIONS, PLAYED)}
    families = _masks_of(bucket_labels(rows))
    for population, mask in masks.items():
        for metric in CONDITIONAL if population == PLAYED else UNCONDITIONAL:
            within = mask & decided if metric in OF_PLAYING else mask
            for method in (name for name in methods if metric in losses[name]):
                values = losses[method][metric]
                yield Cell(population, metric, ALL, method, values[within], within)
                if metric in BUCKETED and population != "rostered" and said[method].quantiles is not None:
                    for bucket, place in families.items():
                        chosen = within & place
                        if chosen.any():
                            yield Cell(population, metric, bucket, method, values[chosen], chosen)
    for method in methods:
        yield from _calibration(rows, said[method], method, masks["listed"], decided, cap)
    if LOOKUP in methods:
        chosen = masks["listed"] & decided
        base = losses[LOOKUP]["play_brier"][chosen]
        for method in (name for name in methods if name != LOOKUP):
            values = losses[method]["play_brier"][chosen]
            yield Cell("listed", "play_brier_ratio", ALL, method, values, chosen, base)


def pit_values(play_prob: Floats, quantiles: Floats, minutes: Floats, uniform: Floats, cap: float) -> Floats:
    """Randomised probability integral transform of each row: uniform on 0..1 where the predictions are calibrated.

    The predicted distribution has mass at 0, so the transform is drawn between P(below) and P(at most) the outcome
    (Czado, Gneiting and Held 2009).
    """
    left, right = cdf(play_prob, quantiles, minutes, cap)
    return left + uniform * (right - left)


def tenths(values: Floats) -> npt.NDArray[np.int64]:
    """The tenth of 0..1 in which each value lies, from 0."""
    return np.minimum((values * TENTHS).astype(np.int64), TENTHS - 1)


def column(rows: pl.DataFrame, name: str) -> Floats:
    """A column as floats; null is NaN."""
    return np.asarray(rows[name].cast(pl.Float64).to_numpy(), dtype=np.float64)


def _calibration(
    rows: pl.DataFrame, said: Answers, method: str, listed: Mask, decided: Mask, cap: float
) -> Iterator[Cell]:
    if said.quantiles is None:
        return
    keys = [f"{game}:{cut}:{player}" for game, cut, player in rows.select("game_id", "cut_id", "player_id").iter_rows()]
    tenth = tenths(pit_values(said.play_prob, said.quantiles, column(rows, "minutes"), uniforms(keys).to_numpy(), cap))
    for at in range(TENTHS):
        share = (tenth == at).astype(np.float64)
        yield Cell("listed", "pit_share", f"tenth: {at + 1}", method, share[listed], listed)
    gap, place = column(rows, "played") - said.play_prob, tenths(said.play_prob)
    for at in range(TENTHS):
        chosen = listed & decided & (place == at)
        if chosen.any():
            bucket = f"play_prob: {at / TENTHS:.1f}-{(at + 1) / TENTHS:.1f}"
            yield Cell("listed", "reliability_gap", bucket, method, gap[chosen], chosen)


def _masks_of(families: dict[str, pl.Series]) -> dict[str, Mask]:
    return {
        f"{family}: {label}": (labels == label).to_numpy()
        for family, labels in families.items()
        for label in labels.unique().sort().to_list()
    }
