"""The NBA's daily line-ups: projected fives 90 minutes before tip, the whole team as confirmed 30 minutes before.

Shape: `00_daily_lineups_YYYYMMDD.json` as captured: a projected report names its five only; `timestamp` is Eastern wall
time without an offset (a 3:00 pm game was confirmed at 14:34).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.bulletins import lineup_roles, lineup_stamps
from sandbox.people import POSITIONS
from sandbox.season import Game, Side
from sandbox.serve.nba_teams import STATS, clock_text, status_text
from sandbox.serve.routes import Ask, Reply, Route, denied, json_reply
from sandbox.serve.world import SCHEDULED, World, stage_of
from sandbox.times import eastern, eastern_wall

_PUBLISHED_HOUR = 0.0


def daily_lineups(world: World, ask: Ask) -> Reply:
    """The games of an Eastern date with each team's newest line-up; 403 before the date begins or for a date without games."""
    try:
        day = datetime.strptime(ask.match["day"], "%Y%m%d").date()
    except ValueError:
        return denied()
    games, at = world.games_on(day, ask.at), ask.at
    if not games or at < eastern(day, _PUBLISHED_HOUR):
        return denied()
    stamps = [stamp for game in games for side in (game.home, game.away) for stamp in _said(game, side, at)]
    stamps += [game.fixture.tip for game in games if game.fixture.tip <= at]
    listing = [
        {
            "gameId": game.fixture.game_id,
            "gameStatus": stage_of(game, at),
            "gameStatusText": status_text(game, game.fixture.known(at), at)
            if stage_of(game, at) == SCHEDULED
            else clock_text(game.fixture.tip),
            "homeTeam": _team(world, game, game.home, at),
            "awayTeam": _team(world, game, game.away, at),
        }
        for game in games
    ]
    return json_reply({"games": listing}, max([eastern(day, _PUBLISHED_HOUR), *stamps]))


def _said(game: Game, side: Side, at: int) -> list[int]:
    """The stamps of a team's line-ups so far; none while the game is off."""
    if game.fixture.known(at).status != "scheduled" or game.fixture.known(at).day != game.fixture.day:
        return []
    return [stamp for stamp in lineup_stamps(side) if stamp <= at]


def _team(world: World, game: Game, side: Side, at: int) -> dict[str, Any]:
    team = world.team(side.team)
    said = _said(game, side, at)
    players = _players(world, side, said[-1], team.team_id) if said else []
    return {"teamId": team.team_id, "teamAbbreviation": team.code, "players": players}


def _players(world: World, side: Side, stamp: int, team_id: int) -> list[dict[str, Any]]:
    rows = []
    roles = lineup_roles(side, stamp)
    order = {"confirmed_starter": 0, "projected_starter": 0, "bench": 1, "out": 2}
    projected = "projected_starter" in roles
    for k in sorted(range(len(roles)), key=lambda k: (order[roles[k]], k)):
        person, starts = world.person(side.players[k]), order[roles[k]] == 0
        if projected and not starts:
            continue
        rows.append(
            {
                "personId": person.player_id,
                "teamId": team_id,
                "firstName": person.first,
                "lastName": f"{person.last} {person.suffix}".strip(),
                "playerName": person.name,
                "lineupStatus": "Expected" if projected else "Confirmed",
                "position": POSITIONS[person.position] if starts else "",
                "rosterStatus": "Inactive" if roles[k] == "out" else "Active",
                "timestamp": f"{eastern_wall(stamp):%Y-%m-%dT%H:%M:%S}",
            }
        )
    return rows


ROUTES = (Route(STATS, r"/js/data/leaders/00_daily_lineups_(?P<day>\d{8})\.json", daily_lineups),)
