"""ESPN's list of injuries: optional, seen live only, ranked below the official report; late scratches reach it first.

No sample is at hand. The league's list is read in the shape its public address has long had, a game's summary in the
shape an earlier system read; both give teams, each with its players. The list gives a player's number in his links, a
summary as his id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import polars as pl
from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, TypeAdapter

from ingest.http.request import Request
from ingest.payload import Parsed, PayloadKind, Rejection, Stamp
from ingest.shapes import check, check_as, read_json
from ingest.source import Cadence, Scraper, Source
from lakehouse.clock import eastern_date, iso
from lakehouse.digest import canonical_json
from lakehouse.errors import ShapeChanged, StalePayload

WHAT = "ESPN's list of injuries"
TABLE = "silver.espn_injuries"
HOST = "site.api.espn.com"
ADDRESS = f"https://{HOST}/apis/site/v2/sports/basketball/nba/injuries"
STATUSES = {
    "out": "Out", "suspension": "Out", "suspended": "Out", "injured reserve": "Out", "doubtful": "Doubtful",
    "questionable": "Questionable", "day-to-day": "Questionable", "day to day": "Questionable",
    "probable": "Probable", "active": "Available", "available": "Available",
}  # fmt: skip
# Whether the list is stamped when it is asked for or when it last changed is not known; in a season it changes every
# day, so one this old is a copy of an earlier answer. (One older than the list held is refused wherever it is kept.)
OLDEST = timedelta(hours=48)
_PLAYER_LINK = re.compile(r"/id/(\d{1,18})(?:/|$)")
_YEARS = (2000, 2100)
_STATUS_LIMIT = 80

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
# An empty text is how ESPN leaves a number or a date out.
_Blank = BeforeValidator(lambda value: None if value == "" else value)


class _Link(BaseModel):
    href: str = ""


class _Athlete(BaseModel):
    displayName: str = Field(min_length=1)  # noqa: N815 - as ESPN names it
    id: Annotated[Number | None, _Blank] = None
    links: list[_Link] = Field(default_factory=list)


class _Type(BaseModel):
    description: str | None = None


class _Details(BaseModel):
    type: str | None = None
    detail: str | None = None


class _Injury(BaseModel):
    status: str = Field(max_length=_STATUS_LIMIT)
    athlete: _Athlete
    date: Annotated[AwareDatetime | None, _Blank] = None
    type: _Type | None = None
    details: _Details | None = None


class _Team(BaseModel):
    id: Number
    displayName: str | None = None  # noqa: N815 - as ESPN names it
    abbreviation: str | None = None


class _TeamInjuries(BaseModel):
    injuries: list[_Injury]
    id: Annotated[Number | None, _Blank] = None
    displayName: str | None = None  # noqa: N815 - as ESPN names it
    team: _Team | None = None


_TEAMS = TypeAdapter(list[_TeamInjuries])
_STAMPED = TypeAdapter(Annotated[AwareDatetime | None, _Blank])


class _Summary(BaseModel):
    injuries: Any
    header: _Header


class _Header(BaseModel):
    id: Number


_Summary.model_rebuild()


def parse_injuries(body: bytes, stamp: Stamp) -> Parsed:
    """silver.espn_injuries of the whole league, one row a player listed; the report is of the instant of the fetch.

    A status that is none of those known is rejected. Raises StalePayload for a list that was made days before it was
    fetched; ShapeChanged, naming the place, and Unreadable as every parser.
    """
    value = read_json(body, WHAT)
    if not isinstance(value, dict):
        raise ShapeChanged(WHAT, "$", "it is not an object")
    made = check_as(_STAMPED, value.get("timestamp"), WHAT, "$.timestamp")
    if made is not None and not _YEARS[0] < made.year < _YEARS[1]:
        made = None
    if made is not None and stamp.asked and stamp.fetched_ts - made > OLDEST:
        raise StalePayload(f"{WHAT} was made at {iso(made)}, long before it was fetched: an old copy, not used.")
    return _parse_teams(value.get("injuries"), stamp, "$.injuries", made)


def parse_summary(body: bytes, stamp: Stamp) -> Parsed:
    """silver.espn_injuries of the two teams of a game's summary: as `parse_injuries`, but of two teams only.

    Raises StalePayload where `asked["event"]` is another game than the summary's.
    """
    found = check(_Summary, read_json(body, WHAT), WHAT)
    asked = stamp.asked.get("event")
    if asked and asked != str(found.header.id):
        raise StalePayload(f"ESPN's summary of {asked} is of the game {found.header.id}; it is not used.")
    return _parse_teams(found.injuries, stamp, "$.injuries", None)


def scrape_injuries(scraper: Scraper, day: date) -> None:
    """Collects the list, which is always that of the present: nothing for a day that is neither today nor yesterday."""
    now = scraper.clock.now()
    if not timedelta(0) <= eastern_date(now) - day <= timedelta(days=1):
        return
    question = Request(
        "espn", "injuries", ADDRESS, {"date": day.isoformat()}, {"Accept": "application/json"},
        accept=("application/json",),
    )  # fmt: skip
    scraper.collect(question, INJURIES)


def looks_like_injuries(body: bytes) -> bool:
    """Whether the bytes look like the league's list."""
    return body.lstrip()[:1] == b"{" and b'"injuries"' in body[:4096] and not looks_like_summary(body)


