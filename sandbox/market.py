"""Betting lines: what a market believes of a game as the day's news comes in."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sandbox.fixtures import HOUR, Fixture
from sandbox.times import eastern

_BELIEF_SD, _TOTAL_BELIEF_SD = 1.5, 3.2
_WANDER_SD, _TOTAL_WANDER_SD = 0.55, 0.9
_TICKS = 9
_FAIR_SD = 12.6


@dataclass(frozen=True)
class Outlook:
    """A game's expected home margin and total with everyone fit, and the points either team may lack at an instant."""

    margin: float
    total: float
    home_loss: Callable[[int], float]
    away_loss: Callable[[int], float]


@dataclass(frozen=True)
class Quote:
    """From `stamp` on: the home team's spread (negative where it is the favourite) and the total, in half points."""

    stamp: int
    spread_home: float
    total: float


@dataclass(frozen=True)
class Lines:
    """The opening line of the morning, every later change, and the line at tip."""

    morning: Quote
    moves: tuple[Quote, ...]
    closing: Quote


def set_lines(rng: np.random.Generator, fixture: Fixture, outlook: Outlook) -> Lines:
    """The lines of one game; each quote knows the statuses of its own instant and no later one."""
    morning = eastern(fixture.day, 6.0)
    error, total_error = rng.normal(0, _BELIEF_SD), rng.normal(0, _TOTAL_BELIEF_SD)
    opening = morning + 2 * HOUR
    stamps = np.sort(rng.integers(opening, max(fixture.tip - 240, opening + 60), _TICKS))
    quotes = []
    for stamp in (morning, *(int(s) for s in stamps), fixture.tip - 60):
        home, away = outlook.home_loss(stamp), outlook.away_loss(stamp)
        error += rng.normal(0, _WANDER_SD)
        total_error += rng.normal(0, _TOTAL_WANDER_SD)
        margin = outlook.margin - home + away + error
        total = outlook.total - 0.35 * (home + away) + total_error
        quotes.append(Quote(stamp, _half(-margin), _half(total)))
    moves = [quotes[1]]
    for quote in quotes[2:-1]:
        if (quote.spread_home, quote.total) != (moves[-1].spread_home, moves[-1].total) and quote.stamp > moves[
            -1
        ].stamp:
            moves.append(quote)
    closing = quotes[-1]
    return Lines(quotes[0], tuple(moves), Quote(fixture.tip, closing.spread_home, closing.total))


def moneyline(spread: float, vig: float = 0.022) -> tuple[float, float]:
    """American prices of the home and the away team for a home spread."""
    home = 0.5 * (1 + math.tanh(0.8 * -spread / _FAIR_SD))
    return _american(home + vig), _american(1 - home + vig)


def _american(prob: float) -> float:
    prob = min(max(prob, 0.02), 0.98)
    price = -100 * prob / (1 - prob) if prob > 0.5 else 100 * (1 - prob) / prob
    return float(round(price))


def _half(value: float) -> float:
    return round(value * 2) / 2
