"""A payout table as a sheet: `Place,Payout,Field Size,Entry Fee`; a place or a span such as 7-8.

It is a local file for study: it names no contest, so `asked` does, or it is put under 0.
"""

from __future__ import annotations

import polars as pl

from ingest.draftkings.contest import PAYOUTS, check_spans
from ingest.draftkings.sheet import dollars, first_line, read_sheet, require_columns
from ingest.payload import Parsed, PayloadKind, Stamp
from ingest.stamping import reject_rows, stamp_rows

_WHAT = "A payout sheet"
_SPAN = r"^\s*(\d{1,9})(?:\s*-\s*(\d{1,9}))?\s*$"


def parse_payouts(body: bytes, stamp: Stamp) -> Parsed:
    """silver.dk_payouts, one row a span of places."""
    sheet = read_sheet(body, _WHAT)
    require_columns(sheet, ("Place", "Payout"), _WHAT)
    contest_id = int(stamp.asked.get("contest_id", "0"))
    first = pl.col("Place").str.extract(_SPAN, 1).cast(pl.Int64)
    rows = sheet.with_columns(
        pl.lit(contest_id, dtype=pl.Int64).alias("contest_id"),
        first.alias("min_position"),
        pl.coalesce(pl.col("Place").str.extract(_SPAN, 2).cast(pl.Int64), first).alias("max_position"),
        dollars("Payout").alias("cash"),
        pl.lit(None, dtype=pl.String).alias("prize"),
    )
    is_bad = pl.col("min_position").is_null() | pl.col("cash").is_null() | ~pl.col("cash").is_finite()
    good, unread = reject_rows(rows, PAYOUTS, is_bad, "its place or its payout is not a number")
    spans, odd = check_spans(good)
    doubts = () if contest_id else ("the sheet does not name its contest and none was asked for: it is put under 0",)
    return Parsed({PAYOUTS: stamp_rows(spans, PAYOUTS, stamp.fetched_ts)}, (*unread, *odd), doubts=doubts)


PAYOUT_SHEET = PayloadKind("payouts", 1, parse_payouts, lambda body: first_line(body).startswith(b"Place,Payout"))
