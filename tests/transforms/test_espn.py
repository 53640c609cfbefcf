"""ESPN's list at a cut, against a plain loop; it never outranks the official report but for a late scratch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.availability import status_table
from tests.transforms.league import ATL, BOS, HOUR, NAMES, MemoryView, Row, eastern_day, fact, game_key, one_game
from transforms.espn import espn_words
from transforms.schedule import games_known, team_sides

TAUGHT = datetime(2024, 8, 1, tzinfo=UTC)
CUTS = (0.5, 3.0, 20.0)
DAY = timedelta(hours=24)
PLAYERS = {1: ("Bogdan Vuk", None), 2: ("Ray Lee", 52), 3: ("Ray Lee", 53)}
IDENTITY = [
    fact("identity", TAUGHT, kind=kind, source_key=key, nba_id=player, rule="exact-name")
    for kind, key, player in (
        ("player", "bogdanvuk", 1), ("player", "raylee", 2), ("player", "raylee", 3),
        ("player espn", "52", 2), ("player espn", "53", 3),
    )
]  # fmt: skip

lists = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.dictionaries(st.sampled_from((1, 2, 3)), st.sampled_from(("Out", "Questionable")), min_size=1, max_size=3),
        st.sampled_from((0, 0, 0, 1, 4)),
    ),
    max_size=9,
    unique_by=lambda told: told[0],
)


def espn_rows(tip: datetime, drawn: list[tuple[int, dict[int, str], int]]) -> list[Row]:
    """Lists told so many half hours before the tip, some known hours later."""
    return [
        fact(
            "espn_injuries", tip - halves * HOUR / 2 + late * HOUR, report_ts=tip - halves * HOUR / 2, espn_team_id=1,
            team="Atlanta Hawks", espn_player_id=PLAYERS[player][1], player_name=f"{PLAYERS[player][0]}{' ' * player}",
            status=status, status_printed=status,
        )
        for halves, said, late in drawn
        for player, status in said.items()
    ]  # fmt: skip


def people(*ids: int, team: int = ATL) -> pl.LazyFrame:
    rows = [
        {"row": number, "game_id": game_key(1), "cut_id": cut, "team_id": team, "player_id": player}
        for number, (cut, player) in enumerate((cut, player) for cut in range(len(CUTS)) for player in ids)
    ]
    schema = {"row": pl.UInt32, "game_id": pl.String, "cut_id": pl.Int32, "team_id": pl.Int64, "player_id": pl.Int64}
    return pl.LazyFrame(rows, schema=schema)


@given(lists)
def test_a_word_is_the_newest_list_and_the_run_it_stands_in(drawn: list[tuple[int, dict[int, str], int]]) -> None:
    schedule, cuts, tip = one_game(*CUTS)
    rows = espn_rows(tip, drawn)
    view = MemoryView({"schedule": schedule, "identity": IDENTITY, "espn_injuries": rows}, tip)
    found = {
        (row["cut_id"], row["player_id"]): (row["espn_status"], row["espn_since_ts"])
        for row in espn_words(view, games_known(view, cuts), people(1, 2, 3)).collect().to_dicts()
    }
    expected: dict[tuple[int, int], tuple[str, datetime]] = {}
    for cut_id, before in enumerate(CUTS):
        cut = tip - before * HOUR
        known = [row for row in rows if row["as_of_ts"] <= cut and row["report_ts"] > cut - DAY]
        reports = sorted({row["report_ts"] for row in known}, reverse=True)
        for player in PLAYERS:
            own = {row["report_ts"]: row["status"] for row in known if len(row["player_name"].split(" ")) - 2 == player}
            if not reports or reports[0] not in own:
                continue
            since = reports[0]
            for report in reports:
                if own.get(report) != own[reports[0]]:
                    break
                since = report
            expected[cut_id, player] = (own[reports[0]], since)
    assert found == expected


def said(tables: dict[str, list[Row]], *ids: int) -> dict[int, str]:
    """What is said of players of Atlanta half an hour before the tip."""
    schedule, cuts, tip = one_game(*CUTS)
    view = MemoryView({"schedule": schedule, "identity": IDENTITY, **tables}, tip)
    games = games_known(view, cuts)
    table = status_table(view, games, team_sides(games), people(*ids)).filter(pl.col("row") < len(ids)).collect()
    return dict(zip(ids, table.sort("row")["status_text"], strict=True))


def official(hours: float, **values: Any) -> Row:
    _, _, tip = one_game()
    shared = {
        "report_ts": tip - hours * HOUR,
        "game_date": eastern_day(tip),
        "matchup": "ATL@BOS",
        "row_kind": "player",
    }
    return fact("injury_reports", tip - hours * HOUR, **{**shared, **values})


@pytest.mark.parametrize(
    ("report", "lists_told", "expected"),
    [
        # Nothing official covers the game: ESPN speaks.
        ([], [(8, {1: "Questionable"}, 0)], "Questionable"),
        # His team has not submitted: ESPN speaks.
        ([{"team": NAMES[ATL], "entry": "NOT YET SUBMITTED", "row_kind": "team_not_yet_submitted"}],
         [(8, {1: "Out"}, 0)], "Out"),
        # The official report lists him: it speaks, whatever ESPN has been saying.
        ([{"team": NAMES[ATL], "entry": "Vuk, Bogdan", "current_status": "Probable"}],
         [(20, {1: "Out"}, 0), (2, {1: "Out"}, 0)], "Probable"),
        # ESPN began to say Out after the report was told: a late scratch.
        ([{"team": NAMES[ATL], "entry": "Vuk, Bogdan", "current_status": "Probable"}],
         [(20, {1: "Questionable"}, 0), (2, {1: "Out"}, 0)], "Out"),
        # So it is for one who is clear by his absence from the report.
        ([{"team": NAMES[BOS], "entry": "NOT YET SUBMITTED", "row_kind": "team_not_yet_submitted"}],
         [(2, {1: "Out"}, 0)], "Out"),
        # A change to anything but Out never outranks the report.
        ([{"team": NAMES[ATL], "entry": "Vuk, Bogdan", "current_status": "Out"}],
         [(2, {1: "Questionable"}, 0)], "Out"),
        # He is no longer on ESPN's newest list: nothing is said.
        ([{"team": NAMES[ATL], "entry": "Vuk, Bogdan", "current_status": "Probable"}],
         [(4, {1: "Out"}, 0), (2, {2: "Out"}, 0)], "Probable"),
    ],
)  # fmt: skip
def test_espn_fills_in_and_tells_a_late_scratch(
    report: list[dict[str, Any]], lists_told: list[tuple[int, dict[int, str], int]], expected: str
) -> None:
    _, _, tip = one_game()
    rows = [official(3.0, **row) for row in report]
    assert said({"injury_reports": rows, "espn_injuries": espn_rows(tip, lists_told)}, 1)[1] == expected


def test_without_espn_nothing_is_said_that_was_not() -> None:
    assert said({}, 1, 2) == {1: "Unknown", 2: "Unknown"}
    assert said({"injury_reports": [official(3.0, team=NAMES[ATL], entry="Vuk, Bogdan", current_status="Out")]}, 1, 2) == {
        1: "Out", 2: "Clear",
    }  # fmt: skip
