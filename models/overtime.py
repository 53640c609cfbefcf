"""Expected overtimes of a game from its spread, and how the base rates are learned from the training rows.

A margin that is normal about the spread is near 0 with a density proportional to exp(-spread^2 / (2 sd^2)), so the
logit of P(overtime) falls with slope -1 / (2 sd^2); only its level, and how often an overtime leads to another, are
learned, each drawn to a declared rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from features.units import MS_PER_MINUTE
from models.mixture import Floats
from transforms.finals import OVERTIME_MS, REGULATION_MS

REGULATION_MINUTES, OVERTIME_MINUTES = REGULATION_MS / MS_PER_MINUTE, OVERTIME_MS / MS_PER_MINUTE
# Points, of a final margin about a closing spread: long known of the game, and no figure of ours.
MARGIN_SD = 13.0
# What every follower of the game would say beforehand, and the games (overtimes, of another) that saying is worth.
USUAL_RATE, USUAL_GAMES = 0.06, 100.0
USUAL_FURTHER, USUAL_OVERTIMES = 0.1, 20.0
# The level is sought between these, by halving down to the last bit.
LOWEST, HIGHEST = -12.0, 12.0
HALVINGS = 80


@dataclass(frozen=True)
class OvertimeCurve:
    """P(a first overtime) = 1 / (1 + exp(-(level + slope x spread^2))), and P(another) = `further` after each.

    `unknown` is P(a first overtime) of a game whose spread is not known.
    """

    level: float = float(np.log(USUAL_RATE / (1.0 - USUAL_RATE)))
    slope: float = -1.0 / (2.0 * MARGIN_SD**2)
    further: float = USUAL_FURTHER
    unknown: float = USUAL_RATE

    def first(self, spread: Floats) -> Floats:
        """P(a first overtime) of games of these spreads, points of either sign; NaN is an unknown one."""
        known = 1.0 / (1.0 + np.exp(-(self.level + self.slope * spread**2)))
        return np.asarray(np.where(np.isnan(spread), self.unknown, known), dtype=np.float64)

    def overtimes(self, spread: Floats) -> Floats:
        """Expected overtimes of games of these spreads."""
        return self.first(spread) / (1.0 - self.further)

    def team_minutes(self, spread: Floats) -> Floats:
        """The minutes a team's players are expected to play in all."""
        return REGULATION_MINUTES + OVERTIME_MINUTES * self.overtimes(spread)


def fit_overtimes(rows: pl.DataFrame) -> OvertimeCurve:
    """The curve of the games of some training rows: game_id, team_id, minutes, label_complete, abs_spread.

    A game's overtimes are read off the minutes of the team with more of them: one whose player was not foreseen lacks
    his. The order of the rows plays no part.
    """
    sides = (
        rows.filter(pl.col("label_complete").fill_null(False))
        .group_by("game_id", "cut_id", "team_id")
        .agg((pl.col("minutes") * 60.0).round(0).cast(pl.Int64).sum().alias("seconds"), pl.col("abs_spread").max())
    )
    games = (
        sides.group_by("game_id", "cut_id")
        .agg(pl.col("seconds").max(), pl.col("abs_spread").max())
        .sort("game_id", "cut_id")
        .with_columns(over=(pl.col("seconds") / 60.0 - REGULATION_MINUTES) / OVERTIME_MINUTES)
        .select("abs_spread", overtimes=pl.col("over").round(0).clip(lower_bound=0.0))
    )
    spread = games["abs_spread"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return curve_of(spread, games["overtimes"].to_numpy())


def curve_of(spread: Floats, overtimes: Floats) -> OvertimeCurve:
    """The curve of games of these spreads (NaN: unknown) that went to so many overtimes each."""
    firsts, total = float((overtimes > 0.0).sum()), float(overtimes.sum())
    unknown = (firsts + USUAL_RATE * USUAL_GAMES) / (len(overtimes) + USUAL_GAMES)
    further = (total - firsts + USUAL_FURTHER * USUAL_OVERTIMES) / (total + USUAL_OVERTIMES)
    plain = OvertimeCurve(further=further, unknown=unknown)
    known = np.sort(spread[~np.isnan(spread)])
    low, high = LOWEST, HIGHEST
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        # Games of known spreads go to overtime as often as all do.
        mean = OvertimeCurve(middle, plain.slope).first(known).mean() if len(known) else 1.0 / (1.0 + np.exp(-middle))
        low, high = (middle, high) if mean < unknown else (low, middle)
    return OvertimeCurve(0.5 * (low + high), plain.slope, further, unknown)
