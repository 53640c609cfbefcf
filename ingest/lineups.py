"""Daily lineups: projected and confirmed starters, and who is out, of every team of an Eastern date.

A report is one team's players for one game, told at its newest player's stamp. The stamps have no zone and are New
York's wall time: a lineup of a 3 pm game, confirmed when teams must hand it in, is stamped 14:34 of that day.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import polars as pl

from ingest.http.request import Request
from ingest.nba import (
    GameId,
    PersonId,
    TeamId,
    Text,
    Told,
    Wall,
    headers,
    label_season,
    resolve_eastern,
    season_label,
    season_start,
)
from ingest.payload import Parsed, PayloadKind, Rejection, Stamp
from ingest.shapes import check, read_json
from ingest.source import Cadence, Scraper, Source
from lakehouse.clock import iso
from lakehouse.errors import StalePayload
from lakehouse.tables import get_table

WHAT = "The daily lineups"
TABLE = "silver.lineups"
STARTERS = 5
_URL = "https://stats.nba.com/js/data/leaders/00_daily_lineups_{day:%Y%m%d}.json"
# The league tells line-ups from half an hour before a tip, at the latest.
_TOLD_BY = timedelta(minutes=30)
_OUT_ROSTER, _OUT_LINEUP = ("inactive", "out"), ("out", "injured")
_CONFIRMED, _PROJECTED = ("confirmed", "starter"), ("expected", "projected", "probable")
_STARTING = ("confirmed_starter", "projected_starter")


class _Player(Told):
    person_id: PersonId
    player_name: Text | None = None
    position: Text | None
    lineup_status: Text | None
    roster_status: Text | None
    timestamp: Wall = None


class _Team(Told):
    team_id: TeamId
    team_abbreviation: Text | None = None
    players: list[_Player]


class _Game(Told):
    game_id: GameId
    home_team: _Team
    away_team: _Team


class _Lineups(Told):
    games: list[_Game]


@dataclass(frozen=True)
class _Report:
    """A team's rows; `flaw` says why they are not taken."""

    rows: list[dict[str, object]]
    flaw: str | None


def parse_lineups(body: bytes, stamp: Stamp) -> Parsed:
    """silver.lineups: a row a player of a report, public at its own stamp, or from the fetch where it has none.

    A team with nobody starting and nobody out has told nothing, and has no rows. A team with more than five starters,
    or with a word for them that is not known, is rejected whole, with a doubt. The payload names no date: where
    `asked` has the day's `games`, one with none of them is stale.
    """
    games = check(_Lineups, read_json(body, WHAT), WHAT).games
    doubts = _require_day(games, stamp)
    reports = [
        _read_report(game.game_id, team, stamp.fetched_ts)
        for game in games
        for team in (game.home_team, game.away_team)
    ]  # fmt: skip
    doubts += [report.flaw for report in reports if report.flaw is not None]
    rejected: list[Rejection] = []
    good: list[dict[str, object]] = []
    seen: set[tuple[object, ...]] = set()
    number = 0
    for report in reports:
        for row in report.rows:
            number += 1
            key = (row["game_id"], row["team_id"], row["player_id"])
            reason = report.flaw or ("the player comes twice" if key in seen else None)
            seen.add(key)
            if reason is None:
                good.append(row)
            else:
                rejected.append(Rejection(TABLE, number, reason, json.dumps(row, default=str)))
    types = {name: get_table(TABLE).columns[name] for name in _COLUMNS}
    frame = pl.DataFrame(good, schema=types) if good else pl.DataFrame(schema=types)
    return Parsed({TABLE: frame}, tuple(rejected), doubts=tuple(doubts))


_COLUMNS = ("report_ts", "game_id", "team_id", "player_id", "player_name", "role", "as_of_ts", "as_of_quality")


def _require_day(games: Sequence[_Game], stamp: Stamp) -> list[str]:
    """Doubts about games that are not the day's; raises StalePayload where none of them is."""
    day = stamp.asked.get("date")
    known = [game_id for game_id in stamp.asked.get("games", "").split(",") if game_id]
    told = [game.game_id for game in games]
    if day is not None and told:
        season = label_season(season_start(date.fromisoformat(day)))
        if season not in [season_label(game_id) for game_id in told]:
            raise StalePayload(f"{WHAT} are of {season_label(told[0])}, not of {day}; ask again later.")
    if not known:
        return []
    if told and not any(game_id in known for game_id in told):
        raise StalePayload(f"{WHAT} have none of the games of {day}; they are another day's, ask again later.")
    strange = sorted(game_id for game_id in told if game_id not in known)
    doubts = [f"{WHAT} of {day} have games that are not scheduled then: {', '.join(strange)}."] if strange else []
    return doubts if told else [f"{WHAT} of {day} have no game, though {len(known)} are scheduled."]


