"""What DraftKings' parsers refuse, reject and doubt."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.draftkings.contest import CONTEST
from ingest.draftkings.draftables import DRAFTABLES
from ingest.draftkings.entries import ENTRIES
from ingest.draftkings.export import unpack
from ingest.draftkings.gpp import is_gpp
from ingest.draftkings.lobby import LOBBY
from ingest.draftkings.payouts import PAYOUT_SHEET
from ingest.draftkings.salaries import SALARY_FILE
from ingest.draftkings.slots import CLASSIC, slate_type
from ingest.draftkings.standings import STANDINGS_EXPORT
from ingest.payload import PayloadKind, Stamp
from lakehouse.errors import ShapeChanged, StalePayload, Unreadable
from tests.ingest.draftkings import samples
from tests.ingest.draftkings.desk import NOW, STAMP, require_sound

GAME = "2026-01-15T00:30:00.0000000Z"
LATE_GAME = "2026-01-15T03:00:00.0000000Z"


def asking(**asked: str) -> Stamp:
    return Stamp(NOW, asked=asked)


def column(rows: pl.DataFrame, name: str) -> list[Any]:
    return rows[name].to_list()


def test_the_lobby_says_which_contests_are_tournaments() -> None:
    parsed = LOBBY.parse(json.dumps(samples.LOBBY).encode(), asking(date="2026-01-14"))
    require_sound(parsed)
    contests, groups = parsed.frames["silver.dk_contests"], parsed.frames["silver.dk_draft_groups"]
    assert column(contests, "is_gpp") == [True, False]
    assert contests.select("max_entries", "entries", "max_entries_per_user").row(0) == (1189, 17, 20)
    assert column(groups, "label") == ["(BOS vs NYK)", None]
    assert (contests["start_ts"] == groups["start_ts"]).all()


def test_yesterdays_lobby_is_stale() -> None:
    with pytest.raises(StalePayload, match="2026-01-14, but 2026-01-15"):
        LOBBY.parse(json.dumps(samples.LOBBY).encode(), asking(date="2026-01-15"))


def test_a_contest_listed_twice_is_kept_once() -> None:
    twice = {**samples.LOBBY, "Contests": [*samples.LOBBY["Contests"], samples.LOBBY["Contests"][0]]}
    parsed = LOBBY.parse(json.dumps(twice).encode(), STAMP)
    assert len(parsed.frames["silver.dk_contests"]) == 2
    assert [(each.row_number, each.table) for each in parsed.rejected] == [(3, "silver.dk_contests")]


@pytest.mark.parametrize(
    "name", ["NBA $5 Double Up", "NBA Satellite", "NBA 50/50", "NBA $1 Winner Take All", "NBA Triple-Up", "Free NBA"]
)
def test_other_formats_are_no_tournaments(name: str) -> None:
    assert not is_gpp(name, "Classic", 5.0, 5000.0, True)
    assert is_gpp("NBA $5K mini-MAX", "Classic", 5.0, 5000.0, True)
    assert not is_gpp("NBA $5K mini-MAX", "Classic", 0.0, 5000.0, True)
    assert not is_gpp("NBA $5K mini-MAX", "Tiers", 5.0, 5000.0, True)


def test_a_pool_locks_each_player_with_his_game() -> None:
    parsed = DRAFTABLES.parse(samples.pool(GAME, LATE_GAME), asking(draft_group="70001", date="2026-01-14"))
    rows = parsed.frames["silver.dk_draftables"]
    require_sound(parsed)
    assert column(rows, "slot") == ["PG", "UTIL", "PG", "UTIL"]
    assert rows["lock_ts"].n_unique() == 2
    assert set(column(rows, "draft_group")) == {70001}
    assert not parsed.doubts


def test_a_pool_of_an_earlier_day_is_stale() -> None:
    with pytest.raises(StalePayload):
        DRAFTABLES.parse(samples.pool(GAME), asking(draft_group="70001", date="2026-01-15"))


def test_a_renamed_field_is_named() -> None:
    body = samples.pool(GAME, LATE_GAME).replace(b'"playerId": 41', b'"player_id": 41')
    with pytest.raises(ShapeChanged) as caught:
        DRAFTABLES.parse(body, STAMP)
    assert caught.value.path == "$.draftables[2].playerId"


@given(st.sets(st.sampled_from(sorted(CLASSIC)), min_size=1))
def test_a_slate_is_classic_only_with_guards_of_its_own(slots: set[int]) -> None:
    assert (slate_type(slots) == "classic") == (458 in slots)
    assert slate_type([*slots, 99999]) is None


def test_payouts_are_read_to_the_cent_and_summed() -> None:
    parsed = CONTEST.parse(samples.contest(), asking(contest_id="501"))
    require_sound(parsed)
    assert parsed.frames["silver.dk_payouts"].select("min_position", "max_position", "cash").row(0) == (1, 5, 1000.0)
    assert not parsed.doubts
    assert "sum to $5,000.00" in CONTEST.parse(samples.contest(pool_dollars=6000.0), STAMP).doubts[0]


def test_a_prize_that_is_no_cash_is_kept_as_printed() -> None:
    body = samples.contest().replace(b'{"Cash": "$1,000.00"}', b'{"Ticket": "1 Ticket to the Finals"}')
    payout = CONTEST.parse(body, STAMP).frames["silver.dk_payouts"].row(0, named=True)
    assert (payout["cash"], payout["prize"]) == (None, "Ticket: 1 Ticket to the Finals")


def test_another_contest_is_stale() -> None:
    with pytest.raises(StalePayload):
        CONTEST.parse(samples.contest(502), asking(contest_id="501"))
    with pytest.raises(StalePayload):
        STANDINGS_EXPORT.parse(samples.final_standings(), asking(contest_id="502"))


def test_final_standings() -> None:
    parsed = STANDINGS_EXPORT.parse(samples.final_standings(), asking(contest_id="501"))
    require_sound(parsed)
    entries, players = parsed.frames["silver.dk_standings"], parsed.frames["silver.dk_ownership"]
    assert (len(entries), len(players), players["drafted_pct"].sum()) == (2, 8, 800.0)
    assert column(entries, "is_final") == [True, True]
    assert column(entries, "report_ts") == [NOW, NOW]
    assert not parsed.doubts


@given(
    minutes=st.lists(st.sampled_from([0, 0.5, 48]), min_size=1, max_size=5),
    locked=st.booleans(),
)
def test_standings_are_final_when_nobody_plays_on_and_no_slot_is_locked(minutes: list[float], locked: bool) -> None:
    lineup = samples.LINEUP.replace("Hi", "LOCKED") if locked else samples.LINEUP
    lines = [f"1,{number},u,{left},10,{lineup},,,,," for number, left in enumerate(minutes)]
    parsed = STANDINGS_EXPORT.parse(samples.standings(lines), STAMP)
    expected = not locked and not any(minutes)
    assert parsed.frames["silver.dk_standings"]["is_final"].unique().to_list() == [expected]


def test_ownership_that_does_not_add_up_is_doubted() -> None:
    lines = [f"1,11,u,0,10,{samples.LINEUP},,Al,C,100.00%,5"]
    assert "sums to 100.0, not to about 800.0" in STANDINGS_EXPORT.parse(samples.standings(lines), STAMP).doubts[0]


def test_a_bad_line_is_rejected_and_a_bad_file_refused() -> None:
    good = [f"{rank},{rank},u,0,10,{samples.LINEUP},,,,," for rank in range(1, 200)]
    parsed = STANDINGS_EXPORT.parse(samples.standings([*good, "200,200,u,0,oops,,,,,,", "7,7,again,0,1,,,,,,"]), STAMP)
    assert (len(parsed.frames["silver.dk_standings"]), len(parsed.rejected)) == (199, 2)
    broken = [line.replace(",10,", ",ten,") for line in good]
    with pytest.raises(ShapeChanged, match="199 of 199"):
        STANDINGS_EXPORT.parse(samples.standings(broken), STAMP)


def test_an_export_is_one_file_of_bounded_size() -> None:
    packed = samples.standings([f"{rank},{rank},u,0,0,,,,,," for rank in range(5000)])
    assert len(packed) < 40_000 < len(unpack(packed)[1])
    with pytest.raises(Unreadable, match="unpacks to more"):
        unpack(packed, max_bytes=40_000)
    with pytest.raises(Unreadable, match="holds 2 files"):
        STANDINGS_EXPORT.parse(samples.standings([], members=2), STAMP)
    with pytest.raises(Unreadable, match="cannot be unpacked"):
        STANDINGS_EXPORT.parse(packed[: len(packed) // 2], STAMP)


def test_entries_are_one_row_a_slot() -> None:
    parsed = ENTRIES.parse(samples.ENTRIES, STAMP)
    require_sound(parsed)
    rows = parsed.frames["silver.dk_entries"]
    assert len(rows) == 16
    first, second = (rows.filter(pl.col("entry_id") == entry).sort("slot_number") for entry in (11, 12))
    assert column(first, "slot") == ["PG", "SG", "SF", "PF", "C", "G", "F", "UTIL"]
    assert first.select("player_name", "draftable_id", "is_locked").row(1) == ("Gu", 2, True)
    assert first.select("player_name", "draftable_id", "is_locked").row(7) == (None, None, False)
    assert second.select("player_name", "draftable_id", "is_locked").row(0) == (None, None, True)
    assert set(column(rows, "entry_fee")) == {5.0}


def test_a_slot_that_comes_twice_is_two_slots() -> None:
    body = b"Entry ID,Contest Name,Contest ID,Entry Fee,CPT,UTIL,UTIL\n11,x,501,$1,Al (1),Bo (2),Cy (3)\n"
    rows = ENTRIES.parse(body, STAMP).frames["silver.dk_entries"]
    assert rows.select("slot_number", "slot", "draftable_id").rows() == [(1, "CPT", 1), (2, "UTIL", 2), (3, "UTIL", 3)]


def test_salary_file() -> None:
    parsed = SALARY_FILE.parse(samples.SALARIES, asking(draft_group="70001"))
    require_sound(parsed)
    playing, postponed = parsed.frames["silver.dk_draftables"].sort("salary", descending=True).iter_rows(named=True)
    assert playing["lock_ts"] == NOW.replace(day=15, hour=0, minute=30)
    assert (playing["competition"], playing["slot"], playing["slate_type"]) == ("BOS@NYK", "C/UTIL", "classic")
    assert (postponed["lock_ts"], postponed["competition"]) == (None, None)


def test_payout_sheet() -> None:
    parsed = PAYOUT_SHEET.parse(samples.PAYOUTS, asking(contest_id="501"))
    require_sound(parsed)
    assert parsed.frames["silver.dk_payouts"].select("min_position", "max_position", "cash").rows() == [
        (1, 1, 2500.0),
        (2, 6, 500.0),
    ]


PACKED = samples.SALARIES + samples.PAYOUTS
PAGE = b"<!DOCTYPE html><html><body>Log in</body></html>"


@pytest.mark.parametrize(
    "kind",
    [LOBBY, DRAFTABLES, CONTEST, STANDINGS_EXPORT, ENTRIES, SALARY_FILE, PAYOUT_SHEET],
    ids=lambda kind: kind.name,
)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        PAGE,
        b"[]",
        b"{}",
        b"null",
        b"\x1f\x8b\x08\x00rubbish",
        gzip.compress(PACKED),
        zlib.compress(PACKED, 3),
        b"PK\x03\x04",
        b"\xff\xfe",
    ],
)
def test_what_is_something_else_is_unreadable(kind: PayloadKind, body: bytes) -> None:
    with pytest.raises(Unreadable):
        kind.parse(body, STAMP)
    assert not kind.is_like(PAGE)


def test_a_report_is_dated_by_its_fetch() -> None:
    later = replace(STAMP, fetched_ts=NOW + timedelta(hours=1))
    for frame in STANDINGS_EXPORT.parse(samples.final_standings(), later).frames.values():
        assert frame["as_of_ts"].unique().to_list() == [later.fetched_ts]
