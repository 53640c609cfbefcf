"""Training writes a model and its promotion as one batch, and a run finds it again, in another lake too."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from features.masks import Masks
from lakehouse.clock import FixedClock, eastern_midnight
from lakehouse.errors import BadInput, ClockError, PromotionRefused, RunBlocked
from lakehouse.gate import View
from lakehouse.holes import Hole
from lakehouse.lake import Lake
from models import registry
from models.artifact import dump, model_id
from models.choice import choose_model
from models.gate import FEWEST_ROWS, Gate, judge_model
from models.guards import FeatureSet
from models.minutes import MinutesConfig, MinutesModel
from models.predict import predict_minutes
from models.registry import ModelRow, Trained, load_model, promote, train_minutes
from tests.models.league import CONFIG, FEATURES, training_frame

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
UNTIL = date(2025, 1, 1)


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """An empty lake whose training frames are those of the league; every seventh row of a training set is a proxy."""

    def training(
        view: View, until: date, horizons: Sequence[int], *, proxies: bool, masks: Masks, holes: Sequence[Hole]
    ) -> pl.DataFrame:
        assert view.audience == "training"
        assert view.knowledge == "published"
        assert view.run_ts < eastern_midnight(until)
        assert masks == Masks()
        is_proxy = pl.lit(proxies) & (pl.col("player_id") % 7 == 0)
        return told(view, None, horizons).with_columns(is_proxy=is_proxy)

    def told(view: View, _games: pl.LazyFrame | None, horizons: Sequence[int]) -> pl.DataFrame:
        return training_frame(horizons=tuple(horizons)).filter(pl.col("cut_ts") <= view.run_ts)

    monkeypatch.setattr(registry, "build_minutes_training", training)
    monkeypatch.setattr(registry, "minutes_rows", told)
    monkeypatch.setattr(registry, "current_features", lambda: FEATURES)
    return Lake.open_or_create(tmp_path / "lake", FixedClock(NOW))


@dataclass
class Bench:
    """What the gate was asked, and what it is to answer."""

    answer: Gate = field(default_factory=lambda: Gate((), {}))
    asked: list[tuple[pl.DataFrame, MinutesModel | None]] = field(default_factory=list)

    def judge(self, model: MinutesModel, rows: pl.DataFrame, in_use: MinutesModel | None, threads: int) -> Gate:
        self.asked.append((rows, in_use))
        return self.answer


@pytest.fixture(autouse=True)
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A gate that lets everything through, and remembers."""
    made = Bench()
    monkeypatch.setattr(registry, "judge_model", made.judge)
    return made


def train(lake: Lake, until: date = UNTIL, *, proxies: bool = False, config: MinutesConfig = CONFIG) -> ModelRow:
    trained = train_minutes(
        lake, until, now=lake.clock.now(), config=config, horizons=(60, 15), threads=1, proxies=proxies
    )
    assert isinstance(lake.clock, FixedClock)
    lake.clock.advance(timedelta(minutes=1))
    return trained.row


def tables(lake: Lake) -> tuple[pl.DataFrame, pl.DataFrame]:
    return lake.scan("ops.models").collect(), lake.scan("ops.promotions").collect()


def test_a_trained_model_is_found_in_a_copy_of_the_lake(lake: Lake, tmp_path: Path) -> None:
    row = train(lake)
    shutil.copytree(lake.root, tmp_path / "copy")
    copy = Lake.open(tmp_path / "copy", FixedClock(NOW + timedelta(days=1)))
    chosen = choose_model(*tables(copy), "minutes", NOW + timedelta(hours=1), "observed")
    assert chosen["model_id"] == row.model_id
    slate = training_frame(games=2)
    assert predict_minutes(load_model(chosen), slate).height == slate.height
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


def test_proxies_are_counted_and_their_cost_is_told(lake: Lake, bench: Bench) -> None:
    """Here they change nothing of what is learned, so they cost nothing."""
    found = json.loads(train(lake, proxies=True).metrics)
    rows = training_frame().filter(pl.col("game_date") < UNTIL)
    assert found["proxy_rows"] == rows.filter(pl.col("player_id") % 7 == 0).height
    assert found["proxy_share"] == pytest.approx(0.1)
    assert found["cost_of_proxies_mae_minutes_played"] == found["cost_of_proxies_brier"] == 0.0
    assert not any(name.startswith("proxy") for name in json.loads(train(lake).metrics))


