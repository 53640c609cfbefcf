"""Declared holes: spans of days in which rows are known to be missing, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from lakehouse.clock import MILLISECOND, iso
from lakehouse.commit import Batch
from lakehouse.errors import BadInput, UnknownName
from lakehouse.gate import Pins
from lakehouse.lake import Lake
from lakehouse.tables import get_table

_SPAN = ["table_name", "first_day", "last_day"]


@dataclass(frozen=True, order=True)
class Hole:
    """Eastern dates, first and last included, on which a table, table.column or training set lacks rows."""

    table_name: str
    first_day: date
    last_day: date
    reason: str

    def to_dict(self) -> dict[str, str]:
        """The hole as plain data."""
        days = {"first_day": self.first_day.isoformat(), "last_day": self.last_day.isoformat()}
        return {"table_name": self.table_name, **days, "reason": self.reason}


def standing_holes(lake: Lake, pins: Pins | None = None) -> tuple[Hole, ...]:
    """The holes declared and not taken back, as of a log entry (by default the newest), sorted."""
    rows = lake.scan("ops.holes", pins).sort(*_SPAN, "declared_ts").collect()
    newest = rows.unique(_SPAN, keep="last", maintain_order=True).filter(~pl.col("withdrawn"))
    return tuple(Hole(*row) for row in newest.select(*_SPAN, "reason").iter_rows())


def declare_hole(lake: Lake, hole: Hole) -> None:
    """Writes a hole; raises BadInput for a span that ends before it begins, or no reason."""
    if hole.last_day < hole.first_day:
        raise BadInput(f"A hole from {hole.first_day} to {hole.last_day} ends before it begins; swap the dates.")
    if not hole.reason.strip():
        raise BadInput(f"A hole of {hole.table_name} needs a reason; say why the rows are missing.")
    _write(lake, hole, withdrawn=False)


def withdraw_hole(lake: Lake, table_name: str, first_day: date, last_day: date, reason: str) -> None:
    """Takes a standing hole back; raises UnknownName where there is none of that name and span."""
    asked = (table_name, first_day, last_day)
    if asked not in {(hole.table_name, hole.first_day, hole.last_day) for hole in standing_holes(lake)}:
        raise UnknownName(
            f"No hole of {table_name} from {first_day} to {last_day} stands; `pretip holes list` shows those that do."
        )
    _write(lake, Hole(*asked, reason), withdrawn=True)


def declared_reason(holes: Iterable[Hole], names: Collection[str]) -> pl.Expr:
    """For frames with `game_date`: the reason of the first hole of one of `names` that covers the day, else null."""
    said = [
        pl.when(pl.col("game_date").is_between(hole.first_day, hole.last_day)).then(pl.lit(hole.reason))
        for hole in sorted(holes)
        if hole.table_name in names
    ]
    return pl.coalesce(*said, pl.lit(None, pl.String))


def _write(lake: Lake, hole: Hole, *, withdrawn: bool) -> None:
    last = lake.scan("ops.holes").select(pl.col("declared_ts").max()).collect().item()
    # The last word of a span stands, so no two rows may have one stamp.
    stamp = max(lake.clock.now(), last + MILLISECOND) if last is not None else lake.clock.now()
    row = {**vars(hole), "declared_ts": stamp, "withdrawn": withdrawn}
    frame = pl.DataFrame([row], schema_overrides=get_table("ops.holes").columns)
    span = f"{hole.table_name}:{hole.first_day}:{hole.last_day}"
    lake.commit(Batch(f"hole:{span}:{iso(stamp)}", "configuration", {"ops.holes": frame}))
