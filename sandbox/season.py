"""One season, day by day: squads change, players are hurt and return, games are announced and played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from sandbox.boxes import STATS, box
from sandbox.deals import Deal, apply, deals
from sandbox.fixtures import Fixture, fixtures, opening_day, playing_days
from sandbox.franchises import Franchise
from sandbox.health import DOUBTFUL, OUT, Notice, status_at
from sandbox.market import Lines, Outlook, set_lines
from sandbox.people import RATES, Squads
from sandbox.roster import Form, TeamSheet, team_sheet
from sandbox.rotation import Bench, Ints, play, starters
from sandbox.streams import Purpose, stream
from sandbox.times import eastern

HOME_EDGE, MARGIN_SD, TOTAL_SD, BASE_TOTAL = 2.1, 12.8, 16.8, 228.4
_STRENGTH_SD, _STRENGTH_KEPT, _PACE_SD = 4.5, 0.6, 5.0
_TIRED, _CHOICE_SD = 1.2, 1.3
_TIE_WITHIN, _TIE_PROB = 3.0, 0.26
_OVERTIME_POINTS = 10.5
_MORNING_HOUR = 7.92


@dataclass(frozen=True, eq=False)
class Side:
    """One team of one game; all runs beside `players` (indexes into the league's people), `stats` a row for each of `STATS`."""

    team: int
    sheet: TeamSheet
    first_five: tuple[int, ...]
    projected_morning: frozenset[int]
    projected_late: frozenset[int]
    seconds: Ints
    stats: Ints
    points: int

    @property
    def players(self) -> tuple[int, ...]:
        """Everyone the team held that evening."""
        return self.sheet.players

    @property
    def notices(self) -> tuple[tuple[Notice, ...], ...]:
        """What was said about each before the tip."""
        return self.sheet.notices


@dataclass(frozen=True, eq=False)
class Game:
    """A fixture, its two sides, overtimes and betting lines."""

    fixture: Fixture
    home: Side
    away: Side
    overtimes: int
    lines: Lines


def play_season(
    seed: int, year: int, teams: Sequence[Franchise], opening: Squads, games_per_team: int, days: int | None
) -> tuple[list[Deal], list[Game]]:
    """The season's deals, and its games in order of their final tips."""
    dates = playing_days(year, games_per_team, days)
    made = deals(seed, year, opening, dates)
    squads = opening.copy()
    form = Form(seed, year, squads)
    strength, pace = _strengths(seed, year, len(teams))
    last_played: dict[int, date] = {}
    waiting = list(made)
    games = []
    for fixture in fixtures(seed, year, teams, games_per_team, days):
        while waiting and waiting[0].stamp <= fixture.tip:
            deal = waiting.pop(0)
            apply(squads, deal)
            form.trade(deal, squads)
        number = int(fixture.game_id[5:])
        listing = stream(seed, Purpose.LISTING, year, number)
        sheets = []
        for team in (fixture.home, fixture.away):
            tired = last_played.get(team) == fixture.day - timedelta(days=1)
            day_number = (fixture.day - opening_day(year)).days
            sheets.append(team_sheet(listing, form, squads, team, fixture, day_number, tired))
            last_played[team] = fixture.day
        edge = strength[fixture.home] - strength[fixture.away]
        games.append(
            _play(seed, form, fixture, number, sheets, edge, BASE_TOTAL + pace[fixture.home] + pace[fixture.away])
        )
    return made, games


def _strengths(seed: int, year: int, teams: int) -> tuple[list[float], list[float]]:
    """Points a game by which each team beats the average, and by which its games outscore it; half is carried over."""
    now, before = (stream(seed, Purpose.STRENGTH, season) for season in (year, year - 1))
    fresh = (1 - _STRENGTH_KEPT**2) ** 0.5
    power = _STRENGTH_SD * (fresh * now.normal(0, 1, teams) + _STRENGTH_KEPT * before.normal(0, 1, teams))
    pace = _PACE_SD * (fresh * now.normal(0, 1, teams) + _STRENGTH_KEPT * before.normal(0, 1, teams))
    return [float(x) for x in power - power.mean()], [float(x) for x in pace - pace.mean()]


def _play(
    seed: int, form: Form, fixture: Fixture, number: int, sheets: list[TeamSheet], edge: float, total: float
) -> Game:
    rng = stream(seed, Purpose.GAME, fixture.season, number)
    home, away = sheets
    tired = _TIRED * (int(away.tired) - int(home.tired))
    base = edge + HOME_EDGE + tired
    true_margin = base - home.loss() + away.loss()
    true_total = total - 0.35 * (home.loss() + away.loss())
    margin, points_total, overtimes = _score(rng, true_margin, true_total)
    scores = ((points_total + margin) // 2, (points_total - margin) // 2)
    outlook = Outlook(base, total, home.expected_loss, away.expected_loss)
    lines = set_lines(stream(seed, Purpose.LINES, fixture.season, number), fixture, outlook)
    morning = eastern(fixture.day, _MORNING_HOUR)
    sides = []
    for sheet, points, sign in ((home, scores[0], 1), (away, scores[1], -1)):
        dressed = [k for k, ready in enumerate(sheet.dressed) if ready]
        roles = sheet.role[dressed]
        position = sheet.position[dressed]
        five = starters(
            (roles + sheet.regular[dressed] + rng.normal(0, _CHOICE_SD, len(dressed))).tolist(), position.tolist()
        )
        bench = Bench(
            roles,
            position,
            sheet.cap[dressed],
            sheet.exit_share[dressed],
            sheet.role[sheet.missing],
            sheet.position[sheet.missing],
        )
        night = play(rng, bench, five, margin, overtimes)
        rates = np.array([form.people[sheet.players[k]].rates for k in dressed]).reshape(-1, len(RATES))
        seconds = np.zeros(len(sheet.players), dtype=np.int64)
        stats = np.zeros((len(STATS), len(seconds)), dtype=np.int64)
        seconds[dressed] = night.seconds
        stats[:, dressed] = box(rng, points, sign * margin, night.seconds, rates, night.in_foul_trouble)
        first_five = tuple(dressed[k] for k in five)
        form.after(sheet, first_five, seconds)
        at_morning, late = _projections(sheet, morning, fixture.tip - 90 * 60)
        sides.append(
            Side(
                sheet.team,
                sheet,
                first_five,
                at_morning,
                late,
                seconds,
                stats,
                points,
            )
        )
    return Game(fixture, sides[0], sides[1], overtimes, lines)


def _score(rng: np.random.Generator, margin: float, total: float) -> tuple[int, int, int]:
    """The final margin (home less away, never 0), the total of the same parity, and the overtimes."""
    result = float(rng.normal(margin, MARGIN_SD))
    points = float(rng.normal(total, TOTAL_SD))
    overtimes = 0
    if abs(result) < 0.5 or (abs(result) < _TIE_WITHIN and rng.random() < _TIE_PROB):
        overtimes = 1 + int(rng.geometric(0.86)) - 1
        result = float(rng.normal(0, 4.5) + 0.1 * margin)
        points += 2 * _OVERTIME_POINTS * overtimes
    whole = round(result) or (1 if rng.random() < 0.5 + margin / 60 else -1)
    even = round(max(points, 150.0))
    return whole, even + (even - whole) % 2, overtimes


def _projections(sheet: TeamSheet, *instants: int) -> list[frozenset[int]]:
    """At each instant, the five that would start, by usual roles, if all play who are then neither out nor doubtful."""
    score, position = (sheet.usual + sheet.regular).tolist(), sheet.position.tolist()
    made: dict[tuple[int, ...], frozenset[int]] = {}
    found = []
    for at in instants:
        able = tuple(
            k
            for k, said in enumerate(sheet.notices)
            if sheet.standard[k] and not (said and status_at(said, at) in (OUT, DOUBTFUL))
        )
        if able not in made:
            chosen = starters([score[k] for k in able], [position[k] for k in able])
            made[able] = frozenset(able[k] for k in chosen)
        found.append(made[able])
    return found
