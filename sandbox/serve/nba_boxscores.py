"""The NBA's live box scores: who is active from 40 minutes before tip, counts while the game is on, the final.

Shapes: `boxscore_{game_id}.json` and the statistics service's `boxscoretraditionalv3` as captured, without the statistics
that nobody reads; times of the home and away cities are printed in Eastern time. 403 while there is none.
"""

from __future__ import annotations

from typing import Any

from sandbox.bulletins import announced_five
from sandbox.fixtures import MINUTE
from sandbox.health import ASSIGNED_REASON, OUT, TRADE_REASON, TWO_WAY_REASON, Notice
from sandbox.people import POSITIONS
from sandbox.season import Game, Side
from sandbox.serve.nba_boxes import counts_at, period_scores, played_length, player_statistics, team_statistics
from sandbox.serve.nba_teams import (
    CDN,
    STATS,
    city_name,
    game_code,
    nickname,
    period_at,
    period_left,
    slug,
    status_text,
    utc,
)
from sandbox.serve.routes import Ask, Reply, Route, denied, json_reply, not_found
from sandbox.serve.world import FINAL, LIVE, SCHEDULED, World, elapsed_seconds, game_ends, stage_of
from sandbox.times import eastern_wall, instant

PLACES = ("G", "G", "F", "F", "C")
_BEFORE_S, _FIVE_BEFORE_S = 40 * MINUTE, 30 * MINUTE
_REASONS = {
    TWO_WAY_REASON: "GLEAGUE_TWOWAY", ASSIGNED_REASON: "GLEAGUE_ON_ASSIGNMENT", TRADE_REASON: "TRADE_PENDING",
    "Rest": "REST", "Personal Reasons": "PERSONAL", "League Suspension": "LEAGUE_SUSPENSION",
}  # fmt: skip


def box_score(world: World, ask: Ask) -> Reply:
    """The box score as of the instant; 403 until 40 minutes before tip, and for a game that is off or unknown."""
    game, at = world.by_id.get(ask.match["game_id"]), ask.at
    if game is None or at < game.fixture.tip - _BEFORE_S or game.fixture.known(at).day != game.fixture.day:
        return denied()
    stage, known = stage_of(game, at), game.fixture.known(at)
    modified = _changed(game, at, stage)
    wall = eastern_wall(known.tip).isoformat()
    left = period_left(game, at) if stage == LIVE else 0
    home, _ = world.teams_of(game)
    final = stage == FINAL
    document = {
        "meta": {
            "version": 1,
            "code": 200,
            "request": f"http://nba.cloud/games/{game.fixture.game_id}/boxscore?Format=json",
            "time": f"{instant(modified):%Y-%m-%d %H:%M:%S.%f}",
        },
        "game": {
            "gameId": game.fixture.game_id,
            "gameTimeLocal": wall,
            "gameTimeUTC": utc(known.tip),
            "gameTimeHome": wall,
            "gameTimeAway": wall,
            "gameEt": wall,
            "duration": (game_ends(game) - game.fixture.tip) // 60 if final else 0,
            "gameCode": game_code(world, game, known),
            "gameStatusText": "pregame" if stage == SCHEDULED else status_text(game, known, at),
            "gameStatus": stage,
            "regulationPeriods": 4,
            "period": period_at(game, at),
            "gameClock": f"PT{left // 60:02d}M{left % 60:02d}.00S",
            "attendance": 16_500 + int(game.fixture.game_id[5:]) * 37 % 3_000 if final else 0,
            "sellout": "0",
            "arena": {
                **{"arenaId": game.fixture.home + 1, "arenaName": home.arena, "arenaCity": home.city},
                **{"arenaState": home.state, "arenaCountry": "US", "arenaTimezone": "America/New_York"},
            },
            "officials": [],
            "homeTeam": _team(world, game, game.home, at, stage),
            "awayTeam": _team(world, game, game.away, at, stage),
        },
    }
    return json_reply(document, modified)


def traditional(world: World, ask: Ask) -> Reply:
    """The statistics service's box score of a game that is over; 404 before."""
    game = world.by_id.get(ask.query.get("GameID", ""))
    if game is None or stage_of(game, ask.at) != FINAL:
        return not_found()
    modified = game_ends(game)
    home, away = world.teams_of(game)
    told = {"gameId": game.fixture.game_id, "awayTeamId": away.team_id, "homeTeamId": home.team_id}
    meta = {"version": 1, "request": "sandbox", "time": f"{instant(modified):%Y-%m-%dT%H:%M:%S.0000Z}"}
    sides = {"homeTeam": _traditional_team(world, game.home), "awayTeam": _traditional_team(world, game.away)}
    return json_reply({"meta": meta, "boxScoreTraditional": {**told, **sides}}, modified)


