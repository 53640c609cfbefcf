"""Linestar as served: every slate of a period, projections of what is known, and results once they are in."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.linestar.parser import PERIOD
from ingest.linestar.payload import find_periods
from ingest.payload import Parsed, Stamp
from sandbox.books import linestar_period as period_of
from sandbox.books import linestar_salaries
from sandbox.cut import Cut
from sandbox.fixtures import DAY, HOUR
from sandbox.health import OUT
from sandbox.league import League, generate
from sandbox.serve import linestar
from sandbox.serve.routes import Reply
from sandbox.serve.site import answer
from sandbox.serve.world import World, game_ends
from sandbox.slates import Kind, Slate
from sandbox.times import eastern_wall
from tests.sandbox.serve.hindsight import other_future

REAL = Path(__file__).parents[4] / "shared" / "data" / "wire" / "linestar"
COOKIE = {"cookie": "ls=sandbox"}
URL = "https://www.linestarapp.com/DesktopModules/DailyFantasyApi/API/Fantasy/GetSalariesV5?site=1&sport=2"


@pytest.fixture(scope="module")
def league() -> League:
    return generate(5, 1, date(2025, 11, 20), teams=12, games_per_team=12)


@pytest.fixture(scope="module")
def world(league: League) -> World:
    return World(league)


@pytest.fixture(scope="module")
def slates(world: World) -> tuple[Slate, ...]:
    """The slates of a date with a main and a showdown slate, none of whose games moves."""
    days = sorted({game.fixture.day for game in world.league.seasons[0].games})
    found = (world.contests.slates(day) for day in days)
    return next(s for s in found if s and len(s[0].games) > 3 and not any(g.fixture.changes for g in s[0].games))


def ask(world: World, at: int, period: int | None = None, headers: dict[str, str] | None = None) -> Reply:
    url = URL if period is None else f"{URL}&periodId={period}"
    return answer(world, linestar.ROUTES, at, url, COOKIE if headers is None else headers)


def read(reply: Reply, at: int, period: int) -> Parsed:
    """The reply through the real parser, which must take all of it."""
    assert reply.status == 200
    parsed = PERIOD.parse(reply.body, Stamp(datetime.fromtimestamp(at, UTC), asked={"period_id": str(period)}))
    assert not parsed.rejected
    assert not parsed.doubts
    return parsed


def container(reply: Reply) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.loads(reply.body)["SalaryContainerJson"])
    return found


def over(slates: tuple[Slate, ...]) -> int:
    """The morning after."""
    return max(game_ends(game) for slate in slates for game in slate.games) + 8 * HOUR


def test_without_a_session_there_is_a_login_page(world: World, slates: tuple[Slate, ...]) -> None:
    for headers in ({}, {"cookie": "ls=old"}, {"cookie": "dk=sandbox"}):
        reply = ask(world, slates[0].start, None, headers)
        assert reply.content_type.startswith("text/html")
        assert not PERIOD.is_like(reply.body)


def test_periods_appear_with_their_slates(world: World, slates: tuple[Slate, ...]) -> None:
    day, published = slates[0].day, slates[0].published
    period = period_of(day)
    assert ask(world, published - 1, period).status == 404
    assert period not in find_periods(ask(world, published - 1).body, day)
    for at in (published, over(slates)):
        assert find_periods(ask(world, at, period).body, day) == [period]


def test_the_default_is_todays_period(world: World, slates: tuple[Slate, ...]) -> None:
    day, at = slates[0].day, slates[0].start - HOUR
    assert eastern_wall(at).date() == day
    assert read(ask(world, at), at, period_of(day)).frames["silver.linestar_slates"]["dk_draft_group"].to_list() == [
        slate.draft_group for slate in slates
    ]
    assert ask(world, at, 1).status == 404


def test_salaries_are_the_archives(world: World, league: League, slates: tuple[Slate, ...]) -> None:
    at = slates[0].start - HOUR
    period = period_of(slates[0].day)
    wire = read(ask(world, at, period), at, period).frames["silver.linestar_salaries"]
    archive = linestar_salaries(Cut(league, league.until, at)).filter(period_id=period)
    both = wire.join(archive, on="salary_id", validate="1:1")
    assert len(both) == len(archive) > 100
    for mine, other in (
        ("linestar_player_id", "player_id"),
        ("player_name", "player_name_right"),
        ("team", "team_right"),
        ("pos", "pos_right"),
        ("salary", "salary_right"),
        ("tip_ts", "tip_utc"),
        ("slate_date", "slate_date_right"),
    ):
        assert (both[mine] == both[other]).all(), mine


def test_every_slate_lists_its_pool(world: World, slates: tuple[Slate, ...]) -> None:
    at = slates[0].start - HOUR
    period = period_of(slates[0].day)
    rows = read(ask(world, at, period), at, period).frames["silver.linestar_ownership"]
    by_slate = rows.group_by("slate_id", maintain_order=True).agg(pl.len(), pl.col("proj_own_pct").sum())
    assert by_slate["len"].to_list() == [len(slate.pool) for slate in slates]
    for slate, owned in zip(slates, by_slate["proj_own_pct"].to_list(), strict=True):
        assert 90 * len(slate.slots) < owned < 101 * len(slate.slots)


def test_who_is_out_is_not_projected(world: World, slates: tuple[Slate, ...]) -> None:
    main, at = slates[0], slates[0].start
    out = {world.person(s.index).name for s in main.pool if s.status(at - HOUR) == s.status(at) == OUT}
    rows = container(ask(world, at, period_of(main.day)))["Salaries"]
    assert out
    assert {row["Name"] for row in rows if row["PP"] == 0} >= out
    assert {row["Name"] for row in rows if row["STAT"] == 4} >= out


def test_results_come_after_the_games(world: World, slates: tuple[Slate, ...]) -> None:
    period = period_of(slates[0].day)
    before = read(ask(world, slates[0].start + HOUR, period), slates[0].start + HOUR, period).frames
    for table in ("contests", "actual_ownership", "scored"):
        assert before[f"silver.linestar_{table}"].is_empty()
    at = over(slates)
    after = read(ask(world, at, period), at, period).frames
    guaranteed = [c for slate in slates for c in world.contests.contests(slate) if c.is_guaranteed]
    ids = after["silver.linestar_contest_ids"]
    assert ids["dk_contest_id"].to_list() == [contest.contest_id for contest in guaranteed]
    sums = after["silver.linestar_actual_ownership"].group_by("contest_id", maintain_order=True).agg(pl.sum("own_pct"))
    for contest, total in zip(guaranteed, sums["own_pct"].to_list(), strict=True):
        assert total == pytest.approx(100 * len(contest.slate.slots))
    assert set(after["silver.linestar_contests"]["own_quality"].to_list()) == {"classic_ok", "showdown_ok"}
    scored = dict(after["silver.linestar_scored"].select("linestar_player_id", "scored_fpts").iter_rows())
    for slate in slates:
        for seat in slate.pool:
            points = float(world.contests.points_of(seat.game, seat.side)[seat.row])
            assert scored[world.person(seat.index).player_id - 2_899_000] == points


def test_no_score_is_shown_before_its_game_is_over(world: World, slates: tuple[Slate, ...]) -> None:
    ends = sorted(game_ends(game) for game in slates[0].games)
    for at in (slates[0].start, ends[0] - 1, ends[0], ends[-1] - 1):
        payload = container(ask(world, at, period_of(slates[0].day)))
        done = {int(g.fixture.game_id[3:]) for slate in slates for g in slate.games if game_ends(g) <= at}
        assert {game["GameId"] for game in payload["Games"] if game["StatusText"] == "Final"} == done
        assert not [game for game in payload["Games"] if game["GameId"] not in done and game["HomeTeamPoints"]]
        assert not [row for row in payload["Salaries"] if row["GID"] not in done and row["PS"]]


def test_projections_stand_still_after_the_start(world: World, slates: tuple[Slate, ...]) -> None:
    main = next(slate for slate in slates if slate.kind is Kind.MAIN)
    period = period_of(main.day)
    found = [
        read(ask(world, at, period), at, period)
        .frames["silver.linestar_ownership"]
        .join(pl.DataFrame({"slate_id": [main.draft_group - 80_000]}), on="slate_id", how="semi")
        .select("salary_id", "proj_own_pct", "proj_fpts")
        for at in (main.start, main.start + 5 * HOUR)
    ]
    assert found[0].equals(found[1])


def test_the_same_instant_gives_the_same_bytes_in_any_world(
    league: League, world: World, slates: tuple[Slate, ...]
) -> None:
    period, at = period_of(slates[0].day), slates[0].start - HOUR
    first = ask(world, at, period).body
    ask(world, at + 2 * DAY, period)
    assert ask(World(league), at, period).body == ask(world, at, period).body == first


@settings(max_examples=8)
@given(st.data())
def test_nothing_of_the_future_is_told(league: League, data: st.DataObject) -> None:
    """A league with another future says the same, to the byte."""
    start = data.draw(st.sampled_from([game.fixture.tip for game in league.seasons[0].games]))
    at = start + data.draw(st.integers(-30 * HOUR, 4 * HOUR))
    worlds = [World(league), World(other_future(league, at))]
    assert len({ask(world, at).body for world in worlds}) == 1
    yesterday = period_of(eastern_wall(at).date()) - 1
    assert len({ask(world, at, yesterday).body for world in worlds}) == 1


@pytest.mark.skipif(not REAL.is_dir(), reason="the real payloads are not here: ../shared/data/wire/linestar")
def test_objects_have_the_real_ones_keys(world: World, slates: tuple[Slate, ...]) -> None:
    """No key is invented, and times are written as the real feed writes them."""
    raw = gzip.decompress((REAL / "raw_GetSalariesV5_period1833_dk_nba.json.gz").read_bytes())
    real = json.loads(raw)["data"]
    reply = ask(world, over(slates), period_of(slates[0].day))
    mine = json.loads(reply.body)
    inner, real_inner = container(reply), json.loads(real["SalaryContainerJson"])
    assert key_paths(mine) <= key_paths(real)
    assert key_paths(inner) <= key_paths(real_inner)
    row, game = real_inner["Salaries"][0], next(g for g in real_inner["Games"] if g["GameId"] == 11824)
    for salary, match in (
        (row, game),
        *((s, next(g for g in inner["Games"] if g["GameId"] == s["GID"])) for s in inner["Salaries"]),
    ):
        labelled = datetime.fromtimestamp(int(salary["GT"][6:-7]) / 1000, UTC)
        assert labelled + timedelta(hours=3) == datetime.fromisoformat(match["DateUtc"]).replace(tzinfo=UTC)
        assert salary["GI"] == match["GameData"]


def key_paths(value: Any, path: str = "$") -> set[str]:
    """Every key of a document with the keys above it; keys that are slates' ids are left out."""
    if isinstance(value, list):
        return set().union(*(key_paths(item, f"{path}[]") for item in value))
    if not isinstance(value, dict):
        return set()
    names = {key: "*" if key.isdecimal() else key for key in value}
    return {f"{path}.{name}" for name in names.values()}.union(
        *(key_paths(item, f"{path}.{names[key]}") for key, item in value.items())
    )
