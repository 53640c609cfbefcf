"""A whole day through real sockets: everything once, nothing twice, and silver from bronze alone."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from ingest.http.request import Attempt, Request, Response
from ingest.rebuild import rebuild_silver
from lakehouse.clock import EASTERN
from lakehouse.gate import newest
from lakehouse.tables import SOURCES
from lakehouse.teams import FRANCHISES
from sandbox.serve.injury_pdf import write_injury_pdf
from tests.evening.place import DAY, Place, at
from transforms.injuries import player_reports
from transforms.schedule import games_known, run_cuts, team_sides


def test_a_day_is_scraped_once_and_nothing_of_it_twice(place: Place) -> None:
    evening = place.ingest()
    assert {name: report.outcome for name, report in evening.items()} == dict.fromkeys(SOURCES, "ok"), evening
    place.clock.set(at(3, days=1))
    night = place.ingest(whole=True)
    assert {report.outcome for report in night.values()} == {"ok"}, night
    before = place.counts()
    for table in (
        "schedule", "results", "boxscores", "live_boxscores", "players", "rosters", "injury_reports", "espn_injuries",
        "lineups", "odds_lines", "dk_contests", "dk_draft_groups", "dk_draftables", "dk_payouts", "dk_standings",
        "dk_ownership", "linestar_slates", "linestar_salaries", "linestar_ownership", "linestar_actual_ownership",
        "linestar_scored", "identity",
    ):  # fmt: skip
        assert before[f"silver.{table}"], table
    again = place.ingest(whole=True)
    assert place.counts() == before
    assert sum(report.stored for report in again.values()) == 0
    assert sum(report.unchanged for report in again.values()) > 0
    unresolved = place.lake.scan("silver.unresolved").filter(pl.col("kind").str.starts_with("player")).collect()
    assert unresolved.is_empty(), unresolved
    assert not [one for one in rebuild_silver(place.lake) if not one.is_equal]


def test_final_box_scores_are_the_truth(place: Place) -> None:
    place.clock.set(at(3, days=1))
    place.ingest("schedule", "boxscores")
    lines = newest(place.lake.scan("silver.boxscores"), ["game_id", "player_id"]).collect()
    results = newest(place.lake.scan("silver.results"), ["game_id"])
    games = place.lake.scan("silver.schedule").filter(pl.col("game_date") == DAY).select("game_id").unique()
    scores = results.join(games, on="game_id").collect()
    assert len(scores)
    for game in scores.iter_rows(named=True):
        mine = lines.filter(pl.col("game_id") == game["game_id"])
        assert mine.filter("is_home")["pts"].sum() == game["home_score"]
        assert mine.filter(~pl.col("is_home"))["pts"].sum() == game["away_score"]
        minutes = mine.group_by("is_home").agg(pl.col("minutes").sum())["minutes"]
        assert all(abs(total - 240 - 25 * game["ot_periods"]) < 0.6 for total in minutes)


def test_a_stranger_to_the_lake_finds_what_was_known_when(place: Place) -> None:
    place.ingest("schedule", "players", "injuries")
    held = place.lake.scan("silver.injury_reports").select(pl.col("report_ts").max()).collect().item()
    assert held <= place.clock.now()
    place.clock.set(place.clock.now() + timedelta(minutes=40))
    place.ingest("injuries")
    later = place.lake.scan("silver.injury_reports").select(pl.col("report_ts").max()).collect().item()
    assert held < later <= place.clock.now()
    known = place.lake.as_of(held + timedelta(minutes=4), "published").rows("silver.injury_reports").collect()
    assert held not in known["report_ts"]
    assert held in place.lake.as_of(later, "published").rows("silver.injury_reports").collect()["report_ts"]


def test_a_cleared_player_who_is_listed_again_is_out_again(prepared: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place = prepared
    schedule = newest(place.lake.scan("silver.schedule"), ["game_id"]).filter(pl.col("game_date") == DAY)
    game = schedule.sort("tip_ts", "game_id").collect().row(0, named=True)
    squad = place.lake.scan("silver.rosters").filter(pl.col("team_id") == game["home_team_id"])
    first, other = squad.sort("player_id").head(2).collect().iter_rows(named=True)
    team = next(each.name for each in FRANCHISES if each.team_id == game["home_team_id"])
    head = (f"{DAY:%m/%d/%Y}", "07:00 (ET)", f"{game['away_team']}@{game['home_team']}", team)

    def report(*listed: dict[str, Any]) -> bytes:
        rows = [(*head, printed(player), "Out", "Injury/Illness - Left Ankle; Sprain") for player in listed]
        return write_injury_pdf(place.clock.now().astimezone(EASTERN), rows)

    said = []
    for minute, listed in ((15, (first, other)), (30, (other,)), (45, (first, other))):
        place.clock.set(at(17, minute))
        body = report(*listed)
        monkeypatch.setattr(place.client, "fetch", lambda request, *_, body=body: answer(place, request, body))
        assert place.ingest("injuries")["injuries"].outcome == "ok"
        place.clock.set(at(17, minute + 6))
        view = place.lake.as_of(place.clock.now())
        sides = team_sides(games_known(view, run_cuts(view, [game["game_id"]])))
        told = player_reports(view, sides).collect()
        said.append(dict(told.select("player_id", "injury_status").iter_rows()).get(first["player_id"]))
    assert said == ["Out", None, "Out"]


def printed(player: dict[str, Any]) -> str:
    """'Last, First', in the letters that a report has."""
    first, last = player["player_name"].split(" ", 1)
    return unicodedata.normalize("NFKD", f"{last}, {first}").encode("ascii", "ignore").decode()


def answer(place: Place, request: Request, body: bytes) -> Response:
    """The body as a source's answer now."""
    now = place.clock.now()
    attempts = (Attempt(1, now, 0.0, 200, body_bytes=len(body)),)
    return Response(request, 200, request.url, now, body, "application/pdf", attempts=attempts)
