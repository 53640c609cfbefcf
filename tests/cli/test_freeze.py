"""`pretip freeze`: what is due is frozen once, told to people and programs, and can be read again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import pretip
from lakehouse.clock import FixedClock, iso
from lakehouse.errors import UnknownName
from lakehouse.lake import Lake
from tests.pipeline.test_freeze import GAME, START, announce, at, quote, report

Freeze = Callable[..., Result]


@pytest.fixture
def call(lake_root: Path) -> Freeze:
    """Calls `pretip freeze` two minutes after the tip of the one game of a lake."""
    lake = Lake.open_or_create(lake_root / "lake", FixedClock(START))
    announce(lake, 1, tip=60)
    report(lake, 10, "A, Al")
    quote(lake, 20, -3.5)

    def invoke(*args: str) -> Result:
        return CliRunner().invoke(pretip, ["--lake", str(lake.root), "--now", iso(at(62)), "freeze", *args])

    return invoke


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_what_is_due_is_frozen_once_and_read_again(call: Freeze) -> None:
    said = told(call("--due", "--json"))
    assert said["written"] == [
        {"snapshot_id": f"{GAME}@T-15", "at_ts": iso(at(45))},
        {"snapshot_id": f"{GAME}@tip", "at_ts": iso(at(60))},
    ]
    assert (said["late"], said["skipped"]) == (1, [])
    assert told(call("--due", "--json"))["written"] == []
    shown = told(call("--show", f"{GAME}@T-15", "--json"))
    assert (shown["at_ts"], shown["is_late"]) == (iso(at(45)), True)
    assert {part: len(body["rows"]) for part, body in shown["parts"].items()} == {
        "injuries": 1, "lineups": 0, "odds": 1, "rosters": 0, "schedule": 1,
    }  # fmt: skip
    assert shown["parts"]["injuries"]["rows"][0]["entry"] == "A, Al"


def test_people_are_told_what_was_written_and_shown_its_rows(call: Freeze) -> None:
    said = call("--due")
    assert said.exit_code == 0, said.output
    assert f"{GAME}@tip: as known at {iso(at(60))}" in said.stdout
    assert "2 snapshots written" in said.stdout
    shown = call("--show", f"{GAME}@tip")
    assert shown.exit_code == 0, shown.output
    assert f"{GAME}@tip injuries: 1 rows" in shown.stdout


def test_since_leaves_earlier_moments_alone(call: Freeze) -> None:
    said = told(call("--due", "--since", iso(at(50)), "--json"))
    assert [one["snapshot_id"] for one in said["written"]] == [f"{GAME}@tip"]


def test_a_snapshot_that_is_not_there_is_one_sentence(call: Freeze) -> None:
    result = call("--show", f"{GAME}@tip")
    assert result.exit_code == UnknownName.exit_code
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("args", [[], ["--due", "--show", "x"]])
def test_one_of_the_two_is_asked_for(call: Freeze, args: list[str]) -> None:
    assert call(*args).exit_code == 2
