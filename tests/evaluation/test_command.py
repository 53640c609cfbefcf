"""The commands say what the study says, save it on demand, and fail where the model fails."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
from click.testing import CliRunner, Result

from cli.main import pretip
from evaluation.gold import TABLE
from lakehouse.clock import iso
from lakehouse.lake import Lake
from tests.evaluation.conftest import MORNING
from tests.pipeline.league import DAY


def call(lake: Lake, *args: str) -> Result:
    return CliRunner().invoke(pretip, ["--lake", str(lake.root), "--now", iso(MORNING), "evaluate", *args])


def test_a_window_is_told_drawn_and_saved_on_demand(league_lake: Lake, tmp_path: Path) -> None:
    window = ("minutes", "--from", str(DAY), "--to", str(DAY))
    held = league_lake.scan(TABLE).select(pl.len()).collect().item()
    done = call(league_lake, *window, "--json", "--save", "--html", str(tmp_path / "page.html"))
    told = json.loads(done.stdout)
    assert done.exit_code == (1 if told["failures"] else 0), done.output
    assert (told["tier"], told["at"]) == ("A", "T-15")
    assert {one["name"] for one in told["populations"] if one["by_outcome"]} == {"played"}
    figures = len(told["scores"]) + len(told["details"]) + len(told["comparisons"])
    assert league_lake.scan(TABLE).select(pl.len()).collect().item() == held + figures
    assert "Randomised PIT" in (tmp_path / "page.html").read_text()


def test_the_earlier_system_is_set_beside_ours(league_lake: Lake) -> None:
    held = league_lake.scan(TABLE).select(pl.len()).collect().item()
    done = call(league_lake, "minutes", "--from", str(DAY), "--to", str(DAY), "--against", "anchor")
    assert "mixture" in done.stdout
    assert "of its we did not" in " ".join(done.stdout.split())
    assert league_lake.scan(TABLE).select(pl.len()).collect().item() == held


def test_spans_are_dates(league_lake: Lake, tmp_path: Path) -> None:
    done = call(league_lake, "page", "--out", str(tmp_path / "page.md"), "--folds", "2025-11-02")
    assert done.exit_code != 0
    assert "2024-03-01:2024-04-14" in done.output
    assert not (tmp_path / "page.md").exists()
