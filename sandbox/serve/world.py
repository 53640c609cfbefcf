"""The league as its sources look things up: games by date and id, people, squads, and what stage a game is at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from threading import Lock
from typing import TypeVar, cast

from sandbox.contests import ContestBook
from sandbox.deals import apply
from sandbox.fixtures import DAY, HOUR, MINUTE, opening_day
from sandbox.franchises import Franchise
from sandbox.league import League, Season
from sandbox.people import Person, Squads
from sandbox.season import Game, Side
from sandbox.times import eastern, eastern_wall

SCHEDULED, LIVE, FINAL = 1, 2, 3
_REMEMBERED = 16
Made = TypeVar("Made")
REGULATION_S, OVERTIME_S = int(2.4 * HOUR), 15 * MINUTE


@dataclass(frozen=True, eq=False, repr=False)
class World:
    """A league with its indexes. Every instant is in epoch seconds, every date Eastern; teams and people are numbered
    as in the league."""

    league: League

    @cached_property
    def contests(self) -> ContestBook:
        """The fantasy contests on the league's games."""
        return ContestBook(self.league)

    def remember(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gave for an equal key, if that is not long ago; `key` says all that it depends on."""
        with self._memory_lock:
            made = self._memory.pop(key, None)
        if made is None:
            made = make()
        with self._memory_lock:
            self._memory[key] = made
            while len(self._memory) > _REMEMBERED:
                del self._memory[next(iter(self._memory))]
        return cast("Made", made)

    @cached_property
    def _memory(self) -> dict[Hashable, object]:
        return {}

    @cached_property
    def _memory_lock(self) -> Lock:
        return Lock()

    @cached_property
    def by_id(self) -> dict[str, Game]:
        """Every game of every season by its id."""
        return {game.fixture.game_id: game for season in self.league.seasons for game in season.games}

    @cached_property
    def _by_day(self) -> dict[date, list[Game]]:
        by_day: dict[date, list[Game]] = defaultdict(list)
        for season in self.league.seasons:
            for game in season.games:
                for day in sorted({game.fixture.day, *(change.day for change in game.fixture.changes)}):
                    by_day[day].append(game)
        return by_day

    @cached_property
    def by_team(self) -> dict[int, list[Game]]:
        """Each team's games in order of their final tips."""
        by_team: dict[int, list[Game]] = defaultdict(list)
        for season in self.league.seasons:
            for game in season.games:
                by_team[game.fixture.home].append(game)
                by_team[game.fixture.away].append(game)
        return by_team

    def games_on(self, day: date, at: int) -> list[Game]:
        """The games that, as known at `at`, belong to an Eastern date (postponed ones too), by tip and id."""
        games = [game for game in self._by_day.get(day, ()) if game.fixture.known(at).day == day]
        return sorted(games, key=lambda game: (game.fixture.known(at).tip, game.fixture.game_id))

    def season_at(self, at: int) -> Season:
        """The season whose schedule is out: from 1 August its first year's, held within the league's seasons."""
        day = eastern_wall(at).date()
        year = day.year if day.month >= 8 else day.year - 1
        seasons = self.league.seasons
        return seasons[min(max(year - seasons[0].year, 0), len(seasons) - 1)]

    def team(self, number: int) -> Franchise:
        """A team by its number."""
        return self.league.teams[number]

    def person(self, index: int) -> Person:
        """A player by his number."""
        return self.league.people[index]

    def teams_of(self, game: Game) -> tuple[Franchise, Franchise]:
        """The home and the away team."""
        return self.team(game.fixture.home), self.team(game.fixture.away)

    def squads(self, at: int) -> Squads:
        """Who holds whom at an instant; a season's opening squads are known from noon of the day before opening."""
        seasons = self.league.seasons
        opened = [s for s in seasons if eastern(opening_day(s.year), 12) - DAY <= at]
        season = opened[-1] if opened else seasons[0]
        squads = season.opening.copy()
        for deal in season.deals:
            if deal.stamp <= at:
                apply(squads, deal)
        return squads

    def record(self, team: int, season: Season, at: int) -> tuple[int, int]:
        """A team's wins and losses of a season's games that have ended by an instant."""
        wins = losses = 0
        for game in self.by_team[team]:
            if game.fixture.season == season.year and game_ends(game) <= at:
                won = (game.home.points > game.away.points) == (game.fixture.home == team)
                wins, losses = wins + won, losses + (not won)
        return wins, losses


def game_ends(game: Game) -> int:
    """When the game's last second is played."""
    return game.fixture.tip + REGULATION_S + OVERTIME_S * game.overtimes


def stage_of(game: Game, at: int) -> int:
    """SCHEDULED, LIVE or FINAL at an instant."""
    if at < game.fixture.tip:
        return SCHEDULED
    return FINAL if at >= game_ends(game) else LIVE


def elapsed_seconds(game: Game, at: int) -> int:
    """Seconds of playing time gone: three minutes of the clock for one of play, so that overtimes show only as they come."""
    if stage_of(game, at) == FINAL:
        return 2880 + 300 * game.overtimes
    return max(0, at - game.fixture.tip) * 2880 // REGULATION_S


def side_of(game: Game, team: int) -> Side:
    """A team's side of a game."""
    return game.home if game.fixture.home == team else game.away
