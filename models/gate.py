"""Whether a fitted model may be put to use: its calibration bands, and the model in use on the same rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from models.bands import BANDS, Band
from models.guards import KEY
from models.measures import Cell, cells, members
from models.minutes import MinutesModel
from models.mixture import Floats
from models.predict import predict_minutes
from models.scores import absolute_errors, pinball_losses, squared_errors

# What is judged wherever a model is trained. How far off it is in minutes says as much of the window as of the model:
# reports and line-ups survive for few of the dates models are trained on. There the model in use is the measure.
CALIBRATION = ("coverage_p10_p90", "pit_share", "reliability_gap")
# A figure of few games misses a band by luck: it counts as missed from this many standard errors beyond.
ERRORS = 3.0
FEWEST_ROWS = 200
Loss = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True)
class Gate:
    """The outcome: why the model may not be promoted, nothing where it may; and the figures, beginning `gate_`."""

    reasons: tuple[str, ...]
    metrics: dict[str, float]

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against the model."""
        return not self.reasons


def judge_model(model: MinutesModel, rows: pl.DataFrame, in_use: MinutesModel | None, threads: int = 2) -> Gate:
    """The gate's word on a model, from rows neither it nor the model in use was grown or calibrated on.

    `rows`: a feature frame of whole teams with labels, no proxy among them. The bands are those of `models.bands` that
    are of calibration. Against the model in use count the error of minutes and of P(plays) of those listed, and the
    pinball loss of those who played, each on identical rows.
    """
    rows = rows.filter(pl.col("label_complete").fill_null(False)).sort(KEY)
    if len(rows) < FEWEST_ROWS:
        return Gate((), {"gate_rows": float(len(rows))})
    mine = _answered(model, rows, threads)
    reasons, metrics = _bands(mine)
    if in_use is not None:
        worse, compared = _compare(mine, _answered(in_use, rows, threads))
        reasons, metrics = [*reasons, *worse], metrics | compared
    return Gate(tuple(reasons), {"gate_rows": float(len(rows)), **metrics})


def _answered(model: MinutesModel, rows: pl.DataFrame, threads: int) -> pl.DataFrame:
    said = predict_minutes(model, rows, threads).drop(*KEY, "feature_as_of_ts")
    known = [name for name in ("in_dk_pool",) if name not in rows.columns]
    return pl.concat([rows, said], how="horizontal").with_columns(pl.lit(False).alias(name) for name in known)


def _bands(rows: pl.DataFrame) -> tuple[list[str], dict[str, float]]:
    games = rows["game_id"].to_numpy()
    reasons: list[str] = []
    metrics: dict[str, float] = {}
    asked = [band for band in BANDS if band.metric in CALIBRATION]
    for cell in cells(rows):
        for band in asked:
            if not _covers(band, cell) or len(cell.values) < max(band.fewest, FEWEST_ROWS):
                continue
            value, error = _mean(cell.values, games[cell.chosen])
            name = f"{cell.metric} of {cell.population}" + ("" if cell.bucket == "all" else f", {cell.bucket}")
            metrics[f"gate_{name.replace(' ', '_').replace(':', '').replace(',', '')}"] = value
            if _misses(band, value, ERRORS * error):
                reasons.append(f"{name} is {value:.3f} +- {error:.3f}, and should be {band}")
    return reasons, metrics


def _misses(band: Band, value: float, margin: float) -> bool:
    """Whether no value within the margin lies in the band; the margin may be wider than the band."""
    too_low = band.low is not None and value + margin < band.low
    return too_low or (band.high is not None and value - margin > band.high)


def _covers(band: Band, cell: Cell) -> bool:
    return band.population == cell.population and band.metric == cell.metric and (
        cell.bucket.split(":")[0] in band.families if band.families else cell.bucket == "all"
    )  # fmt: skip


def _compare(mine: pl.DataFrame, theirs: pl.DataFrame) -> tuple[list[str], dict[str, float]]:
    reasons: list[str] = []
    metrics: dict[str, float] = {}
    for name, chosen, losses in _losses(mine, theirs):
        if len(losses[0]) < FEWEST_ROWS:
            continue
        difference, error = _mean(losses[0] - losses[1], mine["game_id"].to_numpy()[chosen])
        metrics[f"gate_{name}_less_model_in_use"] = difference
        if difference > ERRORS * error:
            reasons.append(f"{name} is {difference:.4f} +- {error:.4f} worse than that of the model in use")
    return reasons, metrics


def _losses(mine: pl.DataFrame, theirs: pl.DataFrame) -> Sequence[tuple[str, np.ndarray, list[Floats]]]:
    listed = mine.select(members("listed_not_out")).to_series().to_numpy()
    decided = listed & mine["dnp_complete"].fill_null(False).to_numpy()
    played = mine["played"].fill_null(False).to_numpy()
    minutes, happened = mine["minutes"].to_numpy(), mine["played"].cast(pl.Float64).to_numpy()

    def both(column: str, loss: Loss, chosen: np.ndarray, actual: Floats) -> list[Floats]:
        return [loss(frame[column].to_numpy()[chosen], actual[chosen]) for frame in (mine, theirs)]

    tails = [
        both(f"minutes_p{level}_cond", partial(pinball_losses, level=level / 100), played, minutes)
        for level in (10, 50, 90)
    ]
    summed = [np.sum([pair[side] for pair in tails], axis=0) for side in (0, 1)]
    return (
        ("minutes_mae", listed, both("minutes_p50", absolute_errors, listed, minutes)),
        ("play_brier", decided, both("play_prob", squared_errors, decided, happened)),
        ("pinball", played, summed),
    )


def _mean(values: Floats, games: np.ndarray) -> tuple[float, float]:
    """The mean, and its standard error with the rows of a game taken as one draw."""
    mean = float(values.mean())
    _, place = np.unique(games, return_inverse=True)
    sums = np.bincount(place, weights=values - mean)
    return mean, float(np.sqrt((sums**2).sum())) / len(values)
