"""Archive files of prices: betting lines of the morning, of the day and at tip, and fantasy salaries."""

from __future__ import annotations

import hashlib
from datetime import date

import polars as pl

from sandbox.cut import Cut
from sandbox.fixtures import DAY, HOUR, MINUTE
from sandbox.formats import frame
from sandbox.ledger import SOURCE
from sandbox.market import moneyline
from sandbox.people import POSITIONS, Person
from sandbox.season import Game, Side
from sandbox.streams import Purpose, stream
from sandbox.times import eastern, eastern_wall

_BOOKS = ("betmgm", "betrivers", "bovada", "draftkings", "fanduel")
_SHADES = (-0.5, 0.0, 0.0, 0.0, 0.0, 0.5)
_SNAPSHOT_S = 11 * HOUR + 55 * MINUTE + 38
_EVENING_FROM = 17.0
_SALARY_FLOOR, _SALARY_ROOF = 3_000.0, 12_400.0
_LINESTAR_OFFSET, _LINESTAR_EPOCH, _PLAYERS_A_PERIOD = 2_899_000, 730_000, 10_000


def odds_lines(cut: Cut) -> pl.DataFrame:
    """`odds_lines`: five books and three markets a game, one snapshot on the morning of the game."""
    rows: list[tuple[object, ...]] = []
    for season, game in cut.games():
        fixture = game.fixture
        as_of = fixture_morning(fixture.day)
        if as_of > cut.known:
            continue
        home, away = cut.league.teams[fixture.home].code, cut.league.teams[fixture.away].code
        rng = stream(cut.league.seed, Purpose.BOOKS, fixture.season, int(fixture.game_id[5:]))
        event = hashlib.md5(f"{cut.league.seed}:{fixture.game_id}".encode(), usedforsecurity=False).hexdigest()
        name = f"{season.year}-{season.year + 1}"
        commence = fixture.known(as_of).tip + 10 * MINUTE
        head = (SOURCE, name, as_of, event, commence, fixture.day, home, away)
        ages = rng.integers(5, 400, len(_BOOKS)).tolist()
        shades = rng.integers(0, len(_SHADES), (len(_BOOKS), 2)).tolist()
        leans = rng.integers(-2, 3, len(_BOOKS)).tolist()
        for book, age, (one, other), lean in zip(_BOOKS, ages, shades, leans, strict=True):
            spread = game.lines.morning.spread_home + _SHADES[one]
            total = game.lines.morning.total + _SHADES[other]
            prices = (-110.0 - 2 * lean, -110.0 + 2 * lean)
            tail = ("american", as_of - age, True)
            rows += [
                (*head, book, "h2h", None, *moneyline(spread), None, None, None, None, *tail),
                (*head, book, "spreads", spread, *prices, spread, -spread, None, None, *tail),
                (*head, book, "totals", total, None, None, None, None, *prices, *tail),
            ]
    return frame("odds_lines", rows)


def odds_observed(cut: Cut) -> pl.DataFrame:
    """`odds_observed`: the spread and total each time they moved during the day, of the season in progress."""
    return frame(
        "odds_observed",
        [
            (game.fixture.game_id, game.fixture.day, game.fixture.known(q.stamp).tip, q.stamp, q.spread_home, q.total)
            for game in cut.last.games
            for q in game.lines.moves
            if q.stamp <= cut.known
        ],
    )


def odds_closing(cut: Cut) -> pl.DataFrame:
    """`odds_closing`: the line at tip of every finished game."""
    rows = []
    for season, game in cut.games():
        if cut.finished(game):
            fixture, line = game.fixture, game.lines.closing
            home, away = cut.league.teams[fixture.home].code, cut.league.teams[fixture.away].code
            prices = moneyline(line.spread_home)
            rows.append(
                (str(season.year + 1), fixture.day, home, away, "True", "False", line.spread_home, line.total, *prices)
            )
    return frame("odds_closing", rows)


def linestar_salaries(cut: Cut) -> pl.DataFrame:
    """`linestar_salaries`: one evening slate a date, everyone on its rosters priced by his usual role the day before."""
    rows: list[tuple[object, ...]] = []
    for season in cut.league.seasons:
        evenings: dict[date, list[Game]] = {}
        for game in season.games:
            if game.fixture.tip >= eastern(game.fixture.day, _EVENING_FROM):
                evenings.setdefault(game.fixture.day, []).append(game)
        for day, slate in sorted(evenings.items()):
            priced_at = min(game.fixture.tip for game in slate) - DAY
            first = min(game.fixture.known(priced_at).tip for game in slate)
            for game in slate:
                for side in (game.away, game.home):
                    for row in _priced(cut, game, side, game.fixture.known(priced_at).tip):
                        if first - DAY <= cut.known:
                            period = linestar_period(day)
                            rows.append((season.year, period, day, first, linestar_salary_id(period, row[0]), *row))
    return frame("linestar_salaries", rows)


def _priced(cut: Cut, game: Game, side: Side, tip: int) -> list[tuple[int, str, str, str, str, int, float]]:
    fixture = game.fixture
    home, away = cut.league.teams[fixture.home].code, cut.league.teams[fixture.away].code
    matchup = f"{away}@{home} {eastern_wall(tip).strftime('%I:%M %p').lstrip('0')}"
    priced: list[tuple[int, str, str, str, str, int, float]] = []
    usual, standard = side.sheet.usual.tolist(), side.sheet.standard.tolist()
    code = cut.league.teams[side.team].code
    for k, index in enumerate(side.players):
        person = cut.league.people[index]
        if not is_priced(standard[k], usual[k]):
            continue
        salary = salary_of(usual[k], person)
        place = POSITIONS[person.position]
        priced.append((linestar_player(person), person.name, code, place, matchup, tip, salary))
    return priced


def linestar_period(day: date) -> int:
    """Linestar's id of a date."""
    return day.toordinal() - _LINESTAR_EPOCH


def linestar_player(person: Person) -> int:
    """Linestar's id of a player."""
    return person.player_id - _LINESTAR_OFFSET


def linestar_salary_id(period: int, player: int) -> int:
    """Linestar's id of a player's row in a period."""
    return period * _PLAYERS_A_PERIOD + player


def is_priced(standard: bool, usual: float) -> bool:
    """Whether a player is in the pool: everyone on a standard contract, others only with a role of four minutes."""
    return standard or usual >= 4


def salary_of(usual: float, person: Person) -> float:
    """A player's salary in dollars, a multiple of 100, by his usual minutes."""
    worth = 23 + 2.1 * usual * person.appeal
    return min(max(_SALARY_FLOOR, 100.0 * round(worth)), _SALARY_ROOF)


def fixture_morning(day: date) -> int:
    """The instant of a date's morning snapshot."""
    return eastern(day, 12) // DAY * DAY + _SNAPSHOT_S
