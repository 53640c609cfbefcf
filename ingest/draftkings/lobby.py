"""The lobby: contests that can be entered, and the draft groups they are played on.

Shape: `Contests[]` with id, n name, a entry fee, po prize pool, m the entries it takes, nt the entries so far, mec the
entries a person may make, dg draft group, sd start, gameType, attr; `DraftGroups[]`.
"""

from __future__ import annotations

from datetime import date

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from ingest.draftkings.gpp import is_gpp
from ingest.payload import Parsed, PayloadKind, Stamp
from ingest.shapes import check, read_json
from ingest.stamping import build_frame, keep_first, stamp_rows
from ingest.wire import DotNet, Iso, Number, Pascal, Small, Whole
from lakehouse.clock import EASTERN
from lakehouse.errors import StalePayload

GROUPS, CONTESTS = "silver.dk_draft_groups", "silver.dk_contests"
_WHAT = "DraftKings' lobby"


class _Contest(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    contest_id: Whole = Field(alias="id")
    name: str = Field(alias="n")
    entry_fee: Number = Field(alias="a")
    prize_pool: Number = Field(alias="po")
    max_entries: Whole = Field(alias="m")
    entries: Whole = Field(alias="nt")
    max_entries_per_user: Whole = Field(alias="mec")
    draft_group: Whole = Field(alias="dg")
    start_ts: DotNet = Field(alias="sd")
    game_type: str | None = Field(None, alias="gameType")
    attributes: dict[str, str] = Field(default_factory=dict, alias="attr")


class _DraftGroup(Pascal):
    draft_group_id: Whole
    game_type_id: Whole
    start_date: Iso
    game_count: Small
    contest_start_time_suffix: str | None = None
    sport: str = "NBA"


class _Lobby(Pascal):
    contests: list[_Contest]
    draft_groups: list[_DraftGroup]


def parse_lobby(body: bytes, stamp: Stamp) -> Parsed:
    """silver.dk_draft_groups and silver.dk_contests: the NBA's, as they stood when the lobby was fetched.

    Raises StalePayload where everything in it starts before the date in `asked`.
    """
    lobby = check(_Lobby, read_json(body, _WHAT), _WHAT)
    groups = [group for group in lobby.draft_groups if group.sport == "NBA"]
    foreign = {group.draft_group_id for group in lobby.draft_groups if group.sport != "NBA"}
    contests = [contest for contest in lobby.contests if contest.draft_group not in foreign]
    _refuse_stale([group.start_date.astimezone(EASTERN).date() for group in groups], stamp)
    group_rows, group_rejected = keep_first(_group_rows(groups), GROUPS, ["draft_group"])
    contest_rows, contest_rejected = keep_first(_contest_rows(contests), CONTESTS, ["contest_id"])
    return Parsed(
        {
            GROUPS: stamp_rows(group_rows, GROUPS, stamp.fetched_ts),
            CONTESTS: stamp_rows(contest_rows, CONTESTS, stamp.fetched_ts),
        },
        rejected=(*group_rejected, *contest_rejected),
    )


def _refuse_stale(days: list[date], stamp: Stamp) -> None:
    asked = stamp.asked.get("date")
    if asked and days and max(days).isoformat() < asked:
        raise StalePayload(f"{_WHAT} ends on {max(days)}, but {asked} was asked for; the bytes are of an earlier day.")


def _group_rows(groups: list[_DraftGroup]) -> pl.DataFrame:
    return build_frame(
        GROUPS,
        {
            "draft_group": [group.draft_group_id for group in groups],
            "game_type_id": [group.game_type_id for group in groups],
            "start_ts": [group.start_date for group in groups],
            "games": [group.game_count for group in groups],
            "label": [(group.contest_start_time_suffix or "").strip() or None for group in groups],
        },
    )


def _contest_rows(contests: list[_Contest]) -> pl.DataFrame:
    guaranteed = [contest.attributes.get("IsGuaranteed") == "true" for contest in contests]
    return build_frame(
        CONTESTS,
        {
            "contest_id": [contest.contest_id for contest in contests],
            "draft_group": [contest.draft_group for contest in contests],
            "contest_name": [contest.name for contest in contests],
            "game_type": [contest.game_type for contest in contests],
            "entry_fee": [contest.entry_fee for contest in contests],
            "prize_pool": [contest.prize_pool for contest in contests],
            "max_entries": [contest.max_entries for contest in contests],
            "entries": [contest.entries for contest in contests],
            "max_entries_per_user": [contest.max_entries_per_user for contest in contests],
            "start_ts": [contest.start_ts for contest in contests],
            "is_guaranteed": guaranteed,
            "is_gpp": [
                is_gpp(contest.name, contest.game_type, contest.entry_fee, contest.prize_pool, sure)
                for contest, sure in zip(contests, guaranteed, strict=True)
            ],
        },
    )


LOBBY = PayloadKind("lobby", 1, parse_lobby, lambda body: b'"Contests"' in body[:2048] or b'"DraftGroups"' in body)
