"""The fit: the same bytes for the same rows, each step blind to what it must not see, and figures free of proxies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from lakehouse.errors import BadInput
from models import fit as fits
from models.artifact import dump
from models.boosting import BoostConfig
from models.calibration import LogitShift
from models.fit import Fit, fit_minutes, measure_rows
from models.guards import KEY
from models.teams import TEAM_NAMES
from tests.models.league import CONFIG, FEATURES

TUNED = replace(CONFIG, trials=2)
BOOSTERS = ("first_play", "first_minutes", "play", "quantiles")


def boosters(fit: Fit) -> dict[str, Any]:
    return {name: getattr(fit.model, name) for name in BOOSTERS}


def last_dates(rows: pl.DataFrame, count: int) -> pl.Series:
    return rows["game_date"].unique().sort().tail(count)


def scrambled(rows: pl.DataFrame, where: pl.Expr) -> pl.DataFrame:
    """The rows with the results of some of them turned upside down."""
    played = ~pl.col("played")
    return rows.with_columns(
        played=pl.when(where).then(played).otherwise("played"),
        minutes=pl.when(where)
        .then(pl.when(played).then(47.0 - pl.col("form_minutes")).otherwise(0.0))
        .otherwise("minutes"),
    )


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_and_row_order_change_no_byte(training: pl.DataFrame, fit: Fit, threads: int) -> None:
    shuffled = training.sample(fraction=1.0, shuffle=True, seed=threads)
    again = fit_minutes(shuffled, FEATURES, CONFIG, threads=threads)
    assert dump(again.model) == dump(fit.model)
    assert (again.metrics, again.windows, again.config, again.rows) == (fit.metrics, fit.windows, fit.config, fit.rows)


def test_no_first_model_has_seen_the_game_it_speaks_of(
    training: pl.DataFrame, fit: Fit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Turn one game's results upside down: what its rows are told of the team stays, what others are told does not."""
    heard: list[pl.DataFrame] = []
    speak: Callable[..., pl.DataFrame] = fits.first_word

    def overhear(*args: Any) -> pl.DataFrame:
        heard.append(speak(*args))
        return heard[-1]

    monkeypatch.setattr(fits, "first_word", overhear)

    def told(rows: pl.DataFrame) -> pl.DataFrame:
        heard.clear()
        fit_minutes(rows, FEATURES, CONFIG, threads=1)
        # The last told of each row are those of the final model, whose folds are of all games.
        return pl.concat(heard[-CONFIG.folds :]).sort(KEY).select(*KEY, *TEAM_NAMES)

    plain = told(training)
    assert plain.select(KEY).equals(training.sort(KEY).select(KEY))
    for game in training["game_id"].unique().sort()[[3, 40, 78]]:
        its = pl.col("game_id") == game
        changed = told(scrambled(training, its))
        assert changed.filter(its).equals(plain.filter(its))
        assert not changed.filter(~its).equals(plain.filter(~its))


def test_settings_are_chosen_before_the_days_that_judge(training: pl.DataFrame) -> None:
    chosen = fit_minutes(training, FEATURES, TUNED, threads=1)
    late = last_dates(training, TUNED.validation_dates).implode()
    tuning = last_dates(training, TUNED.validation_dates + TUNED.tuning_dates).implode()
    in_late, in_tuning = pl.col("game_date").is_in(late), pl.col("game_date").is_in(tuning)

    def settings(rows: pl.DataFrame) -> tuple[BoostConfig, BoostConfig, dict[str, float]]:
        again = fit_minutes(rows, FEATURES, TUNED, threads=1)
        losses = {name: value for name, value in again.metrics.items() if name.startswith("tuning_")}
        return again.config.play, again.config.quantile, losses

    losses = {name: value for name, value in chosen.metrics.items() if name.startswith("tuning_")}
    assert losses.keys() == {f"tuning_{head}_loss{end}" for head in ("play", "quantile") for end in ("", "_declared")}
    assert settings(scrambled(training, in_late)) == (chosen.config.play, chosen.config.quantile, losses)
    assert settings(scrambled(training, in_tuning & ~in_late))[2] != losses


def test_the_last_days_teach_the_judged_model_nothing(training: pl.DataFrame, fit: Fit) -> None:
    late = pl.col("game_date").is_in(last_dates(training, CONFIG.validation_dates).implode())
    again = fit_minutes(scrambled(training, late), FEATURES, CONFIG, threads=1)
    assert fit.judged is not None
    assert again.judged is not None
    assert again.judged.without_touches() == fit.judged.without_touches()
    assert again.metrics["mae_minutes_played"] > fit.metrics["mae_minutes_played"] + 3.0
    assert again.judged != fit.judged
    assert fit.windows["validation"] == {"from": "2024-12-31", "to": "2025-01-19"}


