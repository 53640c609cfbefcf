"""The NBA's schedule: the season file, today's scoreboard and the mobile file of a past season.

Shapes: `scheduleLeagueV2`, `todaysScoreboard_00` as captured; the mobile file to its documented shape. The scoreboard
turns to an Eastern date at its noon.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from sandbox.fixtures import HOUR, opening_day
from sandbox.league import Season
from sandbox.season import Game, Side
from sandbox.serve.nba_boxes import period_scores, points_at
from sandbox.serve.nba_teams import (
    CDN,
    MOBILE,
    city_name,
    clock_text,
    game_code,
    nickname,
    period_at,
    slug,
    status_text,
    utc,
)
from sandbox.serve.routes import Ask, Reply, Route, denied, json_reply, not_found
from sandbox.serve.world import FINAL, LIVE, SCHEDULED, World, game_ends, stage_of
from sandbox.times import eastern, eastern_wall, instant

_TURNS_AT_HOUR = 12
_BROADCASTS = (
    "nationalTvBroadcasters", "nationalRadioBroadcasters", "nationalOttBroadcasters", "homeTvBroadcasters",
    "homeRadioBroadcasters", "homeOttBroadcasters", "awayTvBroadcasters", "awayRadioBroadcasters",
    "awayOttBroadcasters", "intlRadioBroadcasters", "intlTvBroadcasters", "intlOttBroadcasters",
)  # fmt: skip


def season_file(world: World, ask: Ask) -> Reply:
    """`scheduleLeagueV2.json` of the season whose schedule is out: every game as known, scores of those that ended."""
    season, at = world.season_at(ask.at), ask.at
    if at < announced(season):
        return denied()
    return world.remember(("season file", season.year, _changed(season, at)), lambda: _season_file(world, season, at))


def _season_file(world: World, season: Season, at: int) -> Reply:
    records = _records(world, season, at)
    dates: dict[date, list[Game]] = defaultdict(list)
    for game in season.games:
        dates[game.fixture.known(at).day].append(game)
    listing = []
    for day in sorted(dates):
        games = sorted(dates[day], key=lambda game: (game.fixture.known(at).tip, game.fixture.game_id))
        listing.append(
            {
                "gameDate": f"{day:%m/%d/%Y} 00:00:00",
                "games": [_season_game(world, game, k, at, records) for k, game in enumerate(games, start=1)],
            }
        )
    modified = _changed(season, at)
    schedule = {"seasonYear": season.name, "leagueId": "00", "gameDates": listing, "weeks": [], "broadcasterList": []}
    meta = {"version": 1, "request": f"http://nba.cloud/league/00/{season.name}/scheduleleaguev2?Format=json"}
    return json_reply({"meta": {**meta, "time": utc(modified)}, "leagueSchedule": schedule}, modified)


def scoreboard(world: World, ask: Ask) -> Reply:
    """`todaysScoreboard_00.json`: the games of the scoreboard's day, live ones with their scores."""
    day, at = eastern_wall(ask.at - _TURNS_AT_HOUR * HOUR).date(), ask.at
    season = world.season_at(at)
    records = _records(world, season, at)
    games = []
    for game in world.games_on(day, at):
        known = game.fixture.known(at)
        period, text = period_at(game, at), status_text(game, known, at)
        games.append(
            {
                **{"gameId": game.fixture.game_id, "gameCode": game_code(world, game, known)},
                **{"gameStatus": _wire_stage(game, at), "gameStatusText": text, "period": period, "gameClock": ""},
                **{"gameTimeUTC": utc(known.tip), "gameEt": f"{eastern_wall(known.tip):%Y-%m-%dT%H:%M:%SZ}"},
                **{"regulationPeriods": 4, "ifNecessary": False, "seriesGameNumber": "", "gameLabel": ""},
                **{"gameSubLabel": "", "seriesText": "", "seriesConference": "", "poRoundDesc": ""},
                **{"gameSubtype": "", "isNeutral": False},
                "homeTeam": _scoreboard_team(world, game, game.home, at, records),
                "awayTeam": _scoreboard_team(world, game, game.away, at, records),
            }
        )
    board = {"gameDate": str(day), "leagueId": "00", "leagueName": "National Basketball Association", "games": games}
    newest = [game_ends(game) for game in world.games_on(day, at) if game_ends(game) <= at]
    live = any(stage_of(game, at) == LIVE for game in world.games_on(day, at))
    modified = at if live else max([eastern(day, _TURNS_AT_HOUR), *newest])
    meta = {"version": 1, "request": "sandbox", "time": f"{instant(modified):%Y-%m-%d %H:%M:%S.%f}", "code": 200}
    return json_reply({"meta": meta, "scoreboard": board}, modified)


