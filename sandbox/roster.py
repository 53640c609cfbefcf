"""A team's evening before the tip: who is held, who is dressed, what was said of whom, and what is expected."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sandbox.deals import Deal
from sandbox.fixtures import DAY, HOUR, Fixture
from sandbox.health import (
    ASSIGNED_REASON,
    AVAILABLE,
    OUT,
    PLAYS,
    SEASON_DAYS,
    TRADE_REASON,
    TWO_WAY_REASON,
    Moment,
    Notice,
    Spell,
    announce_absence,
    announce_return,
    knock,
    spells,
    status_at,
)
from sandbox.people import Person, Squads
from sandbox.rotation import LADDER, TWO_WAY_ROLE, Bools, Floats, Ints
from sandbox.streams import Purpose, stream
from sandbox.times import eastern

_MOST_DRESSED, _FEWEST_DRESSED = 13, 9
_DRIFT_KEPT, _DRIFT_SD = 0.9, 1.25
_JUMP_PROB, _JUMP_SD, _JUMP_KEPT = 0.016, 5.5, 0.985
_REGULAR, _REST_PROB, _KNOCK_PROB = 2.6, 0.12, 0.045
_RAMP = (0.55, 0.68, 0.8, 0.9)
_ASSIGNMENT_DAYS = 9
_UNLIMITED = np.inf


@dataclass(frozen=True, eq=False)
class TeamSheet:
    """One team before one game; arrays run beside `players`.

    `usual` is the role in minutes without tonight's form, `role` with it; `regular` a bonus to those who started last;
    `cap` minutes allowed; `exit_share` below 1 for those who will leave hurt; `missing` indexes of absent rotation players.
    """

    team: int
    players: tuple[int, ...]
    standard: Bools
    position: Ints
    usual: Floats
    role: Floats
    regular: Floats
    cap: Floats
    exit_share: Floats
    dressed: Bools
    notices: tuple[tuple[Notice, ...], ...]
    tip: int
    submitted: int
    tired: bool

    @cached_property
    def missing(self) -> list[int]:
        """Rotation players who are not dressed."""
        return [k for k, ready in enumerate(self.dressed) if not ready and self.usual[k] > 7]

    @cached_property
    def impact(self) -> Floats:
        """Points a game that each player is worth above his replacement."""
        return np.clip(self.usual - 18.0, 0.0, None) ** 2 / 80.0

    def loss(self) -> float:
        """Points the absent are worth."""
        return float((self.impact * ~self.dressed).sum())

    def expected_loss(self, at: int) -> float:
        """Points of those who may be absent, as the statuses of an instant have it."""
        return sum(worth * (1.0 - PLAYS[status_at(said, at) or AVAILABLE]) for worth, said in self._doubts)

    @cached_property
    def _doubts(self) -> list[tuple[float, tuple[Notice, ...]]]:
        worth = self.impact.tolist()
        return [(worth[k], said) for k, said in enumerate(self.notices) if said and worth[k] > 0]


class Form:
    """What a season carries from game to game: roles, form, starters, spells and returns, by player."""

    def __init__(self, seed: int, season: int, squads: Squads) -> None:
        self.seed, self.season, self.people = seed, season, squads.people
        count = len(squads.people)
        self.role = np.full(count, TWO_WAY_ROLE)
        self.drift, self.jump = np.zeros(count), np.zeros(count)
        self.started = np.zeros(count, dtype=np.bool_)
        self.back = np.full(count, 99, dtype=np.int64)
        self.joined = np.zeros(count, dtype=np.int64)
        self.traded = np.zeros(count, dtype=np.int64)
        self._spells: dict[int, tuple[Spell, ...]] = {}
        self._away: dict[int, list[float]] = {}
        for team in range(len(squads.standard)):
            self._set_roles(squads, team)

    def trade(self, deal: Deal, squads: Squads) -> None:
        """Gives the players of a deal their new places in the teams that made it."""
        for index, _ in deal.joins:
            self.joined[index] = deal.stamp
            self.traded[index] = deal.stamp if deal.kind == "trade" else 0
            self.started[index] = False
        for team in deal.teams:
            self._set_roles(squads, team)

    def spell_near(self, index: int, day: int) -> Spell | None:
        """The newest of a player's absences that has begun by the day after `day`."""
        if index not in self._spells:
            self._spells[index] = spells(self.seed, self.season, self.people[index])
        for spell in reversed(self._spells[index]):
            if spell.start <= day + 1:
                return spell
        return None

    def assignment(self, index: int, block: int) -> float:
        """A lot, from 0 to 1, that says whether a player spends a block of days in the G League."""
        if index not in self._away:
            rng = stream(self.seed, Purpose.ASSIGNMENT, self.season, self.people[index].player_id)
            self._away[index] = rng.random(SEASON_DAYS // _ASSIGNMENT_DAYS + 1).tolist()
        lots = self._away[index]
        return lots[block % len(lots)]

    def after(self, sheet: TeamSheet, first_five: tuple[int, ...], seconds: Ints) -> None:
        """Takes a played game into account."""
        players = np.array(sheet.players)
        played = players[seconds > 0]
        self.started[played] = False
        self.started[players[list(first_five)]] = True
        self.back[played] += 1

    def advance(self, rng: np.random.Generator, players: list[int]) -> None:
        """Lets form and roles wander by one game."""
        count = len(players)
        self.drift[players] = _DRIFT_KEPT * self.drift[players] + rng.normal(0, _DRIFT_SD, count)
        change = (rng.random(count) < _JUMP_PROB) * rng.normal(0, _JUMP_SD, count)
        self.jump[players] = _JUMP_KEPT * self.jump[players] + change

    def _set_roles(self, squads: Squads, team: int) -> None:
        rng = stream(self.seed, Purpose.ROLES, self.season, team)
        depth = np.array(LADDER) + rng.normal(0, 1.3, len(LADDER))
        ranked = sorted(squads.standard[team], key=lambda index: (-self.people[index].skill(self.season), index))
        for place, index in enumerate(ranked):
            self.role[index] = max(1.5, depth[min(place, len(depth) - 1)])
        self.role[squads.two_way[team]] = TWO_WAY_ROLE


def team_sheet(
    rng: np.random.Generator, form: Form, squads: Squads, team: int, fixture: Fixture, day: int, tired: bool
) -> TeamSheet:
    """The team's sheet for a fixture on `day` of the season; `tired` says that it played the day before."""
    players = squads.of(team)
    form.advance(rng, players)
    moment = _moment(rng, fixture, tired)
    two_way = set(squads.two_way[team])
    count = len(players)
    usual = np.maximum(form.role[players] + form.jump[players], 0.5)
    wont = usual.tolist()
    cap, exit_share = np.full(count, _UNLIMITED), np.ones(count)
    dressed = np.ones(count, dtype=np.bool_)
    notices: list[tuple[Notice, ...]] = []
    for k, index in enumerate(players):
        person = form.people[index]
        said, ready = _prospects(rng, form, person, index, day, moment, tired, wont[k], index in two_way)
        dressed[k] = ready
        if ready and (spell := form.spell_near(index, day)) is not None:
            cap[k] = _restriction(spell, form.back[index], day, wont[k])
            if spell.hurt_in_game and spell.start == day + 1:
                exit_share[k] = rng.uniform(0.1, 0.85)
        earliest = int(form.joined[index]) + 600
        notices.append(tuple(n if n.stamp >= earliest else Notice(earliest, n.status, n.reason) for n in said))
    _fit_numbers(dressed, notices, usual, players, two_way, moment)
    role = np.clip(usual + form.drift[players], 0.5, 38.0)
    return TeamSheet(
        team,
        tuple(players),
        np.array([index not in two_way for index in players]),
        np.array([form.people[index].position for index in players], dtype=np.int64),
        usual,
        role,
        np.where(form.started[players], _REGULAR, 0.0),
        cap,
        exit_share,
        dressed,
        tuple(notices),
        moment.tip,
        moment.submitted,
        tired,
    )


def _moment(rng: np.random.Generator, fixture: Fixture, tired: bool) -> Moment:
    """Teams report by the afternoon before, or on the day itself when they played the night before."""
    midnight = eastern(fixture.day, 0)
    hours = rng.uniform(10.5, 12.9) if tired else rng.uniform(15.5, 18.2) - 24
    return Moment(midnight, min(midnight + int(hours * HOUR), fixture.tip - 2 * HOUR), fixture.tip)


def _prospects(
    rng: np.random.Generator,
    form: Form,
    person: Person,
    index: int,
    day: int,
    moment: Moment,
    tired: bool,
    usual: float,
    two_way: bool,
) -> tuple[list[Notice], bool]:
    """What was said about a player, and whether he can play."""
    if form.traded[index] and 0 <= moment.tip - form.traded[index] < 1.6 * DAY:
        return [Notice(moment.submitted, OUT, TRADE_REASON)], False
    if (spell := form.spell_near(index, day)) is not None and spell.start <= day:
        if day < spell.end:
            form.back[index] = 0
            return announce_absence(rng, spell, day, moment), False
        if day < spell.end + 4 and form.back[index] == 0 and spell.end > spell.start + 1:
            return announce_return(rng, spell.reason, moment), True
    age = form.season - person.born.year
    if tired and usual > 27 and age >= 29 and rng.random() < _REST_PROB * (2 if age > 32 else 1):
        return [Notice(moment.submitted, OUT, "Rest")], False
    assignable = two_way or (age < 24 and usual < 5)
    if assignable and form.assignment(index, day // _ASSIGNMENT_DAYS) < (0.62 if two_way else 0.35):
        return [Notice(moment.submitted, OUT, TWO_WAY_REASON if two_way else ASSIGNED_REASON)], False
    if usual > 10 and rng.random() < _KNOCK_PROB:
        return announce_return(rng, knock(rng), moment), True
    return [], True


def _restriction(spell: Spell, played_since: int, day: int, usual: float) -> float:
    """Minutes allowed in the first games after a long absence."""
    steps = min(len(_RAMP), (spell.end - spell.start) // 8)
    if spell.end <= day and played_since < steps:
        return max(12.0, usual * _RAMP[len(_RAMP) - steps + int(played_since)] + 1.0)
    return float(_UNLIMITED)


def _fit_numbers(
    dressed: Bools,
    notices: list[tuple[Notice, ...]],
    usual: Floats,
    players: list[int],
    two_way: set[int],
    moment: Moment,
) -> None:
    """No more than thirteen dress; with fewer than nine, the two-way players and those nearest to fit are called up."""
    if (short := _FEWEST_DRESSED - int(dressed.sum())) > 0:
        absent = [k for k in range(len(players)) if not dressed[k]]
        for k in sorted(absent, key=lambda k: (players[k] not in two_way, k))[:short]:
            dressed[k] = True
            notices[k] = ()
    ready = sorted((k for k in range(len(players)) if dressed[k]), key=lambda k: (players[k] in two_way, -usual[k], k))
    for k in ready[_MOST_DRESSED:]:
        dressed[k] = False
        if players[k] in two_way:
            notices[k] = (Notice(moment.submitted, OUT, TWO_WAY_REASON),)
        else:
            notices[k] = ()
