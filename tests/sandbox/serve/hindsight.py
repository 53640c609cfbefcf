"""A league that differs from another in nothing but what is not public at an instant."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from sandbox.bulletins import announced_five
from sandbox.fixtures import DAY, MINUTE, Fixture
from sandbox.league import League
from sandbox.market import Lines
from sandbox.season import Game, Side
from sandbox.serve.world import game_ends


def other_future(league: League, at: int) -> League:
    """The league with all that happens or is said after `at` changed: results, news, lines, deals, new dates."""
    seasons = tuple(
        replace(
            season,
            deals=tuple(deal for deal in season.deals if deal.stamp <= at),
            games=tuple(_game(game, at) for game in season.games),
        )
        for season in league.seasons
    )
    return replace(league, seasons=seasons)


def _game(game: Game, at: int) -> Game:
    if game_ends(game) <= at:
        return game
    overtimes = game.overtimes if at >= game.fixture.tip else 3
    home, away = (_side(side, game.fixture, at) for side in (game.home, game.away))
    return replace(
        game,
        fixture=_fixture(game.fixture, at),
        home=home,
        away=away,
        lines=_lines(game.lines, at),
        overtimes=overtimes,
    )


def _fixture(fixture: Fixture, at: int) -> Fixture:
    """Where a new date is not yet known, the game is played on the old one; one that is off, some other day."""
    known = fixture.known(at)
    changes = tuple(change for n, change in enumerate(fixture.changes) if n == 0 or change.stamp <= at)
    if known.status == "postponed":
        return replace(fixture, changes=changes, tip=fixture.tip + 2 * DAY, day=fixture.day + timedelta(days=2))
    return replace(fixture, changes=changes, tip=known.tip, day=known.day)


def _lines(lines: Lines, at: int) -> Lines:
    """No move after the instant, and another closing line."""
    moves = tuple(quote for quote in lines.moves if quote.stamp <= at)
    closing = lines.closing if lines.closing.stamp <= at else replace(lines.closing, spread_home=20.0, total=300.0)
    morning = lines.morning if lines.morning.stamp <= at else replace(lines.morning, spread_home=20.0, total=300.0)
    return Lines(morning, moves, closing)


def _side(side: Side, fixture: Fixture, at: int) -> Side:
    tip, sheet = fixture.tip, side.sheet
    notices = tuple(tuple(notice for notice in said if notice.stamp <= at) for said in sheet.notices)
    dressed = sheet.dressed.copy()
    if at < tip - 40 * MINUTE:
        dressed[:] = True
    else:
        for k, (said, told) in enumerate(zip(sheet.notices, notices, strict=True)):
            if len(told) < len(said):
                dressed[k] = True
    if at >= tip:
        return side
    five = tuple(sorted(announced_five(side, at))) if at >= tip - 30 * MINUTE else tuple(range(5, 10))
    stats = side.stats + 1
    return replace(
        side,
        sheet=replace(sheet, notices=notices, dressed=dressed),
        first_five=five,
        projected_late=side.projected_late if at >= tip - 90 * MINUTE else frozenset(range(5, 10)),
        seconds=np.roll(side.seconds, 1),
        stats=stats,
        points=int(stats[0].sum()),
    )