def mobile_file(world: World, ask: Ask) -> Reply:
    """The mobile `00_full_schedule.json` of a season, by month; 404 for a season that is not out yet."""
    found = [s for s in world.league.seasons if s.year == int(ask.match["season"]) and announced(s) <= ask.at]
    if not found:
        return not_found()
    season, at = found[0], ask.at
    return world.remember(("mobile file", season.year, _changed(season, at)), lambda: _mobile_file(world, season, at))


def _mobile_file(world: World, season: Season, at: int) -> Reply:
    records = _records(world, season, at)
    months: dict[tuple[int, int], list[Game]] = defaultdict(list)
    for game in season.games:
        day = game.fixture.known(at).day
        months[day.year, day.month].append(game)
    listing = []
    for key in sorted(months):
        games = sorted(months[key], key=lambda game: (game.fixture.known(at).tip, game.fixture.game_id))
        rows = [_mobile_game(world, game, at, records) for game in games]
        listing.append({"mscd": {"mon": f"{date(*key, 1):%B}", "g": rows}})
    return json_reply({"lscd": listing}, _changed(season, at))


def announced(season: Season) -> int:
    """When a season's schedule comes out."""
    return eastern(date(season.year, 8, 1), 0)


def _changed(season: Season, at: int) -> int:
    """The newest instant at which a season's file changed."""
    stamps = [announced(season)]
    for game in season.games:
        stamps += [change.stamp for change in game.fixture.changes if change.stamp <= at]
        stamps += [stamp for stamp in (game.fixture.tip, game_ends(game)) if stamp <= at]
    return max(stamps)


def _records(world: World, season: Season, at: int) -> dict[int, tuple[int, int]]:
    return {team: world.record(team, season, at) for team in range(len(world.league.teams))}


def _wire_stage(game: Game, at: int) -> int:
    """The wire's gameStatus; a postponed game is scheduled."""
    return SCHEDULED if game.fixture.known(at).status == "postponed" else stage_of(game, at)


def _naive(wall: datetime) -> str:
    """An Eastern wall time with the Z that the season file wrongly gives it."""
    return f"{wall:%Y-%m-%dT%H:%M:%SZ}"


def _season_game(world: World, game: Game, order: int, at: int, records: dict[int, tuple[int, int]]) -> dict[str, Any]:
    known = game.fixture.known(at)
    home, away = world.teams_of(game)
    wall, tip = eastern_wall(known.tip), instant(known.tip)
    midnight = instant(eastern(known.day, 0))
    week = (known.day - opening_day(game.fixture.season)).days // 7 + 1
    return {
        "gameId": game.fixture.game_id,
        "gameCode": game_code(world, game, known),
        "gameStatus": _wire_stage(game, at),
        "gameStatusText": status_text(game, known, at) if stage_of(game, at) != LIVE else clock_text(known.tip),
        "gameSequence": order,
        "gameDateEst": f"{known.day}T00:00:00Z",
        "gameTimeEst": f"1900-01-01T{wall:%H:%M:%SZ}",
        "gameDateTimeEst": _naive(wall),
        "gameDateUTC": f"{midnight:%Y-%m-%dT%H:%M:%SZ}",
        "gameTimeUTC": f"1900-01-01T{tip:%H:%M:%SZ}",
        "gameDateTimeUTC": utc(known.tip),
        "awayTeamTime": _naive(wall - timedelta(hours=away.hours_behind)),
        "homeTeamTime": _naive(wall - timedelta(hours=home.hours_behind)),
        "day": f"{known.day:%a}",
        "monthNum": known.day.month,
        "weekNumber": week,
        "weekName": f"Week {week}",
        "ifNecessary": False,
        "seriesGameNumber": "",
        "gameLabel": "",
        "gameSubLabel": "",
        "seriesText": "",
        "arenaName": home.arena,
        "arenaState": home.state,
        "arenaCity": home.city,
        "postponedStatus": "Y" if known.status == "postponed" else "N",
        "branchLink": "",
        "gameSubtype": "",
        "isNeutral": False,
        "broadcasters": {kind: [] for kind in _BROADCASTS},
        "homeTeam": _season_team(world, game, game.home, at, records),
        "awayTeam": _season_team(world, game, game.away, at, records),
        "pointsLeaders": [],
    }