def test_what_judges_a_model_has_not_calibrated_it(training: pl.DataFrame, fit: Fit) -> None:
    judging = pl.col("game_date") >= fit.judge_from
    assert training.filter(judging)["game_date"].n_unique() == CONFIG.validation_dates // 2
    again = fit_minutes(scrambled(training, judging), FEATURES, CONFIG, threads=1)
    assert again.judged == fit.judged
    calibrating = pl.col("game_date").is_in(last_dates(training, CONFIG.validation_dates).implode()) & ~judging
    assert fit_minutes(scrambled(training, calibrating), FEATURES, CONFIG, threads=1).judged != fit.judged
    assert again.model.calibration_unknown != fit.model.calibration_unknown


def test_those_of_whom_something_is_known_are_calibrated_apart(training: pl.DataFrame) -> None:
    """In the last weeks players with a status nearly always play, the others seldom, and nothing else tells."""
    late = pl.col("game_date").is_in(last_dates(training, CONFIG.validation_dates).implode())
    rng = np.random.default_rng(1)
    lucky = pl.Series(rng.random(len(training)))
    sure = pl.when(pl.col("status_text").is_null()).then(lucky < 0.15).otherwise(lucky < 0.85)
    plays = pl.when(late).then(sure).otherwise("played")
    rows = training.with_columns(
        played=plays, minutes=pl.when(plays).then(pl.max_horizontal("minutes", "form_minutes")).otherwise(0.0)
    )
    model = fit_minutes(rows, FEATURES, CONFIG, threads=1).model
    middling = np.array([0.65])
    assert model.calibration.apply(middling) > 0.67
    assert model.calibration_unknown.apply(middling) < 0.5


def test_no_figure_rests_on_a_proxy(training: pl.DataFrame, fit: Fit) -> None:
    """Of a side of which one row is a proxy nothing is measured, whatever its results."""
    assert fit.judged is not None
    late = training.tail(400)
    proxied = (pl.col("game_id").cast(pl.Int64) % 2 == 0) & (pl.col("player_id") == 3)
    sides = proxied.any().over("game_id", "team_id")
    spoiled = scrambled(late, sides).with_columns(is_proxy=proxied)
    clean = measure_rows(fit.judged, late.filter(~sides), threads=1)
    assert measure_rows(fit.judged, spoiled, threads=1) == clean
    assert clean["play_rows"] == 300.0
    assert measure_rows(fit.judged, scrambled(late, sides), threads=1) != clean
    nothing = measure_rows(fit.judged, late.with_columns(is_proxy=True), threads=1)
    assert nothing == {"play_rows": 0.0, "played_rows": 0.0}


def test_figures_rest_on_nothing_learned_from_their_own_rows(training: pl.DataFrame, fit: Fit) -> None:
    assert fit.judged is not None
    shifted = replace(fit.judged, calibration=LogitShift(0.5, 1.0), calibration_unknown=LogitShift(0.5, 1.0), slack=1.0)
    late = training.tail(400)
    assert measure_rows(shifted, late, threads=1) == measure_rows(fit.judged, late, threads=1)


def test_rows_that_cannot_tell_teach_nothing(training: pl.DataFrame, fit: Fit) -> None:
    """Who sat is not known of them all: as many such games again, with nobody playing, move no booster."""
    unsure = training.with_columns(
        dnp_complete=False, played=False, minutes=0.0, game_id=pl.lit("9") + pl.col("game_id").str.tail(9)
    )
    assert boosters(fit_minutes(pl.concat([training, unsure]), FEATURES, CONFIG, threads=1)) == boosters(fit)


def test_rows_a_rule_decides_teach_nothing_about_playing(training: pl.DataFrame, fit: Fit) -> None:
    ruled = pl.col("player_id") == 4
    rows = training.with_columns(status_text=pl.when(ruled).then(pl.lit("Out")).otherwise("status_text"))
    flipped = rows.with_columns(
        played=pl.when(ruled).then(False).otherwise("played"), minutes=pl.when(ruled).then(0.0).otherwise("minutes")
    )
    first, second = (fit_minutes(table, FEATURES, CONFIG, threads=1).model for table in (rows, flipped))
    assert first.first_play == second.first_play
    assert first.first_play != fit.model.first_play
    assert first.first_minutes != second.first_minutes


def test_too_little_history_stops_the_fit(training: pl.DataFrame) -> None:
    with pytest.raises(BadInput, match="rows to train on"):
        fit_minutes(training.head(499), FEATURES, CONFIG)
    alone = fit_minutes(training.head(560), FEATURES, CONFIG, threads=1)
    assert alone.judged is None
    assert alone.metrics == {}
    assert alone.model == alone.model.without_touches()


def test_an_undeclared_feature_stops_the_fit(training: pl.DataFrame) -> None:
    with pytest.raises(BadInput, match="tonight that is not declared"):
        fit_minutes(training.with_columns(tonight=pl.col("minutes")), FEATURES, CONFIG)
