"""The league's truth, in memory: every game of every season, who could play it, and what had been said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from lakehouse.errors import BadInput
from sandbox.deals import Deal
from sandbox.franchises import Franchise, franchises
from sandbox.people import Person, Squads, squads_by_season
from sandbox.season import Game, play_season
from sandbox.times import season_name, season_of

Progress = Callable[[str, int, int], None]
_MOST_TEAMS, _FEWEST_TEAMS = 30, 2


@dataclass(frozen=True, eq=False)
class Season:
    """One season: its opening squads, deals and games, all of them, in order of their tips."""

    year: int
    opening: Squads
    deals: tuple[Deal, ...]
    games: tuple[Game, ...]

    @property
    def name(self) -> str:
        """'2024-25' for 2024."""
        return season_name(self.year)


@dataclass(frozen=True, eq=False)
class League:
    """Whole seasons, the last of which holds `until`; what an archive may say of them depends on `until` alone."""

    seed: int
    until: date
    teams: tuple[Franchise, ...]
    people: tuple[Person, ...]
    seasons: tuple[Season, ...]


def generate(
    seed: int,
    seasons: int,
    until: date,
    start_season: int | None = None,
    *,
    teams: int = _MOST_TEAMS,
    games_per_team: int = 82,
    days: int | None = None,
    progress: Progress | None = None,
) -> League:
    """The league of `seed`: `seasons` whole seasons from `start_season`, by default those that end with `until`'s own.

    The truth is the same for any `until`: it depends on the seed, the first season and the league's size. `days` is
    the span of a season in days (174 for 82 games, unless said). Raises `BadInput` for sizes that cannot be played.
    """
    if seasons < 1:
        raise BadInput(f"A league of {seasons} seasons has no games: ask for at least one.")
    if not _FEWEST_TEAMS <= teams <= _MOST_TEAMS or teams % 2:
        raise BadInput(f"A league of {teams} teams cannot be paired: ask for an even number from 2 to 30.")
    if games_per_team < 1 or (days is not None and days < 1):
        raise BadInput(f"A season of {games_per_team} games in {days} days has no games: ask for at least one of each.")
    if seed < 0:
        raise BadInput(f"The seed {seed} is negative: give a whole number from 0.")
    first = start_season if start_season is not None else season_of(until) - seasons + 1
    last = first + seasons - 1
    table = franchises(teams)
    played: list[Season] = []
    people: list[Person] = []
    for done, (year, opening) in enumerate(squads_by_season(seed, first, last, teams)):
        if progress is not None:
            progress("seasons", done, seasons)
        made, games = play_season(seed, year, table, opening, games_per_team, days)
        played.append(Season(year, opening, tuple(made), tuple(games)))
        people = opening.people
    if progress is not None:
        progress("seasons", seasons, seasons)
    return League(seed, until, table, tuple(people), tuple(played))
