"""Players of the statistics service: the player index, the list of all players, a team's roster."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from ingest.nba import PersonId, Real, TeamId, Text, label_season, season_start
from ingest.payload import Parsed, PayloadKind, Stamp
from ingest.players.facts import ACTIVE, Player, fewest_teams, read_players, read_rosters
from ingest.result_sets import TableRow, is_result_set, read_result_set
from lakehouse.clock import eastern_date
from lakehouse.errors import StalePayload, Unreadable

INDEX_WHAT, ALL_WHAT, TEAM_WHAT = "The player index", "The list of all players", "The team roster"
_YEARS = (1946, 2100)


def _read_year(value: Any) -> int | None:
    """A year, as a number or as text; None for anything else, such as 'Undrafted'."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:8])
    is_year = isinstance(value, int | float) and _YEARS[0] <= value <= _YEARS[1]
    return int(value) if is_year else None


def _read_pick(value: Any) -> int | None:
    """The round or number of a pick; None for anything else, 0 among it."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:4])
    return int(value) if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1000 else None


def _read_pounds(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1000 else value


def _read_birth_date(value: Any) -> date | None:
    if value in ("", None):
        return None
    if not isinstance(value, str):
        raise ValueError("Input should be a date such as JUL 28, 1999")
    return datetime.strptime(value.strip().title(), "%b %d, %Y").date()


Year = Annotated[int | None, BeforeValidator(_read_year)]
Pick = Annotated[int | None, BeforeValidator(_read_pick)]
Pounds = Annotated[Text | None, BeforeValidator(_read_pounds)]
BirthDate = Annotated[date | None, BeforeValidator(_read_birth_date)]


class IndexRow(TableRow):
    """A player of the index, and of the site's page of players, which holds the same rows."""

    person_id: PersonId
    player_last_name: Text | None
    player_first_name: Text | None
    team_id: TeamId | None
    position: Text | None
    height: Text | None
    weight: Pounds
    roster_status: Real | None
    draft_year: Year = None
    draft_round: Pick = None
    draft_number: Pick = None
    from_year: Year = None

    def as_player(self) -> Player:
        """The player as told."""
        names = [name for name in (self.player_first_name, self.player_last_name) if name]
        return Player(
            player_id=self.person_id,
            player_name=" ".join(names),
            team_id=self.team_id or 0,
            roster_status=self.roster_status,
            first_name=self.player_first_name or None,
            last_name=self.player_last_name or None,
            position=self.position,
            height=self.height,
            weight=self.weight,
            draft_year=self.draft_year,
            draft_round=self.draft_round,
            draft_number=self.draft_number,
            from_year=self.from_year,
        )


class _AllRow(TableRow):
    person_id: PersonId
    display_first_last: Text
    rosterstatus: Real | None
    team_id: TeamId


class _TeamRow(TableRow):
    team_id: TeamId = Field(alias="TeamID")
    player: Text
    player_id: PersonId
    position: Text | None
    height: Text | None
    weight: Pounds
    birth_date: BirthDate


def parse_index(body: bytes, stamp: Stamp) -> Parsed:
    """silver.players; silver.rosters where the index is of the season of the fetch."""
    told = read_result_set(body, "PlayerIndex", IndexRow, INDEX_WHAT)
    _require_season(told.season, stamp, INDEX_WHAT)
    return as_parsed([row.as_player() for row in told.rows], told.season, stamp, INDEX_WHAT)


def parse_all(body: bytes, stamp: Stamp) -> Parsed:
    """silver.rosters; it states nothing of a player but his name and team."""
    told = read_result_set(body, "CommonAllPlayers", _AllRow, ALL_WHAT)
    _require_season(told.season, stamp, ALL_WHAT)
    players = [
        Player(row.person_id, row.display_first_last, row.team_id, row.rosterstatus)
        for row in told.rows
    ]  # fmt: skip
    if not is_current(told.season, stamp):
        return Parsed({})
    rosters, rejected, doubts = read_rosters(players, stamp.fetched_ts, ALL_WHAT, fewest_teams(stamp))
    return Parsed({"silver.rosters": rosters}, rejected, doubts=doubts)


def parse_team(body: bytes, stamp: Stamp) -> Parsed:
    """silver.players, with birth dates, and a team's report of silver.rosters where it is of the season of the fetch.

    Raises StalePayload where `asked` names another team, Unreadable where there are too few players for a team.
    """
    told = read_result_set(body, "CommonTeamRoster", _TeamRow, TEAM_WHAT)
    _require_season(told.season, stamp, TEAM_WHAT)
    wanted = stamp.asked.get("team_id")
    other = next((row.team_id for row in told.rows if wanted is not None and str(row.team_id) != wanted), None)
    if other is not None:
        raise StalePayload(f"{TEAM_WHAT} is of team {other}, not of {wanted}; ask again.")
    players = [
        Player(
            player_id=row.player_id,
            player_name=row.player,
            team_id=row.team_id,
            roster_status=ACTIVE,
            position=row.position,
            height=row.height,
            weight=row.weight,
            birth_date=row.birth_date,
        )
        for row in told.rows
    ]
    parsed = as_parsed(players, told.season, stamp, TEAM_WHAT, fewest=0)
    if "silver.rosters" in parsed.frames and parsed.frames["silver.rosters"].is_empty():
        raise Unreadable(f"{TEAM_WHAT} has {len(players)} players, which is not a team; nothing was taken from it.")
    return parsed


def as_parsed(players: list[Player], season: str | None, stamp: Stamp, what: str, fewest: int | None = None) -> Parsed:
    """silver.players and, where the payload is of the season of the fetch or names none, silver.rosters."""
    facts, odd = read_players(players, stamp.fetched_ts)
    if not is_current(season, stamp):
        return Parsed({"silver.players": facts}, odd)
    rosters, short, doubts = read_rosters(
        players, stamp.fetched_ts, what, fewest_teams(stamp) if fewest is None else fewest
    )
    return Parsed({"silver.players": facts, "silver.rosters": rosters}, (*odd, *short), doubts=doubts)


def is_current(season: str | None, stamp: Stamp) -> bool:
    """Whether a payload of that season tells rosters of the time of the fetch."""
    return season is None or season == label_season(season_start(eastern_date(stamp.fetched_ts)))


def _require_season(season: str | None, stamp: Stamp, what: str) -> None:
    wanted = stamp.asked.get("season")
    if wanted is not None and season is not None and season != wanted:
        raise StalePayload(f"{what} is of {season}, not of {wanted}; ask again.")


INDEX = PayloadKind("player index", 1, parse_index, lambda body: is_result_set(body, "PlayerIndex"))
ALL = PayloadKind("all players", 1, parse_all, lambda body: is_result_set(body, "CommonAllPlayers"))
TEAM = PayloadKind("team roster", 1, parse_team, lambda body: is_result_set(body, "CommonTeamRoster"))