def _read_report(game_id: str, team: _Team, fetched_ts: datetime) -> _Report:
    roles = [_read_role(player) for player in team.players]
    name = team.team_abbreviation or f"team {team.team_id}"
    starters = sum(role in _STARTING for role in roles)
    strange = next((player for player, role in zip(team.players, roles, strict=True) if role is None), None)
    flaw = None
    if strange is not None:
        flaw = f"{name} in {game_id} has a starter whose lineup is {strange.lineup_status!r}: not a word that is known"
    elif starters > STARTERS:
        flaw = f"{name} in {game_id} has {starters} starters"
    if starters == 0 and "out" not in roles and flaw is None:
        return _Report([], None)
    report_ts, quality = _read_stamp(team.players, fetched_ts)
    rows: list[dict[str, object]] = [
        {
            "report_ts": report_ts,
            "game_id": game_id,
            "team_id": team.team_id,
            "player_id": player.person_id,
            "player_name": player.player_name,
            "role": role,
            "as_of_ts": report_ts,
            "as_of_quality": quality,
        }
        for player, role in zip(team.players, roles, strict=True)
    ]
    return _Report(rows, flaw)


def _read_role(player: _Player) -> str | None:
    """The player's role; None where he has a starting position and a word beside it that is not known."""
    roster, lineup = ((text or "").strip().lower() for text in (player.roster_status, player.lineup_status))
    if roster in _OUT_ROSTER or lineup in _OUT_LINEUP:
        return "out"
    if not (player.position or "").strip():
        return "bench"
    if lineup in _CONFIRMED:
        return "confirmed_starter"
    return "projected_starter" if lineup in _PROJECTED else None


def _read_stamp(players: Sequence[_Player], fetched_ts: datetime) -> tuple[datetime, str]:
    """The newest stamp of a team and its quality; the fetch where there is none at or before it."""
    resolved = [_resolve(player.timestamp) for player in players if player.timestamp is not None]
    told = [stamp for stamp in resolved if stamp is not None]
    newest = max(told, default=None)
    if newest is None or newest[0] > fetched_ts:
        return fetched_ts, "exact"
    return newest


def _resolve(stamp: datetime) -> tuple[datetime, str] | None:
    """The instant of a stamp and its quality; None for a wall time that did not occur."""
    if stamp.tzinfo is not None:
        return stamp.astimezone(UTC), "exact"
    instant, is_sure = resolve_eastern(stamp)
    return None if instant is None else (instant, "exact" if is_sure else "bounded")


def scrape(scraper: Scraper, day: date) -> None:
    """Collects the lineups of an Eastern date, where it has games; none shortly before a tip is a doubt."""
    games = scraper.games(day)
    if games.is_empty():
        return
    told = scraper.collect(lineups_request(day, games["game_id"].to_list()), LINEUPS)
    if told is None and scraper.clock.now() > games["tip_ts"][0] - _TOLD_BY:
        scraper.doubt(f"No lineups of {day} were to be had, whose first game tips at {iso(games['tip_ts'][0])}.")


def lineups_request(day: date, games: Sequence[str]) -> Request:
    """Asks for the lineups of an Eastern date, whose games are known; there are none until they are first told."""
    asked = {"date": day.isoformat(), "games": ",".join(sorted(games))}
    return Request(
        "lineups",
        f"lineups {day}",
        _URL.format(day=day),
        asked,
        absent=(403, 404),
        accept=("application/json", "text/plain"),
    )


LINEUPS = PayloadKind(
    "daily lineups", 1, parse_lineups, lambda body: b'"games"' in body[:4096] and b'"lineupStatus"' in body
)

SOURCE = Source(
    name="lineups",
    gives="projected and confirmed starters, and who is out",
    stamped="the newest stamp of a team, else the fetch",
    kinds=(LINEUPS,),
    scrape=scrape,
    rates={"stats.nba.com": 0.5, "www.nba.com": 0.5},
    headers={**headers("/players/todays-lineups"), "x-nba-stats-origin": "stats", "x-nba-stats-token": "true"},
    cadence=Cadence(early=timedelta(minutes=30), late=timedelta(minutes=5)),
    sample="one day",
)
