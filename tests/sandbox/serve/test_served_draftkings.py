"""DraftKings as served: it tells what is known and no more, in shapes that the real site's readers take."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.draftkings.contest import CONTEST, paid_cash
from ingest.draftkings.draftables import DRAFTABLES
from ingest.draftkings.entries import ENTRIES
from ingest.draftkings.lobby import LOBBY
from ingest.draftkings.standings import STANDINGS_EXPORT
from ingest.payload import Parsed, PayloadKind, Stamp
from sandbox.fixtures import DAY, HOUR, MINUTE
from sandbox.league import League, generate
from sandbox.offers import Contest
from sandbox.payouts import competition_ranks
from sandbox.serve import draftkings
from sandbox.serve.routes import Reply
from sandbox.serve.site import answer
from sandbox.serve.standings import slate_ends
from sandbox.serve.world import World, game_ends
from sandbox.slates import Kind, Slate
from sandbox.times import eastern_wall
from tests.sandbox.serve.hindsight import other_future

REAL = Path(__file__).parents[4] / "shared" / "data" / "wire" / "draftkings"
COOKIE = {"cookie": "theme=dark; dk=sandbox"}
LOBBY_URL = "https://www.draftkings.com/lobby/getcontests?sport=NBA"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the real payloads are not here: ../shared/data/wire")


@pytest.fixture(scope="module")
def league() -> League:
    return generate(5, 1, date(2025, 11, 20), teams=12, games_per_team=12)


@pytest.fixture(scope="module")
def world(league: League) -> World:
    return World(league)


@pytest.fixture(scope="module")
def main(world: World) -> Slate:
    """A main slate whose games tip at several times, with a showdown beside it."""
    days = sorted({game.fixture.day for game in world.league.seasons[0].games})
    slates = [slate for day in days for slate in world.contests.slates(day) if slate.kind is Kind.MAIN]
    return next(
        s for s in slates if len({g.fixture.tip for g in s.games}) > 2 and not any(g.fixture.changes for g in s.games)
    )


@pytest.fixture(scope="module")
def contest(world: World, main: Slate) -> Contest:
    """Its largest tournament."""
    return world.contests.contests(main)[0]


def ask(world: World, at: int, url: str, headers: dict[str, str] | None = None) -> Reply:
    return answer(world, draftkings.ROUTES, at, url, COOKIE if headers is None else headers)


def pool_url(slate: Slate) -> str:
    return f"https://api.draftkings.com/draftgroups/v1/draftgroups/{slate.draft_group}/draftables"


def page_url(contest: Contest) -> str:
    return f"https://api.draftkings.com/contests/v1/contests/{contest.contest_id}"


def export_url(contest: Contest) -> str:
    return f"https://www.draftkings.com/contest/exportfullstandingscsv/{contest.contest_id}"


def entries_url(slate: Slate) -> str:
    return f"https://www.draftkings.com/entry/export?draftGroupId={slate.draft_group}"


def read(kind: PayloadKind, reply: Reply, at: int, **asked: object) -> Parsed:
    """The reply through the real parser, which must take all of it."""
    assert reply.status == 200
    assert kind.is_like(reply.body)
    stamp = Stamp(datetime.fromtimestamp(at, UTC), asked={name: str(value) for name, value in asked.items()})
    parsed = kind.parse(reply.body, stamp)
    assert not parsed.rejected
    assert not parsed.doubts
    return parsed


def read_standings(world: World, contest: Contest, at: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    parsed = read(STANDINGS_EXPORT, ask(world, at, export_url(contest)), at, contest_id=contest.contest_id)
    return parsed.frames["silver.dk_standings"], parsed.frames["silver.dk_ownership"]


def test_the_lobby_shows_what_takes_entries(world: World, main: Slate) -> None:
    known: dict[int, int] = {}
    for at in range(main.published, main.start, 3 * HOUR):
        frames = read(LOBBY, ask(world, at, LOBBY_URL), at, date=main.day - timedelta(days=1)).frames
        contests = frames["silver.dk_contests"]
        assert main.draft_group in frames["silver.dk_draft_groups"]["draft_group"]
        assert contests.filter(pl.col("start_ts") <= pl.lit(datetime.fromtimestamp(at, UTC))).is_empty()
        for contest_id, entries in contests.select("contest_id", "entries").rows():
            assert entries >= known.get(contest_id, 0)
            known[contest_id] = entries
        gpps = contests.filter(pl.col("is_gpp") & (pl.col("draft_group") == main.draft_group))
        assert gpps["contest_id"].to_list() == [c.contest_id for c in world.contests.contests(main)[:3]]
    for at in (main.published - 1, main.start):
        groups = read(LOBBY, ask(world, at, LOBBY_URL), at).frames["silver.dk_draft_groups"]
        assert main.draft_group not in groups["draft_group"]


def test_other_sports_have_no_contests(world: World, main: Slate) -> None:
    reply = ask(world, main.start - HOUR, LOBBY_URL.replace("NBA", "NFL"))
    assert json.loads(reply.body)["Contests"] == []


@pytest.mark.parametrize("kind", [Kind.MAIN, Kind.SHOWDOWN])
def test_a_pool_has_every_player_in_every_slot(world: World, main: Slate, kind: Kind) -> None:
    slate = next(s for s in world.contests.slates(main.day) if s.kind is kind)
    at = slate.start - HOUR
    asked = {"draft_group": slate.draft_group, "date": slate.day}
    rows = read(DRAFTABLES, ask(world, at, pool_url(slate)), at, **asked).frames["silver.dk_draftables"]
    assert rows["slate_type"].unique().to_list() == ["showdown" if kind is Kind.SHOWDOWN else "classic"]
    assert rows["dk_player_id"].n_unique() == len(slate.pool)
    assert rows["is_swappable"].all()
    if kind is Kind.SHOWDOWN:
        captains = rows.filter(slot="CPT").join(rows.filter(slot="UTIL"), on="dk_player_id")
        assert len(captains) == len(slate.pool)
        assert captains.filter(pl.col("salary") * 2 != pl.col("salary_right") * 3).is_empty()
    else:
        assert len(rows) == sum(
            2 + len({"G", "F"} & _wide(seat.positions)) + len(seat.positions) - 1 for seat in slate.pool
        )


def _wide(positions: tuple[str, ...]) -> set[str]:
    return {{"PG": "G", "SG": "G", "SF": "F", "PF": "F"}.get(position, "") for position in positions}


def test_players_are_locked_game_by_game(world: World, main: Slate) -> None:
    for game in main.games:
        at = game.fixture.tip
        rows = read(DRAFTABLES, ask(world, at, pool_url(main)), at, draft_group=main.draft_group)
        pool = rows.frames["silver.dk_draftables"]
        started = pl.col("lock_ts") <= pl.lit(datetime.fromtimestamp(at, UTC))
        assert pool.filter(started == pl.col("is_swappable")).is_empty()
        assert pool.filter(started != pl.col("is_disabled")).is_empty()


def test_a_status_is_shown_soon_after_it_was_said_and_never_before(world: World, main: Slate) -> None:
    shown = {"Out": "OUT", "Doubtful": "Q", "Questionable": "Q"}
    said = 0
    for at in (main.published, main.published + 18 * HOUR, main.start - HOUR, main.start - 10 * MINUTE):
        rows = json.loads(ask(world, at, pool_url(main)).body)["draftables"]
        status = {row["playerId"]: row["status"] for row in rows}
        for seat in main.pool:
            spoken = [n.status for n in seat.side.notices[seat.row] if n.stamp <= at - 2 * MINUTE]
            player = draftkings_id(world, seat.index)
            assert status[player] == shown.get(spoken[-1] if spoken else "", "None")
            said += status[player] != "None"
    assert said


def draftkings_id(world: World, index: int) -> int:
    return world.person(index).player_id - 1_900_000


def test_payouts_sum_to_the_prize_pool(world: World, main: Slate) -> None:
    at = main.start - HOUR
    for slate in world.contests.slates(main.day):
        for contest in world.contests.contests(slate):
            frames = read(CONTEST, ask(world, at, page_url(contest)), at, contest_id=contest.contest_id).frames
            payouts, row = frames["silver.dk_payouts"], frames["silver.dk_contests"].row(0, named=True)
            assert row["prize_pool"] == contest.prize_pool
            assert row["entries"] == contest.entered(at)
            is_ticket = contest.payouts[0].ticket is not None
            assert paid_cash(payouts) == (0 if is_ticket else contest.prize_pool)
            assert payouts["prize"].is_null().all() != is_ticket


def test_an_export_needs_a_session(world: World, contest: Contest) -> None:
    at = contest.slate.start + HOUR
    for url in (export_url(contest), entries_url(contest.slate)):
        for headers in ({}, {"cookie": "dk=stale"}):
            reply = ask(world, at, url, headers)
            assert (reply.status, reply.headers["Location"]) == (302, draftkings.LOGIN)
    assert b"<html>" in ask(world, at, draftkings.LOGIN, {}).body


def test_nothing_is_there_before_its_time(world: World, contest: Contest) -> None:
    slate = contest.slate
    for url in (pool_url(slate), page_url(contest)):
        assert ask(world, slate.published - 1, url).status == 404
        assert ask(world, slate.published, url).status == 200
    assert ask(world, slate.start - 1, export_url(contest)).status == 404
    assert ask(world, slate.start, pool_url(slate).replace(str(slate.draft_group), "99")).status == 404
    assert ask(world, slate.start, export_url(contest).replace(str(contest.contest_id), "99")).status == 404


def test_an_export_in_progress_names_nobody_whose_game_is_to_come(world: World, contest: Contest) -> None:
    slate = contest.slate
    tips = sorted({game.fixture.tip for game in slate.games})
    for at in (tips[0], tips[1] - 1, tips[1], (tips[-2] + tips[-1]) // 2):
        standings, ownership = read_standings(world, contest, at)
        hidden = {world.person(seat.index).name for seat in slate.pool if seat.game.fixture.tip > at}
        assert hidden.isdisjoint(ownership["player_name"].to_list())
        text = "\n".join(standings["lineup"].to_list())
        assert not [name for name in hidden if name in text]
        assert "LOCKED" in text
        assert not standings["is_final"].any()
        assert max(standings["time_remaining"].to_list()) > 0


def test_points_and_minutes_only_move_one_way(world: World, contest: Contest) -> None:
    slate = contest.slate
    end = slate_ends(slate, slate.start)
    left: dict[int, float] = {}
    for at in (slate.start, slate.start + 40 * MINUTE, slate.start + 90 * MINUTE, end - 1, end):
        standings, _ = read_standings(world, contest, at)
        now = dict(standings.select("entry_id", "time_remaining").iter_rows())
        assert all(now[entry] <= left.get(entry, 8 * 48.0) for entry in now)
        left = now
        assert (standings["rank"].to_numpy() == competition_ranks(standings["points"].to_numpy())).all()
    assert set(left.values()) == {0.0}


def test_the_final_export_is_the_truth(world: World, main: Slate) -> None:
    for slate in world.contests.slates(main.day):
        slots = len(slate.slots)
        at = max(game_ends(game) for game in slate.games) + HOUR
        for contest in world.contests.contests(slate):
            standings, ownership = read_standings(world, contest, at)
            field, result = world.contests.field(contest), world.contests.result(contest)
            assert standings["is_final"].all()
            assert len(standings) == contest.entries
            assert ownership["drafted_pct"].sum() == pytest.approx(100 * slots, abs=1e-6)
            truth = pl.DataFrame({"entry_id": field.entry_ids, "true": result.points, "place": result.ranks})
            both = standings.join(truth, on="entry_id", validate="1:1")
            assert len(both) == contest.entries
            assert both.filter((pl.col("points") - pl.col("true")).abs() > 0.005 + 1e-9).is_empty()
            assert both.filter(pl.col("rank") != pl.col("place")).is_empty()


def test_a_line_up_adds_up_to_its_points(world: World, contest: Contest) -> None:
    """What the export prints of players and of entries agrees, in the classic game exactly."""
    at = slate_ends(contest.slate, contest.slate.start)
    standings, ownership = read_standings(world, contest, at)
    points = dict(ownership.select("player_name", "fpts").iter_rows())
    slots = [slot.name for slot in contest.slate.slots]
    for lineup, total in standings.select("lineup", "points").head(200).iter_rows():
        words = lineup.split(" ")
        marks = [k for k, word in enumerate(words) if word in slots] + [len(words)]
        names = [" ".join(words[a + 1 : b]) for a, b in pairwise(marks)]
        assert len(names) == len(slots)
        assert sum(points[name] for name in names) == total


def test_the_export_is_two_ragged_tables_side_by_side(world: World, contest: Contest) -> None:
    body = ask(world, slate_ends(contest.slate, contest.slate.start), export_url(contest)).body
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.namelist() == [f"contest-standings-{contest.contest_id}.csv"]
        data = archive.read(archive.namelist()[0])
    assert data.startswith(b"\xef\xbb\xbf")
    widths = {len(row) for row in csv.reader(io.StringIO(data.decode("utf-8-sig")))}
    assert widths == {9, 11}


def test_own_entries_are_those_of_the_standings(world: World, main: Slate) -> None:
    assert (
        ENTRIES.parse(ask(world, main.start - HOUR - 1, entries_url(main)).body, Stamp(datetime.now(UTC)))
        .frames["silver.dk_entries"]
        .is_empty()
    )
    for at in (main.start - HOUR, main.start + 70 * MINUTE):
        rows = read(ENTRIES, ask(world, at, entries_url(main)), at).frames["silver.dk_entries"]
        pool = read(DRAFTABLES, ask(world, at, pool_url(main)), at, draft_group=main.draft_group)
        draftables = pool.frames["silver.dk_draftables"]
        mine = rows.join(draftables, on="draftable_id", how="left", validate="m:1")
        assert mine.filter(pl.col("player_name") != pl.col("player_name_right")).is_empty()
        assert mine.filter(pl.col("slot") != pl.col("slot_right")).is_empty()
        assert mine.filter(pl.col("is_locked") == pl.col("is_swappable")).is_empty()
        for contest in world.contests.contests(main):
            held = rows.filter(contest_id=contest.contest_id)
            assert held["entry_id"].n_unique() == len(world.contests.own_lineups(contest))
            assert np.isin(held["entry_id"].to_numpy(), world.contests.entry_ids(contest)).all()


def test_the_same_instant_gives_the_same_bytes_in_any_world(league: League, world: World, contest: Contest) -> None:
    slate = contest.slate
    at = slate.start + 75 * MINUTE
    urls = [export_url(contest), entries_url(slate), page_url(contest), pool_url(slate), LOBBY_URL]
    first = [ask(world, at, url).body for url in urls]
    ask(world, at + DAY, export_url(contest))
    assert [ask(World(league), at, url).body for url in reversed(urls)] == first[::-1]


@settings(max_examples=8)
@given(st.data())
def test_nothing_of_the_future_is_told(league: League, data: st.DataObject) -> None:
    """A league with another future says the same, to the byte."""
    season = league.seasons[0]
    start = data.draw(st.sampled_from([game.fixture.tip for game in season.games]))
    at = start + data.draw(st.integers(-30 * HOUR, 4 * HOUR))
    worlds = [World(league), World(other_future(league, at))]
    assert told(worlds[0], at) == told(worlds[1], at)


def told(world: World, at: int) -> dict[str, tuple[int, bytes]]:
    """Every answer about yesterday's, today's and tomorrow's slates."""
    today = eastern_wall(at).date()
    slates = [slate for k in (-1, 0, 1) for slate in world.contests.slates(today + timedelta(days=k))]
    urls = [LOBBY_URL, *(pool_url(slate) for slate in slates), *(entries_url(slate) for slate in slates)]
    for slate in slates:
        urls += [url(contest) for contest in world.contests.contests(slate)[1::2] for url in (page_url, export_url)]
    replies = {url: ask(world, at, url) for url in urls}
    return {url: (reply.status, reply.body) for url, reply in replies.items() if reply.status != 404}


