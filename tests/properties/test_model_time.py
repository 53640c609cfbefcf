"""Law 9: nothing learned after a run's instant is used by it, and a model that is said to know less is found out."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakehouse.clock import FixedClock, eastern_midnight, iso
from lakehouse.commit import Batch
from lakehouse.errors import LakeDamaged, RunBlocked
from lakehouse.gate import Knowledge
from lakehouse.lake import Lake
from models.registry import promote, train_minutes
from pipeline.compute import compute_run
from pipeline.labels import freeze_labels
from pipeline.model import pick_minutes_model
from pipeline.request import RunRequest
from tests.properties.machine import facts
from tests.properties.machine.ground import DAY, NOON, TINY, WORLDS, Ground

START = NOON + timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def lake(ground: Ground, lake_root: Path) -> Lake:
    """The ground's lake, an hour later."""
    return own(ground, lake_root / "lake")


def own(ground: Ground, root: Path) -> Lake:
    """A copy of the ground's lake, an hour later."""
    shutil.copytree(ground.root, root)
    return Lake.open(root, FixedClock(START))


def knowledge_of(lake: Lake, model_id: str) -> datetime:
    """The latest instant a model knows of."""
    stated = lake.scan("ops.models").filter(pl.col("model_id") == model_id).select("knowledge_until").collect().item()
    assert isinstance(stated, datetime)
    return stated


def run_at(at: datetime, knowledge: Knowledge = "published", model_id: str | None = None) -> RunRequest:
    """A run of tonight."""
    return RunRequest(DAY, at, knowledge, worlds=WORLDS, model_id=model_id)


def test_a_run_before_its_models_knowledge_is_blocked_and_says_why(ground: Ground, lake: Lake) -> None:
    older, newer = ground.models
    known = knowledge_of(lake, newer)
    early = known - timedelta(microseconds=1)
    named = compute_run(lake, run_at(early, model_id=newer))
    assert (named.status, named.outputs, named.digests) == ("blocked", {}, {})
    assert named.reasons == (
        f"Model {newer} knows facts up to {iso(known)}, later than {iso(early)}; name one trained until an earlier date.",
    )
    before_all = compute_run(lake, run_at(knowledge_of(lake, older) - timedelta(microseconds=1)))
    assert before_all.status == "blocked"
    assert "Every minutes model in this lake knows facts later than" in before_all.reasons[0]
    # At the instant itself, and later, it may be used.
    assert compute_run(lake, run_at(known, model_id=newer)).models == {"minutes": newer}


def test_an_observed_run_under_a_model_from_its_future_is_blocked(ground: Ground, lake: Lake) -> None:
    later = lake.scan("ops.models").filter(pl.col("model_id") == ground.models[1]).collect()
    future = later.with_columns(model_id=pl.lit("f" * 16), knowledge_until=pl.lit(START + MINUTE, facts.INSTANT))
    lake.commit(Batch("future model", "train", {"ops.models": future}))
    promote(lake, "f" * 16, lake.clock.now(), "a slip", anyway=True)
    clock = lake.clock
    assert isinstance(clock, FixedClock)
    clock.advance(timedelta(seconds=1))
    run = compute_run(lake, run_at(lake.begin_run("test"), "observed"))
    assert run.status == "blocked"
    assert f"knows facts up to {iso(START + MINUTE)}" in run.reasons[0]


def test_a_run_takes_the_model_of_its_time(ground: Ground, lake_root: Path) -> None:
    folders = (lake_root / f"choice-{number}" for number in count())
    minutes = st.tuples(st.integers(1, 40), st.booleans())

    @settings(max_examples=15)
    @given(promoted=st.lists(minutes, max_size=4, unique_by=lambda one: one[0]), after=st.integers(0, 41))
    def check(promoted: list[tuple[int, bool]], after: int) -> None:
        lake = own(ground, next(folders))
        clock = lake.clock
        assert isinstance(clock, FixedClock)
        told = [(NOON + MINUTE, False), (NOON + 2 * MINUTE, True)]
        for minute, is_newer in sorted(promoted):
            clock.instant = START + minute * MINUTE
            promote(lake, ground.models[is_newer], clock.instant, "by hand", anyway=True)
            told.append((clock.instant, is_newer))
        clock.instant = START + 60 * MINUTE
        at = START + after * MINUTE + timedelta(seconds=30)
        in_use = [is_newer for instant, is_newer in told if instant <= at][-1]
        assert pick_minutes_model(lake, run_at(at, "observed")).model_id == ground.models[in_use]
        # Published: the last promoted of those that knew nothing later, whenever that was.
        assert pick_minutes_model(lake, run_at(at)).model_id == ground.models[told[-1][1]]
        between = knowledge_of(lake, ground.models[0]) + MINUTE
        assert pick_minutes_model(lake, run_at(between)).model_id == ground.models[0]

    check()


