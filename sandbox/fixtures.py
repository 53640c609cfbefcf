"""The season's fixtures: who meets whom, on which Eastern date, at what time, and which games move."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from lakehouse.errors import BadInput
from sandbox.franchises import Franchise
from sandbox.streams import Purpose, stream
from sandbox.times import eastern

REAL_GAMES, REAL_SPAN_DAYS = 82, 174
_CROWD = (8.0, 7.0, 11.0, 4.0, 11.0, 8.0, 7.0)
_POSTPONED_PROB, _MOVED_PROB = 0.006, 0.006
DAY, HOUR, MINUTE = 86_400, 3_600, 60


@dataclass(frozen=True)
class Change:
    """One line of a game's schedule: from `stamp` on it is `status`, to tip at `tip` (epoch seconds, both)."""

    stamp: int
    status: str
    tip: int
    day: date


@dataclass(frozen=True)
class Fixture:
    """A game as it was finally played; `changes` is empty unless it ever moved, and starts with the announcement."""

    game_id: str
    season: int
    home: int
    away: int
    day: date
    tip: int
    changes: tuple[Change, ...] = ()

    def known(self, at: int) -> Change:
        """The newest line of this game's schedule at or before `at` (the announcement, if none is)."""
        if not self.changes:
            return Change(0, "scheduled", self.tip, self.day)
        lines = [line for line in self.changes if line.stamp <= at]
        return lines[-1] if lines else self.changes[0]


def opening_day(season: int) -> date:
    """The first Tuesday on or after 18 October."""
    first = date(season, 10, 18)
    return first + timedelta(days=(1 - first.weekday()) % 7)


