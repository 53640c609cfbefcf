"""The fit: the same bytes for the same rows, nothing undeclared, and it learns what there is to learn."""

from __future__ import annotations

from itertools import pairwise

import polars as pl
import pytest

from lakehouse.errors import BadInput
from models.artifact import dump
from models.calibration import LogitShift
from models.minutes import Fit, fit_minutes, one_cut_per_game
from models.mixture import COND_NAMES, NAMES
from models.predict import MODEL_COLUMNS, predict_minutes
from tests.models.league import CONFIG, FEATURES


def test_threads_and_row_order_change_no_byte(training: pl.DataFrame, fit: Fit) -> None:
    shuffled = training.sample(fraction=1.0, shuffle=True, seed=3)
    assert dump(fit_minutes(shuffled, FEATURES, CONFIG, threads=1).model) == dump(fit.model)


def test_the_fit_finds_form_and_ignores_noise(training: pl.DataFrame, fit: Fit) -> None:
    made = predict_minutes(fit.model, training).join(
        training.select("game_id", "cut_id", "player_id", "form_minutes", "played_share"),
        on=["game_id", "cut_id", "player_id"],
    )
    assert made.select(pl.corr("minutes_p50_cond", "form_minutes")).item() > 0.97
    assert made.select(pl.corr("play_prob", "played_share")).item() > 0.9
    assert fit.metrics["mae_minutes_played"] < 4.5
    assert 0.6 < fit.metrics["coverage_p10_p90"] < 0.95


def test_predictions_are_in_order_and_within_bounds(training: pl.DataFrame, fit: Fit) -> None:
    made = predict_minutes(fit.model, training)
    assert made.height == training.height
    assert made.select(pl.all().null_count()).sum_horizontal().item() == 0
    for names in (NAMES, COND_NAMES):
        for low, high in pairwise(names):
            assert (made[low] <= made[high] + 1e-9).all()
    for name in (*NAMES, *COND_NAMES):
        assert made[name].is_between(0.0, fit.model.cap).all()
    assert made["play_prob"].is_between(0.0, 1.0).all()


def test_predictions_are_the_same_row_by_row_in_any_order_and_on_any_threads(training: pl.DataFrame, fit: Fit) -> None:
    whole = predict_minutes(fit.model, training)
    assert predict_minutes(fit.model, training.reverse(), threads=1).equals(whole)
    one = training.filter(pl.col("game_id") == training["game_id"][0])
    assert predict_minutes(fit.model, one).equals(whole.filter(pl.col("game_id") == training["game_id"][0]))


def test_out_and_delisted_take_the_declared_priors(training: pl.DataFrame, fit: Fit) -> None:
    rows = training.head(3).with_columns(
        status_text=pl.Series(["Out", "Out", "Questionable"]), delisted=pl.Series([False, True, False])
    )
    made = predict_minutes(fit.model, rows).sort("game_id", "player_id", "cut_id", descending=[False, False, True])
    expected = rows.sort("game_id", "player_id", "cut_id", descending=[False, False, True])
    assert made["player_id"].to_list() == expected["player_id"].to_list()
    assert made["play_prob_rule"].to_list() == ["out", "delisted", "model"]
    assert made["play_prob"].to_list()[:2] == [fit.model.priors.out, fit.model.priors.delisted]
    assert made["minutes_p95"][1] == 0.0


def test_an_empty_slate_gives_an_empty_frame(training: pl.DataFrame, fit: Fit) -> None:
    made = predict_minutes(fit.model, training.clear())
    assert made.height == 0
    assert set(MODEL_COLUMNS) <= set(made.columns)


def test_a_canary_equal_to_the_result_stops_the_fit(training: pl.DataFrame) -> None:
    canary = training.with_columns(noise=pl.col("minutes") * 2.0 + 1.0)
    with pytest.raises(BadInput, match="noise is the label"):
        fit_minutes(canary, FEATURES, CONFIG, threads=1)


def test_an_undeclared_feature_stops_the_fit(training: pl.DataFrame) -> None:
    with pytest.raises(BadInput, match="tonight that is not declared"):
        fit_minutes(training.with_columns(tonight=pl.col("minutes")), FEATURES, CONFIG)


def test_too_little_history_stops_the_fit(training: pl.DataFrame) -> None:
    with pytest.raises(BadInput, match="rows to train on"):
        fit_minutes(training.head(50), FEATURES, CONFIG)


def test_a_missing_feature_is_named(training: pl.DataFrame, fit: Fit) -> None:
    with pytest.raises(BadInput, match="lacks the column played_share"):
        predict_minutes(fit.model, training.drop("played_share"))


def test_rows_a_prior_rules_or_that_are_incomplete_teach_nothing_about_playing(
    training: pl.DataFrame, fit: Fit
) -> None:
    spoiled = training.with_columns(
        dnp_complete=False,
        played=True,
        game_id=pl.lit("9") + pl.col("game_id").str.tail(9),
        minutes=0.0,
    )
    more = fit_minutes(pl.concat([training, spoiled]), FEATURES, CONFIG, threads=1)
    assert more.model.play == fit.model.play


def test_each_game_is_learned_from_at_one_cut_and_cuts_take_turns(training: pl.DataFrame) -> None:
    rows = one_cut_per_game(training.sort("game_id", "cut_id", "team_id", "player_id"))
    assert rows.select("game_id", "cut_id").unique()["game_id"].is_unique().all()
    assert rows["game_id"].n_unique() == training["game_id"].n_unique()
    counts = rows.unique("game_id")["cut_id"].value_counts()["count"].to_list()
    assert max(counts) - min(counts) <= 1


def test_no_figure_and_no_calibration_rests_on_a_proxy(training: pl.DataFrame) -> None:
    proxied = training.with_columns(is_proxy=True)
    fit = fit_minutes(proxied, FEATURES, CONFIG, threads=1)
    assert fit.metrics == {"play_rows": 0.0, "played_rows": 0.0}
    assert fit.model.calibration == LogitShift()
