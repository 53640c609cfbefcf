"""One's own entries, as the line-up upload file has them.

Columns: Entry ID, Contest Name, Contest ID, Entry Fee, then one a slot; a cell is `Name (draftable id)`, with (LOCKED)
where it can no longer be changed. To the right and below may stand instructions and the pool; lines without an entry
id are those. No sample of a real export was at hand: this is the documented shape.
"""

from __future__ import annotations

import polars as pl

from ingest.draftkings.sheet import dollars, first_line, read_sheet, require_columns
from ingest.payload import Parsed, PayloadKind, Stamp
from ingest.stamping import keep_first, reject_rows, stamp_rows
from lakehouse.errors import ShapeChanged

TABLE = "silver.dk_entries"
_WHAT = "A list of DraftKings entries"
_HEAD = ("Entry ID", "Contest Name", "Contest ID", "Entry Fee")
_MOST_SLOTS = 12
_ID = r"\((\d{1,18})\)"


def parse_entries(body: bytes, stamp: Stamp) -> Parsed:
    """silver.dk_entries, one row an entry and slot; a report for each contest."""
    sheet = read_sheet(body, _WHAT, ragged=True)
    require_columns(sheet, _HEAD, _WHAT)
    slots = _slots(sheet)
    filled = sheet.filter(pl.col("Entry ID").is_not_null())
    numbered = filled.with_columns(
        pl.col("Entry ID").cast(pl.Int64, strict=False).alias("entry_id"),
        pl.col("Contest ID").cast(pl.Int64, strict=False).alias("contest_id"),
    )
    is_bad = pl.any_horizontal(pl.col("entry_id", "contest_id").is_null())
    good, unread = reject_rows(numbered, TABLE, is_bad, "its entry id or contest id is not a number")
    rows = pl.concat([_slot_rows(good, column, number, stamp) for number, column in enumerate(slots, start=1)])
    kept, again = keep_first(rows, TABLE, ["contest_id", "entry_id", "slot_number"])
    return Parsed({TABLE: stamp_rows(kept, TABLE, stamp.fetched_ts)}, (*unread, *again))


def _slots(sheet: pl.DataFrame) -> list[str]:
    after = sheet.columns[sheet.columns.index("Entry Fee") + 1 :]
    # A slot that comes twice is told apart by what Polars adds to its name; a blank heading ends the slots.
    end = next((place for place, name in enumerate(after) if not _slot_name(name)), len(after))
    if not 1 <= end <= _MOST_SLOTS:
        raise ShapeChanged(_WHAT, "line 1", f"{end} slots after the entry fee")
    return after[:end]


def _slot_name(column: str) -> str:
    return column.split("_duplicated_", 1)[0].strip()


def _slot_rows(entries: pl.DataFrame, column: str, number: int, stamp: Stamp) -> pl.DataFrame:
    cell = pl.col(column).str.strip_chars()
    name = cell.str.replace_all(r"\s*\((?:\d{1,18}|LOCKED)\)", "").str.strip_chars()
    return entries.select(
        "contest_id",
        pl.lit(stamp.fetched_ts, dtype=pl.Datetime("us", "UTC")).alias("report_ts"),
        "entry_id",
        pl.lit(number, dtype=pl.Int32).alias("slot_number"),
        pl.lit(_slot_name(column)).alias("slot"),
        pl.col("Contest Name").alias("contest_name"),
        dollars("Entry Fee").alias("entry_fee"),
        pl.when(~name.is_in(["", "LOCKED"])).then(name).alias("player_name"),
        cell.str.extract(_ID, 1).cast(pl.Int64, strict=False).alias("draftable_id"),
        cell.str.contains(r"\bLOCKED\b").fill_null(False).alias("is_locked"),
    )


ENTRIES = PayloadKind("entries", 1, parse_entries, lambda body: first_line(body).startswith(b"Entry ID,Contest Name"))
