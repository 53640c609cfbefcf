"""A whole study on a small league: every tier, the earlier system, the page, and the rows of gold.accuracy."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from evaluation.folds import Fold, check_slates, walk_forward
from evaluation.gold import TABLE, save_accuracy
from evaluation.oracle import predict_oracle
from evaluation.page import write_page
from evaluation.study import Study, make_study
from features.minutes import build_minutes_features
from lakehouse.clock import eastern_midnight
from lakehouse.errors import BadInput, PretipError
from lakehouse.lake import Lake
from models.fit import fit_minutes
from models.guards import KEY
from models.minutes import MinutesModel
from models.registry import current_features
from pipeline.at import Offset, last_instants, run_instants
from pipeline.predictions import label_rows, predict_at
from tests.pipeline.league import DAY, QUICK

FOLDS = (Fold(DAY - timedelta(days=9), DAY - timedelta(days=6)), Fold(DAY - timedelta(days=4), DAY - timedelta(days=1)))
OFFSET = Offset(15)


class Fitted:
    """Fits quickly, and keeps what it was given."""

    def __init__(self) -> None:
        self.seen: list[pl.DataFrame] = []

    def __call__(self, training: pl.DataFrame) -> MinutesModel:
        self.seen.append(training)
        return fit(training)


def fit(training: pl.DataFrame) -> MinutesModel:
    return fit_minutes(training, current_features(), QUICK, threads=1).model


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    return Fitted()


@pytest.fixture(scope="module")
def study(league_lake: Lake, fitted: Fitted) -> Study:
    return make_study(league_lake, Fold(DAY, DAY), FOLDS, OFFSET, (Offset(60),), fitted)


def test_every_tier_scores_its_games_and_none_of_anothers(study: Study) -> None:
    spans = {tier.code: tier.features.select(pl.col("game_date").unique().sort()).to_series() for tier in study.tiers}
    assert spans["A"].to_list() == [DAY]
    days = [day for fold in FOLDS for day in pl.date_range(fold.first, fold.last, eager=True)]
    for code in ("B", "C"):
        assert set(spans[code]) <= set(days)
    assert len(study.walk.proxy.models) == len(FOLDS)
    assert not set(study.walk.proxy.models) & set(study.window.models)


def test_the_tiers_know_less_and_less_of_tonight(study: Study) -> None:
    rates = {row["feature"]: row for row in study.nulls.to_dicts()}
    assert rates["starts_tonight"]["C"] == 1.0
    assert rates["starts_tonight"]["B"] < 1.0
    assert rates["status_out"]["C"] == 1.0


def test_the_oracle_is_not_worse_than_the_model_beyond_noise(study: Study) -> None:
    for tier in (study.window.tier, study.walk.proxy, study.walk.history):
        floors = [one for one in tier.report.comparisons if one.baseline == "oracle" and one.metric == "minutes_mae"]
        assert floors
        for one in floors:
            assert one.difference.n == 0 or one.difference.high >= 0.0
        assert (
            tier.report.find("listed", "minutes_mae", "oracle").value <= tier.report.find("listed", "minutes_mae").value
        )


def test_the_truth_moves_no_population(study: Study, league_lake: Lake) -> None:
    made = predict_at(league_lake, DAY, DAY, OFFSET)
    assert made.rows.drop("model_id").equals(study.window.made.rows.drop("model_id"))
    view = league_lake.as_of(league_lake.clock.now(), "published", "evaluation")
    labels = label_rows(view, made.rows)
    oracle = predict_oracle(view, made.rows, labels, made.models)
    assert oracle.select(KEY).equals(made.rows.select(KEY).sort(KEY))
    known = labels.filter("label_complete").select(*KEY, "played").join(oracle, on=list(KEY))
    assert (known["oracle_play_prob"] == known["played"].cast(pl.Float64)).all()
    # Those who played share out what a team has, an average overtime included.
    sums = known.group_by("game_id", "team_id").agg(pl.col("oracle_minutes_mean").sum())["oracle_minutes_mean"]
    assert sums.is_between(239.99, 246.0).all()


def test_only_an_evaluation_may_tell_the_truth(study: Study, league_lake: Lake) -> None:
    rows = study.window.made.rows
    view = league_lake.as_of(league_lake.clock.now(), "published", "training")
    labels = label_rows(league_lake.as_of(league_lake.clock.now(), "published", "evaluation"), rows)
    with pytest.raises(BadInput, match="for evaluation alone"):
        predict_oracle(view, rows, labels, study.window.made.models)


def test_the_earlier_system_is_met_on_identical_rows_at_its_own_instant(study: Study) -> None:
    anchor = study.anchor
    tips = anchor.tier.features.select((pl.col("tip_ts") - pl.col("cut_ts")).dt.total_minutes().unique())
    assert tips.to_series().to_list() == [60]
    sizes = {
        score.n for score in anchor.report.scores if (score.population, score.metric) == ("played", "minutes_mae_cond")
    }
    assert len(sizes) == 1
    figure = anchor.report.find("played", "minutes_mae_cond", "anchor")
    assert figure.value == pytest.approx(9.0)
    assert anchor.report.find("listed", "minutes_mae", anchor.late).n == anchor.report.find("listed", "minutes_mae").n


def test_models_of_folds_know_nothing_of_their_folds(study: Study, fitted: Fitted) -> None:
    assert len(fitted.seen) == len(FOLDS)
    for fold, training in zip(FOLDS, fitted.seen, strict=True):
        assert training["game_date"].max() < fold.first  # type: ignore[operator]
        assert training["label_as_of_ts"].max() < eastern_midnight(fold.first)  # type: ignore[operator]


def test_folds_that_share_a_day_are_refused(league_lake: Lake) -> None:
    with pytest.raises(BadInput, match="share a day"):
        walk_forward(league_lake, (FOLDS[0], FOLDS[0]), OFFSET, fit)
    with pytest.raises(BadInput, match="holds no day"):
        Fold(date(2025, 1, 2), date(2025, 1, 1))


def test_features_that_are_not_the_runs_are_refused(
    league_lake: Lake, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = league_lake.as_of(eastern_midnight(DAY), "published", "training")
    instants = last_instants(run_instants(view, FOLDS[1].first, FOLDS[1].last, OFFSET))
    model = next(iter(study.window.made.models.values()))
    check_slates(league_lake, view, instants, model)

    def wrong(*args: Any, **options: Any) -> pl.DataFrame:
        return build_minutes_features(*args, **options).with_columns(is_home=~pl.col("is_home"))

    monkeypatch.setattr("evaluation.folds.build_minutes_features", wrong)
    with pytest.raises(PretipError, match="not those of its run"):
        check_slates(league_lake, view, instants, model)


def test_the_page_is_the_same_again_and_says_everything(study: Study, league_lake: Lake) -> None:
    page = write_page(study)
    assert page == write_page(study)
    for tier in study.tiers:
        for population in tier.report.populations.values():
            assert tier.at != "T-15" or population.digest[:16] in page
    for heading in ("## Bands", "## A:", "## B:", "## C:", "## Against the earlier system", "## Null rates"):
        assert heading in page
    widths = {line.count("|") for line in page.splitlines() if line.startswith("| rostered")}
    assert min(widths) > 3


def test_every_figure_is_a_row_of_gold(study: Study, league_lake: Lake) -> None:
    chosen = save_accuracy(league_lake, study.tiers)
    rows = league_lake.scan(TABLE).filter(pl.col("evaluation_id") == chosen).collect()
    for tier in study.tiers:
        mine = rows.filter((pl.col("tier") == tier.code) & (pl.col("at") == tier.at))
        report = tier.report
        assert len(mine) == len(report.scores) + len(report.details) + len(report.comparisons)
        figure = report.find("listed", "minutes_mae")
        held = mine.filter(
            (pl.col("population") == "listed")
            & (pl.col("metric") == "minutes_mae")
            & (pl.col("bucket") == "all")
            & (pl.col("method") == "model")
        )
        assert held.select("value", "low", "high", "n", "games").row(0) == (
            figure.value, figure.low, figure.high, figure.n, figure.games,
        )  # fmt: skip