def _named(world: World, side: Side, record: tuple[int, int]) -> dict[str, Any]:
    team = world.team(side.team)
    named = {"teamId": team.team_id, "teamName": nickname(team), "teamCity": city_name(team), "teamTricode": team.code}
    return {**named, "wins": record[0], "losses": record[1]}


def _season_team(world: World, game: Game, side: Side, at: int, records: dict[int, tuple[int, int]]) -> dict[str, Any]:
    score = side.points if stage_of(game, at) == FINAL else 0
    named = _named(world, side, records[side.team])
    return {**named, "teamSlug": slug(world.team(side.team)), "score": score, "seed": 0}


def _scoreboard_team(
    world: World, game: Game, side: Side, at: int, records: dict[int, tuple[int, int]]
) -> dict[str, Any]:
    return {
        **_named(world, side, records[side.team]),
        **{"score": points_at(game, side, at), "seed": None, "inBonus": None, "timeoutsRemaining": 1},
        "periods": period_scores(game, side, at),
    }


def _mobile_game(world: World, game: Game, at: int, records: dict[int, tuple[int, int]]) -> dict[str, Any]:
    known = game.fixture.known(at)
    home, away = world.teams_of(game)
    tip, final = instant(known.tip), stage_of(game, at) == FINAL
    wall = eastern_wall(known.tip)

    def side(one: Side) -> dict[str, Any]:
        team, (wins, losses) = world.team(one.team), records[one.team]
        name = {"tid": team.team_id, "tn": nickname(team), "tc": city_name(team), "ta": team.code}
        return {**name, "re": f"{wins}-{losses}", "s": str(one.points) if final else ""}

    return {
        "gid": game.fixture.game_id,
        "gcode": game_code(world, game, known),
        "seri": "",
        "is": 1,
        "gdte": str(known.day),
        "htm": _naive(wall - timedelta(hours=home.hours_behind)).rstrip("Z"),
        "vtm": _naive(wall - timedelta(hours=away.hours_behind)).rstrip("Z"),
        "etm": _naive(wall).rstrip("Z"),
        "an": home.arena,
        "ac": home.city,
        "as": home.state,
        "st": str(_wire_stage(game, at)),
        "stt": status_text(game, known, at) if stage_of(game, at) != LIVE else clock_text(known.tip),
        "bd": {"b": []},
        "v": side(game.away),
        "h": side(game.home),
        "gdtutc": f"{tip:%Y-%m-%d}",
        "utctm": f"{tip:%H:%M}",
        "ppdst": "Y" if known.status == "postponed" else "N",
        "seq": 1,
    }


ROUTES = (
    Route(CDN, r"/static/json/staticData/scheduleLeagueV2(_\d+)?\.json", season_file),
    Route(CDN, r"/static/json/liveData/scoreboard/todaysScoreboard_00\.json", scoreboard),
    Route(
        MOBILE,
        r"/data/10s/v2015/json/mobile_teams/nba/(?P<season>\d{4})/league/00_full_schedule\.json",
        mobile_file,
    ),
)
