"""Widths of the conditional quantiles, mended by bucket with split-conformal shifts learned on later rows.

The shift of a level is the order statistic of (actual - quantile) that conformalized quantile regression takes for an
interval with that level as one end (Romano, Patterson and Candès, "Conformalized Quantile Regression", 2019, with a
correction of its own for each end): below the middle the one of rank floor(t (n + 1)), above it that of rank
ceil(t (n + 1)). The middle itself stays: what the median of a few weeks is off by is their luck, not the model's width.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from lakehouse.errors import LakeDamaged
from models.calibration import earlier_half
from models.mixture import CAP_MINUTES, LEVELS, Floats, monotone
from models.scores import inside, pinball_losses

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# Edges of the projected minutes: below the first, up to the second, above it.
FEW_MINUTES, MANY_MINUTES = 12.0, 24.0
STARTER, BENCH, UNKNOWN = 0, 1, 2
BUCKETS = tuple(
    " ".join(words)
    for words in product(
        ("starter", "bench", "role unknown"),
        (
            f"under {FEW_MINUTES:.0f} min",
            f"{FEW_MINUTES:.0f} to {MANY_MINUTES:.0f} min",
            f"over {MANY_MINUTES:.0f} min",
        ),
        ("status unknown", "status known"),
    )
)
# A bucket with fewer rows has no shift of its own, and one of HALF_ROWS is halfway between its own and everybody's.
FEWEST_ROWS = 50
HALF_ROWS = 200
# The share of the pinball loss, about its own noise on a few weeks, that nearer coverage may cost.
SMALL_LOSS = 0.002
# Pairs of levels whose coverage is judged: the outer, the one the product shows, and the inner interval.
INTERVALS = ((0, 6), (1, 5), (2, 4))


@dataclass(frozen=True)
class Widths:
    """Shifts in minutes, a row a bucket of BUCKETS and a column a level of LEVELS; none at all where `shifts` is empty.

    `rows` are the rows each bucket was learned from.
    """

    shifts: tuple[tuple[float, ...], ...] = ()
    rows: tuple[int, ...] = ()

    def apply(self, quantiles: Floats, bucket: Ints, cap: float = CAP_MINUTES) -> Floats:
        """The quantiles moved by their buckets' shifts; monotone, within 0..cap. Shape (rows, levels)."""
        if not self.shifts:
            return quantiles
        return monotone(quantiles + np.array(self.shifts)[bucket], cap)

    def to_dict(self) -> dict[str, Any]:
        """The shifts as plain data, under their buckets' names."""
        named = zip(BUCKETS, self.rows, self.shifts, strict=False)
        return {name: {"rows": rows, "shifts": list(shifts)} for name, rows, shifts in named}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Widths:
        """The shifts that `to_dict` gave; raises LakeDamaged for other buckets or levels."""
        if not plain:
            return cls()
        if sorted(plain) != sorted(BUCKETS) or any(len(plain[name]["shifts"]) != len(LEVELS) for name in BUCKETS):
            raise LakeDamaged("A model's widths are not those of this version's buckets; train a model with it.")
        return cls(
            tuple(tuple(plain[name]["shifts"]) for name in BUCKETS), tuple(plain[name]["rows"] for name in BUCKETS)
        )


@dataclass(frozen=True)
class WidthScores:
    """Mean pinball loss over all levels, minutes, and distance of coverage from nominal, as a share of rows.

    The distance is the mean over INTERVALS of each bucket's distance, buckets of FEWEST_ROWS and more, by their rows.
    """

    pinball: float
    distance: float


def bucket_of(starts: Floats, p50: Floats, status_known: Flags) -> Ints:
    """Place in BUCKETS of each row.

    `starts` is 1 for a named starter, 0 for one of the others, NaN where no five is known; `p50` the conditional
    median in minutes, before any shift.
    """
    role = np.where(np.isnan(starts), UNKNOWN, np.where(starts >= 0.5, STARTER, BENCH))
    size = (p50 >= FEW_MINUTES).astype(np.int64) + (p50 > MANY_MINUTES)
    return np.asarray((role * 3 + size) * 2 + status_known.astype(np.int64), dtype=np.int64)


