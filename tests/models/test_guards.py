"""A column that is the result in disguise stops the fit, whatever the disguise; a feature that merely tells does not."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from lakehouse.errors import BadInput
from models.fit import fit_minutes
from models.guards import FEWEST_ROWS, LEAK_CORRELATION, require_declared, require_no_leak
from tests.models.league import CONFIG, FEATURES

minutes, played = pl.col("minutes"), pl.col("played")
DISGUISES = {
    "the minutes": minutes,
    "turned round and moved": minutes * -3.0 + 7.0,
    "their root": minutes.sqrt(),
    "their rank": minutes.rank(),
    "their logarithm, upside down": -(minutes + 1.0).log(),
    "a steep power": (minutes * 0.3).exp(),
    "of those who played alone": pl.when("played").then(minutes),
    "the root, of those who played alone": pl.when("played").then(minutes.sqrt()),
    "noise for those who did not play": pl.when("played").then(minutes).otherwise(pl.col("noise") * 10.0 + 20.0),
    "rounded to whole minutes": minutes.round(),
    "known of one game in five": pl.when(pl.col("game_id").str.tail(1).is_in(["0", "5"])).then(minutes),
    "with a little noise": minutes + pl.col("noise") * 0.2,
}


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES.keys())
def test_minutes_in_disguise_stop_the_fit(training: pl.DataFrame, disguise: pl.Expr) -> None:
    canary = training.with_columns(noise=disguise.cast(pl.Float64))
    with pytest.raises(BadInput, match="noise is the label minutes in disguise"):
        require_no_leak(canary, FEATURES)
    with pytest.raises(BadInput, match="noise is the label"):
        fit_minutes(canary, FEATURES, CONFIG, threads=1)


@pytest.mark.parametrize("disguise", [played, ~played, pl.when(pl.col("player_id") < 9).then(played)])
def test_playing_in_disguise_stops_the_fit(training: pl.DataFrame, disguise: pl.Expr) -> None:
    with pytest.raises(BadInput, match="noise is the label played in disguise"):
        require_no_leak(training.with_columns(noise=disguise.cast(pl.Float64)), FEATURES)


def test_what_only_tells_of_the_label_passes(training: pl.DataFrame) -> None:
    """The truth behind the league is as near as anything known before the tip can come."""
    require_no_leak(training, FEATURES)
    near = training.with_columns(noise=minutes + pl.col("noise") * 5.0)
    both = near.filter("played").select("noise", "minutes").to_numpy()
    assert 0.8 < np.corrcoef(both, rowvar=False)[0, 1] < LEAK_CORRELATION
    require_no_leak(near, FEATURES)


def test_a_constant_an_unknown_and_a_hardly_known_column_pass(training: pl.DataFrame) -> None:
    for column in (pl.lit(1.0), pl.lit(None, pl.Float64), pl.lit(float("nan"))):
        require_no_leak(training.with_columns(noise=column), FEATURES)
    few = pl.when(pl.int_range(pl.len()) < FEWEST_ROWS - 1).then(minutes)
    require_no_leak(training.with_columns(noise=few), FEATURES)
    enough = pl.when(pl.int_range(pl.len()) < FEWEST_ROWS).then(minutes)
    with pytest.raises(BadInput):
        require_no_leak(training.with_columns(noise=enough), FEATURES)


def test_an_undeclared_number_is_refused_and_a_word_is_not(training: pl.DataFrame) -> None:
    known = ["minutes", "played"]
    require_declared(training.with_columns(mood=pl.lit("good")), FEATURES, known)
    with pytest.raises(BadInput, match="mood that is not declared"):
        require_declared(training.with_columns(mood=pl.lit(1.0)), FEATURES, known)
