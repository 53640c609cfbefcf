"""Lines of the odds gateway: pairs oriented by the home side, stamped by the book, nothing made up."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.odds.events import Event, dump_events
from ingest.odds.lines import TABLE, looks_like_lines, parse_lines
from ingest.payload import Parsed, Stamp
from lakehouse.clock import to_ms
from lakehouse.errors import PretipError, ShapeChanged, StalePayload, Unreadable
from lakehouse.tables import get_table
from tests.ingest.odds.samples import FETCHED, GAME, TIP, WIRE, answer, event, line, market_lines, read_capture

AFTER = datetime(2027, 1, 1, tzinfo=UTC)
EXCERPT = WIRE / "oddstrader_eventsByDate_NFL_excerpt_1event_1book.json"
at_hand = pytest.mark.skipif(not WIRE.is_dir(), reason="the wire samples are not at hand")


def parse(lines: list[dict[str, Any]], name: str = "A_CL", *, events: tuple[Event, ...] = (GAME,)) -> Parsed:
    return parse_lines(answer(lines, name), Stamp(FETCHED, asked={"events": dump_events(events)}))


def shown(parsed: Parsed) -> list[tuple[Any, ...]]:
    columns = ("book", "market", "line", "home_price", "away_price")
    return parsed.frames[TABLE].select(columns).sort("book", "market", "line").rows()


def test_a_market_is_a_row_with_the_home_side_first() -> None:
    parsed = parse(market_lines())
    assert shown(parsed) == [
        ("FanDuel", "moneyline", None, -230.0, 190.0),
        ("FanDuel", "spread", -5.5, -112.0, -110.0),
        ("FanDuel", "total", 228.5, -108.0, -114.0),
    ]
    row = parsed.frames[TABLE].row(0, named=True)
    assert (row["home_team"], row["away_team"], row["game_date"]) == ("NYK", "CLE", TIP.date())
    assert row["commence_ts"] == TIP
    assert row["as_of_ts"] == FETCHED - timedelta(hours=1)
    assert (row["feed"], row["event_key"], row["line_key"]) == ("oddstrader", "77", "2025-12-25T15:00:00.000Z")
    assert not parsed.rejected
    columns = get_table(TABLE).columns
    assert all(columns[name] == dtype for name, dtype in parsed.frames[TABLE].schema.items())


def test_opening_lines_are_facts_of_their_own() -> None:
    opening, moving = parse(market_lines(), "A_OL"), parse(market_lines())
    assert set(opening.frames[TABLE]["line_key"]) == {"open:2025-12-25T15:00:00.000Z"}
    assert shown(opening) == shown(moving)


def test_the_later_stamp_of_two_sides_is_when_the_pair_was_public() -> None:
    early, late = to_ms(FETCHED) - 900_000, to_ms(FETCHED) - 60_000
    parsed = parse([line(401, 1142, -2, -110, tim=early), line(401, 1151, 2, -110, tim=f"{late}.000000")])
    assert parsed.frames[TABLE]["as_of_ts"].to_list() == [FETCHED - timedelta(minutes=1)]


def test_a_stamp_after_the_tip_is_kept_and_one_from_the_future_is_not() -> None:
    started = GAME.model_copy(update={"starts_ms": to_ms(TIP - timedelta(hours=3))})
    assert parse(market_lines(), events=(started,)).frames[TABLE]["as_of_ts"].min() == FETCHED - timedelta(hours=1)
    ahead = parse([line(401, 1142, -2, -110, tim=to_ms(FETCHED) + 1)])
    assert ahead.frames[TABLE].is_empty()
    assert [row.reason for row in ahead.rejected] == ["its stamp is after it was fetched"]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([line(401, 9, -2, -110), line(401, 1142, -2, -110)], "neither side"),
        ([line(401, 1142, -2, -110), line(401, 1151, 3, -110)], "different lines"),
        ([line(402, 15143, 220, -110), line(402, 15144, 221, -110)], "different lines"),
        ([line(401, 1142, -2, -110), line(401, 1142, -3, -110)], "comes twice"),
        ([line(401, 1142, -2, 50)], "no American price"),
        ([line(401, 1142, -2, -110, tim="soon")], "no instant"),
        ([line(401, 1142, -2, -110, eid=1), line(401, 1142, -2, -110)], "not asked for"),
        ([{**line(401, 1142, 0, -110), "adj": None}], "without a number"),
        ([{**line(83, 1142, 0, -110), "ap": None}], "without a price"),
    ],
)
def test_a_line_that_cannot_be_is_rejected_with_its_reason(lines: list[dict[str, Any]], reason: str) -> None:
    assert reason in " ".join(row.reason for row in parse(lines).rejected)


def test_one_side_alone_still_names_the_line() -> None:
    assert shown(parse([line(401, 1151, 5.5, -110)])) == [("FanDuel", "spread", -5.5, None, -110.0)]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", Unreadable),
        (b"<html>no", Unreadable),
        (answer(market_lines())[:-30], Unreadable),
        (b'{"errors": [1]}', ShapeChanged),
        (b'{"data": {"A_XX": []}}', ShapeChanged),
        (b'{"data": {"A_CL": {"eid": 1}}}', ShapeChanged),
        (answer([{**line(401, 1142, 1, -110), "partid": "NYK"}]), ShapeChanged),
        (answer([line(401, 1142, 1, -110, eid=78)]), StalePayload),
    ],
)
def test_what_is_no_answer_is_an_error_of_its_kind(body: bytes, error: type[PretipError]) -> None:
    with pytest.raises(error) as raised:
        parse_lines(body, Stamp(FETCHED, asked={"events": dump_events([GAME])}))
    assert type(raised.value) is error


def test_a_changed_shape_names_its_place() -> None:
    lines = market_lines()
    del lines[3]["mtid"]
    with pytest.raises(ShapeChanged) as raised:
        parse(lines)
    assert raised.value.path == "$.data.A_CL[3].mtid"


@given(
    st.lists(
        st.tuples(st.sampled_from((98, 101, 7)), st.integers(-40, 40), st.integers(1, 9), st.integers(1, 9)),
        max_size=3,
        unique_by=lambda pair: pair[0],
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_the_sides_does_not_matter(drawn: list[tuple[int, int, int, int]], random: Any) -> None:
    lines = [
        side
        for paid, half, home, away in drawn
        for side in (
            line(401, 1142, half / 2, -100 - home, paid=paid),
            line(401, 1151, -half / 2, -100 - away, paid=paid),
        )
    ]
    expected = sorted(
        ({98: "FanDuel", 101: "Caesars"}.get(paid, f"book-{paid}"), "spread", half / 2, -100.0 - home, -100.0 - away)
        for paid, half, home, away in drawn
    )
    assert shown(parse(lines)) == expected
    random.shuffle(lines)
    assert shown(parse(lines)) == expected


def test_events_by_date_bring_their_own_teams() -> None:
    embedded = {**event(), "lid": 5, "currentLines": market_lines(), "openingLines": market_lines(paid=101)}
    body = json.dumps({"data": {"eventsByDateByLeagueGroup": {"events": [embedded]}}}).encode()
    frame = parse_lines(body, Stamp(FETCHED)).frames[TABLE]
    assert sorted(set(frame.select("book", "home_team").rows())) == [("Caesars", "NYK"), ("FanDuel", "NYK")]
    assert frame.filter(pl.col("line_key").str.starts_with("open:"))["book"].unique().to_list() == ["Caesars"]
    with pytest.raises(StalePayload):
        parse_lines(body, Stamp(FETCHED, asked={"date": "2025-12-26"}))


@at_hand
def test_the_event_of_another_league_parses_and_names_no_teams() -> None:
    body = EXCERPT.read_bytes()
    assert looks_like_lines(body)
    parsed = parse_lines(body, Stamp(AFTER))
    assert not parsed.rejected
    assert shown(parsed) == [
        ("book-8", "moneyline", None, -182.0, 159.0),
        ("book-8", "spread", -3.5, -106.0, -114.0),
        ("book-8", "total", 44.5, -112.0, -108.0),
    ]
    frame = parsed.frames[TABLE]
    # Its codes are those of NBA teams too, and a line must never be attached to their game.
    assert frame["home_team"].null_count() == frame["away_team"].null_count() == 3
    raw = json.loads(body)["data"]["eventsByDateByLeagueGroup"]["events"][0]["currentLines"]
    stamps = sorted({to_ms(stamp) for stamp in frame["as_of_ts"]})
    assert stamps == sorted({int(float(row["tim"])) for row in raw})


def captured(name: str) -> tuple[list[dict[str, Any]], Parsed]:
    value = read_capture(name)
    title, found = next(iter(value.items()))
    rows = [row for block in found for row in block["lines"]] if title == "lineHistory" else found
    teams: dict[int, list[int]] = {}
    for row in rows:
        if row["mtid"] != 402 and row["partid"] not in teams.setdefault(row["eid"], []):
            teams[row["eid"]].append(row["partid"])
    events = [
        Event(eid=eid, starts_ms=to_ms(AFTER), home_partid=sides[0], away_partid=sides[1])
        for eid, sides in teams.items()
    ]
    stamp = Stamp(AFTER, asked={"events": dump_events(events)})
    return rows, parse_lines(json.dumps({"data": value}).encode(), stamp)


@at_hand
@pytest.mark.parametrize("name", ["pysbr_test_current_lines_nfl2.yaml", "pysbr_test_opening_lines_nfl2.yaml"])
def test_older_captures_with_numbers_for_stamps_pair_up(name: str) -> None:
    rows, parsed = captured(name)
    assert not parsed.rejected
    frame = parsed.frames[TABLE]
    assert len(frame) == len(rows) / 2
    prices = frame["home_price"].sum() + frame["away_price"].sum()
    assert prices == sum(row["ap"] for row in rows)
    overs = [row["adj"] for row in rows if row["partid"] == 15143]
    assert frame.filter(pl.col("market") == "total")["line"].sum() == sum(overs)


@at_hand
def test_an_older_history_of_a_line_gives_every_move() -> None:
    rows, parsed = captured("pysbr_test_line_history_nfl1.yaml")
    moves = parsed.frames[TABLE]
    assert moves["as_of_ts"].n_unique() == len(moves) > 1
    assert len(moves) + len(parsed.rejected) == len(rows) / 2
    assert max(to_ms(stamp) for stamp in moves["as_of_ts"]) == max(row["tim"] for row in rows)
