"""A model in use: bounds, rules, and the same bytes for a game whatever else is in the frame."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.availability import SILENT
from lakehouse.errors import BadInput
from models.calibration import LogitShift
from models.conformal import BUCKETS, Widths
from models.fit import Fit
from models.listing import ListingFactors
from models.minutes import MinutesModel, status_known
from models.mixture import COND_NAMES, LEVELS, NAMES
from models.predict import MODEL_COLUMNS, predict_minutes

CALM = LogitShift(0.9, 0.2)


@pytest.fixture(scope="session")
def touched(fit: Fit) -> MinutesModel:
    """The model with everything that can move a prediction moving it."""
    shifts = tuple(tuple(0.1 * place + 0.2 * level for level in range(len(LEVELS))) for place in range(len(BUCKETS)))
    return replace(
        fit.model, calibration=CALM, calibration_unknown=LogitShift(1.1, -0.1), factors=ListingFactors(0.2, 0.5, 0.9),
        widths=Widths(shifts, (100,) * len(BUCKETS)), slack=2.5,
    )  # fmt: skip


@pytest.fixture(scope="session")
def uneven(training: pl.DataFrame) -> pl.DataFrame:
    """Games of teams of every size, of whom everything is said."""
    said = ["Available", "Questionable", "Doubtful", "Probable", "Out", "Off List", None]
    rows = training.head(400).filter(pl.col("player_id") % 10 <= pl.col("game_id").cast(pl.Int64) % 10)
    status = pl.Series("status_text", [said[at % len(said)] for at in range(len(rows))], dtype=pl.String)
    return rows.with_columns(status)


def test_the_fit_finds_form_and_ignores_noise(training: pl.DataFrame, fit: Fit) -> None:
    made = predict_minutes(fit.model, training).join(
        training.select("game_id", "cut_id", "player_id", "form_minutes", "played_share"),
        on=["game_id", "cut_id", "player_id"],
    )
    assert made.select(pl.corr("minutes_p50_cond", "form_minutes")).item() > 0.97
    assert made.select(pl.corr("play_prob", "played_share")).item() > 0.9
    assert fit.metrics["mae_minutes_played"] < 4.5
    assert 0.6 < fit.metrics["coverage_p10_p90"] < 0.95


def test_predictions_are_in_order_and_within_bounds(uneven: pl.DataFrame, touched: MinutesModel) -> None:
    made = predict_minutes(touched, uneven)
    assert made.height == uneven.height
    assert made.select(pl.all().null_count()).sum_horizontal().item() == 0
    for names in (NAMES, COND_NAMES):
        for low, high in pairwise(names):
            assert (made[low] <= made[high] + 1e-9).all()
    for name in (*NAMES, *COND_NAMES):
        assert made[name].is_between(0.0, touched.cap).all()
    assert made["play_prob"].is_between(0.0, 1.0).all()


@given(st.sets(st.integers(0, 19), min_size=1, max_size=6), st.sampled_from([1, 2]), st.randoms(use_true_random=False))
def test_a_slate_alone_is_the_same_slate_in_a_larger_frame(
    uneven: pl.DataFrame, touched: MinutesModel, games: set[int], threads: int, order: object
) -> None:
    """Games are drawn, not taken in turn, so that the largest team differs from frame to frame."""
    chosen = pl.col("game_id").is_in([f"{game:010d}" for game in games])
    seed = order.randint(0, 1000)  # type: ignore[attr-defined]
    slate = uneven.filter(chosen).sample(fraction=1.0, shuffle=True, seed=seed)
    if slate.is_empty():
        return
    whole = predict_minutes(touched, uneven)
    assert predict_minutes(touched, slate, threads).equals(whole.filter(chosen))


def test_out_and_delisted_take_the_declared_priors(training: pl.DataFrame, fit: Fit) -> None:
    said = ["Out", "Out", "Off List", "Questionable"]
    rows = training.head(4).with_columns(status_text=pl.Series(said), delisted=pl.Series([False, True, False, False]))
    made = predict_minutes(fit.model, rows)
    priors = fit.model.priors
    assert made["player_id"].to_list() == rows["player_id"].to_list()
    assert made["play_prob_rule"].to_list() == ["out", "delisted", "off_list", "model"]
    assert made["play_prob"].to_list()[:3] == [priors.out, priors.delisted, priors.off_list]
    assert made["minutes_p95"].to_list()[:3] == [0.0] * 3


def test_rows_are_calibrated_by_whether_anything_is_known_of_them(training: pl.DataFrame, fit: Fit) -> None:
    rows = training.head(200).with_columns(
        status_text=pl.Series(["Available", None, "Clear", *SILENT] * 40, dtype=pl.String)
    )
    plain = fit.model.without_touches()
    known = status_known(rows)
    assert known.tolist() == [True, False, True, False, False] * 40
    before = plain.raw(rows).play["play_prob"].to_numpy()
    for changed, moved in (("calibration", known), ("calibration_unknown", ~known)):
        after = replace(plain, **{changed: CALM}).raw(rows).play["play_prob"].to_numpy()
        assert np.array_equal(after, np.where(moved, CALM.apply(before), before))


def test_what_was_learned_on_later_rows_is_taken_off_whole(training: pl.DataFrame, touched: MinutesModel) -> None:
    """Figures of a model without its touches rest on nothing learned from the rows they are of."""
    assert touched.without_touches() == replace(
        touched, calibration=LogitShift(), calibration_unknown=LogitShift(), factors=ListingFactors(1.0, 1.0, 1.0),
        widths=Widths(), slack=None,
    )  # fmt: skip
    plain, raw = touched.without_touches().predict(training), touched.without_touches().raw(training)
    assert np.array_equal(plain.quantiles, raw.quantiles)


def test_an_empty_slate_gives_an_empty_frame(training: pl.DataFrame, fit: Fit) -> None:
    made = predict_minutes(fit.model, training.clear())
    assert made.height == 0
    assert set(MODEL_COLUMNS) <= set(made.columns)


def test_a_missing_feature_is_named(training: pl.DataFrame, fit: Fit) -> None:
    with pytest.raises(BadInput, match="lacks the column played_share"):
        predict_minutes(fit.model, training.drop("played_share"))