def _traditional_team(world: World, side: Side) -> dict[str, Any]:
    team = world.team(side.team)
    order = [
        *side.first_five,
        *(k for k in range(len(side.players)) if k not in side.first_five and side.sheet.dressed[k]),
    ]
    rows = []
    for k in order:
        person, seconds = world.person(side.players[k]), int(side.seconds[k])
        rows.append(
            {
                **{"personId": person.player_id, "firstName": person.first},
                **{
                    "familyName": f"{person.last} {person.suffix}".strip(),
                    "nameI": f"{person.first[0]}. {person.last}",
                },
                **{"playerSlug": "", "position": PLACES[person.position] if k in side.first_five else ""},
                **{"comment": "" if seconds else "DNP - Coach's Decision", "jerseyNum": ""},
                "statistics": _clocked(player_statistics(side.stats, seconds, k), seconds),
            }
        )
    seconds = int(side.seconds.sum())
    totals = _clocked(team_statistics(side.stats, seconds), seconds)
    named = {"teamId": team.team_id, "teamCity": city_name(team), "teamName": nickname(team), "teamTricode": team.code}
    return {**named, "teamSlug": slug(team), "players": rows, "statistics": totals}


def _clocked(line: dict[str, Any], seconds: int) -> dict[str, Any]:
    """The statistics with minutes as that service prints them: '30:49', nothing for none."""
    return {**line, "minutes": f"{seconds // 60}:{seconds % 60:02d}" if seconds else ""}


def _changed(game: Game, at: int, stage: int) -> int:
    if stage == FINAL:
        return game_ends(game)
    if stage == LIVE:
        return at
    tip = game.fixture.tip
    stamps = [n.stamp for side in (game.home, game.away) for said in side.notices for n in said if n.stamp <= at]
    stamps += [tip - before for before in (_BEFORE_S, _FIVE_BEFORE_S) if tip - before <= at]
    return max(stamps)


def _team(world: World, game: Game, side: Side, at: int, stage: int) -> dict[str, Any]:
    team = world.team(side.team)
    gone, length = (elapsed_seconds(game, at), played_length(game)) if stage != SCHEDULED else (0, 1)
    counts = counts_at(side, gone, length)
    seconds = side.seconds if gone >= length else side.seconds * gone // length
    five = _five(game, side, at, stage)
    starters = sorted(five, key=lambda k: POSITIONS[world.person(side.players[k]).position])
    absent = {k: _absent(side, k, at, stage) for k in range(len(side.players))}
    bench = sorted((k for k in absent if k not in five), key=lambda k: (absent[k] is not None, -int(seconds[k]), k))
    rows = []
    for order, k in enumerate([*starters, *bench], start=1):
        person, played = world.person(side.players[k]), bool(seconds[k])
        row: dict[str, Any] = {"status": "ACTIVE" if absent[k] is None else "INACTIVE"}
        if (reason := absent[k]) is not None:
            row |= _why(reason)
        elif stage == FINAL and not played:
            row["notPlayingReason"] = "DNP_COACH"
        row |= {"order": order, "personId": person.player_id, "jerseyNum": str(person.jersey)}
        if k in five:
            row["position"] = POSITIONS[person.position]
        row |= {
            **{"starter": str(int(k in five)), "oncourt": str(int(k in five and stage != FINAL))},
            **{"played": str(int(played)), "statistics": player_statistics(counts, int(seconds[k]), k)},
            **{"name": person.name, "nameI": f"{person.first[0]}. {person.last} {person.suffix}".strip()},
            **{"firstName": person.first, "familyName": f"{person.last} {person.suffix}".strip()},
        }
        rows.append(row)
    totals = team_statistics(counts, int(seconds.sum()))
    return {
        **{"teamId": team.team_id, "teamName": nickname(team), "teamCity": city_name(team)},
        **{"teamTricode": team.code, "score": totals["points"], "inBonus": "0", "timeoutsRemaining": 0},
        **{"periods": period_scores(game, side, at), "players": rows, "statistics": totals},
    }


def _five(game: Game, side: Side, at: int, stage: int) -> frozenset[int]:
    """The starters as known: none until 30 minutes before tip, the announced ones until it, then the true ones."""
    if stage != SCHEDULED:
        return frozenset(side.first_five)
    return announced_five(side, at) if at >= game.fixture.tip - _FIVE_BEFORE_S else frozenset()


def _absent(side: Side, k: int, at: int, stage: int) -> str | None:
    """Why a player is inactive, as known; None for one who is active, or was not yet said to be out."""
    if side.sheet.dressed[k]:
        return None
    said = side.notices[k]
    if stage == SCHEDULED and said and said[-1].stamp > at:
        return None
    last = said[-1] if said else Notice(0, OUT, "")
    return last.reason


def _why(reason: str) -> dict[str, str]:
    """`notPlayingReason` of an injury report's reason, with the injury beside it."""
    if reason.startswith("Injury/Illness - "):
        told = reason.removeprefix("Injury/Illness - ")
        return {"notPlayingReason": "INACTIVE_INJURY", "notPlayingDescription": told}
    if not reason:
        return {"notPlayingReason": "INACTIVE_COACH"}
    return {"notPlayingReason": f"INACTIVE_{_REASONS.get(reason, 'INJURY')}"}


ROUTES = (
    Route(CDN, r"/static/json/liveData/boxscore/boxscore_(?P<game_id>\d{10})\.json", box_score),
    Route(STATS, r"/stats/boxscoretraditionalv3", traditional),
)
