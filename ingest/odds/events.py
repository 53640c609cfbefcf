"""Events of the odds feed: which teams meet, when, and under which numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from ingest.aliases import read_tricode, tricode_of_nickname
from ingest.shapes import check
from lakehouse.clock import eastern_date, from_ms
from lakehouse.digest import canonical_json
from lakehouse.errors import ShapeChanged, Unreadable

NBA_LEAGUE = 5
Number = Annotated[int, Field(ge=0, le=2**63 - 1)]
# To the year 2100: beyond it a stamp is not in milliseconds.
Millis = Annotated[int, Field(ge=0, le=4_102_444_800_000)]


def _values(found: Any) -> Any:
    return list(found.values()) if isinstance(found, dict) else found


class _Team(BaseModel):
    abbr: str | None = None
    nn: str | None = None
    nam: str | None = None


class _Participant(BaseModel):
    partid: Number
    ih: bool
    source: _Team | None = None


class _Event(BaseModel):
    eid: Number
    dt: Millis
    lid: int | None = None
    participants: Annotated[list[_Participant], BeforeValidator(_values)]


class Event(BaseModel, frozen=True):
    """A game as the feed has it: `starts_ms` since 1970, the participants' numbers, and tricodes where they are known.

    An event of another league has no tricodes: its teams' codes could be those of NBA teams.
    """

    eid: Number
    starts_ms: Millis
    home_partid: Number
    away_partid: Number
    home_team: str | None = None
    away_team: str | None = None

    @property
    def starts_ts(self) -> datetime:
        """The start, UTC."""
        return from_ms(self.starts_ms)

    @property
    def day(self) -> date:
        """The Eastern date it is on."""
        return eastern_date(self.starts_ts)


def read_events(found: Any, what: str, path: str) -> tuple[Event, ...]:
    """The events of a list, or of an object of events by number, in the order of their numbers.

    Raises ShapeChanged for an event without a start, or without exactly one home and one visiting participant.
    """
    values = _values(found)
    if not isinstance(values, list):
        raise ShapeChanged(what, path, "it holds no events")
    events = {}
    for at, value in enumerate(values):
        place = f"{path}[{at}]"
        event = check(_Event, value, what, place)
        sides = {side.ih: side for side in event.participants}
        if len(event.participants) != 2 or len(sides) != 2:
            raise ShapeChanged(what, f"{place}.participants", "not one home and one visiting team")
        home, away = sides[True], sides[False]
        is_nba = event.lid in (None, NBA_LEAGUE)
        events[event.eid] = Event(
            eid=event.eid,
            starts_ms=event.dt,
            home_partid=home.partid,
            away_partid=away.partid,
            home_team=_tricode(home.source) if is_nba else None,
            away_team=_tricode(away.source) if is_nba else None,
        )
    return tuple(events[eid] for eid in sorted(events))


def dump_events(events: Iterable[Event]) -> str:
    """Events as text that a question can carry to its parser."""
    return canonical_json([event.model_dump() for event in events])


def load_events(asked: Mapping[str, str], what: str) -> tuple[Event, ...]:
    """The events that a question carried; none where it carried none."""
    try:
        values = json.loads(asked.get("events", "[]"))
    except (ValueError, RecursionError):
        raise Unreadable(f"{what} came with events that are not JSON; ask for it again.") from None
    if not isinstance(values, list):
        raise Unreadable(f"{what} came with something else than events; ask for it again.")
    return tuple(check(Event, value, what, f"events[{at}]") for at, value in enumerate(values))


def _tricode(team: _Team | None) -> str | None:
    if team is None:
        return None
    return read_tricode(team.abbr) or tricode_of_nickname(team.nn) or tricode_of_nickname(team.nam)
