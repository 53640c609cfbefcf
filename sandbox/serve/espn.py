"""ESPN: the league's injury list, the day's scoreboard and a game's summary, to their documented shapes.

A statement is on ESPN a minute and a half after it is made, so a late scratch is there before the next official report.
ESPN numbers its teams its own way, and players by ids of its own.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.fixtures import DAY
from sandbox.health import AVAILABLE, OUT, PROBABLE, Notice
from sandbox.season import Game, Side
from sandbox.serve.nba_teams import city_name, nickname, slug
from sandbox.serve.routes import Ask, Reply, Route, json_reply, not_found
from sandbox.serve.world import FINAL, LIVE, SCHEDULED, World, side_of, stage_of
from sandbox.times import eastern_wall, instant

HOST, _ROOT = "site.api.espn.com", r"/apis/site/v2/sports/basketball/nba"
_LAG_S, _OLDEST_S = 90, 7 * DAY
_FIRST_ATHLETE, _FIRST_EVENT = 1_000_000, 401_000_000
_IDS = {
    "ATL": 1, "BOS": 2, "NOP": 3, "CHI": 4, "CLE": 5, "DAL": 6, "DEN": 7, "DET": 8, "GSW": 9, "HOU": 10, "IND": 11,
    "LAC": 12, "LAL": 13, "MIA": 14, "MIL": 15, "MIN": 16, "BKN": 17, "NYK": 18, "ORL": 19, "PHI": 20, "PHX": 21,
    "POR": 22, "SAC": 23, "SAS": 24, "OKC": 25, "UTA": 26, "WAS": 27, "TOR": 28, "MEM": 29, "CHA": 30,
}  # fmt: skip
_CODES = {"GSW": "GS", "NOP": "NO", "NYK": "NY", "SAS": "SA", "UTA": "UTAH", "WAS": "WSH"}
_STATES = {SCHEDULED: ("pre", "STATUS_SCHEDULED"), LIVE: ("in", "STATUS_IN_PROGRESS"), FINAL: ("post", "STATUS_FINAL")}


def injuries(world: World, ask: Ask) -> Reply:
    """Every team with somebody listed for its current game, by name, each listing with its own date."""
    groups = []
    stamps = [0]
    for number in sorted(range(len(world.league.teams)), key=lambda k: world.team(k).name):
        if (game := _current(world, number, ask.at)) is None:
            continue
        listed = _listed(world, side_of(game, number), ask.at)
        if listed:
            stamps += [notice.stamp + _LAG_S for _, notice in listed]
            rows = [_injury(world, number, index, notice) for index, notice in listed]
            groups.append(
                {"id": str(_IDS[world.team(number).code]), "displayName": world.team(number).name, "injuries": rows}
            )
    modified = max(stamps)
    season = world.season_at(ask.at)
    head = {"timestamp": _zulu(modified), "status": "success"}
    return json_reply({**head, "season": {"year": season.year + 1, "type": 2}, "injuries": groups}, modified or None)


def scoreboard(world: World, ask: Ask) -> Reply:
    """The events of an Eastern date (`dates=YYYYMMDD`, by default the present one)."""
    day = eastern_wall(ask.at).date()
    if (asked := ask.query.get("dates")) is not None:
        try:
            day = datetime.strptime(asked, "%Y%m%d").date()
        except ValueError:
            return not_found()
    events = []
    for game in world.games_on(day, ask.at):
        known = game.fixture.known(ask.at)
        home, away = world.teams_of(game)
        state, name = _STATES[stage_of(game, ask.at)]
        teams = [
            {"homeAway": where, "team": _team(world, number)}
            for where, number in (("home", game.fixture.home), ("away", game.fixture.away))
        ]
        event = {"id": str(event_id(game)), "date": _zulu(known.tip), "name": f"{away.name} at {home.name}"}
        status = {"type": {"name": name, "state": state, "completed": state == "post"}}
        events.append({**event, "competitions": [{"id": event["id"], "competitors": teams}], "status": status})
    return json_reply({"day": {"date": str(day)}, "events": events})


def summary(world: World, ask: Ask) -> Reply:
    """One game's listings, by team; 404 for an event nobody knows."""
    games = [game for game in world.by_id.values() if str(event_id(game)) == ask.query.get("event")]
    if not games:
        return not_found()
    groups = []
    for side in (games[0].home, games[0].away):
        rows = [_injury(world, side.team, index, notice) for index, notice in _listed(world, side, ask.at)]
        groups.append({"team": _team(world, side.team), "injuries": rows})
    return json_reply({"injuries": groups, "header": {"id": ask.query["event"]}})


