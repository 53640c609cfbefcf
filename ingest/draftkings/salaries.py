"""The salary file a person downloads for line-ups, DKSalaries.csv: one row a player, all his slots in one cell.

It names neither the draft group (`asked` does, or it is put under 0) nor DraftKings' player ids; a game already begun,
postponed or over prints that instead of its teams and time.
"""

from __future__ import annotations

import polars as pl

from ingest.draftkings.draftables import NO_GROUP, TABLE
from ingest.draftkings.sheet import first_line, read_sheet, require_columns
from ingest.payload import Parsed, PayloadKind, Stamp
from ingest.stamping import build_frame, keep_first, reject_rows, stamp_rows, value_types
from lakehouse.errors import ShapeChanged

_WHAT = "A DraftKings salary file"
_COLUMNS = (
    "Position", "Name + ID", "Name", "ID", "Roster Position", "Salary", "Game Info", "TeamAbbrev", "AvgPointsPerGame",
)  # fmt: skip
_GAME = r"^(\S+@\S+) (\d{2}/\d{2}/\d{4} \d{2}:\d{2}[AP]M) ET$"
_CLASSIC_SLOTS = ("PG", "SG", "SF", "PF", "C")
_SHOWDOWN_SLOT = "CPT"


def parse_salaries(body: bytes, stamp: Stamp) -> Parsed:
    """silver.dk_draftables of one draft group, as the file had it when it came in; `slot` holds all slots of a player."""
    sheet = read_sheet(body, _WHAT)
    require_columns(sheet, _COLUMNS, _WHAT)
    group = int(stamp.asked.get("draft_group", "0"))
    rows = _rows(sheet, group)
    is_bad = pl.any_horizontal(pl.col("draftable_id", "player_name", "salary").is_null())
    good, unread = reject_rows(rows, TABLE, is_bad, "its id, name or salary cannot be read")
    if len(rows) and not len(good):
        raise ShapeChanged(_WHAT, "line 2", "no line has an id, a name and a salary")
    kept, again = keep_first(good, TABLE, ["draftable_id"])
    doubts = () if group else (NO_GROUP,)
    return Parsed({TABLE: stamp_rows(kept, TABLE, stamp.fetched_ts)}, (*unread, *again), doubts=doubts)


def _rows(sheet: pl.DataFrame, group: int) -> pl.DataFrame:
    eastern = (
        pl.col("Game Info")
        .str.extract(_GAME, 2)
        .str.to_datetime("%m/%d/%Y %I:%M%p", time_unit="us", strict=False)
        .dt.replace_time_zone("America/New_York", ambiguous="earliest", non_existent="null")
    )
    read = sheet.select(
        pl.lit(group, dtype=pl.Int64).alias("draft_group"),
        pl.col("ID").cast(pl.Int64, strict=False).alias("draftable_id"),
        pl.col("Name").alias("player_name"),
        pl.col("Position").alias("position"),
        pl.col("Roster Position").alias("slot"),
        _slate_type(pl.col("Roster Position")).alias("slate_type"),
        pl.col("Salary").cast(pl.Int64, strict=False).alias("salary"),
        pl.col("TeamAbbrev").alias("team"),
        pl.col("Game Info").str.extract(_GAME, 1).alias("competition"),
        eastern.dt.convert_time_zone("UTC").alias("lock_ts"),
        pl.col("AvgPointsPerGame").cast(pl.Float64, strict=False).alias("fppg"),
    )
    empty = build_frame(TABLE, {}).clear()
    return read.with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in value_types(TABLE).items() if name not in read.columns
    ).select(empty.columns)


def _slate_type(slots: pl.Expr) -> pl.Expr:
    first = slots.str.split("/").list.first()
    return (
        pl.when(first.is_in(_CLASSIC_SLOTS).any())
        .then(pl.lit("classic"))
        .when((slots == _SHOWDOWN_SLOT).any())
        .then(pl.lit("showdown"))
        .otherwise(pl.lit(None, dtype=pl.String))
    )


def _is_like(body: bytes) -> bool:
    return b"Name + ID" in first_line(body) and b"AvgPointsPerGame" in first_line(body)


SALARY_FILE = PayloadKind("salaries", 1, parse_salaries, _is_like)
