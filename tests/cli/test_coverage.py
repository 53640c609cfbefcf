"""`pretip coverage` and `pretip holes` on the small league."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import pretip
from lakehouse.lake import Lake
from pipeline.due import RULES
from tests.cli.conftest import Call

SPAN = ("--from", "2025-11-01", "--to", "2025-11-30")


def test_every_table_has_a_line_of_coverage(call: Call) -> None:
    told = json.loads(call("coverage", *SPAN, "--json").stdout)
    assert [each["table"] for each in told] == list(RULES)
    held = {each["table"]: each for each in told}
    assert held["silver.boxscores"]["share"] == held["gold.labels"]["share"] == 1.0
    assert held["silver.dk_contests"]["reasons"][0]["reason"] == "never fetched or imported"
    shown = call("coverage", *SPAN)
    assert all(name in shown.output for name in RULES)


@pytest.mark.parametrize("name", ["boxscores", "rates", "minutes"])
def test_a_table_or_a_training_set_is_shown_by_day_and_column(call: Call, name: str) -> None:
    said = call("coverage", name, *SPAN, "--json")
    assert said.exit_code == 0, said.output
    (told,) = json.loads(said.stdout)
    assert told["failing"] == []
    assert sum(day["due"] for day in told["days"]) == told["due"] == told["present"] > 0
    assert {column["game_date"] for column in told["columns"]} <= {day["game_date"] for day in told["days"]}
    by_month = call("coverage", name, *SPAN, "--by", "month").output
    assert "2025-11 " in by_month
    assert "2025-11-02" in call("coverage", name, *SPAN, "--by", "day").output


def test_holes_are_declared_listed_and_taken_back(call: Call, lake: Lake) -> None:
    missing = ("holes", "add", "rosters", *SPAN, "--reason", "the feed was down")
    assert json.loads(call("holes", "list", "--json").output) == []
    assert json.loads(call(*missing, "--json").output)["table_name"] == "silver.rosters"
    assert "the feed was down" in call("holes", "list").output
    assert call("holes", "withdraw", "rosters", *SPAN, "--reason", "it was up").exit_code == 0
    assert json.loads(call("holes", "list", "--json").output) == []
    assert lake.scan("ops.holes").collect().height == 2
    again = call("holes", "withdraw", "rosters", *SPAN, "--reason", "it was up")
    assert (again.exit_code, "pretip: No hole of silver.rosters" in again.output) == (3, True)


def test_a_gap_is_a_failure_until_it_is_declared(lake: Lake) -> None:
    """Three days later the results of 1 December are due; this lake was never told them."""
    night = ("--from", "2025-12-01", "--to", "2025-12-01")

    def call_later(*args: str) -> Result:
        return CliRunner().invoke(pretip, ["--lake", str(lake.root), "--now", "2025-12-04T12:00:00Z", *args])

    for name in ("results", "rates"):
        missing = call_later("coverage", name, *night)
        assert missing.exit_code == 1
        assert "dates that hold less than they must: 1, worst 2025-12-01: 0 of" in missing.stderr
    for name in ("results", "rates"):
        assert call_later("holes", "add", name, *night, "--reason", "the lake ends here").exit_code == 0
        declared = call_later("coverage", name, *night)
        assert (declared.exit_code, declared.stderr) == (0, "")
        assert "the lake ends here" in declared.stdout


def test_a_column_may_have_a_hole_and_a_slip_is_told(call: Call) -> None:
    added = call("holes", "add", "boxscores.position", *SPAN, "--reason", "not printed", "--json")
    assert json.loads(added.output)["table_name"] == "silver.boxscores.position"
    assert "no column 'positon'" in call("holes", "add", "boxscores.positon", *SPAN, "--reason", "r").output
    assert "no table" in call("coverage", "boxes", *SPAN).output
    assert "no rule" in call("coverage", "identity", *SPAN).output
    assert "cannot be drawn" not in call("coverage", "results", *SPAN).output
    assert call("coverage", "results", *SPAN, "--plot", "a.gif").exit_code == 2


def test_coverage_is_drawn(call: Call, tmp_path: Path) -> None:
    page = tmp_path / "coverage.html"
    assert call("coverage", "results", *SPAN, "--plot", str(page)).exit_code == 0
    assert "silver.results" in page.read_text(encoding="utf-8")