def test_figures_are_of_rows_as_reports_told_them(lake: Lake, bench: Bench) -> None:
    """Every side of the training set has a proxy; what is told of the last weeks still has none."""
    found = json.loads(train(lake, proxies=True).metrics)
    last = bench.asked[0][0]
    assert found["play_rows"] == 20 * CONFIG.validation_dates == 2 * last.height
    assert not last["is_proxy"].any()


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


def test_what_the_gate_refuses_is_stored_and_not_put_to_use(lake: Lake, bench: Bench) -> None:
    first = train(lake)
    bench.answer = Gate(("coverage is .5", "brier is worse"), {"gate_rows": 400.0})
    second = train(lake, UNTIL + timedelta(days=10))
    models, promotions = tables(lake)
    assert sorted(models["model_id"]) == sorted((first.model_id, second.model_id))
    assert promotions["model_id"].to_list() == [first.model_id]
    found = json.loads(models.filter(pl.col("model_id") == second.model_id)["metrics"][0])
    assert (found["gate_reasons"], found["gate_rows"]) == (list(bench.answer.reasons), 400.0)
    assert json.loads(first.metrics)["gate_reasons"] == []
    now = lake.clock.now()
    assert choose_model(models, promotions, "minutes", now, "observed")["model_id"] == first.model_id
    with pytest.raises(PromotionRefused, match=r"coverage is \.5; brier is worse") as refused:
        promote(lake, second.model_id, now, "it looks fine to me")
    assert refused.value.exit_code == 17
    assert tables(lake)[1].equals(promotions)
    promote(lake, second.model_id, now, "it looks fine to me", anyway=True)
    assert choose_model(*tables(lake), "minutes", now, "observed")["model_id"] == second.model_id


def test_the_gate_itself_lets_a_good_fit_through_and_stops_a_poor_one(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "judge_model", judge_model)

    def made(until: date, rounds: int) -> Trained:
        grown = replace(CONFIG.quantile, rounds=rounds)
        config = replace(CONFIG, play=replace(CONFIG.play, rounds=rounds // 2), quantile=grown)
        now = lake.clock.now()
        return train_minutes(lake, until, now=now, config=config, horizons=(60, 15), threads=1, proxies=False)

    good = made(UNTIL, 60)
    assert good.promoted, good.gate.reasons
    poor = made(UNTIL + timedelta(days=19), 2)
    assert not poor.promoted
    assert any("worse than that of the model in use" in reason for reason in poor.gate.reasons)
    assert tables(lake)[1]["model_id"].to_list() == [good.row.model_id]


def test_the_model_in_use_is_judged_on_days_after_it_alone(lake: Lake, bench: Bench) -> None:
    first = train(lake)
    assert bench.asked[-1][1] is None
    train(lake, UNTIL + timedelta(days=12), config=replace(CONFIG, validation_dates=30))
    rows, current = bench.asked[-1]
    assert current is not None
    assert model_id(dump(current)) == first.model_id
    assert rows["cut_ts"].min() > first.knowledge_until
    # Of the 15 days that judge, the model in use knows three.
    assert rows["game_date"].n_unique() == 12


@pytest.mark.parametrize("days", [-3, FEWEST_ROWS // 20 - 1])
def test_a_model_in_use_that_knows_the_days_is_no_measure(lake: Lake, bench: Bench, days: int) -> None:
    """It knows them all, or all but too few."""
    train(lake)
    train(lake, UNTIL + timedelta(days=days))
    rows, current = bench.asked[-1]
    assert current is None
    assert rows["game_date"].n_unique() == CONFIG.validation_dates // 2


def test_a_model_of_other_features_is_no_measure_and_no_model_for_a_run(
    lake: Lake, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(lake)
    others = FeatureSet(tuple(name for name in FEATURES.names if name != "noise"), "a later declaration")
    monkeypatch.setattr(registry, "current_features", lambda: others)
    with pytest.raises(BadInput, match="noise is missing"):
        load_model(tables(lake)[0].row(0, named=True))
    declared = FeatureSet(FEATURES.names, "a later declaration")
    monkeypatch.setattr(registry, "current_features", lambda: declared)
    train(lake, UNTIL + timedelta(days=16))
    assert bench.asked[-1][1] is None
    assert tables(lake)[1].height == 2


def test_a_day_still_to_come_is_refused(lake: Lake) -> None:
    with pytest.raises(ClockError):
        train(lake, date(2026, 1, 1))


def test_too_little_history_trains_and_promotes_nothing(lake: Lake) -> None:
    with pytest.raises(BadInput, match="rows to train on"):
        train(lake, date(2024, 11, 4))
    assert all(frame.is_empty() for frame in tables(lake))
