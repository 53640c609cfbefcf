"""Where books and their consensus stand at a cut, against a plain loop and against the lines a run takes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lakehouse.schemas.columns import QUALITIES
from tests.transforms.league import ATL, BOS, HOUR, OPENING, MemoryView, Row, eastern_day, fact, game_key, game_row
from transforms.books import VELOCITY_HOURS, books_known, consensus_known, home_prob, odds_known
from transforms.odds import FEEDS, lines_known

TIP = OPENING + timedelta(days=10)
# Two games of the same teams, of which the second was moved in from another date ten hours before the first.
DATES = {1: 0, 2: 2}
MOVED_FROM, MOVED = 4, TIP - 10 * HOUR
CUTS = (0, 4, 12)
PRICES = (-110.0, -150.0, 130.0, 100.0, 50.0, None)


class Told(NamedTuple):
    """A telling of a line: half hours before TIP, and by which key it can be told again (then it is a correction)."""

    game: int
    halves: int
    key: str
    feed: str
    book: str
    market: str
    line: float | None
    prices: tuple[float | None, float | None]
    quality: str
    ingested: int
    late: int
    by_id: bool
    days: int

    def stamp(self) -> datetime:
        return TIP - self.halves * HOUR / 2

    def available(self) -> datetime:
        return self.stamp() + self.late * HOUR

    def series(self) -> tuple[str, str, str]:
        return self.feed, self.book, self.market

    def event(self) -> str:
        # The feed's key of a game does not change with the date it gives.
        return f"{self.game}{self.by_id}{self.days}"

    def says(self) -> tuple[Any, ...]:
        return (None if self.market == "moneyline" else self.line, *self.prices)

    def value(self) -> float | None:
        if self.market != "moneyline":
            return self.line
        chances = []
        for price in self.prices:
            if price is None or abs(price) < 100:
                return None
            chances.append(100 / (price + 100) if price > 0 else -price / (100 - price))
        return chances[0] / sum(chances)


drawn_lines = st.lists(
    st.builds(
        Told,
        game=st.sampled_from((1, 1, 1, 2)),
        halves=st.sampled_from((0, 2, 6, 8, 14, 24, 30, 34, 40)),
        key=st.sampled_from(("a", "b", "c", "open:x")),
        feed=st.sampled_from(("observed", "oddstrader", "oddstrader", "morning")),
        book=st.sampled_from(("fd", "dk")),
        market=st.sampled_from(("spread", "total", "moneyline", "moneyline")),
        line=st.sampled_from((-3.0, -2.5, 2.0, 4.5, None)),
        prices=st.tuples(st.sampled_from(PRICES), st.sampled_from(PRICES)),
        quality=st.sampled_from(("exact", "exact", "assumed")),
        ingested=st.integers(0, 1),
        late=st.sampled_from((0, 0, 3)),
        by_id=st.booleans(),
        days=st.sampled_from((0, 0, 2)),
    ),
    min_size=15,
    max_size=40,
    unique_by=lambda line: (line.event(), line.key, line.series(), line.halves, line.ingested),
)


def view_of(lines: Iterable[Told]) -> MemoryView:
    rows = [_row(line) for line in lines]
    tips = {game: TIP + timedelta(days=days) for game, days in DATES.items()}
    early = TIP - 40 * HOUR
    schedule = [
        game_row(1, BOS, ATL, tips[1], early),
        game_row(2, BOS, ATL, TIP + timedelta(days=MOVED_FROM), early),
        game_row(2, BOS, ATL, tips[2], MOVED),
    ]
    view = MemoryView({"schedule": schedule, "odds_lines": rows}, TIP)
    odds = view._frames["silver.odds_lines"]
    # The version of the parser stands in for the delay.
    late = pl.col("as_of_ts") + pl.duration(hours=pl.col("parser_version"))
    view._frames["silver.odds_lines"] = odds.with_columns(available_ts=late)
    return view


def _row(line: Told) -> Row:
    return fact(
        "odds_lines", line.stamp(), feed=line.feed, event_key=line.event(), line_key=line.key, book=line.book,
        game_id=game_key(line.game) if line.by_id else None, market=line.market,
        game_date=eastern_day(TIP) + timedelta(days=DATES[line.game] + line.days), home_team="BOS", away_team="ATL",
        line=line.says()[0], home_price=line.prices[0], away_price=line.prices[1],
        as_of_quality=line.quality, ingested_ts=TIP + line.ingested * HOUR, parser_version=line.late,
    )  # fmt: skip


def cut_frame(*hours: int) -> pl.LazyFrame:
    cuts = [
        {"game_id": game_key(game), "cut_id": before, "cut_ts": TIP - before * HOUR}
        for game in DATES
        for before in hours or CUTS
    ]
    return pl.LazyFrame(cuts, schema={"game_id": pl.String, "cut_id": pl.Int32, "cut_ts": pl.Datetime("us", "UTC")})


def histories_by_loop(lines: list[Told], game: int, hours: int) -> dict[tuple[str, str, str], list[Told]]:
    """The lines of each series of a game known at a cut, each in its newest version, in the order of stamps."""
    cut = TIP - hours * HOUR
    dates = {DATES[1]} if game == 1 else {MOVED_FROM, *([DATES[2]] if cut >= MOVED else [])}
    versions: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for line in lines:
        priced = line.line is not None if line.market != "moneyline" else line.prices != (None, None)
        mine = line.game == game if line.by_id else DATES[line.game] + line.days in dates
        if priced and mine and line.available() <= cut:
            rank = (line.stamp(), -QUALITIES.index(line.quality), -line.ingested)
            versions.setdefault((line.event(), line.key, line.series()), []).append((rank, line))
    series: dict[tuple[str, str, str], list[tuple[Any, ...]]] = {}
    for told in versions.values():
        rank, line = max(told, key=lambda version: version[0])
        # Of lines with one stamp the first by keys stands, so it comes last.
        backwards = tuple(tuple(-ord(letter) for letter in text) for text in (line.event(), line.key))
        series.setdefault(line.series(), []).append((rank, backwards, line))
    return {name: [entry[-1] for entry in sorted(told)] for name, told in sorted(series.items())}


def standing_by_loop(history: list[Told], hours: int) -> dict[str, Any]:
    """Where a series stands at a cut."""
    cut = TIP - hours * HOUR
    valued = [line for line in history if line.value() is not None]
    opened = [line for line in valued if line.key.startswith("open:")] or valued
    old = [line for line in valued if line.stamp() <= cut - VELOCITY_HOURS * HOUR] or valued[:1]
    changed = [after for before, after in pairwise(history) if after.says() != before.says()]
    last = history[-1].value()
    return {
        "open": opened[0].value() if opened else None,
        "last": last,
        "before": old[-1].value() if old else None,
        "n_moves": len(changed),
        "odds_age_minutes": (cut - history[-1].stamp()).total_seconds() / 60,
        "home_price": history[-1].prices[0],
        "away_price": history[-1].prices[1],
        "moved_ts": changed[-1].stamp() if changed else None,
        "first_ts": history[0].stamp(),
        "last_ts": history[-1].stamp(),
    }


def check(row: dict[str, Any], stands: dict[str, Any]) -> None:
    """A row says what a loop found, and its changes follow."""
    for name, value in stands.items():
        if name != "before":
            assert row[name] == (pytest.approx(value) if isinstance(value, float) else value), name
    for name, since, hours in (("move", "open", 1), ("velocity", "before", VELOCITY_HOURS)):
        known = stands["last"] is not None and stands[since] is not None
        assert row[name] == (pytest.approx((stands["last"] - stands[since]) / hours) if known else None), name


@given(drawn_lines)
@example([])
def test_books_stand_where_a_loop_finds_them(lines: list[Told]) -> None:
    rows = books_known(view_of(lines), cut_frame()).collect().to_dicts()
    expected = [
        ((game_key(game), hours, *series), standing_by_loop(history, hours))
        for game in DATES
        for hours in CUTS
        for series, history in histories_by_loop(lines, game, hours).items()
    ]
    keys = ("game_id", "cut_id", "feed", "book", "market")
    assert [tuple(row[key] for key in keys) for row in rows] == [key for key, _ in expected]
    for row, (_, stands) in zip(rows, expected, strict=True):
        check(row, stands)


@given(drawn_lines)
@example([])
def test_the_consensus_is_the_median_of_the_best_feed(lines: list[Told]) -> None:
    view = view_of(lines)
    rows = consensus_known(view, cut_frame()).collect().to_dicts()
    found = {(row["game_id"], row["cut_id"], row["market"]): row for row in rows}
    expected = set()
    for game in DATES:
        for hours in CUTS:
            histories = histories_by_loop(lines, game, hours)
            for market in ("spread", "total", "moneyline"):
                stands = [
                    (feed, standing_by_loop(history, hours))
                    for (feed, _, of), history in histories.items()
                    if of == market and history[-1].value() is not None
                ]
                if not stands:
                    continue
                best = min((feed for feed, _ in stands), key=FEEDS.index)
                books = [stand for feed, stand in stands if feed == best]
                key = (game_key(game), hours, market)
                expected.add(key)
                moved = [stand["moved_ts"] for stand in books if stand["moved_ts"] is not None]
                assert (found[key]["feed"], found[key]["n_books"]) == (best, len(books))
                joint = {name: median(stand[name] for stand in books) for name in ("open", "last", "before")}
                joint |= {
                    "n_moves": sum(stand["n_moves"] for stand in books),
                    "first_ts": min(stand["first_ts"] for stand in books),
                    "last_ts": max(stand["last_ts"] for stand in books),
                    "moved_ts": max(moved, default=None),
                    "odds_age_minutes": min(stand["odds_age_minutes"] for stand in books),
                }
                check(found[key], joint)
    assert set(found) == expected


@given(drawn_lines)
@example([])
def test_the_lines_of_a_run_are_those_of_the_consensus_to_the_bit(lines: list[Told]) -> None:
    view = view_of(lines)
    taken = lines_known(view, cut_frame()).collect()
    odds = odds_known(view, cut_frame()).collect()
    said = odds.filter(pl.col("odds_as_of_ts").is_not_null())
    assert said.select(taken.columns).equals(taken)
    assert odds.equals(odds.sort("game_id", "cut_id"))
    last = consensus_known(view, cut_frame()).collect()
    for market, column in (("spread", "spread_home"), ("total", "total"), ("moneyline", "home_win_prob")):
        mine = last.filter(pl.col("market") == market).select("game_id", "cut_id", pl.col("last").alias(column))
        assert odds.select(mine.columns).drop_nulls().equals(mine)
    points = odds.select("total", "spread_home", "home_points", "away_points").drop_nulls()
    assert (
        points.select(pl.col("home_points") + pl.col("away_points")).to_series().to_list() == points["total"].to_list()
    )
    apart = points.select(pl.col("away_points") - pl.col("home_points")).to_series().to_list()
    assert apart == points["spread_home"].to_list()


@pytest.mark.parametrize(
    ("home", "away", "prob"),
    [(-110.0, -110.0, 0.5), (-150.0, 130.0, 0.6 / (0.6 + 100 / 230)), (100.0, -100.0, 0.5), (50.0, -110.0, None)],
)
def test_a_moneyline_says_a_probability_without_the_margin(home: float, away: float, prob: float | None) -> None:
    said = pl.DataFrame({"home_price": [home], "away_price": [away]}).select(home_prob()).item()
    assert said == (None if prob is None else pytest.approx(prob))


def test_velocity_looks_back_from_the_cut() -> None:
    """The second line is told as the window begins that ends at tip."""
    first = Told(1, 20, "20", "observed", "fd", "spread", 1.0, (None, None), "exact", 0, 0, True, 0)
    lines = [first, first._replace(halves=6, key="6", line=2.0), first._replace(halves=2, key="2", line=-1.0)]
    by_cut = {row["cut_id"]: row for row in books_known(view_of(lines), cut_frame(0, 2, 9)).collect().to_dicts()}
    assert [by_cut[hours]["velocity"] for hours in (0, 2, 9)] == [(-1.0 - 2.0) / 3, (2.0 - 1.0) / 3, 0.0]
    assert [by_cut[hours]["move"] for hours in (0, 2, 9)] == [-2.0, 1.0, 0.0]


def test_velocity_passes_over_a_moneyline_of_one_price() -> None:
    told = ((40, (-120.0, 110.0)), (30, (-150.0, 130.0)), (10, (-150.0, None)), (2, (-200.0, 170.0)))
    lines = [
        Told(1, halves, f"{halves}", "observed", "fd", "moneyline", None, prices, "exact", 0, 0, True, 0)
        for halves, prices in told
    ]
    by_cut = {row["cut_id"]: row for row in books_known(view_of(lines), cut_frame(0, 4)).collect().to_dicts()}
    before, after = lines[1].value(), lines[3].value()
    assert before is not None
    assert after is not None
    assert by_cut[0]["velocity"] == pytest.approx((after - before) / VELOCITY_HOURS)
    assert (by_cut[4]["last"], by_cut[4]["move"], by_cut[4]["velocity"]) == (None, None, None)
