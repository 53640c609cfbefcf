"""Payout tables: whole dollars by span of places that sum to the prize pool."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.rotation import Floats, Ints

_PAID_SHARE, _STEEPNESS, _MIN_CASH = 0.22, 0.85, 1.6
_SPANS = (1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1_000)


@dataclass(frozen=True)
class Payout:
    """What each place from `first` to `last` wins: dollars, and the ticket they come as, where they do."""

    first: int
    last: int
    dollars: int
    ticket: str | None = None

    @property
    def total(self) -> int:
        """Dollars of the whole span."""
        return self.dollars * (self.last - self.first + 1)


def top_heavy(pool: int, places: int, fee: int) -> tuple[Payout, ...]:
    """A tournament's table: about a fifth of the places are paid, the first the most, and all of the pool is paid out."""
    paid = max(1, round(places * _PAID_SHARE))
    lasts = [last for last in _SPANS if last < paid] + [paid]
    spans = list(zip([1, *(last + 1 for last in lasts[:-1])], lasts, strict=True))
    least = max(1, min(round(fee * _MIN_CASH), pool * 3 // (5 * paid)))
    spare = pool - least * paid
    weights = [((first + last) / 2) ** -_STEEPNESS for first, last in spans]
    whole = sum(weight * (last - first + 1) for weight, (first, last) in zip(weights, spans, strict=True))
    dollars = [least + int(spare * weight / whole) for weight in weights]
    paid_out = sum(cash * (last - first + 1) for cash, (first, last) in zip(dollars, spans, strict=True))
    dollars[0] += pool - paid_out
    return tuple(Payout(first, last, cash) for (first, last), cash in zip(spans, dollars, strict=True))


def flat(pool: int, winners: int, ticket: str | None = None) -> tuple[Payout, ...]:
    """The pool in equal shares to the first `winners` places."""
    return (Payout(1, winners, pool // winners, ticket),)


def competition_ranks(points: Floats) -> Ints:
    """Places from 1 by points, most first; equals share the better place."""
    ordered = np.sort(points)
    return np.asarray(1 + len(points) - np.searchsorted(ordered, points, side="right"), dtype=np.int64)


def winnings(table: tuple[Payout, ...], points: Floats) -> Floats:
    """Dollars won by each entry; equals share what their places win together. Sums to what the table pays."""
    by_place = np.zeros(len(points), dtype=np.float64)
    for payout in table:
        by_place[payout.first - 1 : payout.last] = payout.dollars
    order = np.argsort(-points, kind="stable")
    ranks = competition_ranks(points)[order]
    firsts, sizes = np.unique(ranks, return_counts=True)
    shared = np.add.reduceat(by_place, firsts - 1) / sizes
    won = np.empty_like(by_place)
    won[order] = np.repeat(shared, sizes)
    return won
