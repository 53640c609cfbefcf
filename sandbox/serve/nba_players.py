"""The NBA's players: the page with the whole list as embedded JSON, and the statistics service's index of the same rows.

Shapes: the page's `__NEXT_DATA__` as documented, `playerindex` as captured.
"""

from __future__ import annotations

import json
from typing import Any

from sandbox.fixtures import DAY, opening_day
from sandbox.league import Season
from sandbox.people import Person
from sandbox.serve.nba_teams import SITE, STATS, nickname, slug
from sandbox.serve.routes import HTML, Ask, Reply, Route, json_reply, not_found
from sandbox.serve.world import World
from sandbox.times import eastern

_PLACES = ("G", "G-F", "F", "F-C", "C")
_HEAD, _TAIL = '<script id="__NEXT_DATA__" type="application/json">', "</script>"


def players_page(world: World, ask: Ask) -> Reply:
    """Everyone a team holds at the instant, and the free agents without a team; by name."""
    document = {
        "props": {"pageProps": {"players": _rows(world, ask.at), "language": "en"}, "__N_SSP": True},
        "page": "/players",
        "query": {},
        "buildId": "sandbox",
    }
    return Reply(document, _page, HTML, modified=_changed(world, ask.at))


def player_index(world: World, ask: Ask) -> Reply:
    """The same rows as a result set; 404 for another season than the present one."""
    season = world.season_at(ask.at).name
    if ask.query.get("Season", season) != season:
        return not_found()
    rows = _rows(world, ask.at)
    table = {"name": "PlayerIndex", "headers": list(rows[0]), "rowSet": [list(row.values()) for row in rows]}
    parameters = {"LeagueID": "00", "Season": season, "Historical": 0, "TeamID": 0}
    document = {"resource": "playerindex", "parameters": parameters, "resultSets": [table]}
    return json_reply(document, _changed(world, ask.at))


def _rows(world: World, at: int) -> list[dict[str, Any]]:
    squads = world.squads(at)
    held = [(index, team) for team in range(len(squads.standard)) for index in squads.of(team)]
    rows = [_row(world, index, team) for index, team in held] + [_row(world, index, None) for index in squads.free]
    rows.sort(key=lambda row: (row["PLAYER_LAST_NAME"], row["PLAYER_FIRST_NAME"], row["PERSON_ID"]))
    return rows


def _page(document: Any) -> bytes:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    head = '<!DOCTYPE html><html lang="en"><head><meta charSet="utf-8"/><title>NBA Players</title></head>'
    return f'{head}<body><div id="__next"></div>{_HEAD}{text}{_TAIL}</body></html>'.encode()


def _row(world: World, index: int, team: int | None) -> dict[str, Any]:
    person = world.person(index)
    row: dict[str, Any] = {
        "PERSON_ID": person.player_id,
        "PLAYER_LAST_NAME": f"{person.last} {person.suffix}".strip(),
        "PLAYER_FIRST_NAME": person.first,
        "PLAYER_SLUG": _slug(person),
    }
    if team is None:
        row |= {"TEAM_ID": 0, "TEAM_SLUG": None, "IS_DEFUNCT": 0, "TEAM_CITY": None, "TEAM_NAME": None}
        row |= {"TEAM_ABBREVIATION": None}
    else:
        club = world.team(team)
        row |= {"TEAM_ID": club.team_id, "TEAM_SLUG": slug(club), "IS_DEFUNCT": 0, "TEAM_CITY": club.city}
        row |= {"TEAM_NAME": nickname(club), "TEAM_ABBREVIATION": club.code}
    return row | {
        "JERSEY_NUMBER": str(person.jersey),
        "POSITION": _PLACES[person.position],
        "HEIGHT": f"{person.height_in // 12}-{person.height_in % 12}",
        "WEIGHT": str(person.weight_lbs),
        "COLLEGE": person.college,
        "COUNTRY": person.country,
        "DRAFT_YEAR": person.drafted[0] if person.drafted else None,
        "DRAFT_ROUND": person.drafted[1] if person.drafted else None,
        "DRAFT_NUMBER": person.drafted[2] if person.drafted else None,
        "ROSTER_STATUS": 0 if team is None else 1,
        "FROM_YEAR": str(person.debut),
        "TO_YEAR": None,
        "STATS_TIMEFRAME": "Season",
    }


def _slug(person: Person) -> str:
    letters = "".join(c if c.isalnum() else "-" for c in person.name.lower().replace("'", "").replace(".", ""))
    return letters.strip("-")


def _changed(world: World, at: int) -> int:
    def opened(season: Season) -> int:
        return eastern(opening_day(season.year), 12) - DAY

    stamps = [opened(season) for season in world.league.seasons]
    stamps += [deal.stamp for season in world.league.seasons for deal in season.deals]
    past = [stamp for stamp in stamps if stamp <= at]
    return max(past) if past else min(stamps) - DAY


ROUTES = (
    Route(SITE, r"/players/?", players_page),
    Route(STATS, r"/stats/playerindex", player_index),
)
