"""Slates of a date: the games drawn together, the pool of players and what each costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from functools import cached_property

from sandbox.books import is_priced, salary_of
from sandbox.deals import apply
from sandbox.health import status_at
from sandbox.league import League, Season
from sandbox.people import POSITIONS
from sandbox.season import Game, Side
from sandbox.times import eastern

SALARY_CAP = 50_000
_EVENING_FROM, _LATE_FROM, _PUBLISHED_HOUR = 17.0, 21.0, 18.0
_FEWEST_GAMES = 2
_FIRST_GROUP, _GROUPS_A_DAY, _EPOCH_DAY = 100_000, 8, 730_000
_NEWS_LAG_S = 120


class Kind(IntEnum):
    """What a slate is made of; the number is part of its draft group's."""

    MAIN = 0
    EARLY = 1
    LATE = 2
    SHOWDOWN = 3


@dataclass(frozen=True)
class Slot:
    """A place in a line-up: its name and DraftKings id, who may fill it, and what it multiplies salary and points by."""

    name: str
    slot_id: int
    positions: tuple[str, ...]
    times: float = 1.0


CLASSIC = (
    Slot("PG", 458, ("PG",)),
    Slot("SG", 459, ("SG",)),
    Slot("SF", 460, ("SF",)),
    Slot("PF", 461, ("PF",)),
    Slot("C", 462, ("C",)),
    Slot("G", 464, ("PG", "SG")),
    Slot("F", 463, ("SF", "PF")),
    Slot("UTIL", 465, POSITIONS),
)
SHOWDOWN = (Slot("CPT", 476, POSITIONS, 1.5), *(Slot("UTIL", 475, POSITIONS) for _ in range(5)))


@dataclass(frozen=True, eq=False)
class Seat:
    """A player of a pool: `row` is his place in `side`, `index` his place among the league's people."""

    index: int
    game: Game
    side: Side
    row: int
    positions: tuple[str, ...]
    salary: int

    def status(self, at: int) -> str | None:
        """What the contest site has heard of him by an instant, two minutes after it was said."""
        return status_at(self.side.notices[self.row], at - _NEWS_LAG_S)

    def news_stamp(self, at: int) -> int | None:
        """When the newest of what the site has heard of him was said; None where it has heard nothing."""
        said = [notice.stamp for notice in self.side.notices[self.row] if notice.stamp <= at - _NEWS_LAG_S]
        return said[-1] if said else None

    def price(self, slot: Slot) -> int:
        """His salary in a slot."""
        return round(self.salary * slot.times)


