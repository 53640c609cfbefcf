"""Lines as the odds gateway gives them: one price a participant; here one row a market of a book."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import polars as pl
from pydantic import BaseModel, Field, TypeAdapter

from ingest.odds.events import Event, Number, load_events, read_events
from ingest.payload import Parsed, Rejection, Stamp
from ingest.shapes import check_as, read_json
from lakehouse.clock import EASTERN
from lakehouse.errors import ShapeChanged, StalePayload

WHAT = "The odds answer"
TABLE = "silver.odds_lines"
FEED = "oddstrader"
SPREAD, TOTAL, MONEYLINE = 401, 402, 83
MARKETS = {SPREAD: "spread", TOTAL: "total", MONEYLINE: "moneyline"}
OVER, UNDER = 15143, 15144
# As the earlier system labelled them; other numbers are kept as numbers.
BOOKS = {98: "FanDuel", 101: "Caesars"}
_MOVING, _OPENING, _HISTORY = ("A_CL", "currentLines"), ("A_OL", "openingLines"), "lineHistory"
# 2000 and 2100: outside them a number is no stamp in milliseconds.
_EARLIEST_MS, _LATEST_MS = 946_684_800_000, 4_102_444_800_000
_LEAST_PRICE = 100.0
_PAIR = ("eid", "paid", "mtid", "opening", "block")
_TEXT_LIMIT = 40


class _Line(BaseModel):
    eid: Number
    mtid: Number
    partid: Number
    paid: Number
    adj: Annotated[float, Field(allow_inf_nan=False)] | None = None
    ap: Annotated[float, Field(allow_inf_nan=False)] | None = None
    tim: Annotated[str, Field(max_length=_TEXT_LIMIT)] | Annotated[float, Field(allow_inf_nan=False)] | None = None


_LINES = TypeAdapter(list[_Line])


@dataclass(frozen=True)
class _Block:
    """Lines told together: a pair is made of the two sides of one block."""

    path: str
    opening: bool
    lines: Any


def parse_lines(body: bytes, stamp: Stamp) -> Parsed:
    """silver.odds_lines of an answer: the moving and the opening lines in it, two participants a row.

    The spread is the home handicap, `home_price` of a total is the over's; a moneyline has no line. Lines name no
    teams: those come with the question, as `asked["events"]`, or with the events of an answer by date. `as_of_ts` is
    the book's own stamp of the pair, the later of its two; a stamp after the start of the game is kept as it is.
    A row that is no line of a known event and side, whose sides disagree, or from after the fetch, is rejected.
    Source of the format: the gateway's published queries (currentLines, openingLines, eventsByDateByLeagueGroup).
    """
    value = read_json(body, WHAT)
    data = value.get("data", value) if isinstance(value, dict) else None
    if not isinstance(data, dict):
        errors = "errors" if isinstance(value, dict) and "errors" in value else "no data"
        raise ShapeChanged(WHAT, "$.data", f"the gateway answered with {errors}")
    by_date = data.get("eventsByDateByLeagueGroup")
    events = load_events(stamp.asked, WHAT)
    if by_date is not None:
        found = by_date.get("events") if isinstance(by_date, dict) else None
        events = read_events(found, WHAT, "$.data.eventsByDateByLeagueGroup.events")
        blocks = list(_embedded_blocks(found))
        asked = stamp.asked.get("date")
        if asked and events and all(event.day.isoformat() != asked for event in events):
            raise StalePayload(f"{WHAT} asked for {asked} is of {events[0].day.isoformat()}: an old copy, not used.")
    else:
        blocks = list(_blocks(data))
        if not blocks:
            raise ShapeChanged(WHAT, "$.data", "it holds neither current nor opening lines")
    frame = _frame(blocks)
    if len(frame) and events and not set(frame["eid"].to_list()) & {event.eid for event in events}:
        raise StalePayload(f"{WHAT} is about other events than those asked for: an old copy, not used.")
    return _pair(frame, events, stamp)


def looks_like_lines(body: bytes) -> bool:
    """Whether the bytes look like an answer of the odds gateway."""
    head = body.lstrip()[:1]
    names = (*_MOVING, *_OPENING, "eventsByDateByLeagueGroup", _HISTORY)
    return head == b"{" and any(f'"{name}"'.encode() in body[:4096] for name in names)


def _blocks(data: dict[str, Any]) -> Iterator[_Block]:
    for name, value in data.items():
        if name in (*_MOVING, *_OPENING):
            yield _Block(f"$.data.{name}", name in _OPENING, value)
        elif name == _HISTORY:
            if not isinstance(value, list):
                raise ShapeChanged(WHAT, f"$.data.{name}", "it is not a list")
            for at, part in enumerate(value):
                place = f"$.data.{name}[{at}].lines"
                yield _Block(place, False, part.get("lines") if isinstance(part, dict) else None)


def _embedded_blocks(found: Any) -> Iterator[_Block]:
    values = list(found.values()) if isinstance(found, dict) else found
    for at, event in enumerate(values):
        for name in ("currentLines", "openingLines"):
            if event.get(name) is not None:
                path = f"$.data.eventsByDateByLeagueGroup.events[{at}].{name}"
                yield _Block(path, name in _OPENING, event[name])


def _frame(blocks: list[_Block]) -> pl.DataFrame:
    """The lines of the three markets, numbered as they stand in the payload from 1."""
    rows = [
        (line.eid, line.mtid, line.partid, line.paid, line.adj, line.ap, _millis(line.tim), block.opening, number)
        for number, block in enumerate(blocks)
        for line in check_as(_LINES, block.lines, WHAT, block.path)
    ]
    schema = {
        "eid": pl.Int64, "mtid": pl.Int64, "partid": pl.Int64, "paid": pl.Int64, "adj": pl.Float64, "ap": pl.Float64,
        "tim_ms": pl.Int64, "opening": pl.Boolean, "block": pl.Int64,
    }  # fmt: skip
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_row_index("row_number", offset=1).filter(pl.col("mtid").is_in(list(MARKETS)))


def _millis(tim: str | float | None) -> int | None:
    """Milliseconds since 1970 of a stamp, which the feed prints as a number or as text; None where it is no stamp."""
    try:
        number = float(tim) if tim is not None else 0.0
    except ValueError:
        return None
    # The comparison is false for NaN.
    return int(number) if _EARLIEST_MS < number < _LATEST_MS else None


def _pair(frame: pl.DataFrame, events: tuple[Event, ...], stamp: Stamp) -> Parsed:
    known = _event_frame(events)
    sided = frame.join(known, on="eid", how="left", maintain_order="left").with_columns(
        tim=pl.from_epoch("tim_ms", time_unit="ms").cast(pl.Datetime("us")).dt.replace_time_zone("UTC"),
        side=_side(),
        ap=pl.when(pl.col("ap") != 0.0).then("ap"),
    )
    checked = sided.with_columns(reason=_line_reason(stamp))
    good = checked.filter(pl.col("reason").is_null())
    first = good.unique([*_PAIR, "side"], keep="first", maintain_order=True)
    again = good.join(first.select("row_number"), on="row_number", how="anti", maintain_order="left")
    pairs = _both_sides(first).with_columns(reason=_pair_reason())
    rows = pairs.filter(pl.col("reason").is_null())
    facts = rows.select(*_fact_columns())
    is_new = facts.select(pl.struct("event_key", "line_key", "book", "market").is_first_distinct()).to_series()
    # A history tells a pair again with each later move of one of its sides.
    rejected = [
        *_rejections(checked.filter(pl.col("reason").is_not_null())),
        *_rejections(again.with_columns(reason=pl.lit("the side of this market of this book comes twice"))),
        *_rejections(pairs.filter(pl.col("reason").is_not_null())),
        *_rejections(rows.filter(~is_new).with_columns(reason=pl.lit("the line of this stamp comes twice"))),
    ]
    return Parsed({TABLE: facts.filter(is_new)}, tuple(sorted(rejected, key=lambda row: row.row_number)))


def _event_frame(events: tuple[Event, ...]) -> pl.DataFrame:
    schema: dict[str, pl.DataType] = {
        "eid": pl.Int64(), "commence_ts": pl.Datetime("us", "UTC"), "home_partid": pl.Int64(), "away_partid": pl.Int64(),
        "home_team": pl.String(), "away_team": pl.String(),
    }  # fmt: skip
    rows = [
        (event.eid, event.starts_ts, event.home_partid, event.away_partid, event.home_team, event.away_team)
        for event in events
    ]
    return pl.DataFrame(rows, schema=schema, orient="row").unique("eid", keep="first", maintain_order=True)


def _side() -> pl.Expr:
    """home (of a total: the over), away, or null."""
    is_total, who = pl.col("mtid") == TOTAL, pl.col("partid")
    home = pl.when(is_total).then(who == OVER).otherwise(who == pl.col("home_partid"))
    away = pl.when(is_total).then(who == UNDER).otherwise(who == pl.col("away_partid"))
    return pl.when(home).then(pl.lit("home")).when(away).then(pl.lit("away"))


def _line_reason(stamp: Stamp) -> pl.Expr:
    price = pl.col("ap").abs()
    return (
        pl.when(pl.col("commence_ts").is_null())
        .then(pl.lit("a line of an event that was not asked for"))
        .when(pl.col("side").is_null())
        .then(pl.lit("its participant is neither side of the event"))
        .when(pl.col("tim").is_null())
        .then(pl.lit("its stamp is no instant"))
        .when(pl.col("tim") > pl.lit(stamp.fetched_ts, dtype=pl.Datetime("us", "UTC")))
        .then(pl.lit("its stamp is after it was fetched"))
        .when(pl.col("adj").is_null() & (pl.col("mtid") != MONEYLINE))
        .then(pl.lit("a spread or total without a number"))
        .when(pl.col("ap").is_null() & (pl.col("mtid") == MONEYLINE))
        .then(pl.lit("a moneyline without a price"))
        .when(price < _LEAST_PRICE)
        .then(pl.lit("its price is no American price"))
    )


def _both_sides(lines: pl.DataFrame) -> pl.DataFrame:
    """One row a pair: the sides' numbers, prices and stamps beside each other; null for a side that is not quoted."""
    event = ("commence_ts", "home_team", "away_team")

    def of_side(side: str, column: str) -> pl.Expr:
        return pl.col(column).filter(pl.col("side") == side).first()

    return lines.group_by(_PAIR, maintain_order=True).agg(
        *(pl.col(name).first() for name in event),
        pl.col("row_number").first(),
        pl.col("tim").max(),
        *(of_side(side, column).alias(f"{side}_{column}") for side in ("home", "away") for column in ("adj", "ap")),
    )


