"""Evenings worth showing: a search of the league's truth for a star who is ruled out late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sandbox.health import AVAILABLE, OUT, PLAYS
from sandbox.league import League
from sandbox.people import Person
from sandbox.season import Game, Side
from sandbox.serve.world import World
from sandbox.times import eastern, eastern_wall, instant

_FROM_HOUR, _UNTIL_HOUR = 18.5, 18.75


@dataclass(frozen=True, eq=False)
class LateScratch:
    """A player ruled out late: his evening, his usual minutes, when it was said, and what had been said before."""

    day: date
    player: Person
    stamp: datetime
    game_id: str
    team: str
    tip: datetime
    usual_minutes: float
    said_before: str | None

    @property
    def minutes_lost(self) -> float:
        """The minutes that were to be expected of him a moment before."""
        return self.usual_minutes * PLAYS[self.said_before or AVAILABLE]


def find_late_scratch(
    league: League,
    first: date,
    last: date,
    *,
    from_hour: float = _FROM_HOUR,
    until_hour: float = _UNTIL_HOUR,
    fewest_games: int = 2,
) -> LateScratch | None:
    """The greatest star who is ruled out between two Eastern hours (by default 18:30 to 18:45) of an evening.

    Only games that tip later that evening count, on dates from `first` to `last` with at least `fewest_games` games.
    The one of whom most minutes were expected until then wins, the earlier date among equals; None where nobody is
    ruled out so late.
    """
    world = World(league)
    found: list[LateScratch] = []
    for day in (first + timedelta(days=k) for k in range((last - first).days + 1)):
        window = range(eastern(day, from_hour), eastern(day, until_hour))
        evening = [game for game in world.games_on(day, window.stop) if game.fixture.tip >= window.stop]
        if len(evening) < fewest_games:
            continue
        for game in evening:
            if game.fixture.known(window.stop).status == "scheduled":
                found += [
                    scratch for side in (game.home, game.away) for scratch in _scratches(world, game, side, window)
                ]
    return max(found, key=lambda scratch: (scratch.minutes_lost, -scratch.day.toordinal()), default=None)


def _scratches(world: World, game: Game, side: Side, window: range) -> list[LateScratch]:
    found = []
    for k, (index, said) in enumerate(zip(side.players, side.notices, strict=True)):
        if said and said[-1].status == OUT and said[-1].stamp in window:
            found.append(
                LateScratch(
                    eastern_wall(game.fixture.tip).date(),
                    world.person(index),
                    instant(said[-1].stamp),
                    game.fixture.game_id,
                    world.team(side.team).code,
                    instant(game.fixture.tip),
                    float(side.sheet.usual[k]),
                    said[-2].status if len(said) > 1 else None,
                )
            )
    return found
