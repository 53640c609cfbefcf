"""An explanation is of the run as it was: later facts change nothing, a blocked run has none."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from ingest.history.importer import import_history
from lakehouse.clock import FixedClock
from lakehouse.errors import RunBlocked
from lakehouse.lake import Lake
from models.drivers import MINUTES, PLAY
from pipeline.explain import explain
from pipeline.request import Override
from pipeline.run import MadeRun, make_run
from tests.pipeline.league import DAY, NOW, copy_lake, evening_request


def test_later_facts_change_no_explanation(built: Path, ran: tuple[Lake, MadeRun], lake_root: Path) -> None:
    made = ran[1]
    player = str(made.outputs["gold.minutes"]["player_id"][0])
    first = explain(ran[0], made.record.run_id, player)
    copied = copy_lake(ran[0].root.parent, lake_root / "copy")
    later = Lake.open(copied.root, FixedClock(NOW + timedelta(hours=30)))
    import_history(later, built / "archive-next", now=later.clock.now())
    again = explain(later, made.record.run_id, player)
    assert again.is_same
    assert again.drivers.equals(first.drivers)
    assert (again.minutes, again.bases) == (first.minutes, first.bases)


def test_what_a_rule_or_a_person_sets_is_said_and_the_drivers_are_the_models(lake: Lake) -> None:
    made = make_run(lake, evening_request())
    player = made.outputs["gold.minutes"].filter(pl.col("play_prob_rule") == "model")["player_id"][0]
    told = make_run(lake, evening_request(overrides=(Override(player, 0.25),)))
    found = explain(lake, told.record.run_id, str(player))
    assert (found.minutes["play_prob"], found.minutes["play_prob_rule"]) == (0.25, "override")
    plain = explain(lake, made.record.run_id, str(player))
    assert plain.drivers.equals(found.drivers)
    assert plain.raw(PLAY) == found.raw(PLAY)
    assert plain.raw(MINUTES) == pytest.approx(plain.minutes["minutes_p50_cond"], abs=6.0)


def test_a_blocked_run_has_nothing_to_explain(lake: Lake) -> None:
    blocked = make_run(lake, evening_request(slate_date=DAY + timedelta(days=60)))
    assert blocked.record.status == "blocked"
    with pytest.raises(RunBlocked, match="projected nobody"):
        explain(lake, blocked.record.run_id, "1")
