"""What the sources say: never the future, always the same, and in the end the truth."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sandbox.boxes import STATS
from sandbox.fixtures import DAY as A_DAY
from sandbox.fixtures import HOUR, MINUTE
from sandbox.history import known, tables
from sandbox.league import League
from sandbox.ledger import rosters
from sandbox.season import Game
from sandbox.serve import espn, oddstrader
from sandbox.serve.nba_injuries import file_names, report_rows
from sandbox.serve.routes import Route
from sandbox.serve.scenario import find_late_scratch
from sandbox.serve.world import FINAL, LIVE, World, game_ends, stage_of
from sandbox.times import eastern, eastern_wall, instant
from tests.sandbox.serve.conftest import DAY, get
from tests.sandbox.serve.hindsight import other_future

FIRST, LAST = date(2025, 10, 21), date(2025, 12, 3)
SEASON_FILE = "https://cdn.nba.com/static/json/staticData/scheduleLeagueV2.json"
SCOREBOARD = "https://cdn.nba.com/static/json/liveData/scoreboard/todaysScoreboard_00.json"
MOBILE = "https://data.nba.com/data/10s/v2015/json/mobile_teams/nba/{}/league/00_full_schedule.json"
BOX = "https://cdn.nba.com/static/json/liveData/boxscore/boxscore_{}.json"
TRADITIONAL = "https://stats.nba.com/stats/boxscoretraditionalv3?GameID={}"
LINEUPS = "https://stats.nba.com/js/data/leaders/00_daily_lineups_{:%Y%m%d}.json"
REPORT = "https://ak-static.cms.nba.com/referee/injury/{}"
ODDS_PAGE = "https://www.oddstrader.com/nba/?date={:%Y%m%d}&eid&g=game&m=merged"
ODDS = "https://www.oddstrader.com/odds-v2/odds-v2-service?query={}"
ESPN = "https://site.api.espn.com/apis/site/v2/sports/basketball/nba/"
EVENINGS = st.builds(
    lambda day, second: eastern(FIRST + timedelta(days=day), 0) + second,
    st.integers(0, 42),
    st.integers(18 * HOUR, A_DAY - 1),
)
INSTANTS = st.integers(eastern(FIRST, 0), eastern(LAST, 0))


def everything(world: World, routes: tuple[Route, ...], at: int) -> dict[str, tuple[int, bytes]]:
    """Every answer of an instant that could give something away, but for the PDFs, which are compared as rows."""
    today = eastern_wall(at).date()
    days = [today + timedelta(days=k) for k in (-1, 0, 1, 2)]
    games = [game for day in days for game in world.games_on(day, at)]
    urls = [SEASON_FILE, SCOREBOARD, "https://www.nba.com/players", f"{ESPN}injuries", f"{ESPN}scoreboard"]
    urls += [MOBILE.format(year) for year in (2024, 2025, 2026)]
    urls += ["https://stats.nba.com/stats/playerindex?Season=2025-26"]
    urls += [url.format(day) for day in days for url in (LINEUPS, ODDS_PAGE)]
    urls += [url.format(game.fixture.game_id) for game in games for url in (BOX, TRADITIONAL)]
    urls += [f"{ESPN}summary?event={espn.event_id(game)}" for game in games]
    eids = ",".join(str(oddstrader.event_id(game)) for game in games)
    urls.append(ODDS.format(f"{{A_CL:currentLines(paid:[98,101,8],eid:[{eids}]) A_OL:openingLines(eid:[{eids}])}}"))
    key = {"authorization": oddstrader.access_key(world, at)}
    found = {}
    for url in urls:
        reply = get(world, routes, at, url, key)
        found[url] = (reply.status, reply.body)
    return found | {"report": (200, repr(report_rows(world, at // 900 * 900)).encode())}


# A game is postponed at the first, off at the second, and on again at the third; the others are of an evening.
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(at=INSTANTS | EVENINGS)
@example(at=1762237225)
@example(at=1762336800)
@example(at=1762588277)
def test_nothing_depends_on_the_future(world: World, routes: tuple[Route, ...], at: int) -> None:
    other = World(other_future(world.league, at))
    assert everything(world, routes, at) == everything(other, routes, at)


def test_the_other_future_is_another(world: World, routes: tuple[Route, ...]) -> None:
    at = eastern(DAY, 12.0)
    other = World(other_future(world.league, at))
    assert everything(world, routes, at + A_DAY) != everything(other, routes, at + A_DAY)


@settings(max_examples=5, deadline=None)
@given(at=INSTANTS)
def test_the_same_league_says_the_same(world: World, routes: tuple[Route, ...], at: int) -> None:
    assert everything(world, routes, at) == everything(World(world.league), routes, at)


def _box(world: World, routes: tuple[Route, ...], game: Game, at: int) -> dict[str, object]:
    return dict(json.loads(get(world, routes, at, BOX.format(game.fixture.game_id)).body)["game"])


@settings(max_examples=40, deadline=None)
@given(number=st.integers(0, 59), one=st.floats(0, 1), other=st.floats(0, 1))
def test_a_live_box_only_grows_and_ends_as_the_truth(
    world: World, routes: tuple[Route, ...], number: int, one: float, other: float
) -> None:
    game = world.league.seasons[-1].games[number]
    tip, end = game.fixture.tip, game_ends(game)
    early, late = sorted(tip + int(share * (end - tip)) for share in (one, other))
    stages = [_box(world, routes, game, at) for at in (early, late, end)]
    counted = [
        {p["personId"]: p["statistics"] for side in ("homeTeam", "awayTeam") for p in box[side]["players"]}  # type: ignore[index]
        for box in stages
    ]
    for before, after in pairwise(counted):
        for player, line in before.items():
            for name in ("points", "assists", "reboundsTotal", "fieldGoalsAttempted", "foulsPersonal", "minutes"):
                assert line[name] <= after[player][name]
    for box in stages:
        for side in ("homeTeam", "awayTeam"):
            team = box[side]
            assert team["score"] == sum(p["statistics"]["points"] for p in team["players"])  # type: ignore[index]
            assert team["score"] == sum(period["score"] for period in team["periods"])  # type: ignore[index]
    final = stages[-1]
    assert final["gameStatus"] == FINAL
    for name, part in (("homeTeam", game.home), ("awayTeam", game.away)):
        assert final[name]["score"] == part.points  # type: ignore[index]
        truth = dict(zip((world.person(k).player_id for k in part.players), part.stats.T.tolist(), strict=True))
        for player in final[name]["players"]:  # type: ignore[index]
            line = truth[player["personId"]]
            told = player["statistics"]
            assert [told[n] for n in ("points", "reboundsTotal", "assists", "steals", "blocks", "turnovers")] == [
                line[STATS.index(n)] for n in ("pts", "reb", "ast", "stl", "blk", "tov")
            ]
            assert told["plusMinusPoints"] == line[STATS.index("plus_minus")]


def test_a_box_score_appears_forty_minutes_before_tip(world: World, routes: tuple[Route, ...]) -> None:
    game = world.games_on(DAY, eastern(DAY, 12.0))[0]
    tip, url = game.fixture.tip, BOX.format(game.fixture.game_id)
    assert get(world, routes, tip - 40 * MINUTE - 1, url).status == 403
    first = _box(world, routes, game, tip - 40 * MINUTE)
    assert (first["gameStatus"], first["homeTeam"]["score"]) == (1, 0)  # type: ignore[index]
    starters = [p for p in first["homeTeam"]["players"] if p["starter"] == "1"]  # type: ignore[index]
    assert starters == []
    confirmed = _box(world, routes, game, tip - 30 * MINUTE)
    assert sum(p["starter"] == "1" for p in confirmed["awayTeam"]["players"]) == 5  # type: ignore[index]
    assert get(world, routes, tip + 30 * A_DAY, BOX.format("0029999999")).status == 403


def test_the_season_file_moves_postpones_and_scores(world: World, routes: tuple[Route, ...]) -> None:
    season = world.league.seasons[-1]
    off = next(g for g in season.games if any(c.status == "postponed" for c in g.fixture.changes))

    def told(at: int) -> dict[str, dict[str, object]]:
        dates = json.loads(get(world, routes, at, SEASON_FILE).body)["leagueSchedule"]["gameDates"]
        days = [datetime.strptime(d["gameDate"], "%m/%d/%Y 00:00:00") for d in dates]
        assert days == sorted(days)
        return {game["gameId"]: game for day in dates for game in day["games"]}

    first, called_off, again = off.fixture.changes
    shown = [told(at)[off.fixture.game_id] for at in (called_off.stamp - 1, called_off.stamp, again.stamp)]
    assert [game["postponedStatus"] for game in shown] == ["N", "Y", "N"]
    assert [game["gameStatusText"] == "PPD" for game in shown] == [False, True, False]
    assert [game["gameDateEst"] for game in shown] == [f"{c.day}T00:00:00Z" for c in (first, called_off, again)]
    end = told(eastern(LAST, 23.0))
    assert {game["gameStatus"] for game in end.values()} == {3}
    assert len(end) == len(season.games)
    for game in season.games:
        one = end[game.fixture.game_id]
        assert (one["homeTeam"]["score"], one["awayTeam"]["score"]) == (game.home.points, game.away.points)  # type: ignore[index]


def test_a_season_is_out_from_august(world: World, routes: tuple[Route, ...]) -> None:
    def shown(day: date) -> str:
        return str(json.loads(get(world, routes, eastern(day, 12), SEASON_FILE).body)["leagueSchedule"]["seasonYear"])

    assert (shown(date(2025, 7, 31)), shown(date(2025, 8, 1))) == ("2024-25", "2025-26")
    assert get(world, routes, eastern(date(2025, 7, 31), 12), MOBILE.format(2025)).status == 404
    assert get(world, routes, eastern(date(2025, 8, 1), 12), MOBILE.format(2025)).status == 200
    assert get(world, routes, eastern(date(2024, 7, 1), 12), SEASON_FILE).status == 403


def test_the_scoreboard_turns_at_noon_and_follows_games(world: World, routes: tuple[Route, ...]) -> None:
    def board(at: int) -> dict[str, object]:
        return dict(json.loads(get(world, routes, at, SCOREBOARD).body)["scoreboard"])

    assert board(eastern(DAY, 12.0) - 1)["gameDate"] == str(DAY - timedelta(days=1))
    assert board(eastern(DAY, 12.0))["gameDate"] == str(DAY)
    game = world.games_on(DAY, eastern(DAY, 12.0))[0]
    stages = []
    for at in (game.fixture.tip - 1, game.fixture.tip, game_ends(game) - 1, game_ends(game)):
        games = {one["gameId"]: one for one in board(at)["games"]}  # type: ignore[attr-defined]
        stages.append(games[game.fixture.game_id])
    assert [one["gameStatus"] for one in stages] == [1, LIVE, LIVE, FINAL]
    assert stages[-1]["homeTeam"]["score"] == game.home.points
    assert stages[-1]["period"] == 4 + game.overtimes


@cache
def _archive(league: League, day: date) -> dict[str, pl.DataFrame]:
    return tables(league, day)


def test_lineups_are_those_of_the_archive(world: World, routes: tuple[Route, ...]) -> None:
    rows = _archive(world.league, DAY)["lineups"].filter(pl.col("as_of_ts").dt.date() >= DAY)
    newest = rows.filter(pl.col("as_of_ts") == pl.col("as_of_ts").max().over("game_id", "team_id"))
    roles = {(r["game_id"], r["player_id"]): r["role"] for r in newest.iter_rows(named=True)}
    answer = get(world, routes, int(rows["as_of_ts"].max().timestamp()), LINEUPS.format(DAY))  # type: ignore[union-attr]
    told = {
        (game["gameId"], p["personId"]): "out"
        if p["rosterStatus"] == "Inactive"
        else "confirmed_starter"
        if p["position"]
        else "bench"
        for game in json.loads(answer.body)["games"]
        for side in ("homeTeam", "awayTeam")
        for p in game[side]["players"]
    }
    assert told == {key: role for key, role in roles.items() if key[0] in {k[0] for k in told}}
    assert len(told) > 50


def test_projected_lineups_name_five_and_no_more(world: World, routes: tuple[Route, ...]) -> None:
    game = world.games_on(DAY, eastern(DAY, 12.0))[0]
    for before, count, status in ((91, 0, None), (90, 5, "Expected"), (30, len(game.home.players), "Confirmed")):
        at = game.fixture.tip - before * MINUTE
        games = {g["gameId"]: g for g in json.loads(get(world, routes, at, LINEUPS.format(DAY)).body)["games"]}
        players = games[game.fixture.game_id]["homeTeam"]["players"]
        assert len(players) == count
        assert {p["lineupStatus"] for p in players} == ({status} if status else set())
        for player in players:
            stamp = datetime.fromisoformat(player["timestamp"])
            assert stamp == eastern_wall(at).replace(tzinfo=None)
    assert get(world, routes, eastern(DAY, 12.0), LINEUPS.format(DAY + timedelta(days=1))).status == 403


def test_rosters_are_those_of_the_archive(world: World, routes: tuple[Route, ...]) -> None:
    for day in (date(2025, 10, 24), DAY, date(2025, 11, 24)):
        reports = rosters(known(world.league, day)).filter(pl.col("as_of_ts") <= instant(eastern(day, 12)))
        newest = reports.filter(pl.col("as_of_ts") == pl.col("as_of_ts").max().over("team_id"))
        truth = {(r["player_id"], r["team_id"]) for r in newest.iter_rows(named=True)}
        page = get(world, routes, eastern(day, 12), "https://www.nba.com/players")
        rows = page.document["props"]["pageProps"]["players"]
        assert {(r["PERSON_ID"], r["TEAM_ID"]) for r in rows if r["TEAM_ID"]} == truth
        assert {r["ROSTER_STATUS"] for r in rows if not r["TEAM_ID"]} <= {0}


def test_reports_say_what_the_archive_says(world: World) -> None:
    archive = _archive(world.league, DAY)["injury_reports"]
    stamps = archive["report_ts"].unique().sort().tail(12).to_list()
    for stamp in stamps:
        rows = archive.filter(pl.col("report_ts") == stamp)
        told = report_rows(world, int(stamp.timestamp()))
        assert sorted((r[3], r[2], r[5], r[6]) for r in told) == sorted(
            zip(rows["team"], rows["matchup"], rows["current_status"].fill_null(""), rows["reason"], strict=True)
        )
        assert all(name.isascii() for row in told for name in row)


@pytest.mark.parametrize(
    ("wall", "names"),
    [
        ("2021-10-17T17:30", ["2021-10-17_05PM"]),
        ("2021-10-17T18:30", []),
        ("2021-10-18T18:30", ["2021-10-18_06PM"]),
        ("2024-01-04T12:30", ["2024-01-04_12PM"]),
        ("2024-01-04T12:45", []),
        ("2025-12-22T00:30", ["2025-12-22_12_30AM", "2025-12-22_12AM"]),
        ("2025-12-31T18:00", ["2025-12-31_06_00PM"]),
        ("2025-12-31T18:05", []),
    ],
)
def test_reports_are_named_as_the_league_names_them(wall: str, names: list[str]) -> None:
    at = datetime.fromisoformat(wall)
    stamp = eastern(at.date(), at.hour + at.minute / 60)
    assert list(file_names(stamp)) == [f"Injury-Report_{name}.pdf" for name in names]


def test_a_report_is_there_from_its_slot_on(world: World, routes: tuple[Route, ...]) -> None:
    stamp = eastern(DAY, 17.5)
    url = REPORT.format(file_names(stamp)[0])
    assert get(world, routes, stamp - 1, url).status == 403
    assert get(world, routes, stamp, url).body.startswith(b"%PDF")
    assert get(world, routes, stamp + A_DAY, url).body == get(world, routes, stamp, url).body
    assert get(world, routes, stamp, url.replace("_05PM", "_05_30PM")).status == 403
    assert get(world, routes, stamp, url.replace("_05PM", "_99PM")).status == 403


def test_odds_open_only_with_the_pages_key(world: World, routes: tuple[Route, ...]) -> None:
    at = eastern(DAY, 15.0)
    page = get(world, routes, at, ODDS_PAGE.format(DAY)).document
    eids = ",".join(page["state"]["events"]["events"])
    key = page["config"]["apigateway"]["headers"]["Authorization"]
    url = ODDS.format(f"{{A_CL:currentLines(paid:[98,101],eid:[{eids}],mtid:[401,402,83])}}")
    assert get(world, routes, at, url).status == 401
    assert get(world, routes, at, url, {"authorization": "Bearer x"}).status == 401
    lines = json.loads(get(world, routes, at, url, {"authorization": key}).body)["data"]["A_CL"]
    assert len(lines) == 12 * len(eids.split(","))
    assert {line["paid"] for line in lines} == {98, 101}
    assert get(world, routes, at + HOUR, url, {"authorization": key}).status == 200
    assert get(world, routes, at + 2 * HOUR, url, {"authorization": key}).status == 401
    assert get(world, routes, at, ODDS.format("{nothing}"), {"authorization": key}).status == 400


def test_lines_are_the_markets_shaded_a_little(world: World, routes: tuple[Route, ...]) -> None:
    game = world.games_on(DAY, eastern(DAY, 12.0))[0]
    eid, at = oddstrader.event_id(game), game.fixture.tip
    url = ODDS.format(
        f"{{A_CL:currentLines(eid:[{eid}],mtid:[401,402]) A_OL:openingLines(eid:[{eid}],mtid:[401,402])}}"
    )
    data = json.loads(get(world, routes, at, url, {"authorization": oddstrader.access_key(world, at)}).body)["data"]
    for name, truth in (("A_CL", game.lines.closing), ("A_OL", game.lines.morning)):
        for book in oddstrader.BOOKS:
            lines = [line for line in data[name] if line["paid"] == book]
            spreads = [line["adj"] for line in lines if line["mtid"] == oddstrader.SPREAD]
            totals = {line["adj"] for line in lines if line["mtid"] == oddstrader.TOTAL}
            assert sum(spreads) == 0
            assert len(totals) == 1
            assert abs(abs(spreads[0]) - abs(truth.spread_home)) <= 0.5
            assert abs(totals.pop() - truth.total) <= 0.5


def test_espn_has_a_late_scratch_before_the_next_report(world: World, routes: tuple[Route, ...]) -> None:
    found = find_late_scratch(world.league, FIRST, LAST, fewest_games=1)
    assert found is not None
    said = int(found.stamp.timestamp())
    listed: list[bool] = []
    for at in (said - 1, said + 120):
        groups = json.loads(get(world, routes, at, f"{ESPN}injuries").body)["injuries"]
        out = [i["athlete"]["displayName"] for g in groups for i in g["injuries"] if i["status"] == "Out"]
        listed.append(found.player.name in out)
    assert listed == [False, True]
    slot = -(-said // HOUR) * HOUR + 30 * MINUTE
    game = world.by_id[found.game_id]
    official = [rows for rows in report_rows(world, slot) if "Out" in rows[5]]
    assert any(row[4].startswith(found.player.last) for row in official)
    assert stage_of(game, said) == 1


def test_a_late_scratch_is_the_truth_of_its_evening(league: League) -> None:
    found = find_late_scratch(league, FIRST, LAST, fewest_games=1)
    assert found is not None
    assert FIRST <= found.day <= LAST
    assert eastern(found.day, 18.5) <= found.stamp.timestamp() < eastern(found.day, 18.75)
    game = World(league).by_id[found.game_id]
    side = next(s for s in (game.home, game.away) if league.teams[s.team].code == found.team)
    k = [league.people[index] for index in side.players].index(found.player)
    assert side.seconds[k] == 0
    assert side.notices[k][-1].status == "Out"
    assert found.minutes_lost <= found.usual_minutes
    assert find_late_scratch(league, date(2025, 7, 1), date(2025, 7, 9)) is None
