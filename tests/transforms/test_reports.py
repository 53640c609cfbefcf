"""Injury reports, listings, starters and lines at a cut, each against a plain loop over its rows."""

from __future__ import annotations

from datetime import UTC, datetime
from statistics import median
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.league import ATL, BOS, HOUR, NAMES, MemoryView, Row, eastern_day, fact, game_key, one_game
from transforms.injuries import player_reports, team_reports
from transforms.odds import FEEDS, lines_known
from transforms.schedule import games_known, team_sides
from transforms.status import listings, starters

PLAYERS = {1: "Bogdan Vuk", 2: "Ray Lee"}
CUTS = (1.0, 7.0, 20.0)
TAUGHT = datetime(2024, 8, 1, tzinfo=UTC)
IDENTITY = [
    fact("identity", TAUGHT, kind="player", source_key=key, nba_id=player, rule="exact-name")
    for player, key in ((1, "bogdanvuk"), (2, "raylee"))
]


def at_cuts(tables: dict[str, list[Row]], hours: tuple[float, ...] = CUTS) -> tuple[MemoryView, pl.LazyFrame]:
    schedule, cuts, tip = one_game(*hours)
    view = MemoryView({"schedule": schedule, "identity": IDENTITY, **tables}, tip)
    return view, games_known(view, cuts)


entries = st.dictionaries(st.sampled_from((1, 2)), st.sampled_from(("Out", "Questionable", "Available")), max_size=2)
reports = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from((0, 1)), st.booleans(), st.booleans(), entries, st.integers(0, 6)),
    max_size=6,
    unique_by=lambda report: report[0],
)


@given(reports)
def test_injuries_are_those_of_the_newest_covering_report(
    drawn: list[tuple[int, int, bool, bool, dict[int, str], int]],
) -> None:
    _, _, tip = one_game()
    rows: list[Row] = []
    for hours, day, names_other, unsubmitted, players, delay in drawn:
        report_ts = tip - hours * HOUR
        shared = {"report_ts": report_ts, "game_date": eastern_day(tip + 24 * day * HOUR), "matchup": "ATL@BOS"}
        printed = [
            {
                "team": NAMES[ATL],
                "entry": ", ".join(reversed(PLAYERS[p].split())),
                "current_status": s,
                "row_kind": "player",
            }
            for p, s in players.items()
        ]
        if unsubmitted:
            printed.append({"team": NAMES[BOS], "entry": "NOT YET SUBMITTED", "row_kind": "team_not_yet_submitted"})
        if names_other:
            printed.append({"team": NAMES[ATL], "entry": "No, Body", "row_kind": "player", "matchup": "ATL@CLE"})
        rows += [fact("injury_reports", report_ts + delay * HOUR, **{**shared, **row}) for row in printed]
    view, games = at_cuts({"injury_reports": rows})
    sides = team_sides(games)
    teams = {
        row[:3]: row[3]
        for row in team_reports(view, sides)
        .select("game_id", "cut_id", "team_id", "report_state")
        .collect()
        .iter_rows()
    }
    said = {(r[1], r[3]): r[4] for r in player_reports(view, sides).collect().iter_rows()}
    for cut_id, before in enumerate(CUTS):
        known = [r for r in rows if r["as_of_ts"] <= tip - before * HOUR and r["game_date"] == eastern_day(tip)]
        newest = max((r["report_ts"] for r in known), default=None)
        mine = [r for r in known if r["report_ts"] == newest]
        unsubmitted = any(r["row_kind"] == "team_not_yet_submitted" for r in mine)
        state = "unknown" if newest is None else "not_submitted" if unsubmitted else "submitted"
        assert teams[game_key(1), cut_id, BOS] == state
        assert teams[game_key(1), cut_id, ATL] == ("unknown" if newest is None else "submitted")
        for player, name in PLAYERS.items():
            entry = ", ".join(reversed(name.split()))
            expected = next((r["current_status"] for r in mine if r["entry"] == entry), None)
            assert said.get((cut_id, player)) == expected


events = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 7), st.booleans(), st.booleans(), st.booleans()),
    max_size=25,
    unique_by=lambda event: event[:2],
)


def event_row(event: tuple[int, int, bool, bool, bool], tip: datetime) -> Row:
    hours, player, listed, projected, confirmed = event
    stamp = tip - hours * HOUR
    return fact(
        "status_events", stamp, observed_ts=stamp, game_id=game_key(1), team_id=ATL, player_id=player, listed=listed,
        status="Available" if listed else None, projected_starter=projected or None, confirmed_starter=confirmed or None,
    )  # fmt: skip


@given(events)
def test_listings_carry_forward_and_starters_are_void_above_five(
    drawn: list[tuple[int, int, bool, bool, bool]],
) -> None:
    _, _, tip = one_game()
    view, games = at_cuts({"status_events": [event_row(event, tip) for event in drawn]})
    listed = {(r[1], r[3]): r[4] for r in listings(view, games).collect().iter_rows()}
    flags = {(r[1], r[3]): (r[4], r[5]) for r in starters(view, games).collect().iter_rows()}
    for cut_id, before in enumerate(CUTS):
        newest: dict[int, tuple[int, int, bool, bool, bool]] = {}
        for event in sorted(drawn, key=lambda event: -event[0]):
            if event[0] >= before:
                newest[event[1]] = event
        assert {p: listed[cut_id, p] for p in newest} == {p: event[2] for p, event in newest.items()}
        projected, confirmed = (sum(event[at] for event in newest.values()) for at in (3, 4))
        usable = projected <= 5 and confirmed <= 5 and projected + confirmed > 0
        for player, event in newest.items():
            wanted = tuple(
                True if event[at] else (False if n == 5 else None) for at, n in ((3, projected), (4, confirmed))
            )
            assert flags.get((cut_id, player)) == (wanted if usable else None)


def test_a_correction_of_an_old_event_does_not_hide_the_newer_one() -> None:
    _, _, tip = one_game()
    old, new = event_row((10, 1, False, False, False), tip), event_row((5, 1, True, False, False), tip)
    corrected = {**old, "as_of_ts": tip - 2 * HOUR, "ingested_ts": tip - 2 * HOUR, "status": "Questionable"}
    view, games = at_cuts({"status_events": [old, new, corrected]})
    assert listings(view, games).filter(pl.col("cut_id") == 0).collect()["listed"].to_list() == [True]


lines = st.lists(
    st.tuples(
        st.integers(0, 30), st.sampled_from(FEEDS), st.sampled_from(("fd", "dk")), st.sampled_from(("spread", "total")),
        st.integers(-10, 10), st.booleans(),
    ),
    max_size=20,
    unique_by=lambda line: line[:4],
)  # fmt: skip


@given(lines)
def test_lines_are_the_median_of_each_books_newest_in_the_best_feed(drawn: list[tuple[Any, ...]]) -> None:
    _, _, tip = one_game()
    rows = [
        fact(
            "odds_lines", tip - hours * HOUR, feed=feed, event_key="e", line_key=str(hours), book=book, market=market,
            line=float(line), game_id=game_key(1) if with_id else None, game_date=eastern_day(tip), home_team="BOS",
            away_team="ATL",
        )
        for hours, feed, book, market, line, with_id in drawn
    ]  # fmt: skip
    view, games = at_cuts({"odds_lines": rows})
    found = {row["cut_id"]: row for row in lines_known(view, games).collect().to_dicts()}
    for cut_id, cut in enumerate(CUTS):
        for market, column in (("spread", "spread_home"), ("total", "total")):
            known = [line for line in drawn if line[0] >= cut and line[3] == market]
            feeds = [feed for feed in FEEDS if any(line[1] == feed for line in known)]
            expected = None
            if feeds:
                books = sorted({line[2] for line in known if line[1] == feeds[0]})
                newest = [
                    min((li for li in known if li[1] == feeds[0] and li[2] == b), key=lambda li: li[0]) for b in books
                ]
                expected = median(float(line[4]) for line in newest)
            assert (found[cut_id][column] if cut_id in found else None) == expected
