"""`pretip explain`: a player of a run by name or id, the same numbers as the run's, and nothing written."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result

from cli.main import pretip
from features.minutes import MINUTES_FEATURES
from lakehouse.clock import iso
from lakehouse.lake import Lake
from models.drivers import UNITS
from models.teams import TEAM_FEATURES
from pipeline.run import MadeRun
from tests.pipeline.conftest import ran
from tests.pipeline.league import NOW

__all__ = ["ran"]
FEATURES = (*MINUTES_FEATURES, *TEAM_FEATURES)


def explain(ran: tuple[Lake, MadeRun], *args: str) -> Result:
    start = ["--lake", str(ran[0].root), "--now", iso(NOW.replace(hour=8)), "explain"]
    return CliRunner().invoke(pretip, [*start, *args])


@pytest.fixture(scope="module")
def minutes(ran: tuple[Lake, MadeRun]) -> dict[str, Any]:
    """What the run said of the player it expects most of."""
    frame = ran[1].outputs["gold.minutes"].sort("minutes_p50", "player_id")
    row: dict[str, Any] = frame.row(-1, named=True)
    return row


def test_a_players_minutes_are_the_runs_and_drivers_sum_to_the_model(
    ran: tuple[Lake, MadeRun], minutes: dict[str, Any]
) -> None:
    lake, made = ran
    before = lake.log.newest()
    result = explain(ran, str(minutes["player_id"]), "--run", made.record.run_id, "--top", "5", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["is_same"]
    assert told["model_id"] == made.record.models["minutes"]
    assert told["minutes"] == {name: minutes[name] for name in told["minutes"]}
    declared = {feature.name: feature for feature in FEATURES}
    for head, unit in UNITS.items():
        part = told["heads"][head]
        assert part["unit"] == unit
        assert len(part["drivers"]) == 5
        moved = [driver["contribution"] for driver in part["drivers"]]
        assert [abs(one) for one in moved] == sorted((abs(one) for one in moved), reverse=True)
        assert part["base"] + sum(moved) + part["others"] == pytest.approx(part["raw"])
        for driver in part["drivers"]:
            feature = declared[driver["feature"]]
            assert (driver["meaning"], driver["unit"]) == (feature.meaning, feature.unit)
    assert lake.log.newest() == before


def test_a_name_does_and_the_page_reads_well(ran: tuple[Lake, MadeRun], minutes: dict[str, Any]) -> None:
    run_id = ran[1].record.run_id
    projections = ran[1].outputs["gold.projections"]
    name = projections.filter(pl.col("player_id") == minutes["player_id"])["player_name"][0]
    result = explain(ran, name.lower(), "--run", run_id, "--top", "3")
    assert result.exit_code == 0, result.output
    assert f"{name} ({minutes['player_id']})" in result.output
    assert f"p50 {minutes['minutes_p50']:.1f}" in result.output
    assert "what the model says" in result.output
    assert f"the other {len(FEATURES) - 3}" in result.output
    assert "its code was another" not in result.output


def test_a_rule_that_overrules_the_model_is_said(ran: tuple[Lake, MadeRun]) -> None:
    ruled = ran[1].outputs["gold.minutes"].filter(pl.col("play_prob_rule") == "out")["player_id"]
    assert len(ruled)
    result = explain(ran, str(ruled[0]), "--run", ran[1].record.run_id, "--top", "1")
    assert "(rule: out)" in result.output
    assert "the rule sets whether he plays" in result.output


@pytest.mark.parametrize(("player", "word"), [("Nobody Atall", "No player was known"), ("1", "is not among the")])
def test_who_is_not_in_the_run_is_said_in_one_line(ran: tuple[Lake, MadeRun], player: str, word: str) -> None:
    result = explain(ran, player, "--run", ran[1].record.run_id)
    assert result.exit_code == 3
    assert word in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_run_there_is_not_is_said_in_one_line(ran: tuple[Lake, MadeRun]) -> None:
    result = explain(ran, "1", "--run", "nothing")
    assert result.exit_code == 3
    assert "There is no run" in result.stderr
