"""A run is a value: the same request, lake and code give the same bytes, and nothing later moves them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from ingest.history.importer import import_history
from lakehouse.clock import FixedClock
from lakehouse.errors import ClockError, RunBlocked, UnknownName
from lakehouse.lake import Lake
from pipeline.compute import OUTPUTS, output_digest
from pipeline.record import list_records, read_record
from pipeline.request import Override
from pipeline.run import MadeRun, begin, make_run
from pipeline.steps import KEY
from tests.pipeline.league import DAY, NOW, evening_request


def test_every_output_has_a_row_for_every_player_of_the_slate(ran: tuple[Lake, MadeRun]) -> None:
    lake, made = ran
    keys = made.outputs["gold.minutes"].select(KEY)
    assert set(keys["game_id"]) == set(made.record.slate["games"])
    for table in OUTPUTS:
        assert made.outputs[table].select(KEY).equals(keys)
        stored = lake.scan(table).filter(pl.col("run_id") == made.record.run_id).collect()
        assert output_digest(stored) == made.record.digests[table]


def test_the_manifest_comes_back_as_it_was_written(ran: tuple[Lake, MadeRun]) -> None:
    lake, made = ran
    assert read_record(lake, made.record.run_id) == made.record
    assert read_record(lake, made.record.run_id[:-3]) == made.record
    assert [record.run_id for record in list_records(lake, DAY)] == [made.record.run_id]
    assert made.record.request.pins is not None


def test_an_unknown_run_is_named(ran: tuple[Lake, MadeRun]) -> None:
    with pytest.raises(UnknownName, match="no run 'nothing'"):
        read_record(ran[0], "nothing")


def test_facts_that_became_available_later_change_no_byte(built: Path, lake: Lake, ran: tuple[Lake, MadeRun]) -> None:
    later = Lake.open(lake.root, FixedClock(NOW + timedelta(hours=30)))
    assert import_history(later, built / "archive-next", now=later.clock.now()).total.new
    again = make_run(later, evening_request())
    assert again.record.digests == ran[1].record.digests
    assert again.record.run_id != ran[1].record.run_id


def test_an_observed_run_begins_with_an_entry_of_the_log(lake: Lake) -> None:
    instant = begin(lake, DAY)
    made = make_run(lake, replace(evening_request(), run_ts=instant, knowledge="observed"))
    assert lake.log.at(instant).instant == instant == made.record.run_ts
    # It is after the games of DAY: nothing is left to run, and that is said, kept, and not an exception.
    assert made.record.status == "blocked"
    assert made.outputs == {}
    assert read_record(lake, made.record.run_id).reasons == made.record.reasons


def test_a_date_without_games_is_a_blocked_run(lake: Lake) -> None:
    made = make_run(lake, replace(evening_request(), slate_date=date(2025, 7, 1)))
    assert (made.record.status, made.record.digests) == ("blocked", {})
    assert "2025-07-01" in made.record.reasons[0]


def test_a_run_before_any_model_knew_enough_is_blocked(lake: Lake) -> None:
    early = evening_request().run_ts - timedelta(days=20)
    made = make_run(lake, replace(evening_request(), slate_date=date(2025, 11, 11), run_ts=early))
    assert made.record.status == "blocked"
    assert "model" in made.record.reasons[0]


def test_a_model_that_knows_too_much_is_refused_when_asked_for(lake: Lake, ran: tuple[Lake, MadeRun]) -> None:
    early = evening_request().run_ts - timedelta(days=20)
    model = ran[1].record.models["minutes"]
    made = make_run(lake, replace(evening_request(), slate_date=date(2025, 11, 11), run_ts=early, model_id=model))
    assert made.record.status == "blocked"
    assert "knows facts" in made.record.reasons[0]


def test_an_instant_in_the_future_or_before_the_lake_is_an_error(lake: Lake) -> None:
    with pytest.raises(ClockError, match="future"):
        make_run(lake, replace(evening_request(), run_ts=NOW + timedelta(days=1)))
    with pytest.raises(ClockError, match="began"):
        make_run(lake, evening_request(knowledge="observed"))


def test_an_override_sets_one_players_probability_and_moves_only_his_game(
    lake: Lake, ran: tuple[Lake, MadeRun]
) -> None:
    before = ran[1].outputs["gold.projections"]
    star = before.sort("dk_fpts_mean", descending=True).row(0, named=True)
    made = make_run(lake, evening_request(overrides=(Override(star["player_id"], 0.0),)))
    after = made.outputs["gold.projections"]
    his = after.filter(pl.col("player_id") == star["player_id"]).row(0, named=True)
    assert (his["play_prob"], his["minutes_mean"], his["play_prob_rule"]) == (0.0, 0.0, "override")
    others = [frame.filter(pl.col("game_id") != star["game_id"]).drop("run_id", "run_ts") for frame in (before, after)]
    assert others[0].equals(others[1])
    assert read_record(lake, made.record.run_id).request.overrides == made.record.request.overrides


def test_what_was_not_known_degrades_a_run(lake: Lake) -> None:
    morning = evening_request().run_ts.replace(hour=6)
    made = make_run(lake, replace(evening_request(), run_ts=morning))
    assert made.record.status == "degraded"
    assert any(reason.startswith("starters unknown for") for reason in made.record.reasons)


def test_a_lake_without_a_model_says_so(built: Path, lake_root: Path) -> None:
    lake = Lake.open_or_create(lake_root / "empty", FixedClock(NOW))
    import_history(lake, built / "archive", now=NOW)
    made = make_run(lake, evening_request())
    assert made.record.status == "blocked"
    with pytest.raises(RunBlocked):
        raise RunBlocked(made.record.reasons[0])