@pytest.mark.parametrize(("before_midnight", "is_moved"), [(timedelta(0), False), (timedelta(microseconds=1), True)])
def test_a_model_is_made_of_what_was_public_before_its_day(
    ground: Ground, lake: Lake, before_midnight: timedelta, is_moved: bool
) -> None:
    """Its trees, calibration and priors are in the text whose digest is its id: later facts move no byte of them."""
    stamp = eastern_midnight(DAY) - before_midnight
    # Teammates trade their minutes, so that every game still sums right.
    lines = facts.newest_rows(lake, "silver.boxscores").filter("played")
    traded = lines.with_columns(pl.col("minutes").reverse().over("game_id", "team_id"))
    facts.commit(lake, "correction", {"silver.boxscores": traded}, stamp)
    for name in ("silver.injury_reports", "silver.odds_lines", "silver.status_events"):
        facts.commit(lake, "correction", {name: facts.scramble(lake, name, 3)}, stamp)
    freeze_labels(lake)
    again = train_minutes(lake, DAY, now=lake.clock.now(), config=TINY, horizons=(15,), threads=1).row
    assert (again.model_id != ground.models[1]) == is_moved
    assert again.knowledge_until < eastern_midnight(DAY)
    assert (again.knowledge_until == knowledge_of(lake, ground.models[1])) != is_moved


@pytest.mark.parametrize("change", ["knowledge", "calibration", "priors"])
def test_a_doctored_model_record_is_refused(ground: Ground, lake: Lake, change: str) -> None:
    """A copy of a model that says it knows less than it does, or whose parameters were turned by hand."""
    newer = lake.scan("ops.models").filter(pl.col("model_id") == ground.models[1]).collect()
    earlier = knowledge_of(lake, ground.models[0])
    if change == "knowledge":
        doctored = newer.with_columns(model_id=pl.lit("d" * 16), knowledge_until=pl.lit(earlier, facts.INSTANT))
    else:
        text = str(newer["artifact"][0])
        key = '"slope":' if change == "calibration" else '"out":'
        changed = text.replace(key, key + "9", 1)
        assert changed != text
        doctored = newer.with_columns(model_id=pl.lit("d" * 16), artifact=pl.lit(changed))
    lake.commit(Batch("doctored", "train", {"ops.models": doctored}))
    with pytest.raises(LakeDamaged):
        compute_run(lake, run_at(START - MINUTE, model_id="d" * 16))


def test_a_second_record_of_a_model_is_refused(ground: Ground, lake: Lake) -> None:
    """Two rows of one id cannot both be the model's."""
    newer = lake.scan("ops.models").filter(pl.col("model_id") == ground.models[1]).collect()
    earlier = knowledge_of(lake, ground.models[0])
    lake.commit(
        Batch("second", "train", {"ops.models": newer.with_columns(knowledge_until=pl.lit(earlier, facts.INSTANT))})
    )
    with pytest.raises(LakeDamaged):
        compute_run(lake, replace(run_at(earlier + MINUTE), model_id=ground.models[1]))


def test_a_model_is_named_for_a_run_of_its_own_time_only(ground: Ground, lake: Lake) -> None:
    with pytest.raises(RunBlocked, match="knows facts up to"):
        pick_minutes_model(lake, run_at(knowledge_of(lake, ground.models[1]) - MINUTE, model_id=ground.models[1]))
