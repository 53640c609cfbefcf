"""`pretip gold` on the small league."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lakehouse.lake import Lake
from pipeline.gold import QUERIES, Asked, gold
from tests.cli.conftest import Call
from tests.pipeline.league import DAY, EVENING, plant
from transforms.odds import lines_known
from transforms.schedule import run_cuts, slate_games

AT = ("--as-of", "2025-12-01T23:30:00Z", "--knowledge", "published")
NIGHT = ("--as-of", "2025-12-02T05:59:00Z", "--knowledge", "published")
TODAY = ("--date", str(DAY))


def told(call: Call, *args: str) -> dict[str, Any]:
    result = call("gold", *args, "--json")
    assert result.exit_code == 0, result.output
    said: dict[str, Any] = json.loads(result.stdout)
    return said


def test_without_a_name_it_lists_what_can_be_asked(call: Call) -> None:
    shown = call("gold")
    listed = json.loads(call("gold", "--json").output)
    assert [each["query"] for each in listed] == list(QUERIES)
    words = shown.output.split()
    assert all(word in words for each in listed for word in (each["query"], *each["says"].split()))


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_answers_for_people_and_programs(call: Call, name: str) -> None:
    said = told(call, name, *TODAY, *AT)
    assert said["query"] == name
    assert said["games"]
    stamps = [value for row in said["rows"] for key, value in row.items() if key == "available_ts"]
    assert all(stamp <= said["as_of"] for stamp in stamps)
    shown = call("gold", name, *TODAY, *AT)
    assert shown.exit_code == 0
    assert f"{len(said['rows'])} rows" in shown.output
    assert max(len(line) for line in shown.output.splitlines()) <= 120


def test_odds_are_the_lines_a_run_takes(call: Call, lake: Lake) -> None:
    said = told(call, "odds", *TODAY, *AT)
    view = lake.as_of(EVENING, "published")
    taken = lines_known(view, run_cuts(view, slate_games(view, DAY).collect()["game_id"].to_list())).collect()
    columns = ("game_id", "spread_home", "total", "n_books", "odds_age_minutes")
    assert [tuple(row[name] for name in columns) for row in said["rows"]] == taken.select(columns).rows()
    assert len(taken) == len(said["games"]) > 0


def test_one_game_by_id_and_by_its_teams(call: Call) -> None:
    by_teams = told(call, "schedule", "--game", "NOP@BOS", *TODAY, *AT)
    by_id = told(call, "schedule", "--game", by_teams["rows"][0]["game_id"], *AT)
    assert by_id == by_teams
    assert len(by_id["rows"]) == 1
    shown = call("gold", "schedule", "--game", "NOP@BOS", *TODAY, *AT).output
    assert all(name in shown for name in ("postponed_from_ts", "enters_histories", "schedule_as_of_ts"))


def test_a_game_is_read_at_its_tip_and_its_box_score_after_it(lake: Lake) -> None:
    """A game that has tipped by the instant keeps what was known at tip; only what tells of the game itself goes on."""
    lake.clock.advance(timedelta(hours=20))  # type: ignore[attr-defined]
    instant = EVENING + timedelta(hours=6)
    before = gold(lake, "odds", Asked(DAY), instant, "published")
    tips = dict(slate_games(before.view, DAY).select("game_id", "tip_ts").collect().iter_rows())
    assert dict(before.games.select("game_id", "cut_ts").iter_rows()) == tips
    after = gold(lake, "boxscores", Asked(DAY), instant, "published")
    assert after.games["cut_ts"].unique().to_list() == [instant]


def test_at_reads_each_game_before_its_own_tip_as_known_then(lake: Lake, call: Call) -> None:
    view = lake.as_of(EVENING + timedelta(hours=6), "published")
    games = slate_games(view, DAY).collect()
    moved = games.row(0, named=True)
    later = moved["tip_ts"] + timedelta(minutes=30)
    told_ts = moved["tip_ts"] - timedelta(minutes=20)
    lake.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
    rows = view.rows("silver.schedule").filter(pl.col("game_id") == moved["game_id"]).collect().drop("available_ts")
    change = rows.tail(1).with_columns(tip_ts=pl.lit(later), announcement=pl.lit("moved"))
    plant(lake, "silver.schedule", change, told_ts)
    said = told(call, "schedule", *TODAY, "--at", "T-15", *NIGHT)
    cuts = {game["game_id"]: game["cut_ts"] for game in said["games"]}
    expected = {
        row["game_id"]: row["tip_ts"] - timedelta(minutes=15)
        for row in games.with_columns(
            tip_ts=pl.when(pl.col("game_id") == moved["game_id"]).then(pl.lit(later)).otherwise("tip_ts")
        ).to_dicts()
    }
    assert cuts == {game: f"{cut:%Y-%m-%dT%H:%M:%SZ}" for game, cut in expected.items()}
    row = next(row for row in said["rows"] if row["game_id"] == moved["game_id"])
    assert (row["n_tip_changes"], row["tip_change_minutes"]) == (1, 30.0)
    assert "at T-15" in call("gold", "schedule", *TODAY, "--at", "T-15", *NIGHT).output


def test_a_parquet_file_has_all_rows_and_columns(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "books.parquet"
    said = told(call, "odds_books", *TODAY, *AT, "--parquet", str(file))
    written = pl.read_parquet(file)
    assert len(written) == len(said["rows"]) > 0
    assert written.columns == list(said["rows"][0])


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("odds",), 2),
        (("bodds", *TODAY), 3),
        (("odds", "--game", "0022599999"), 3),
        (("odds", "--game", "NOP@BOS"), 2),
        (("odds", *TODAY, "--at", "noon"), 2),
        (("odds", *TODAY, "--parquet", "/nowhere/at/all.parquet"), 2),
    ],
)
def test_mistakes_are_told(call: Call, command: tuple[str, ...], code: int) -> None:
    failed = call("gold", *command, *AT)
    assert failed.exit_code == code
    assert "Traceback" not in failed.output