def event_id(game: Game) -> int:
    """ESPN's number of a game."""
    return _FIRST_EVENT + game.fixture.season % 100 * 10_000 + int(game.fixture.game_id[5:])


def _current(world: World, number: int, at: int) -> Game | None:
    """The newest game that a team has submitted its listings for, within a week."""
    found = None
    for game in world.by_team[number]:
        submitted = side_of(game, number).sheet.submitted + _LAG_S
        if at - _OLDEST_S <= submitted <= at and game.fixture.known(at).day == game.fixture.day:
            found = game
    return found


def _listed(world: World, side: Side, at: int) -> list[tuple[int, Notice]]:
    """Each listed player (his number) with the newest statement ESPN has; those cleared are left out."""
    listed = []
    for index, said in zip(side.players, side.notices, strict=True):
        spoken = [notice for notice in said if notice.stamp + _LAG_S <= at]
        if spoken and spoken[-1].status != AVAILABLE:
            listed.append((index, spoken[-1]))
    return sorted(listed, key=lambda pair: (world.person(pair[0]).last, pair[0]))


def _injury(world: World, number: int, index: int, notice: Notice) -> dict[str, Any]:
    person = world.person(index)
    athlete_id = person.player_id - _FIRST_ATHLETE
    status = "Day-To-Day" if notice.status == PROBABLE else notice.status
    told = notice.reason.removeprefix("Injury/Illness - ")
    part, _, kind = told.partition("; ")
    href = f"https://www.espn.com/nba/player/_/id/{athlete_id}"
    athlete = {
        **{"id": str(athlete_id), "firstName": person.first, "lastName": f"{person.last} {person.suffix}".strip()},
        **{"displayName": person.name, "shortName": f"{person.first[0]}. {person.last}"},
        **{"links": [{"rel": ["playercard", "desktop", "athlete"], "href": href}], "team": _team(world, number)},
    }
    stated = "is out" if notice.status == OUT else f"is {notice.status.lower()}"
    return {
        "id": f"{athlete_id}{notice.stamp % 100_000:05d}",
        "status": status,
        "date": _zulu(notice.stamp + _LAG_S),
        "longComment": f"{person.name} ({told}) {stated} for the next game.",
        "shortComment": f"{person.name} ({told}) {stated}.",
        "athlete": athlete,
        "type": {"id": "1", "name": f"INJURY_STATUS_{status.upper().replace('-', '')}", "description": status.lower()},
        "details": {"type": part, "detail": kind or "Not Specified", "fantasyStatus": {"description": status.upper()}},
    }


def _team(world: World, number: int) -> dict[str, Any]:
    team = world.team(number)
    code = _CODES.get(team.code, team.code)
    named = {"id": str(_IDS[team.code]), "abbreviation": code, "displayName": team.name}
    return {**named, "location": city_name(team), "name": nickname(team), "slug": slug(team)}


def _zulu(seconds: int) -> str:
    """'2026-01-14T23:40Z'."""
    return f"{instant(seconds):%Y-%m-%dT%H:%MZ}"


ROUTES = (
    Route(HOST, _ROOT + r"/injuries", injuries),
    Route(HOST, _ROOT + r"/scoreboard", scoreboard),
    Route(HOST, _ROOT + r"/summary", summary),
)