def _pair_reason() -> pl.Expr:
    home, away, market = pl.col("home_adj"), pl.col("away_adj"), pl.col("mtid")
    apart = pl.when(market == SPREAD).then(home != -away).when(market == TOTAL).then(home != away)
    return pl.when(apart).then(pl.lit("the two sides name different lines"))


def _fact_columns() -> list[pl.Expr]:
    null_id = pl.lit(None, dtype=pl.String)
    stamp = pl.col("tim").dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
    book = pl.col("paid").replace_strict(BOOKS, default=None, return_dtype=pl.String)
    away = pl.when(pl.col("mtid") == SPREAD).then(-pl.col("away_adj")).otherwise("away_adj")
    line = pl.when(pl.col("mtid") != MONEYLINE).then(pl.coalesce("home_adj", away))
    return [
        pl.lit(FEED).alias("feed"),
        pl.col("eid").cast(pl.String).alias("event_key"),
        pl.when("opening").then(pl.lit("open:") + stamp).otherwise(stamp).alias("line_key"),
        null_id.alias("game_id"),
        pl.col("commence_ts").dt.convert_time_zone(EASTERN.key).dt.date().alias("game_date"),
        pl.col("commence_ts"),
        pl.col("home_team"),
        pl.col("away_team"),
        pl.coalesce(book, pl.format("book-{}", "paid")).alias("book"),
        pl.col("mtid").replace_strict(MARKETS, return_dtype=pl.String).alias("market"),
        # A pick'em is 0, never -0.
        (line + 0.0).alias("line"),
        pl.col("home_ap").alias("home_price"),
        pl.col("away_ap").alias("away_price"),
        pl.col("tim").alias("as_of_ts"),
        pl.lit("exact").alias("as_of_quality"),
    ]


def _rejections(rows: pl.DataFrame) -> Iterator[Rejection]:
    shown = rows.select(pl.struct(pl.exclude("reason", "side")).struct.json_encode()).to_series()
    for number, reason, text in zip(rows["row_number"], rows["reason"], shown, strict=True):
        yield Rejection(TABLE, number, reason, text)
