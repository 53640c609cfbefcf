"""The commands at work on a small lake: what they print, for people and for programs."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cli.imports import to_dict
from cli.output import cell
from cli.schema import describe
from ingest.history.importer import import_history
from lakehouse.errors import BadInput
from lakehouse.lake import Lake
from lakehouse.tables import TABLES
from pipeline.record import read_record
from tests.cli.conftest import Call
from tests.pipeline.league import DAY, EVENING, NOW, WORLDS

RUN = ("run", "--date", str(DAY), "--as-of", EVENING.isoformat(), "--knowledge", "published", "--worlds", str(WORLDS))


def told(result: Any) -> Any:
    """The JSON a command printed; it must have gone well."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_run_says_its_id_status_and_digests(call: Call, lake: Lake) -> None:
    said = told(call(*RUN, "--json"))
    record = read_record(lake, said["run_id"])
    assert said["status"] == record.status
    assert said["digests"] == dict(record.digests)
    assert [each["run_id"] for each in told(call("runs", "--json"))] == [said["run_id"]]
    rows = told(call("show", "projections", "--json"))["rows"]
    stored = lake.scan("gold.projections").collect()
    assert {row["player_id"] for row in rows} == set(stored["player_id"].to_list())


def test_a_person_sees_every_player_of_the_slate(call: Call, lake: Lake) -> None:
    shown = call(*RUN)
    assert shown.exit_code == 0
    names = lake.scan("gold.projections").collect()["player_name"].to_list()
    assert len(names) > 20
    assert all(name in shown.stdout for name in names)
    again = call("show", "projections", "--limit", "3")
    assert (
        sum(name in again.stdout for name in names) == 3 * lake.scan("gold.projections").collect()["game_id"].n_unique()
    )


def test_two_runs_are_compared_for_people_and_programs(call: Call) -> None:
    first = told(call(*RUN, "--json"))["run_id"]
    star = told(call("show", "projections", "--limit", "1", "--json"))["rows"][0]["player_id"]
    second = told(call(*RUN, "--play", f"{star}=0", "--json"))["run_id"]
    said = told(call("diff", first, second, "--json"))
    assert said["total"]["points_moved"] > 1.0
    assert said["moves"][0]["player_id"] == star
    assert "rest" in call("diff", first, second).stdout


def test_a_blocked_run_is_an_error_that_leaves_a_manifest(call: Call) -> None:
    said = call("run", "--date", "2025-07-04", "--as-of", EVENING.isoformat(), "--knowledge", "published", "--json")
    assert said.exit_code == 9
    assert json.loads(said.stdout)["status"] == "blocked"
    assert said.stderr.startswith("pretip: ")
    assert len(told(call("runs", "--json"))) == 1


def test_every_readable_table_can_be_shown(call: Call) -> None:
    for name, table in TABLES.items():
        if "run_id" in table.columns:
            continue
        said = told(call("show", name, "--limit", "1", "--knowledge", "published", "--json"))
        assert said["table"] == name
    assert call("show", "boxscores").exit_code == 0


def test_what_is_shown_as_of_an_instant_was_available_then(call: Call, lake: Lake) -> None:
    at = "2025-11-15T00:00:00Z"
    args = ("show", "results", "--as-of", at, "--knowledge", "published", "--limit", "1000", "--json")
    rows = told(call(*args))["rows"]
    assert rows
    assert max(row["available_ts"] for row in rows) <= at
    assert len(rows) < lake.scan("silver.results").select(pl.len()).collect().item()


def test_the_schema_is_the_registry(call: Call) -> None:
    assert [table["table"] for table in told(call("schema", "--json"))] == list(TABLES)
    for name, table in TABLES.items():
        said = told(call("schema", name, "--json"))
        assert [column["name"] for column in said["columns"]] == list(table.columns)
        assert all(column["meaning"] for column in describe(table)["columns"])
    assert "play_prob" in call("schema", "gold.minutes").stdout


def test_the_lake_is_kept(call: Call, lake: Lake) -> None:
    assert told(call("doctor", "--json"))["healthy"]
    assert "healthy" in call("doctor").stdout
    entries = told(call("log", "--json"))
    assert [entry["seq"] for entry in entries] == list(range(1, lake.log.head() + 1))
    # One import makes one file of each table: there is nothing to put together.
    assert told(call("compact", "--json"))["rewritten"] == []


def test_a_lag_is_a_row_with_a_start_and_a_reason(call: Call) -> None:
    args = ("lag", "set", "injuries", "600", "--from", "2025-12-01T00:00:00Z", "--reason", "the league's site is slow")
    assert told(call(*args, "--json"))["lag_seconds"] == 600
    # Two rows of one start would leave open which holds.
    again = call(*args)
    assert again.exit_code == BadInput.exit_code
    assert "later instant" in again.stderr
    said = told(call("lag", "list", "--json"))
    assert [row["lag_source"] for row in said["set"]] == ["injuries"]
    assert said["declared_seconds"]["silver.injury_reports"] == 300


def test_models_are_listed_and_put_to_use(call: Call) -> None:
    said = told(call("models", "list", "--json"))
    model = said["models"][0]["model_id"]
    assert told(call("models", "promote", model, "--anyway", "--reason", "again", "--json"))["model_id"] == model
    assert len(told(call("models", "list", "--json"))["promotions"]) == 2
    assert model in call("models", "list").stdout


def test_importing_the_same_archive_again_is_nothing_new(call: Call, built: Path, lake: Lake) -> None:
    head = lake.log.head()
    said = told(call("import", "history", str(built / "archive"), "--json"))
    assert {each["status"] for each in said["files"]} == {"unchanged"}
    assert said["batch_id"] is None
    assert lake.log.head() == head
    assert "nothing new" in call("import", "history", str(built / "archive")).stdout


def test_an_import_says_what_it_learned(built: Path, lake_root: Path) -> None:
    lake = Lake.open_or_create(lake_root / "new")
    summary = import_history(lake, built / "archive", now=NOW)
    said = to_dict(summary)
    assert said["total"]["new"] == sum(table["new"] for table in said["tables"].values()) > 1000


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (1.23456, "1.235"),
        (NOW, "2025-12-02T06:00:00Z"),
        (b"abc", "3 bytes"),
        (date(2025, 1, 1), "2025-01-01"),
    ],
)
def test_cells_read_well(value: object, shown: str) -> None:
    assert cell(value) == shown


def test_a_long_text_is_cut_in_a_table() -> None:
    assert len(cell("x" * 500)) == 60
