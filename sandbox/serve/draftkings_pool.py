"""DraftKings' draft groups: the pool of draftables, their games and teams, and the ids of all of them."""

from __future__ import annotations

from typing import Any

from sandbox.fixtures import HOUR
from sandbox.franchises import Franchise
from sandbox.health import DOUBTFUL, OUT, QUESTIONABLE
from sandbox.season import Game
from sandbox.serve.world import World, stage_of
from sandbox.slates import Seat, Slate, Slot
from sandbox.times import instant

DK_TEAMS = {
    "ATL": 1, "BOS": 2, "NOP": 3, "CHI": 4, "CLE": 5, "DAL": 6, "DEN": 7, "DET": 8, "GSW": 9, "HOU": 10, "IND": 11,
    "LAC": 12, "LAL": 13, "MIA": 14, "MIL": 15, "MIN": 16, "BKN": 17, "NYK": 18, "ORL": 19, "PHI": 20, "PHX": 21,
    "POR": 22, "SAC": 23, "SAS": 24, "OKC": 25, "UTA": 26, "WAS": 27, "TOR": 28, "MEM": 29, "CHA": 5312,
}  # fmt: skip
_STATUS = {OUT: "OUT", DOUBTFUL: "Q", QUESTIONABLE: "Q"}
SPORT_ID, _FPPG = 4, 219
_DRAFTABLES_A_GROUP = 4_000
_PLAYER_OFFSET, _IMAGE_OFFSET, _GAME_OFFSET = 1_900_000, 2_200_000, 3_700_000


def pool_document(world: World, slate: Slate, at: int) -> dict[str, Any]:
    """The pool of a draft group, a row for each slot that a player may fill."""
    averages = world.contests.average(slate).tolist()
    return {
        "draftables": [
            _draftable(world, slate, k, place, slot, averages[k], at)
            for k, seat in enumerate(slate.pool)
            for place, slot in slots_of(slate, seat)
        ],
        "competitions": [_competition(world, game, at) for game in slate.games],
        "teamsWithoutCompetitions": [],
        "draftAlerts": [],
        "draftStats": [
            {"id": _FPPG, "abbr": "FPPG", "name": "Fantasy Points Per Game", "order": 11},
            {"id": -2, "abbr": "OPRK", "name": "Opponent Rank", "order": 12},
        ],
        "playerGameAttributes": [],
        "errorStatus": {},
    }


def dk_player_id(player_id: int) -> int:
    """DraftKings' id of a player of the league."""
    return player_id - _PLAYER_OFFSET


def slots_of(slate: Slate, seat: Seat) -> list[tuple[int, Slot]]:
    """The different slots he may fill, with their places in the template."""
    found: dict[int, tuple[int, Slot]] = {}
    for place, slot in enumerate(slate.slots):
        if set(slot.positions) & set(seat.positions):
            found.setdefault(slot.slot_id, (place, slot))
    return list(found.values())


def draftable_id(slate: Slate, k: int, place: int) -> int:
    """DraftKings' id of the pool's player `k` in the slot at a place of the template."""
    return slate.draft_group * _DRAFTABLES_A_GROUP + k * len(slate.slots) + place


def _draftable(world: World, slate: Slate, k: int, place: int, slot: Slot, average: float, at: int) -> dict[str, Any]:
    seat = slate.pool[k]
    person, team = world.person(seat.index), world.team(seat.side.team)
    game = _competition_head(world, seat.game, at)
    locked = at >= seat.game.fixture.tip
    said = seat.news_stamp(at)
    news = "None" if said is None else "Breaking" if at - said < 3 * HOUR else "Recent"
    shown = f"{average:g}"
    return {
        "draftableId": draftable_id(slate, k, place),
        "firstName": person.first,
        "lastName": f"{person.last} {person.suffix}".rstrip(),
        "displayName": person.name,
        "shortName": f"{person.first[0]}. {person.last}",
        "playerId": dk_player_id(person.player_id),
        "playerDkId": person.player_id - _IMAGE_OFFSET,
        "position": "/".join(seat.positions),
        "rosterSlotId": slot.slot_id,
        "salary": seat.price(slot),
        "status": _STATUS.get(seat.status(at) or "", "None"),
        "isSwappable": not locked,
        "isDisabled": locked,
        "newsStatus": news,
        "competition": game,
        "competitions": [game],
        "draftStatAttributes": [{"id": _FPPG, "value": shown, "sortValue": shown}],
        "playerAttributes": [],
        "teamLeagueSeasonAttributes": [],
        "playerGameAttributes": [],
        "teamId": DK_TEAMS[team.code],
        "teamAbbreviation": team.code,
        "draftAlerts": [],
        "playerGameHash": f"{dk_player_id(person.player_id)}-{competition_id(seat.game)}",
        "externalRequirements": {},
    }


def competition_id(game: Game) -> int:
    """DraftKings' id of a game."""
    return _GAME_OFFSET + int(game.fixture.game_id[3:])


def _competition_head(world: World, game: Game, at: int) -> dict[str, Any]:
    home, away = world.teams_of(game)
    words = ((away.code, True), (" @ ", False), (home.code, True))
    return {
        "competitionId": competition_id(game),
        "name": f"{away.code} @ {home.code}",
        "nameDisplay": [{"value": word, "isEmphasized": strong} for word, strong in words],
        "startTime": iso(game.fixture.known(at).tip),
    }


def _competition(world: World, game: Game, at: int) -> dict[str, Any]:
    home, away = world.teams_of(game)
    known = game.fixture.known(at)
    state = ("Upcoming", "InProgress", "Completed")[stage_of(game, at) - 1]
    return {
        "competitionId": competition_id(game),
        "sport": "NBA",
        "sportId": SPORT_ID,
        "homeTeam": _team(home),
        "awayTeam": _team(away),
        "startTime": iso(known.tip),
        "name": f"{away.code} @ {home.code}",
        "venue": home.arena,
        "startingLineupsAvailable": at >= known.tip - HOUR // 2,
        "depthChartsAvailable": True,
        "competitionState": "Postponed" if known.status != "scheduled" else state,
        "competitionStateDetail": "",
        "competitionStartedEarly": False,
        "competitionAttributes": [],
    }


def _team(team: Franchise) -> dict[str, Any]:
    return {
        "teamId": DK_TEAMS[team.code],
        "teamName": nickname(team),
        "abbreviation": team.code,
        "city": team.name.removesuffix(nickname(team)).rstrip(),
    }


def nickname(team: Franchise) -> str:
    """A team's name without its city."""
    return " ".join(team.name.split()[-2 if team.code == "POR" else -1 :])


def iso(seconds: int) -> str:
    """'2025-12-20T00:30:00.0000000Z'."""
    return f"{instant(seconds):%Y-%m-%dT%H:%M:%S}.0000000Z"