@needs_real
def test_objects_have_the_real_ones_keys(world: World, contest: Contest) -> None:
    """No key is invented: each object's keys are among those of the real object of its kind."""
    at = contest.slate.start - HOUR
    pools = [json.loads(gzip.decompress(path.read_bytes())) for path in sorted((REAL / "draftables").glob("*.json.gz"))]
    for url, real in (
        (LOBBY_URL, [json.loads((REAL / "lobby_getcontests_NBA_2023-12-01_filtered.json").read_bytes())]),
        (page_url(contest), [json.loads((REAL / "contest_detail_127252720_NBA_h2h.json").read_bytes())]),
        (pool_url(contest.slate), pools),
    ):
        assert key_paths(json.loads(ask(world, at, url).body)) <= set().union(*map(key_paths, real))


def key_paths(value: Any, path: str = "$") -> set[str]:
    """Every key of a document with the keys above it; keys that are names of their own (attributes, prizes) are left out."""
    if isinstance(value, list):
        return set().union(*(key_paths(item, f"{path}[]") for item in value))
    if not isinstance(value, dict) or path.endswith((".attr", ".attributes", ".pd", "ayoutDescriptions")):
        return set()
    return {f"{path}.{key}" for key in value}.union(*(key_paths(item, f"{path}.{key}") for key, item in value.items()))
