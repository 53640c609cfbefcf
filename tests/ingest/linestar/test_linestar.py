"""Linestar's payload: every slate, percentages as printed, and what was public when."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.linestar import SOURCE
from ingest.linestar.parser import PERIOD
from ingest.linestar.payload import find_periods
from ingest.payload import Parsed, Stamp
from ingest.registry import get_source
from lakehouse.clock import FixedClock
from lakehouse.errors import ShapeChanged, StalePayload, Unreadable
from tests.ingest.draftkings.desk import (
    STAMP,
    WIRE,
    Desk,
    damaged_bytes,
    damaged_json,
    load,
    require_parse_or_refusal,
    require_sound,
)

LS = WIRE / "linestar"
REAL, TRIMMED = LS / "raw_GetSalariesV5_period1833_dk_nba.json.gz", LS / "raw_GetSalariesV5_trimmed.json"
real = pytest.mark.skipif(not REAL.is_file(), reason="the real payloads are not here: ../shared/data/wire/linestar")
DAY = date(2026, 1, 14)
TIP = datetime(2026, 1, 15, 0, 30, tzinfo=UTC)
# 16:30 in California, labelled Eastern.
LABEL = f"/Date({int((TIP - timedelta(hours=3)).timestamp() * 1000)}-0500)/"


def salary(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "Id": 900 + number, "PID": number, "Name": f"Player {number}", "POS": "PG/SG", "PTEAM": "BOS", "SAL": 5000,
        "PP": 25.5, "PS": 0, "GID": 7, "GI": "BOS@NYK 4:30 PM", "GT": LABEL, **fields,
    }  # fmt: skip


def payload(period: int = 12, status: str = "7:30 PM", results: int = 0, **fields: Any) -> dict[str, Any]:
    """Two slates, the second by tiers with one of the two players."""
    owned = [{"SalaryId": 901, "PlayerId": 1, "Owned": 0.4}, {"SalaryId": 902, "PlayerId": 2, "Owned": 65.0}]
    container = {
        "Period": {"Id": period, "StartDate": "/Date(1768366800000-0500)/"},
        "Games": [{"GameId": 7, "StatusText": status, "DateUtc": "2026-01-15T00:30:00.0000000"}],
        "Salaries": [salary(1), salary(2, PP=None, PS=31.25)],
        "SalariesMap": {
            "SlateSalaryMap": {"51": [1, 2], "52": [3]},
            "Variants": [
                {"Id": 1, "psid": 901, "s": 5000, "t": 0},
                {"Id": 2, "psid": 902, "s": 6000, "t": 0},
                {"Id": 3, "psid": 902, "s": 0, "t": 2},
            ],
        },
        "Slates": [
            {"Id": 51, "DfsSlateId": 70001, "SlateName": "Main", "IsTiered": False, "Games": 2, "SlateStart": LABEL},
            {"Id": 52, "DfsSlateId": 70003, "SlateName": "Tiers", "IsTiered": True, "Games": 1, "SlateStart": LABEL},
        ],
        **fields,
    }
    contest = {
        "Id": 33, "SlateId": 51, "ContestId": 501, "GroupId": 70001, "ContestType": 4, "ContestName": "NBA $5K Layup",
        "EntryFee": 5.0, "EntryCount": 1189, "Purse": 5000.0,
    }  # fmt: skip
    return {
        "Periods": [{"Id": 12, "StartDate": "2026-01-14T00:00:00"}, {"Id": 11, "StartDate": "2026-01-13T00:00:00"}],
        "Ownership": {
            "Projected": {"51": owned, "52": [owned[1]]},
            "ContestResults": [{"Contest": contest, "OwnershipData": owned}] * results,
        },
        "SalaryContainerJson": json.dumps(container),
    }


def parse(fetched_ts: datetime = STAMP.fetched_ts, **fields: Any) -> Parsed:
    parsed = PERIOD.parse(json.dumps(payload(**fields)).encode(), Stamp(fetched_ts))
    require_sound(parsed)
    return parsed


def test_every_slate_is_kept_with_its_own_salaries() -> None:
    parsed = parse()
    rows = parsed.frames["silver.linestar_ownership"].select("slate_id", "salary_id", "salary", "tier", "proj_own_pct")
    assert rows.rows() == [(51, 901, 5000.0, None, 0.4), (51, 902, 6000.0, None, 65.0), (52, 902, None, 2, 65.0)]
    assert parsed.frames["silver.linestar_slates"]["dk_draft_group"].to_list() == [70001, 70003]
    assert not parsed.doubts


def test_a_projection_is_pp_or_nothing() -> None:
    rows = parse(status="Final").frames
    assert rows["silver.linestar_ownership"]["proj_fpts"].to_list() == [25.5, None, None]
    assert rows["silver.linestar_scored"]["scored_fpts"].to_list() == [0.0, 31.25]


def test_scores_are_of_games_that_are_over() -> None:
    assert not len(parse(status="3rd 4:12").frames["silver.linestar_scored"])


def test_labelled_times_are_three_hours_early() -> None:
    rows = parse().frames["silver.linestar_salaries"]
    assert rows["tip_ts"].unique().to_list() == rows["slate_first_tip"].unique().to_list() == [TIP]
    assert rows["slate_date"].unique().to_list() == [DAY]
    moved = parse(Games=[{"GameId": 7, "DateUtc": "2026-01-15T03:30:00.0000000"}])
    assert ["tips at" in doubt for doubt in moved.doubts] == [True]


@given(st.integers(-100, 100))
def test_what_was_public_when(hours: int) -> None:
    """Before the tip as fetched; later, salaries a day before it, what came of it the next morning, projections now."""
    fetched_ts = TIP + timedelta(hours=hours)
    frames = parse(fetched_ts, status="Final", results=1).frames
    before = (fetched_ts, "exact") if hours < 0 else (TIP - timedelta(hours=24), "assumed")
    morning = datetime(2026, 1, 15, 11, tzinfo=UTC)
    after = (morning, "assumed") if fetched_ts >= morning else (fetched_ts, "exact")
    expected = {"slates": before, "salaries": before, "ownership": (fetched_ts, "exact")}
    for name, frame in frames.items():
        stamps = frame.select("as_of_ts", "as_of_quality").unique().row(0)
        assert stamps == expected.get(name.removeprefix("silver.linestar_"), after), name
        assert stamps[0] <= fetched_ts


def test_contests_keep_both_ids() -> None:
    parsed = parse(results=1)
    ids = parsed.frames["silver.linestar_contest_ids"].select("contest_id", "dk_contest_id", "dk_draft_group")
    assert ids.row(0) == (33, 501, 70001)
    contest = parsed.frames["silver.linestar_contests"].row(0, named=True)
    assert (contest["largest_slate"], contest["own_quality"]) == (True, "sum_off")
    assert parsed.frames["silver.linestar_actual_ownership"]["own_pct"].to_list() == [0.4, 65.0]
    assert not parse(results=2).frames["silver.linestar_contests"]["contest_id"].is_duplicated().any()


def test_a_player_without_a_salary_row_is_rejected() -> None:
    parsed = parse(Salaries=[salary(1)], results=1)
    assert {each.table for each in parsed.rejected} == {
        "silver.linestar_ownership",
        "silver.linestar_actual_ownership",
    }


def test_the_wrapper_changes_nothing() -> None:
    bare = json.dumps(payload(results=1)).encode()
    wrapped = json.dumps({"url": "x", "status": 200, "data": payload(results=1)}).encode()
    one, other = PERIOD.parse(bare, STAMP), PERIOD.parse(wrapped, STAMP)
    assert all(one.frames[name].equals(other.frames[name]) for name in one.frames)
    with pytest.raises(Unreadable, match="status 403"):
        PERIOD.parse(json.dumps({"status": 403, "data": None}).encode(), STAMP)


def test_another_period_is_stale() -> None:
    with pytest.raises(StalePayload):
        PERIOD.parse(json.dumps(payload()).encode(), Stamp(STAMP.fetched_ts, asked={"period_id": "11"}))


def test_a_changed_shape_is_named_within_the_inner_json() -> None:
    body = json.dumps(payload(Salaries=[salary(1), {**salary(2), "PID": "2"}])).encode()
    with pytest.raises(ShapeChanged) as caught:
        PERIOD.parse(body, STAMP)
    assert caught.value.path == "$.SalaryContainerJson.Salaries[1].PID"


@pytest.mark.parametrize("body", [b"", b"<html>Log in</html>", b"[]", b"{}", b'{"data": 5}', b"\xff"])
def test_what_is_something_else_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        PERIOD.parse(body, STAMP)


@real
def test_the_real_period() -> None:
    parsed = PERIOD.parse(load(REAL), STAMP)
    require_sound(parsed)
    assert not parsed.rejected
    assert not parsed.doubts
    counts = {name.removeprefix("silver.linestar_"): len(frame) for name, frame in parsed.frames.items()}
    assert counts == {
        "slates": 3, "salaries": 102, "ownership": 170, "contests": 3, "contest_ids": 3, "actual_ownership": 172,
        "scored": 102,
    }  # fmt: skip
    salaries = parsed.frames["silver.linestar_salaries"]
    assert salaries["salary"].is_between(3000, 12100).all()
    # 2023-01-01, three games at 8 pm Eastern.
    assert salaries["tip_ts"].unique().to_list() == [datetime(2023, 1, 2, 1, tzinfo=UTC)]
    projected = (
        parsed.frames["silver.linestar_ownership"]
        .group_by("slate_id")
        .agg(pl.col("proj_own_pct").sum().round(1), pl.len())
    )
    assert sorted(projected.rows()) == [(19352, 809.6, 102), (19355, 0.0, 34), (19356, 604.5, 34)]


@real
def test_the_real_ownership_sums_to_what_the_payload_tracked() -> None:
    data = json.loads(load(REAL))["data"]["Ownership"]["ContestResults"]
    tracked = {each["Contest"]["Id"]: each["Contest"]["OwnershipTracked"] for each in data}
    parsed = PERIOD.parse(load(REAL), STAMP)
    actual = parsed.frames["silver.linestar_actual_ownership"]
    sums = dict(actual.group_by("contest_id").agg(pl.col("own_pct").sum()).iter_rows())
    assert sums == pytest.approx(tracked)
    assert parsed.frames["silver.linestar_contests"]["own_quality"].unique().to_list() == ["classic_ok"]


@real
def test_the_trimmed_period_loses_no_row_silently() -> None:
    parsed = PERIOD.parse(load(TRIMMED), STAMP)
    require_sound(parsed)
    kept = {name: len(frame) for name, frame in parsed.frames.items()}
    lost = {name: sum(each.table == name for each in parsed.rejected) for name in kept}
    assert kept["silver.linestar_salaries"] == 3
    for name, rows in (("silver.linestar_ownership", 170), ("silver.linestar_actual_ownership", 172)):
        assert kept[name] + lost[name] == rows


@pytest.mark.parametrize("damage", [damaged_json, damaged_bytes])
def test_damaged_payloads(damage: Callable[..., st.SearchStrategy[bytes]]) -> None:
    bodies = [json.dumps(payload(results=1)).encode(), *([load(TRIMMED)] if TRIMMED.is_file() else [])]

    @given(damage(bodies))
    def run(damaged: bytes) -> None:
        require_parse_or_refusal(PERIOD, damaged)

    run()


@given(damaged_json([payload(results=1)["SalaryContainerJson"].encode()]))
def test_damage_within_the_inner_json(inner: bytes) -> None:
    body = json.dumps({**payload(results=1), "SalaryContainerJson": inner.decode()}).encode()
    require_parse_or_refusal(PERIOD, body)


def desk(**answers: dict[str, Any]) -> Desk:
    bodies = {key.replace("_", "/"): json.dumps(answer).encode() for key, answer in answers.items()}
    return Desk(FixedClock(STAMP.fetched_ts), bodies, sessions=("linestar",))


def test_a_day_is_its_periods() -> None:
    at = desk(current=payload(period=13), period_12=payload())
    SOURCE.scrape(at, DAY)
    assert at.asked == ["current", "period/12"]


def test_the_current_period_is_not_asked_twice() -> None:
    at = desk(current=payload())
    SOURCE.scrape(at, DAY)
    assert at.asked == ["current"]


def test_a_settled_period_is_asked_once() -> None:
    at = desk(current=payload(period=40), period_12=payload())
    at.clock.advance(timedelta(days=30))
    SOURCE.scrape(at, DAY)
    SOURCE.scrape(at, DAY)
    assert at.asked == ["current", "period/12", "current"]


def test_without_a_session_nothing_is_asked() -> None:
    at = desk(current=payload())
    at.sessions = ()
    SOURCE.scrape(at, DAY)
    assert (at.asked, len(at.doubts)) == ([], 1)


def test_a_day_with_games_and_no_period_is_a_doubt() -> None:
    at = desk(current=payload())
    at.schedule = pl.DataFrame({"tip_ts": [TIP]})
    SOURCE.scrape(at, DAY + timedelta(days=5))
    assert at.doubts == ["Linestar has no period for 2026-01-19"]


def test_periods_are_found_by_their_date() -> None:
    assert find_periods(json.dumps(payload()).encode(), DAY) == [12]
    assert get_source("linestar") is SOURCE
