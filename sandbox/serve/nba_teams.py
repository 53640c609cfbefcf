"""What every NBA payload prints alike: teams, wall times and stamps of games."""

from __future__ import annotations

from sandbox.fixtures import Change
from sandbox.franchises import Franchise
from sandbox.season import Game
from sandbox.serve.world import FINAL, LIVE, World, elapsed_seconds, stage_of
from sandbox.times import eastern_wall, instant

CDN, MOBILE, STATS, SITE, REPORTS = (
    "cdn.nba.com", "data.nba.com", "stats.nba.com", "www.nba.com", "ak-static.cms.nba.com",
)  # fmt: skip
_CITIES = ("Portland", "LA", "Golden State", "New York", "New Orleans", "Oklahoma City", "San Antonio", "Los Angeles")


def nickname(team: Franchise) -> str:
    """'Trail Blazers' of 'Portland Trail Blazers'."""
    return team.name.removeprefix(city_name(team)).strip()


def city_name(team: Franchise) -> str:
    """What the team's name has before its nickname: 'Golden State', 'LA', 'Utah'."""
    for city in _CITIES:
        if team.name.startswith(f"{city} "):
            return city
    return team.name.rpartition(" ")[0]


def slug(team: Franchise) -> str:
    """The nickname as web addresses have it."""
    return {"PHI": "sixers", "POR": "blazers"}.get(team.code, nickname(team).lower().replace(" ", ""))


def utc(seconds: int) -> str:
    """'2026-02-12T00:00:00Z'."""
    return f"{instant(seconds):%Y-%m-%dT%H:%M:%SZ}"


def clock_text(seconds: int) -> str:
    """An Eastern wall time as schedules print it: '7:30 pm ET'."""
    wall = eastern_wall(seconds)
    return f"{(wall.hour - 1) % 12 + 1}:{wall:%M} {'am' if wall.hour < 12 else 'pm'} ET"


def game_code(world: World, game: Game, known: Change) -> str:
    """'20260211/ATLCHA'."""
    home, away = world.teams_of(game)
    return f"{known.day:%Y%m%d}/{away.code}{home.code}"


def period_at(game: Game, at: int) -> int:
    """The period being played (the last one once final); 0 before the tip."""
    stage = stage_of(game, at)
    if stage == FINAL:
        return 4 + game.overtimes
    if stage != LIVE:
        return 0
    gone = elapsed_seconds(game, at)
    return 1 + gone // 720 if gone < 2880 else 5 + (gone - 2880) // 300


def period_left(game: Game, at: int) -> int:
    """Seconds left in the period being played; 0 when final."""
    if stage_of(game, at) != LIVE:
        return 0
    gone = elapsed_seconds(game, at)
    return 720 - gone % 720 if gone < 2880 else 300 - (gone - 2880) % 300


def status_text(game: Game, known: Change, at: int) -> str:
    """'7:30 pm ET', 'PPD', 'Q3 4:10', 'Final' or 'Final/OT', as the league's files print a game's state."""
    stage = stage_of(game, at)
    if known.status == "postponed":
        return "PPD"
    if stage == FINAL:
        overtimes = game.overtimes
        return "Final" if not overtimes else "Final/OT" if overtimes == 1 else f"Final/OT{overtimes}"
    if stage == LIVE:
        left, period = period_left(game, at), period_at(game, at)
        return f"{f'Q{period}' if period <= 4 else f'OT{period - 4}'} {left // 60}:{left % 60:02d}"
    return clock_text(known.tip)
