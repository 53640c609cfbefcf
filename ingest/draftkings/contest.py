"""A contest's own page: its terms and what each place wins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

import polars as pl
from pydantic import Field

from ingest.draftkings.gpp import is_gpp
from ingest.draftkings.slots import GAME_TYPES
from ingest.payload import Parsed, PayloadKind, Rejection, Stamp
from ingest.shapes import check, read_json
from ingest.stamping import build_frame, keep_first, reject_rows, stamp_rows
from ingest.wire import Camel, Iso, Number, Whole
from lakehouse.errors import StalePayload

CONTESTS, PAYOUTS = "silver.dk_contests", "silver.dk_payouts"
_WHAT = "DraftKings' contest page"
_DOLLARS = re.compile(r"\$\s*(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?", re.ASCII)


class _Prize(Camel):
    value: Number | None = None
    payout_description: str | None = None


class _Span(Camel):
    min_position: Whole
    max_position: Whole
    tier_payout_descriptions: dict[str, str] = Field(default_factory=dict)
    payout_descriptions: list[_Prize] = Field(default_factory=list)


class _Contest(Camel):
    contest_key: Annotated[str, Field(pattern=r"^[0-9]{1,18}$")]
    draft_group_id: Whole
    name: str
    sport: str
    game_type_id: Whole
    entry_fee: Number
    total_payouts: Number
    entries: Whole
    maximum_entries: Whole
    maximum_entries_per_user: Whole
    contest_start_time: Iso
    is_guaranteed: bool
    is_cash_only: bool = Field(True, alias="IsCashPrizeOnly")
    payout_summary: list[_Span]


class _Page(Camel):
    contest_detail: _Contest


def parse_contest(body: bytes, stamp: Stamp) -> Parsed:
    """silver.dk_contests, one row, and silver.dk_payouts, one row a span of places, as they stood when fetched.

    Raises StalePayload where the page is of another contest than the one in `asked`. Cash that does not sum to the
    prize pool is a doubt, in contests that pay cash alone.
    """
    contest = check(_Page, read_json(body, _WHAT), _WHAT).contest_detail
    contest_id = int(contest.contest_key)
    asked = stamp.asked.get("contest_id")
    if asked and int(asked) != contest_id:
        raise StalePayload(f"{_WHAT} is of contest {contest_id}, but {asked} was asked for.")
    payouts, rejected = check_spans(_payout_rows(contest, contest_id))
    return Parsed(
        {
            CONTESTS: stamp_rows(_contest_row(contest, contest_id), CONTESTS, stamp.fetched_ts),
            PAYOUTS: stamp_rows(payouts, PAYOUTS, stamp.fetched_ts),
        },
        rejected=tuple(rejected),
        doubts=tuple(_doubts(contest, payouts)),
    )


def check_spans(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Rejection]]:
    """The spans that are spans, each first place once; and the others."""
    is_odd = (pl.col("min_position") < 1) | (pl.col("max_position") < pl.col("min_position"))
    good, odd = reject_rows(rows, PAYOUTS, is_odd, "it is no span of places")
    kept, again = keep_first(good, PAYOUTS, ["contest_id", "min_position"])
    return kept, [*odd, *again]


def paid_cash(payouts: pl.DataFrame) -> float:
    """Dollars that all places of a payout table win together."""
    places = pl.col("max_position") - pl.col("min_position") + 1
    return float(payouts.select((places * pl.col("cash").fill_null(0.0)).sum()).item())


def _contest_row(contest: _Contest, contest_id: int) -> pl.DataFrame:
    game_type = GAME_TYPES.get(contest.game_type_id) if contest.sport == "NBA" else None
    gpp = is_gpp(contest.name, game_type, contest.entry_fee, contest.total_payouts, contest.is_guaranteed)
    return build_frame(
        CONTESTS,
        {
            "contest_id": [contest_id],
            "draft_group": [contest.draft_group_id],
            "contest_name": [contest.name],
            "game_type": [game_type],
            "entry_fee": [contest.entry_fee],
            "prize_pool": [contest.total_payouts],
            "max_entries": [contest.maximum_entries],
            "entries": [contest.entries],
            "max_entries_per_user": [contest.maximum_entries_per_user],
            "start_ts": [contest.contest_start_time],
            "is_guaranteed": [contest.is_guaranteed],
            "is_gpp": [gpp],
        },
    )


def _payout_rows(contest: _Contest, contest_id: int) -> pl.DataFrame:
    spans = contest.payout_summary
    return build_frame(
        PAYOUTS,
        {
            "contest_id": [contest_id] * len(spans),
            "min_position": [span.min_position for span in spans],
            "max_position": [span.max_position for span in spans],
            "cash": [_cash(span) for span in spans],
            "prize": [_prize(span) for span in spans],
        },
    )


def _cash(span: _Span) -> float | None:
    """Dollars as the tier prints them; the prizes' values where it prints none and they are all there is."""
    printed = span.tier_payout_descriptions.get("Cash")
    found = _DOLLARS.fullmatch(printed.strip()) if printed else None
    if found:
        return float(found[1].replace(",", "") + (found[2] or ""))
    values = [prize.value for prize in span.payout_descriptions]
    if (span.tier_payout_descriptions and printed is None) or not values or None in values:
        return None
    return sum(value for value in values if value is not None)


def _prize(span: _Span) -> str | None:
    others = [f"{kind}: {text}" for kind, text in sorted(span.tier_payout_descriptions.items()) if kind != "Cash"]
    return "; ".join(others) or None


def _doubts(contest: _Contest, payouts: pl.DataFrame) -> Sequence[str]:
    doubts = []
    if contest.sport != "NBA":
        doubts.append(f"contest {contest.contest_key} is of {contest.sport}, not the NBA")
    paid = paid_cash(payouts)
    if contest.is_cash_only and abs(paid - contest.total_payouts) > 0.01 * max(1.0, contest.total_payouts):
        doubts.append(
            f"the payouts of contest {contest.contest_key} sum to ${paid:,.2f}, not to its ${contest.total_payouts:,.2f}"
        )
    return doubts


CONTEST = PayloadKind("contest", 1, parse_contest, lambda body: b'"contestDetail"' in body[:4096])
