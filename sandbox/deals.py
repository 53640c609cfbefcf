"""Trades and signings of one season."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sandbox.people import Squads
from sandbox.streams import Purpose, stream
from sandbox.times import eastern

_TRADES_PER_TEAM, _SIGNINGS_PER_TEAM = 0.55, 0.9
_TRADE_WINDOW = (0.35, 0.66)


@dataclass(frozen=True)
class Deal:
    """From `stamp` (epoch seconds, on the morning of `day`) each player of `joins` belongs to the team beside him.

    `leaves` are those who belong to nobody any more; `teams` are the teams whose rosters changed.
    """

    day: date
    stamp: int
    kind: str
    joins: tuple[tuple[int, int], ...]
    leaves: tuple[int, ...]
    teams: tuple[int, ...]


def deals(seed: int, season: int, opening: Squads, dates: list[date]) -> list[Deal]:
    """The season's deals in order of their stamps, against the squads as they stand at each."""
    rng = stream(seed, Purpose.TRADES, season)
    squads = opening.copy()
    teams = len(squads.standard)
    trades, signings = round(_TRADES_PER_TEAM * teams), round(_SIGNINGS_PER_TEAM * teams)
    plan = [(int(len(dates) * rng.uniform(*_TRADE_WINDOW)), "trade") for _ in range(trades)]
    plan += [(int(len(dates) * rng.uniform(0.03, 0.97)), "signing") for _ in range(signings)]
    made: list[Deal] = []
    for number, (slot, kind) in enumerate(sorted(plan)):
        day = dates[slot]
        stamp = eastern(day, 10) + number % 60 * 60
        make = _trade if kind == "trade" else _sign
        if (deal := make(seed, season, number, squads, day, stamp)) is not None:
            apply(squads, deal)
            made.append(deal)
    return sorted(made, key=lambda deal: deal.stamp)


def apply(squads: Squads, deal: Deal) -> None:
    """Moves the players of a deal in `squads`."""
    moving = {index for index, _ in deal.joins} | set(deal.leaves)
    for team in deal.teams:
        squads.standard[team] = [index for index in squads.standard[team] if index not in moving]
    squads.free = [index for index in squads.free if index not in moving] + list(deal.leaves)
    for index, team in deal.joins:
        squads.standard[team].append(index)


def _trade(seed: int, season: int, number: int, squads: Squads, day: date, stamp: int) -> Deal:
    rng = stream(seed, Purpose.TRADES, season, number + 1)
    one, other = (int(team) for team in rng.choice(len(squads.standard), 2, replace=False))
    size = int(rng.choice((1, 2), p=(0.6, 0.4)))
    ranks = rng.choice(12, size, replace=False) + 2
    given = [[_ranked(squads, team, season)[int(rank)] for rank in ranks] for team in (one, other)]
    joins = tuple((index, other) for index in given[0]) + tuple((index, one) for index in given[1])
    return Deal(day, stamp, "trade", joins, (), (one, other))


def _sign(seed: int, season: int, number: int, squads: Squads, day: date, stamp: int) -> Deal | None:
    if not squads.free:
        return None
    rng = stream(seed, Purpose.TRADES, season, number + 1)
    team = int(rng.integers(len(squads.standard)))
    joiner = squads.free[int(rng.integers(len(squads.free)))]
    return Deal(day, stamp, "signing", ((joiner, team),), (_ranked(squads, team, season)[-1],), (team,))


def _ranked(squads: Squads, team: int, season: int) -> list[int]:
    return sorted(squads.standard[team], key=lambda index: (-squads.people[index].skill(season), index))
