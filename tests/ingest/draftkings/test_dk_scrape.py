"""A day of DraftKings: what is asked when, and what is not asked again."""

from __future__ import annotations

import json
from datetime import date, timedelta

import polars as pl
import pytest

from ingest.draftkings import SOURCE
from ingest.registry import get_source
from lakehouse.clock import FixedClock
from tests.ingest.draftkings import samples
from tests.ingest.draftkings.desk import NOW, Desk

DAY = date(2026, 1, 14)
FIRST, LAST = "2026-01-15T00:00:00.0000000Z", "2026-01-15T03:00:00.0000000Z"
OVER = NOW.replace(day=15, hour=6)


@pytest.fixture
def desk() -> Desk:
    answers = {
        "lobby": json.dumps(samples.LOBBY).encode(),
        "draftables/70001": samples.pool(FIRST, LAST),
        "draftables/70002": samples.pool(FIRST),
        "contest/501": samples.contest(),
        "standings/501": samples.final_standings(),
        "entries/70001": samples.ENTRIES,
    }
    return Desk(FixedClock(NOW), answers)


def ask_again(desk: Desk) -> list[str]:
    desk.asked.clear()
    SOURCE.scrape(desk, DAY)
    return desk.asked


def test_an_afternoon(desk: Desk) -> None:
    """Classic pools before others; the terms of tournaments alone; nothing that needs a session."""
    assert ask_again(desk) == ["lobby", "draftables/70001", "draftables/70002", "contest/501"]
    assert not desk.doubts
    assert desk.rows("silver.dk_payouts").collect()["contest_id"].to_list() == [501]


def test_terms_are_asked_again_only_when_they_changed(desk: Desk) -> None:
    ask_again(desk)
    desk.clock.advance(timedelta(minutes=10))
    assert "contest/501" not in ask_again(desk)
    contests = [{**samples.LOBBY["Contests"][0], "m": 2378, "po": 10000.0}]
    desk.answers["lobby"] = json.dumps({**samples.LOBBY, "Contests": contests}).encode()
    desk.answers["contest/501"] = samples.contest(pool_dollars=10000.0)
    desk.clock.advance(timedelta(minutes=10))
    assert "contest/501" in ask_again(desk)


def test_a_pool_is_asked_until_its_last_game_locks(desk: Desk) -> None:
    ask_again(desk)
    desk.clock.advance(timedelta(hours=8))
    assert [key for key in ask_again(desk) if key.startswith("draftables")] == ["draftables/70001"]
    desk.clock.advance(timedelta(hours=3))
    assert not [key for key in ask_again(desk) if key.startswith("draftables")]


def test_ones_entries_are_asked_while_the_slate_is_on(desk: Desk) -> None:
    desk.sessions = ("draftkings",)
    assert "entries/70001" in ask_again(desk)
    assert len(desk.rows("silver.dk_entries").collect()) == 16
    desk.clock.instant = OVER + timedelta(days=1)
    assert "entries/70001" not in ask_again(desk)


def test_standings_are_asked_until_final_ones_are_held(desk: Desk) -> None:
    ask_again(desk)
    desk.sessions = ("draftkings",)
    desk.answers["standings/501"] = samples.standings([f"1,11,u,4.5,10,{samples.LINEUP},,,,,"])
    desk.clock.instant = OVER
    assert ask_again(desk) == ["standings/501"]
    desk.clock.advance(timedelta(hours=1))
    desk.answers["standings/501"] = samples.final_standings()
    assert ask_again(desk) == ["standings/501"]
    assert ask_again(desk) == []
    reports = desk.rows("silver.dk_standings").collect()
    assert reports.group_by("report_ts").agg(pl.col("is_final").all()).sort("report_ts")["is_final"].to_list() == [
        False,
        True,
    ]


def test_standings_without_a_session_are_a_doubt(desk: Desk) -> None:
    ask_again(desk)
    desk.clock.instant = OVER
    assert ask_again(desk) == []
    assert ["no DraftKings session" in doubt for doubt in desk.doubts] == [True]


def test_an_empty_lobby_is_a_doubt_only_with_games_to_come(desk: Desk) -> None:
    desk.answers["lobby"] = json.dumps({"Contests": [], "DraftGroups": []}).encode()
    assert ask_again(desk) == ["lobby"]
    assert not desk.doubts
    desk.schedule = pl.DataFrame({"tip_ts": [NOW + timedelta(hours=7)]})
    ask_again(desk)
    assert ["is empty, but 1 games" in doubt for doubt in desk.doubts] == [True]


def test_a_lobby_that_fails_leaves_what_is_known(desk: Desk) -> None:
    ask_again(desk)
    del desk.answers["lobby"]
    assert ask_again(desk) == ["lobby", "draftables/70001", "draftables/70002"]


def test_the_source_is_registered() -> None:
    assert get_source("draftkings") is SOURCE
    assert len({kind.name for kind in SOURCE.kinds}) == len(SOURCE.kinds)