@dataclass(frozen=True, eq=False)
class Slate:
    """Games drawn together: known from `published` on, closed to new entries at `start` (epoch seconds, both)."""

    league: League
    season: Season
    day: date
    kind: Kind
    games: tuple[Game, ...]
    published: int
    start: int

    @property
    def draft_group(self) -> int:
        """DraftKings' id of the slate: the same for the same date and kind, whatever the seed."""
        return _FIRST_GROUP + (self.day.toordinal() - _EPOCH_DAY) * _GROUPS_A_DAY + self.kind

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The places of a line-up."""
        return SHOWDOWN if self.kind is Kind.SHOWDOWN else CLASSIC

    @property
    def fewest_games(self) -> int:
        """How many games a line-up, and so the slate, must span."""
        return 1 if self.kind is Kind.SHOWDOWN else _FEWEST_GAMES

    def is_off(self, game: Game, at: int) -> bool:
        """Whether one of its games is known at an instant not to be played on its date."""
        known = game.fixture.known(at)
        return known.day != self.day or known.status != "scheduled"

    def is_cancelled(self, at: int) -> bool:
        """Whether, by its start or before, too few games were left to play for; its contests are then void."""
        known = min(at, self.start)
        return sum(not self.is_off(game, known) for game in self.games) < self.fewest_games

    @property
    def suffix(self) -> str:
        """What the lobby adds to the names of its contests."""
        if self.kind is Kind.SHOWDOWN:
            fixture = self.games[0].fixture
            return f" ({self.league.teams[fixture.away].code} vs {self.league.teams[fixture.home].code})"
        return {Kind.EARLY: " (Early)", Kind.LATE: " (Night)"}.get(self.kind, "")

    @cached_property
    def pool(self) -> tuple[Seat, ...]:
        """Everyone who can be drafted, dearest first: those whom the teams already held when the slate came out."""
        squads = self.season.opening.copy()
        for deal in self.season.deals:
            if deal.stamp <= self.published:
                apply(squads, deal)
        seats = [
            seat
            for game in self.games
            for side in (game.away, game.home)
            for seat in _seats(self.league, game, side, frozenset(squads.of(side.team)))
        ]
        return tuple(sorted(seats, key=lambda seat: (-seat.salary, self.league.people[seat.index].player_id)))


def slates_of(league: League, day: date) -> tuple[Slate, ...]:
    """The slates of an Eastern date, made of the games that were planned for it on the evening before.

    Main is the evening's games (all games where the evening has one); early and late have two games at least and are
    not the main slate over again; showdown is the last game alone.
    """
    published = published_at(day)
    season, games = _planned(league, day, published)
    if season is None or not games:
        return ()
    evening, dusk = eastern(day, _EVENING_FROM), eastern(day, _LATE_FROM)
    tips = [game.fixture.known(published).tip for game in games]
    main = [game for game, tip in zip(games, tips, strict=True) if tip >= evening]
    early = [game for game, tip in zip(games, tips, strict=True) if tip < evening]
    late = [game for game, tip in zip(games, tips, strict=True) if tip >= dusk]
    if len(main) < _FEWEST_GAMES:
        main, early = games, []
    chosen = [(Kind.MAIN, main), (Kind.EARLY, early), (Kind.LATE, late if len(late) < len(main) else [])]
    made = [(kind, held) for kind, held in chosen if len(held) >= _FEWEST_GAMES] + [(Kind.SHOWDOWN, games[-1:])]
    return tuple(
        Slate(
            league,
            season,
            day,
            kind,
            tuple(held),
            published,
            min(game.fixture.known(published).tip for game in held),
        )
        for kind, held in made
    )


def day_of(draft_group: int) -> tuple[date, int] | None:
    """The date and the kind's number that a draft group's id stands for; None for an id of no slate."""
    days, kind = divmod(draft_group - _FIRST_GROUP, _GROUPS_A_DAY)
    ordinal = days + _EPOCH_DAY
    if not 1 <= ordinal <= date.max.toordinal() or kind > max(Kind):
        return None
    return date.fromordinal(ordinal), kind


def published_at(day: date) -> int:
    """When the slates of a date become public."""
    return eastern(day - timedelta(days=1), _PUBLISHED_HOUR)


def planned_days(league: League, at: int) -> list[date]:
    """The dates whose slates are public at an instant, in order."""
    found = set()
    for season in league.seasons:
        for game in season.games:
            for day in {game.fixture.day, *(change.day for change in game.fixture.changes)}:
                published = published_at(day)
                known = game.fixture.known(published)
                if published <= at and known.day == day and known.status == "scheduled":
                    found.add(day)
    return sorted(found)


def _planned(league: League, day: date, at: int) -> tuple[Season | None, list[Game]]:
    """The games that were planned for a date at an instant, by tip as then known, and their season."""
    for season in league.seasons:
        known = [(game, game.fixture.known(at)) for game in season.games]
        games = [(line.tip, game) for game, line in known if line.day == day and line.status == "scheduled"]
        if games:
            return season, [game for _, game in sorted(games, key=lambda pair: (pair[0], pair[1].fixture.game_id))]
    return None, []


def _seats(league: League, game: Game, side: Side, held: frozenset[int]) -> list[Seat]:
    usual: Sequence[float] = side.sheet.usual.tolist()
    standard: Sequence[bool] = side.sheet.standard.tolist()
    return [
        Seat(
            index,
            game,
            side,
            row,
            positions_of(league.people[index].position, league.people[index].player_id),
            int(salary_of(usual[row], league.people[index])),
        )
        for row, index in enumerate(side.players)
        if index in held and is_priced(standard[row], usual[row])
    ]


def positions_of(position: int, player_id: int) -> tuple[str, ...]:
    """A player's DraftKings positions: his own, and for two players in five the next one."""
    second = min(position + 1, len(POSITIONS) - 1)
    both = player_id * 7 % 10 < 4 and second != position
    return (POSITIONS[position], POSITIONS[second]) if both else (POSITIONS[position],)
