"""What a doubtful listing takes off P(plays): the declared share at first, what happened later, nothing once learned."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.listing import DOUBTFUL, PRIOR_ROWS, PROBABLE, QUESTIONABLE, STATUSES, ListingFactors, fit_factors
from models.play import PlayPriors, apply_priors, play_rows, rule_column

DECLARED = {"Doubtful": DOUBTFUL, "Questionable": QUESTIONABLE, "Probable": PROBABLE}
OTHERS = ["Available", "Clear", "Out", "Off List", "Unknown", "Not Submitted", None]


def factors(status: str, prob: float, share: float, count: int) -> dict[str, float]:
    """The factors after `count` rows of a listing, said to play with `prob`, of whom a share did."""
    played = (np.arange(count) < share * count).astype(np.float64)
    found = fit_factors(np.full(count, prob), played, pl.Series([status] * count, dtype=pl.String))
    return {"Doubtful": found.doubtful, "Questionable": found.questionable, "Probable": found.probable}


def test_without_rows_the_declaration_stands() -> None:
    assert factors("Available", 0.9, 0.5, 300) == pytest.approx(DECLARED)
    nothing = fit_factors(np.zeros(0), np.zeros(0), pl.Series([], dtype=pl.String))
    assert vars(nothing) == pytest.approx(vars(ListingFactors()))


@pytest.mark.parametrize("status", STATUSES)
def test_rows_of_a_listing_move_its_factor_alone_and_by_their_number(status: str) -> None:
    before = DECLARED
    for count in (10, 100, 1000, 100_000):
        found = factors(status, 0.8, 0.6, count)
        assert abs(found[status] - 0.75) < abs(before[status] - 0.75)
        assert {name: found[name] for name in STATUSES if name != status} == pytest.approx(
            {name: DECLARED[name] for name in STATUSES if name != status}
        )
        before = found
    assert before[status] == pytest.approx(0.75, abs=1e-3)
    # As many rows as the declaration is worth, each sure to play: halfway.
    assert factors(status, 1.0, 1.0, int(PRIOR_ROWS))[status] == pytest.approx((1.0 + DECLARED[status]) / 2)


@given(st.sampled_from(STATUSES), st.floats(0.05, 0.95))
def test_a_classifier_that_has_learned_the_listing_is_left_alone(status: str, share: float) -> None:
    assert factors(status, share, share, 200_000)[status] == pytest.approx(1.0, abs=0.01)


@given(st.floats(0.0, 1.0), st.sampled_from([*STATUSES, *OTHERS]))
def test_only_the_three_listings_are_multiplied_and_a_probability_stays_one(prob: float, status: str | None) -> None:
    said = ListingFactors(0.2, 0.5, 1.5).apply(np.array([prob]), pl.Series([status], dtype=pl.String))[0]
    factor = dict(zip(STATUSES, (0.2, 0.5, 1.5), strict=True)).get(status or "", 1.0)
    assert said == min(prob * factor, 1.0)


@pytest.mark.parametrize(
    ("status", "delisted", "rule"),
    [
        ("Off List", False, "off_list"),
        ("Out", False, "out"),
        ("Out", True, "delisted"),
        ("Off List", True, "delisted"),
        ("Doubtful", False, "model"),
        ("Not Submitted", False, "model"),
        (None, False, "model"),
        (None, None, "model"),
    ],
)
def test_a_rule_overrules_the_model_and_teaches_it_nothing(
    status: str | None, delisted: bool | None, rule: str
) -> None:
    row = pl.DataFrame(
        {"status_text": [status], "delisted": [delisted], "label_complete": True, "dnp_complete": True, "played": True},
        schema_overrides={"status_text": pl.String, "delisted": pl.Boolean},
    )
    assert row.select(rule_column()).item() == rule
    priors = PlayPriors(out=0.02, off_list=0.03, delisted=0.04)
    said = apply_priors(np.array([0.7]), row, priors)
    prob = {"out": 0.02, "off_list": 0.03, "delisted": 0.04, "model": 0.7}[rule]
    assert said.select("play_prob", "play_prob_rule").row(0) == (prob, rule)
    assert len(play_rows(row)) == (rule == "model")


@pytest.mark.parametrize("missing", ["label_complete", "dnp_complete", "played"])
def test_only_rows_that_can_tell_teach_whether_a_player_plays(training: pl.DataFrame, missing: str) -> None:
    half = pl.col("player_id") > 10
    blank = training.with_columns(
        pl.when(half).then(None if missing == "played" else False).otherwise(missing).alias(missing)
    )
    assert play_rows(blank).equals(blank.filter(~half))
