"""Moves of lines at a cut, against a plain loop and against the lines a run takes."""

from __future__ import annotations

from datetime import timedelta
from statistics import median
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.league import HOUR, MemoryView, Row, eastern_day, fact, game_key, one_game
from transforms.movement import line_moves
from transforms.odds import FEEDS, lines_known

CUTS = (0.0, 4.0, 12.0)
SCHEDULE, GAMES, TIP = one_game(*CUTS)

# Half hours before the tip, feed, book, market, line, hours until it could be used, whether the feed has our game id.
drawn_lines = st.lists(
    st.tuples(
        st.integers(0, 40), st.sampled_from(("observed", "oddstrader")), st.sampled_from(("fd", "dk")),
        st.sampled_from(("spread", "total")), st.integers(-2, 2), st.sampled_from((0, 0, 3)), st.booleans(),
    ),
    max_size=25,
    unique_by=lambda line: line[:4],
)  # fmt: skip


def line_row(halves: float, line: float | None, **values: Any) -> Row:
    stated = {
        "feed": "oddstrader", "event_key": "e", "book": "fd", "market": "spread", "line_key": f"{halves:02}",
        "game_date": eastern_day(TIP), "home_team": "BOS", "away_team": "ATL", "line": line,
    }  # fmt: skip
    return fact("odds_lines", TIP - halves * HOUR / 2, **{**stated, **values})


def moves_of(rows: list[Row], late: dict[int, int] | None = None, cut: int = 0) -> list[dict[str, Any]]:
    """The moves of a cut; row n can be used `late[n]` hours after its stamp."""
    view = view_of(rows, late)
    return line_moves(view, GAMES).filter(pl.col("cut_id") == cut).collect().to_dicts()


def view_of(rows: list[Row], late: dict[int, int] | None = None) -> MemoryView:
    view = MemoryView({"schedule": SCHEDULE, "odds_lines": rows}, TIP)
    delays = {
        row["line_key"] + row["feed"] + row["book"] + row["market"]: (late or {}).get(n, 0)
        for n, row in enumerate(rows)
    }
    key = pl.concat_str("line_key", "feed", "book", "market")
    delay = key.replace_strict(delays, default=0, return_dtype=pl.Int64)
    odds = view._frames["silver.odds_lines"]
    view._frames["silver.odds_lines"] = odds.with_columns(available_ts=pl.col("as_of_ts") + pl.duration(hours=delay))
    return view


@given(drawn_lines)
def test_moves_are_the_changes_a_loop_finds(drawn: list[tuple[Any, ...]]) -> None:
    rows = [
        line_row(halves, float(line), feed=feed, book=book, market=market, game_id=game_key(1) if with_id else None)
        for halves, feed, book, market, line, _, with_id in drawn
    ]
    view = view_of(rows, {n: line[5] for n, line in enumerate(drawn)})
    moves = line_moves(view, GAMES).collect()
    taken = {row["cut_id"]: row for row in lines_known(view, GAMES).collect().to_dicts()}
    for cut_id, hours in enumerate(CUTS):
        cut = TIP - hours * HOUR
        last: dict[tuple[str, str, str], float] = {}
        expected = []
        for halves, feed, book, market, line, late, _ in sorted(drawn, key=lambda line: -line[0]):
            stamp, series = TIP - halves * HOUR / 2, (feed, book, market)
            if stamp + late * HOUR > cut or last.get(series) == line:
                continue
            expected.append((*series, stamp, float(line), line - last[series] if series in last else None))
            last[series] = line
        columns = ("feed", "book", "market", "line_ts", "line", "line_change")
        found = moves.filter(pl.col("cut_id") == cut_id)
        assert found.select(columns).rows() == sorted(expected, key=lambda move: move[:4])
        assert (found["available_ts"] <= cut).all()
        for market, column in (("spread", "spread_home"), ("total", "total")):
            best = next((feed for feed in FEEDS if any(key[0] == feed and key[2] == market for key in last)), None)
            lines = [line for key, line in last.items() if key[0] == best and key[2] == market]
            assert (taken[cut_id][column] if cut_id in taken else None) == (median(lines) if lines else None)


def test_the_book_says_which_line_it_opened_at_and_the_closing_one_is_the_last() -> None:
    opened = line_row(30, -3.0, line_key="open:x")
    moved = [line_row(30, -3.0), line_row(20, -4.5), line_row(0, -5.0, line_key="closing")]
    assert [(move["kind"], move["line"]) for move in moves_of([*moved, opened])] == [
        ("opening", -3.0), ("move", -4.5), ("closing", -5.0),
    ]  # fmt: skip
    assert [move["kind"] for move in moves_of(moved)] == ["first seen", "move", "closing"]


def test_speed_is_points_an_hour_and_unknown_between_equal_stamps() -> None:
    same = [line_row(20, 1.0, line_key="a"), line_row(20, 2.0, line_key="b")]
    assert [move["line_per_hour"] for move in moves_of(same)] == [None, None]
    taken = lines_known(view_of(same), GAMES).filter(pl.col("cut_id") == 0).collect()
    assert moves_of(same)[-1]["line"] == moves_of(same[::-1])[-1]["line"] == taken["spread_home"].item()
    apart = moves_of([line_row(20, 1.0), line_row(16, 4.0)])
    assert apart[1]["line_per_hour"] == pytest.approx(1.5)


def test_a_price_that_moves_alone_is_a_move_and_a_moneyline_has_prices_only() -> None:
    rows = [
        line_row(n, None, market="moneyline", home_price=price) for n, price in ((9, -110.0), (8, -110.0), (7, -120.0))
    ]
    assert [(move["home_price"], move["line_change"]) for move in moves_of(rows)] == [(-110.0, None), (-120.0, None)]
    assert moves_of([line_row(9, None)]) == []


def test_a_corrected_line_stands_in_its_newest_version_only() -> None:
    first = line_row(20, 1.0)
    mended = {**first, "as_of_ts": TIP - timedelta(hours=2), "ingested_ts": TIP - timedelta(hours=2), "line": 2.0}
    assert [move["line"] for move in moves_of([first, mended])] == [2.0]
    assert [move["line"] for move in moves_of([first, mended], cut=1)] == [1.0]