def fit_widths(quantiles: Floats, actual: Floats, bucket: Ints) -> Widths:
    """The shifts of some rows: each bucket's own, drawn towards that of all rows by n / (n + HALF_ROWS).

    A bucket of fewer than FEWEST_ROWS takes that of all; fewer rows than that in all give no shifts. The order of the
    rows plays no part.
    """
    if len(actual) < FEWEST_ROWS:
        return Widths()
    residuals = actual[:, None] - quantiles
    common = level_shifts(residuals)
    counts = np.bincount(bucket, minlength=len(BUCKETS))
    shifts = []
    for place, count in enumerate(counts.tolist()):
        if count < FEWEST_ROWS:
            shifts.append(common)
            continue
        trust = count / (count + HALF_ROWS)
        shifts.append(trust * level_shifts(residuals[bucket == place]) + (1.0 - trust) * common)
    return Widths(tuple(tuple(row.tolist()) for row in shifts), tuple(counts.tolist()))


def level_shifts(residuals: Floats) -> Floats:
    """The conformal shift of each level for residuals (actual - quantile) of shape (rows, levels).

    Where there are too few rows for a level's rank, the outermost residual stands in for infinity.
    """
    ordered = np.sort(residuals, axis=0)
    n = len(ordered)
    found = []
    for at, level in enumerate(LEVELS):
        # Rounded first: 0.1 * 30 is a little more than 3, and its ceiling would be 4.
        rank = round(level * (n + 1), 9)
        if level < 0.5:
            found.append(ordered[max(int(np.floor(rank)), 1) - 1, at])
        elif level > 0.5:
            found.append(ordered[min(int(np.ceil(rank)), n) - 1, at])
        else:
            found.append(0.0)
    return np.array(found, dtype=np.float64)


def score_widths(quantiles: Floats, actual: Floats, bucket: Ints) -> WidthScores:
    """How well quantiles fit what happened."""
    losses = [pinball_losses(quantiles[:, at], actual, level).mean() for at, level in enumerate(LEVELS)]
    counts = np.bincount(bucket, minlength=len(BUCKETS))
    judged = np.flatnonzero(counts >= FEWEST_ROWS)
    # With no bucket large enough, all rows are judged together.
    groups = [bucket == place for place in judged] if len(judged) else [np.ones(len(bucket), dtype=np.bool_)]
    far = []
    for low, high in INTERVALS:
        within = inside(quantiles[:, low], quantiles[:, high], actual)
        nominal = LEVELS[high] - LEVELS[low]
        far.append([abs(float(within[group].mean()) - nominal) for group in groups])
    weights = [int(group.sum()) for group in groups]
    return WidthScores(float(np.mean(losses)), float(np.average(np.mean(far, axis=0), weights=weights)))


def choose_widths(
    quantiles: Floats, actual: Floats, bucket: Ints, day: npt.NDArray[Any], cap: float = CAP_MINUTES
) -> Widths:
    """Shifts learned on all rows, if those of the earlier half of the days help on the later half; else none.

    To help is to bring coverage nearer to nominal, at no more than SMALL_LOSS of the pinball loss. All rows are judged
    together: the coverage of a bucket in half the days is more luck than width.
    """
    if not len(actual):
        return Widths()
    early = earlier_half(day)
    late = ~early
    tried = fit_widths(quantiles[early], actual[early], bucket[early])
    if not tried.shifts or not late.any():
        return Widths()
    plain, truth, together = quantiles[late], actual[late], np.zeros(int(late.sum()), dtype=np.int64)
    moved = tried.apply(plain, bucket[late], cap)
    before, after = score_widths(plain, truth, together), score_widths(moved, truth, together)
    if after.distance < before.distance and after.pinball <= (1.0 + SMALL_LOSS) * before.pinball:
        return fit_widths(quantiles, actual, bucket)
    return Widths()
