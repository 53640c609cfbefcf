"""A draft group's pool: one row a player and slot, each with the start of his game, from when he is locked.

The payload does not name its draft group: `asked` does. Pools of every format are read; those of Tiers, snake drafts
and flat lists have no salaries.
"""

from __future__ import annotations

import polars as pl
from pydantic import Field

from ingest.draftkings.slots import NAMES, slate_type
from ingest.payload import Parsed, PayloadKind, Stamp
from ingest.shapes import check, read_json
from ingest.stamping import build_frame, keep_first, stamp_rows
from ingest.wire import Camel, Iso, Whole
from lakehouse.clock import EASTERN
from lakehouse.errors import StalePayload

TABLE = "silver.dk_draftables"
NO_GROUP = "the payload does not name its draft group and none was asked for: it is put under 0"
_WHAT = "DraftKings' pool of draftables"
_POINTS_A_GAME = 219


class _Competition(Camel):
    competition_id: Whole
    name: str | None = None
    start_time: Iso


class _Attribute(Camel):
    id: Whole
    value: str | None = None


class _Draftable(Camel):
    draftable_id: Whole
    player_id: Whole
    display_name: str
    position: str | None = None
    roster_slot_id: Whole
    salary: Whole | None = None
    status: str | None = None
    is_swappable: bool | None = None
    is_disabled: bool | None = None
    competition: _Competition | None = None
    draft_stat_attributes: list[_Attribute] = Field(default_factory=list)
    team_id: Whole | None = None
    team_abbreviation: str | None = None


class _Pool(Camel):
    draftables: list[_Draftable]
    competitions: list[_Competition]


def parse_draftables(body: bytes, stamp: Stamp) -> Parsed:
    """silver.dk_draftables of one draft group, as it stood when it was fetched.

    Raises StalePayload where every game of the pool starts before the date in `asked`.
    """
    pool = check(_Pool, read_json(body, _WHAT), _WHAT)
    _refuse_stale(pool, stamp)
    group = int(stamp.asked.get("draft_group", "0"))
    rows, rejected = keep_first(_rows(pool.draftables, group), TABLE, ["draftable_id"])
    doubts = [] if group else [NO_GROUP]
    if rows.is_empty():
        doubts.append(f"the pool of draft group {group} is empty")
    if len(rows) and rows["slate_type"].null_count():
        doubts.append(f"draft group {group} has slots that are not known: {sorted(rows['roster_slot_id'].unique())}")
    return Parsed({TABLE: stamp_rows(rows, TABLE, stamp.fetched_ts)}, tuple(rejected), doubts=tuple(doubts))


def _refuse_stale(pool: _Pool, stamp: Stamp) -> None:
    asked = stamp.asked.get("date")
    if not asked or not pool.competitions:
        return
    last = max(game.start_time for game in pool.competitions).astimezone(EASTERN).date().isoformat()
    if last < asked:
        group = stamp.asked.get("draft_group", "?")
        raise StalePayload(f"The pool of draft group {group} ends on {last}, but {asked} was asked for.")


def _rows(draftables: list[_Draftable], group: int) -> pl.DataFrame:
    games = [row.competition for row in draftables]
    kind = slate_type(row.roster_slot_id for row in draftables)
    return build_frame(
        TABLE,
        {
            "draft_group": [group] * len(draftables),
            "draftable_id": [row.draftable_id for row in draftables],
            "dk_player_id": [row.player_id for row in draftables],
            "player_name": [row.display_name for row in draftables],
            "position": [row.position for row in draftables],
            "roster_slot_id": [row.roster_slot_id for row in draftables],
            "slot": [NAMES.get(row.roster_slot_id) for row in draftables],
            "slate_type": [kind] * len(draftables),
            "salary": [row.salary for row in draftables],
            "status": [row.status for row in draftables],
            "is_swappable": [row.is_swappable for row in draftables],
            "is_disabled": [row.is_disabled for row in draftables],
            "team": [row.team_abbreviation for row in draftables],
            "dk_team_id": [row.team_id for row in draftables],
            "competition_id": [game.competition_id if game else None for game in games],
            "competition": [game.name if game else None for game in games],
            "lock_ts": [game.start_time if game else None for game in games],
            "fppg": [_points_a_game(row) for row in draftables],
        },
    )


def _points_a_game(row: _Draftable) -> float | None:
    text = next((each.value for each in row.draft_stat_attributes if each.id == _POINTS_A_GAME), None)
    plain = (text or "").strip()
    return float(plain) if plain.isascii() and plain.replace(".", "", 1).removeprefix("-").isdigit() else None


DRAFTABLES = PayloadKind("draftables", 1, parse_draftables, lambda body: b'"draftables"' in body)
