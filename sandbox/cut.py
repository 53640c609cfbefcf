"""What an archive may say: results before a date, public statements up to an instant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sandbox.league import League, Season
from sandbox.season import Game


@dataclass(frozen=True, eq=False)
class Cut:
    """A league as it is known: games before `until` are finished; what was said up to `known` (epoch seconds) is public."""

    league: League
    until: date
    known: int

    @property
    def last(self) -> Season:
        """The season in progress, the only one of which every detail survives."""
        return self.league.seasons[-1]

    def games(self) -> Iterator[tuple[Season, Game]]:
        """All games of all seasons, finished or not, in order of season and tip."""
        for season in self.league.seasons:
            for game in season.games:
                yield season, game

    def finished(self, game: Game) -> bool:
        """Whether the game's result is in."""
        return game.fixture.day < self.until and game.fixture.known(self.known).day == game.fixture.day
