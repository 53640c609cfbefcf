"""The shape of GetSalariesV5: bare, or in the wrapper {url, status, data} of a captured call.

`SalaryContainerJson` is JSON within JSON. Game times are Pacific wall times labelled Eastern: the instant is three hours
after what they say, which the games' own DateUtc confirms.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pydantic import Field

from ingest.shapes import check, read_json
from ingest.wire import DotNet, DotNetWall, Number, Pascal, Small, Whole
from lakehouse.errors import ShapeChanged, Unreadable

WHAT = "Linestar's GetSalariesV5"
LABEL_ERROR = timedelta(hours=3)
_INNER = ".SalaryContainerJson"


class Owned(Pascal):
    """How often a player is drafted, percent as printed."""

    salary_id: Whole
    player_id: Whole
    owned: Number


class Contest(Pascal):
    """A contest; `id` is Linestar's own, `contest_id` and `group_id` are DraftKings'."""

    id: Whole
    slate_id: Whole | None = None
    contest_id: Whole | None = None
    group_id: Whole | None = None
    contest_type: Whole | None = None
    contest_name: str | None = None
    entry_fee: Number | None = None
    entry_count: Whole | None = None
    purse: Number | None = None


class ContestResult(Pascal):
    """A contest and its ownership."""

    contest: Contest
    ownership_data: list[Owned]


class Ownership(Pascal):
    """Projected ownership of every slate, and that of contests that are over."""

    projected: dict[str, list[Owned]]
    contest_results: list[ContestResult]


class PeriodRow(Pascal):
    """A period of the list of all: its slates are of `start_date`."""

    id: Whole
    start_date: str


class Outer(Pascal):
    """The part of the payload that is JSON as it stands."""

    periods: list[PeriodRow]
    ownership: Ownership
    salary_container_json: str


class Period(Pascal):
    """The period that the payload is about, and when its line-ups, salaries, projections and ownership last changed."""

    id: Whole
    start_date: DotNetWall
    lineups_ts: DotNet | None = Field(None, alias="LU")
    salaries_ts: DotNet | None = Field(None, alias="SU")
    projections_ts: DotNet | None = Field(None, alias="PU")
    ownership_ts: DotNet | None = Field(None, alias="OU")

    @property
    def updated_ts(self) -> datetime | None:
        """When anything of it last changed."""
        stamps = (self.lineups_ts, self.salaries_ts, self.projections_ts, self.ownership_ts)
        told = [stamp for stamp in stamps if stamp is not None]
        return max(told) + LABEL_ERROR if told else None


class Game(Pascal):
    """A game; `date_utc` has no zone and is UTC."""

    game_id: Whole
    status_text: str | None = None
    date_utc: str | None = None


class Salary(Pascal):
    """A player of the period: PP is the projection, PS the points scored."""

    id: Whole
    player_id: Whole = Field(alias="PID")
    name: str
    position: str = Field(alias="POS")
    team: str = Field(alias="PTEAM")
    salary: Number = Field(alias="SAL")
    projected: Number | None = Field(None, alias="PP")
    scored: Number | None = Field(None, alias="PS")
    game_id: Whole = Field(alias="GID")
    matchup: str = Field(alias="GI")
    labelled_ts: DotNet = Field(alias="GT")

    @property
    def tip_ts(self) -> datetime:
        """When his game tips."""
        return self.labelled_ts + LABEL_ERROR


class Variant(Pascal):
    """A salary row as it is on one slate: `psid` is the row, `s` the salary, `t` the tier."""

    id: Whole
    salary_id: Whole = Field(alias="psid")
    salary: Number | None = Field(None, alias="s")
    tier: Small | None = Field(None, alias="t")


class SalariesMap(Pascal):
    """Which variants each slate has."""

    slate_salary_map: dict[str, list[Whole]]
    variants: list[Variant] = Field(default_factory=list)


class Slate(Pascal):
    """A slate; `dfs_slate_id` is DraftKings' draft group."""

    id: Whole
    dfs_slate_id: Whole | None = None
    slate_name: str | None = None
    is_tiered: bool | None = None
    games: Small | None = None
    slate_start: DotNet | None = None


class Container(Pascal):
    """The part of the payload that is JSON in a string."""

    period: Period
    games: list[Game]
    salaries: list[Salary]
    salaries_map: SalariesMap
    slates: list[Slate]


@dataclass(frozen=True)
class Payload:
    """A period's payload, checked."""

    ownership: Ownership
    container: Container

    @property
    def tips(self) -> list[datetime]:
        """The tips of its games, in order."""
        return sorted({row.tip_ts for row in self.container.salaries})

    def start_of(self, slate: Slate) -> datetime | None:
        """When the first game of a slate tips."""
        return slate.slate_start + LABEL_ERROR if slate.slate_start else None


def read_payload(body: bytes) -> Payload:
    """The payload; raises Unreadable for another answer, ShapeChanged naming the place in it."""
    data, path = _unwrap(body)
    outer = check(Outer, data, WHAT, path)
    try:
        inner = json.loads(outer.salary_container_json)
    except (ValueError, RecursionError):
        raise ShapeChanged(WHAT, path + _INNER, "a string that is not JSON") from None
    return Payload(outer.ownership, check(Container, inner, WHAT, path + _INNER))


def find_periods(body: bytes, day: date) -> list[int]:
    """The ids of the periods whose slates are of a date, in order; raises as read_payload."""
    data, path = _unwrap(body)
    periods = check(Outer, data, WHAT, path).periods
    return sorted({period.id for period in periods if period.start_date[:10] == day.isoformat()})


def read_plain_utc(text: str | None) -> datetime | None:
    """The instant of '2023-01-02T01:00:00.0000000', UTC without saying so; None where it is not one."""
    try:
        instant = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else None


def _unwrap(body: bytes) -> tuple[Any, str]:
    value = read_json(body, WHAT)
    if not isinstance(value, dict):
        raise ShapeChanged(WHAT, "$", f"a {type(value).__name__} instead of an object")
    if "data" not in value:
        return value, "$"
    if value.get("status", 200) != 200:
        raise Unreadable(f"{WHAT} was answered with status {str(value.get('status'))[:20]}; capture the call again.")
    return value["data"], "$.data"
