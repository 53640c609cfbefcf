"""The real parsers read what the sandbox serves, whole and without a doubt; a spoiled answer is never read as a good one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl
import pytest

from ingest.boxscores import LIVE, TRADITIONAL
from ingest.espn import INJURIES, SUMMARY
from ingest.injuries.parser import REPORT
from ingest.lineups import LINEUPS
from ingest.odds.events import dump_events
from ingest.odds.page import read_page
from ingest.odds.scraping import LINES, PAGE
from ingest.payload import Parsed, PayloadKind, Stamp
from ingest.players import INDEX
from ingest.players import PAGE as PLAYERS
from ingest.schedule import MOBILE, SCOREBOARD, SEASON_FILE
from lakehouse.clock import iso
from lakehouse.errors import PretipError
from sandbox.history import tables
from sandbox.league import generate
from sandbox.serve import espn
from sandbox.serve.faults import empty_lists, rename_field
from sandbox.serve.nba_injuries import file_names, report_rows
from sandbox.serve.routes import Route
from sandbox.serve.world import World, game_ends
from sandbox.times import eastern, instant
from tests.sandbox.serve.conftest import get
from tests.sandbox.serve.test_sources import BOX, ESPN, ODDS_PAGE
from tests.sandbox.serve.test_sources import LINEUPS as LINEUPS_URL
from tests.sandbox.serve.test_sources import MOBILE as MOBILE_URL
from tests.sandbox.serve.test_sources import REPORT as REPORT_URL
from tests.sandbox.serve.test_sources import SCOREBOARD as SCOREBOARD_URL
from tests.sandbox.serve.test_sources import SEASON_FILE as SEASON_URL
from tests.sandbox.serve.test_sources import TRADITIONAL as TRADITIONAL_URL

TEAMS, GAMES = 30, 60


@dataclass(frozen=True)
class Question:
    """A payload kind, where it is asked for, and what its parser may know of the question."""

    kind: PayloadKind
    url: str
    asked: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def wide() -> World:
    """Thirty teams, four games each."""
    return World(generate(5, 1, date(2025, 10, 25), teams=TEAMS, games_per_team=4))


@pytest.fixture(scope="module")
def day(wide: World) -> date:
    """The date with most games."""
    days = sorted({game.fixture.day for game in wide.league.seasons[-1].games})
    return max(days, key=lambda one: len(wide.games_on(one, eastern(one, 12.0))))


def questions(world: World, routes: tuple[Route, ...], day: date, at: int) -> Iterator[Question]:
    """Everything that can be asked on a date, box scores but for those there are."""
    games = world.games_on(day, at)
    yield Question(SEASON_FILE, SEASON_URL, {"season": "2025-26"})
    yield Question(MOBILE, MOBILE_URL.format(2025), {"season": "2025-26"})
    yield Question(SCOREBOARD, SCOREBOARD_URL, {"date": str(day)})
    yield Question(PLAYERS, "https://www.nba.com/players")
    yield Question(INDEX, "https://stats.nba.com/stats/playerindex?Season=2025-26", {"season": "2025-26"})
    ids = ",".join(game.fixture.game_id for game in games)
    yield Question(LINEUPS, LINEUPS_URL.format(day), {"date": str(day), "games": ids})
    slot = (at - 1800) // 3600 * 3600 + 1800
    yield Question(REPORT, REPORT_URL.format(file_names(slot)[0]))
    yield Question(INJURIES, f"{ESPN}injuries")
    yield Question(SUMMARY, f"{ESPN}summary?event={espn.event_id(games[0])}")
    page = Question(PAGE, ODDS_PAGE.format(day), {"date": str(day)})
    yield page
    found = read_page(get(world, routes, at, page.url).body)
    eids = ",".join(str(event.eid) for event in found.events)
    key = {name.lower(): value for name, value in found.gateway.headers.items()}
    for call in ("A_CL:currentLines(paid:[98,101]", "A_OL:openingLines(paid:98"):
        url = found.gateway.url(f"{{{call},eid:[{eids}],mtid:[401,402,83])}}")
        yield Question(LINES, url, {"events": dump_events(found.events)}, key)


def read(world: World, routes: tuple[Route, ...], at: int, one: Question) -> Parsed:
    reply = get(world, routes, at, one.url, dict(one.headers))
    assert reply.status == 200, one.url
    return one.kind.parse(reply.body, Stamp(instant(at), None, one.asked))


def test_everything_served_is_read_without_a_doubt(wide: World, day: date, routes: tuple[Route, ...]) -> None:
    counts: dict[tuple[str, float], dict[str, int]] = {}
    games = len(wide.games_on(day, eastern(day, 12.0)))
    for hour in (13.0, 18.5, 23.75):
        for one in questions(wide, routes, day, eastern(day, hour)):
            parsed = read(wide, routes, eastern(day, hour), one)
            assert (parsed.rejected, parsed.doubts) == ((), ()), one.url
            counts[one.kind.name, hour] = {name: len(frame) for name, frame in parsed.frames.items()}
    for hour in (13.0, 18.5, 23.75):
        assert counts["season schedule", hour]["silver.schedule"] == GAMES
        assert counts["past season schedule", hour] == counts["season schedule", hour]
        assert counts["scoreboard", hour]["silver.schedule"] == games
        assert counts["players page", hour]["silver.rosters"] == TEAMS * 17
        assert counts["player index", hour] == counts["players page", hour]
    assert counts["odds lines", 18.5]["silver.odds_lines"] == 3 * games
    assert counts["daily lineups", 13.0]["silver.lineups"] == 0
    assert counts["daily lineups", 23.75]["silver.lineups"] == 2 * 17 * games
    assert counts["injury report", 18.5]["silver.injury_reports"] == len(report_rows(wide, eastern(day, 18.5)))


def test_final_box_scores_are_those_of_the_archive(wide: World, day: date, routes: tuple[Route, ...]) -> None:
    archive = tables(wide.league, date(2025, 12, 1))["player_boxscores"]
    columns = ["player_id", "starter", "minutes", "pts", "reb", "ast", "stl", "blk", "tov", "fg3m", "pf", "plus_minus"]
    for game in wide.games_on(day, eastern(day, 12.0)):
        game_id, at = game.fixture.game_id, game_ends(game)
        truth = archive.filter(pl.col("game_id") == game_id, pl.col("played")).select(columns).sort("player_id")
        asked = {"game_id": game_id, "tip_ts": iso(instant(game.fixture.tip))}
        for kind, url in ((LIVE, BOX), (TRADITIONAL, TRADITIONAL_URL)):
            frames = read(wide, routes, at, Question(kind, url.format(game_id), asked)).frames
            box = frames["silver.boxscores"]
            read_box = box.filter("played").select(columns).sort("player_id")
            assert read_box.drop("minutes").cast(pl.Int64).equals(truth.drop("minutes").cast(pl.Int64))
            assert (read_box["minutes"] - truth["minutes"]).abs().max() < 0.001  # type: ignore[operator]
            assert frames["silver.results"].select("home_score", "away_score").row(0) == (
                game.home.points,
                game.away.points,
            )


@pytest.mark.parametrize(
    "spoil", [rename_field, empty_lists, lambda document: document], ids=["renamed", "empty", "cut"]
)
def test_a_spoiled_answer_is_no_answer(wide: World, day: date, routes: tuple[Route, ...], spoil: object) -> None:
    at = eastern(day, 18.5)
    assert callable(spoil)
    whole = spoil is not rename_field and spoil is not empty_lists
    for one in questions(wide, routes, day, at):
        reply = get(wide, routes, at, one.url, dict(one.headers))
        body = reply.body[: len(reply.body) // 2] if whole else reply.of(spoil(reply.document)).body
        try:
            parsed = one.kind.parse(body, Stamp(instant(at), None, one.asked))
        except PretipError:
            continue
        good = one.kind.parse(reply.body, Stamp(instant(at), None, one.asked))
        assert body != reply.body
        assert not whole, f"half of {one.url} was read"
        assert spoil is empty_lists or parsed.rejected or parsed.doubts, f"{one.url} was read without a field"
        for name, frame in parsed.frames.items():
            assert len(frame) == 0 or len(frame) < len(good.frames[name]), name


def test_tokens_of_the_odds_page_are_never_plain_secrets(wide: World, day: date, routes: tuple[Route, ...]) -> None:
    at = eastern(day, 13.0)
    headers = get(wide, routes, at, ODDS_PAGE.format(day)).document["config"]["apigateway"]["headers"]
    answer = get(wide, routes, at, ODDS_PAGE.format(day)).body.decode()
    assert json.dumps(headers["Authorization"]) in answer
    later = get(wide, routes, at + 3600, ODDS_PAGE.format(day)).document["config"]["apigateway"]["headers"]
    assert later["Authorization"] != headers["Authorization"]
