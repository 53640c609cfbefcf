"""Training writes a model and its promotion as one batch, and a run finds it again, in another lake too."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from lakehouse.clock import FixedClock, eastern_midnight
from lakehouse.errors import BadInput, ClockError, RunBlocked
from lakehouse.gate import View
from lakehouse.holes import Hole
from lakehouse.lake import Lake
from models import registry
from models.choice import choose_model
from models.predict import predict_minutes
from models.registry import ModelRow, load_model, promote, train_minutes
from tests.models.league import CONFIG, FEATURES, training_frame

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
UNTIL = date(2025, 1, 1)


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    def build(
        view: View, until: date, horizons: Sequence[int], *, proxies: bool, holes: Sequence[Hole]
    ) -> pl.DataFrame:
        assert view.audience == "training"
        assert view.knowledge == "published"
        assert view.run_ts < eastern_midnight(until)
        assert isinstance(proxies, bool)
        return training_frame(horizons=tuple(horizons)).filter(pl.col("game_date") < until)

    monkeypatch.setattr(registry, "build_minutes_training", build)
    monkeypatch.setattr(registry, "current_features", lambda: FEATURES)
    return Lake.open_or_create(tmp_path / "lake", FixedClock(NOW))


def train(lake: Lake, until: date = UNTIL) -> ModelRow:
    row = train_minutes(lake, until, now=lake.clock.now(), config=CONFIG, threads=1)
    assert isinstance(lake.clock, FixedClock)
    lake.clock.advance(timedelta(minutes=1))
    return row


def tables(lake: Lake) -> tuple[pl.DataFrame, pl.DataFrame]:
    return lake.scan("ops.models").collect(), lake.scan("ops.promotions").collect()


def test_a_trained_model_is_found_in_a_copy_of_the_lake(lake: Lake, tmp_path: Path) -> None:
    row = train(lake)
    shutil.copytree(lake.root, tmp_path / "copy")
    copy = Lake.open(tmp_path / "copy", FixedClock(NOW + timedelta(days=1)))
    chosen = choose_model(*tables(copy), "minutes", NOW + timedelta(hours=1), "observed")
    assert chosen["model_id"] == row.model_id
    assert predict_minutes(load_model(chosen), training_frame(games=2)).height == 40
    assert json.loads(chosen["metrics"])["mae_minutes_played"] > 0.0
    assert json.loads(chosen["window"])["train"]["to"] == "2024-12-31"


def test_nothing_from_the_day_on_is_used_and_the_row_says_so(lake: Lake) -> None:
    row = train(lake)
    assert row.knowledge_until < row.until_ts == eastern_midnight(UNTIL)
    assert row.knowledge_until == datetime(2025, 1, 1, 2, tzinfo=UTC)


def test_one_batch_and_the_same_facts_give_the_same_model(lake: Lake) -> None:
    first = train(lake)
    entry = lake.log.newest()
    assert entry is not None
    assert entry.kind == "train"
    again = train(lake)
    assert again.model_id == first.model_id
    models, promotions = tables(lake)
    assert models["model_id"].to_list() == [first.model_id]
    assert promotions["model_id"].to_list() == [first.model_id] * 2


def test_a_run_before_the_models_time_is_blocked_and_a_later_model_changes_no_earlier_run(lake: Lake) -> None:
    first = train(lake)
    early = first.knowledge_until - timedelta(seconds=1)
    with pytest.raises(RunBlocked, match="knows facts later"):
        choose_model(*tables(lake), "minutes", early, "published")
    later = train(lake, UNTIL + timedelta(days=10))
    assert later.model_id != first.model_id
    between = first.knowledge_until + timedelta(hours=1)
    assert choose_model(*tables(lake), "minutes", between, "published")["model_id"] == first.model_id


def test_an_older_model_is_promoted_again_by_a_row(lake: Lake) -> None:
    first, _ = train(lake), train(lake, UNTIL + timedelta(days=10))
    promote(lake, first.model_id, lake.clock.now(), "the newer one is worse")
    now = lake.clock.now()
    assert choose_model(*tables(lake), "minutes", now, "observed")["model_id"] == first.model_id
    with pytest.raises(BadInput, match="holds no model"):
        promote(lake, "nothing", now, "a slip")


def test_a_day_still_to_come_is_refused(lake: Lake) -> None:
    with pytest.raises(ClockError):
        train(lake, date(2026, 1, 1))


def test_too_little_history_trains_and_promotes_nothing(lake: Lake) -> None:
    with pytest.raises(BadInput, match="rows to train on"):
        train(lake, date(2024, 11, 4))
    assert all(frame.is_empty() for frame in tables(lake))
