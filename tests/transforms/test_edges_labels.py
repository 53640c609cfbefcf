"""Which games are due, and which dates labels are complete on, at the very instants and days where it turns."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from tests.transforms.edges import US
from tests.transforms.league import ATL, BOS, OPENING, MemoryView, Row, game_key, game_row
from tests.transforms.test_finals import SIDES, line_row, result_row
from transforms.due import TOLD_AFTER, games_due, team_games_due
from transforms.finals import find_finals
from transforms.label_days import label_days
from transforms.labels import DNP_COMPLETE, player_labels

DAY = timedelta(days=1)
SOON = timedelta(hours=3)
EARLY = OPENING - 30 * DAY


@pytest.mark.parametrize("sooner", [timedelta(0), US])
def test_a_game_is_due_twelve_hours_after_its_tip(sooner: timedelta) -> None:
    games = [game_row(n, BOS, ATL, OPENING + n * DAY, EARLY) for n in range(3)]
    view = MemoryView({"schedule": games}, OPENING + DAY + TOLD_AFTER - sooner)
    due = [game_key(n) for n in range(1 if sooner else 2)]
    assert games_due(view).collect()["game_id"].to_list() == due
    sides = team_games_due(view, pl.LazyFrame(schema={"game_id": pl.String}))
    assert sides.select("game_id", "is_first").unique(maintain_order=True).rows() == [
        (game, n == 0) for n, game in enumerate(due)
    ]


def lines(day: date, **days: date) -> list[Row]:
    """A game's box score, told under a date, or under another for one of its players."""
    return [{**line_row(n, 0, SOON), "game_date": days.get(f"player_{n}", day)} for n in SIDES]


def is_dnp_complete(day: date, **days: date) -> dict[int, bool]:
    """Of both teams of a game of a date, whether every listed player of the team is said to have a line."""
    view = MemoryView({"boxscores": lines(day, **days), "results": [result_row(0, SOON)]}, OPENING + DAY)
    asked = pl.LazyFrame({"game_id": [game_key(1)] * 2, "team_id": [ATL, BOS], "player_id": [1, 3]})
    found = player_labels(view, asked).collect()
    assert found["label_complete"].to_list() == [True, True]
    return dict(found.select("team_id", "dnp_complete").iter_rows())


@pytest.mark.parametrize("span", DNP_COMPLETE)
def test_dnp_rows_are_complete_on_the_first_and_the_last_declared_day(span: tuple[date | None, date]) -> None:
    first, last = span
    assert set(is_dnp_complete(last).values()) == {True}
    assert set(is_dnp_complete(last + DAY).values()) == {False}
    if first is not None:
        assert set(is_dnp_complete(first).values()) == {True}
        assert set(is_dnp_complete(first - DAY).values()) == {False}


def test_a_game_told_under_two_dates_is_of_the_later() -> None:
    last = DNP_COMPLETE[0][1]
    assert is_dnp_complete(last, player_1=last + DAY) == {ATL: False, BOS: True}
    told = lines(last, player_1=last + DAY)
    flaws = find_finals(MemoryView({"boxscores": told, "results": [result_row(1, SOON)]}, OPENING + DAY)).flaws
    assert flaws["game_date"].to_list() == [last + DAY]


def test_a_label_is_stamped_by_its_newest_line() -> None:
    corrected = {**line_row(2, 0, 2 * SOON), "starter": False}
    told = {"boxscores": [*lines(OPENING.date()), corrected], "results": [result_row(0, SOON)]}
    rows = pl.LazyFrame({"game_id": [game_key(1)], "team_id": [ATL], "player_id": [1]})
    (stamp,) = player_labels(MemoryView(told, OPENING + DAY), rows).collect()["label_as_of_ts"]
    assert stamp == OPENING + 2 * SOON


@pytest.mark.parametrize(("first", "last"), [(0, 3), (1, 2), (2, 2), (3, 1)])
def test_days_are_the_first_and_the_last_and_those_between(first: int, last: int) -> None:
    games = [game_row(n, BOS, ATL, OPENING + n * DAY, EARLY) for n in range(4)]
    day = games[0]["game_date"]
    days = label_days(MemoryView({"schedule": games}, OPENING + 9 * DAY), day + first * DAY, day + last * DAY)
    assert days["game_date"].to_list() == [day + n * DAY for n in range(first, last + 1)]