def playing_days(season: int, games_per_team: int, days: int | None) -> list[date]:
    """The Eastern dates on which games may be played: `days` dates' span, by default in the proportion of 82 to 174."""
    span = days if days is not None else -(-games_per_team * REAL_SPAN_DAYS // REAL_GAMES)
    opening = opening_day(season)
    thanksgiving = date(season, 11, 22) + timedelta(days=(3 - date(season, 11, 22).weekday()) % 7)
    sunday = date(season + 1, 2, 15) + timedelta(days=(6 - date(season + 1, 2, 15).weekday()) % 7)
    closed = {thanksgiving, date(season, 12, 24), *(sunday + timedelta(days=k) for k in range(-2, 4))}
    return [day for k in range(span) if (day := opening + timedelta(days=k)) not in closed]


def fixtures(
    seed: int, season: int, teams: Sequence[Franchise], games_per_team: int, days: int | None
) -> list[Fixture]:
    """The season's games in order of their final tips; ids follow the order in which they were announced.

    Raises `BadInput` where the days cannot hold the games.
    """
    dates = playing_days(season, games_per_team, days)
    if len(dates) < games_per_team:
        raise BadInput(
            f"{games_per_team} games a team do not fit the {len(dates)} playing days of {season}: give more days."
        )
    rng = stream(seed, Purpose.ROUNDS, season)
    hosts = _Hosts(len(teams))
    games: list[tuple[date, int, int, int]] = []
    for number, pairs in enumerate(_rounds(rng, len(teams), games_per_team)):
        window = dates[number * len(dates) // games_per_team : (number + 1) * len(dates) // games_per_team]
        crowd = np.array([_CROWD[day.weekday()] for day in window])
        for one, other in pairs:
            home, away = hosts.choose(one, other, rng)
            day = window[int(rng.choice(len(window), p=crowd / crowd.sum()))]
            games.append((day, _tip(rng, day, teams[home]), home, away))
    games.sort(key=lambda game: (game[1], game[2]))
    announced = [
        Fixture(f"002{season % 100:02d}{number:05d}", season, home, away, day, tip)
        for number, (day, tip, home, away) in enumerate(games, start=1)
    ]
    return sorted(_move(seed, season, announced, dates), key=lambda game: (game.tip, game.game_id))


class _Hosts:
    """Chooses the home team so that every team hosts half its games, and every pair takes turns."""

    def __init__(self, teams: int) -> None:
        self._hosted = np.zeros(teams, dtype=np.int64)
        self._pair = np.zeros((teams, teams), dtype=np.int64)

    def choose(self, one: int, other: int, rng: np.random.Generator) -> tuple[int, int]:
        """The pair as (home, away)."""
        lead = int(self._pair[one, other] - self._pair[other, one]) or int(self._hosted[one] - self._hosted[other])
        home, away = (one, other) if lead < 0 or (lead == 0 and rng.random() < 0.5) else (other, one)
        self._hosted[home] += 1
        self._hosted[away] -= 1
        self._pair[home, away] += 1
        return home, away


def _rounds(rng: np.random.Generator, teams: int, count: int) -> list[list[tuple[int, int]]]:
    """`count` rounds in which every team plays once, by the circle method, each cycle in an order of its own."""
    rounds: list[list[tuple[int, int]]] = []
    while len(rounds) < count:
        seats = rng.permutation(teams)
        cycle = []
        for turn in range(teams - 1):
            circle = np.concatenate((seats[:1], np.roll(seats[1:], turn)))
            half = teams // 2
            cycle.append([(int(a), int(b)) for a, b in zip(circle[:half], circle[half:][::-1], strict=True)])
        rounds.extend(cycle[int(k)] for k in rng.permutation(teams - 1))
    return rounds[:count]


def _tip(rng: np.random.Generator, day: date, host: Franchise) -> int:
    """An evening tip by the host's clock, or now and then a weekend matinee."""
    if day.weekday() >= 5 and rng.random() < 0.22:
        return eastern(day, float(rng.choice((13.0, 15.5, 18.0), p=(0.2, 0.4, 0.4))))
    hour = (19.0, 20.0, 21.0, 22.0)[host.hours_behind]
    return eastern(day, hour + float(rng.choice((0.0, 0.5), p=(0.68, 0.32))))


def _move(seed: int, season: int, games: list[Fixture], dates: list[date]) -> list[Fixture]:
    """The games with about one in a hundred moved: another time of the same day, or postponed to another day."""
    busy: dict[int, set[date]] = defaultdict(set)
    for game in games:
        busy[game.home].add(game.day)
        busy[game.away].add(game.day)
    moved = []
    for number, game in enumerate(games):
        rng = stream(seed, Purpose.CHANGES, season, number)
        lot = rng.random()
        first = Change(eastern(date(season, 8, 1), 0), "scheduled", game.tip, game.day)
        if lot < _POSTPONED_PROB:
            game = _postpone(rng, game, first, dates, busy)
        elif lot < _POSTPONED_PROB + _MOVED_PROB:
            game = _shift(rng, game, first)
        moved.append(game)
    return moved


def _shift(rng: np.random.Generator, game: Fixture, first: Change) -> Fixture:
    """Half an hour later on the day itself, or another evening slot some days ahead."""
    delayed = rng.random() < 0.3
    tip = game.tip + (30 * MINUTE if delayed else int(rng.choice((-60, -30, 30, 60))) * MINUTE)
    notice = int(rng.uniform(1, 3) * HOUR) if delayed else int(rng.uniform(2, 15) * DAY)
    return replace(game, tip=tip, changes=(first, Change(game.tip - notice, "scheduled", tip, game.day)))


def _postpone(
    rng: np.random.Generator, game: Fixture, first: Change, dates: list[date], busy: dict[int, set[date]]
) -> Fixture:
    """Off at short notice, on again some days later on the first date that leaves neither team three days running."""

    def crowded(team: int, day: date) -> bool:
        near = [day + timedelta(days=k) in busy[team] for k in (-2, -1, 0, 1, 2)]
        return near[2] or (near[0] and near[1]) or (near[1] and near[3]) or (near[3] and near[4])

    start = bisect_left(dates, game.day + timedelta(days=int(rng.integers(8, 40))))
    free = [day for day in dates[start:] if not crowded(game.home, day) and not crowded(game.away, day)]
    if not free:
        return game
    day = free[0]
    for team in (game.home, game.away):
        busy[team].remove(game.day)
        busy[team].add(day)
    off = game.tip - int(rng.uniform(2, 30) * HOUR)
    tip = eastern(day, 19.5)
    again = off + int(rng.uniform(1.5, 5) * DAY)
    return replace(
        game,
        day=day,
        tip=tip,
        changes=(first, Change(off, "postponed", game.tip, game.day), Change(again, "scheduled", tip, day)),
    )