def looks_like_summary(body: bytes) -> bool:
    """Whether the bytes look like a game's summary."""
    return body.lstrip()[:1] == b"{" and b'"injuries"' in body and b'"header"' in body


INJURIES = PayloadKind("ESPN injuries", 1, parse_injuries, looks_like_injuries)
SUMMARY = PayloadKind("ESPN summary", 1, parse_summary, looks_like_summary)

SOURCE = Source(
    name="espn",
    gives="a second word on who is out, whole league",
    stamped="the fetch",
    kinds=(INJURIES, SUMMARY),
    scrape=scrape_injuries,
    rates={HOST: 1.0},
    headers={},
    cadence=Cadence(early=timedelta(minutes=15), late=timedelta(minutes=2)),
    optional=True,
)


def _parse_teams(found: Any, stamp: Stamp, path: str, made: datetime | None) -> Parsed:
    teams = check_as(_TEAMS, found, WHAT, path)
    rows: list[dict[str, Any]] = []
    rejected: list[Rejection] = []
    seen: set[tuple[int, str]] = set()
    for number, (team_id, team, injury) in enumerate(_listed(teams, path), start=1):
        row = _row(team_id, team, injury, stamp.fetched_ts)
        key = (team_id, row["player_name"])
        reason = f"the status {injury.status!r} is none of those known" if row["status"] is None else None
        if key in seen:
            reason = "the player comes twice"
        if reason is None:
            rows.append(row)
        else:
            rejected.append(Rejection(TABLE, number, reason, canonical_json(row)))
        seen.add(key)
    doubts = () if rows or rejected else (f"{WHAT} names nobody",)
    return Parsed({TABLE: pl.DataFrame(rows, schema=_SCHEMA)}, tuple(rejected), made, doubts)


def _listed(teams: list[_TeamInjuries], path: str) -> Iterator[tuple[int, str, _Injury]]:
    for at, entry in enumerate(teams):
        team_id = entry.id or (entry.team.id if entry.team else None)
        if team_id is None:
            raise ShapeChanged(WHAT, f"{path}[{at}].id", "the team has no number")
        names = (entry.displayName, *((entry.team.displayName, entry.team.abbreviation) if entry.team else ()))
        printed = next((name for name in names if name), str(team_id))
        for injury in entry.injuries:
            yield team_id, printed, injury


def _row(team_id: int, team: str, injury: _Injury, fetched_ts: datetime) -> dict[str, Any]:
    updated = injury.date
    return {
        "report_ts": fetched_ts,
        "espn_team_id": team_id,
        "team": team,
        "espn_player_id": injury.athlete.id or _linked_id(injury.athlete),
        "player_name": injury.athlete.displayName,
        "status": STATUSES.get(injury.status.strip().lower()),
        "status_printed": injury.status,
        "detail": (injury.details.type if injury.details else None)
        or (injury.type.description if injury.type else None),
        # Another year is no date of an injury, and perhaps none in UTC.
        "updated_ts": updated.astimezone(UTC) if updated and _YEARS[0] < updated.year < _YEARS[1] else None,
        "as_of_ts": fetched_ts,
        "as_of_quality": "exact",
    }


def _linked_id(athlete: _Athlete) -> int | None:
    matches = (_PLAYER_LINK.search(link.href) for link in athlete.links)
    found = next((int(match.group(1)) for match in matches if match), None)
    return found or None


_INSTANT = pl.Datetime("us", "UTC")
_SCHEMA = {
    "report_ts": _INSTANT, "espn_team_id": pl.Int64(), "team": pl.String(), "espn_player_id": pl.Int64(),
    "player_name": pl.String(), "status": pl.String(), "status_printed": pl.String(), "detail": pl.String(),
    "updated_ts": _INSTANT, "as_of_ts": _INSTANT, "as_of_quality": pl.String(),
}  # fmt: skip
