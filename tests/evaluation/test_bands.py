"""Bands are judged by their ends, on enough rows, and what is asked of a promotion is what a report says."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.accuracy import evaluate_minutes, match_rows
from models.bands import BANDS, Band, PlainScore, judge, measure
from models.measures import MODEL
from tests.evaluation.test_accuracy import Frames, frames, truth

__all__ = ["frames"]

INNER = {band: ((band.low or 0.0) + (band.high or 1.0)) / 2 for band in BANDS}


def score_of(band: Band, value: float, n: int = 1000) -> PlainScore:
    bucket = f"{band.families[0]}: x" if band.families else "all"
    return PlainScore(band.population, band.metric, bucket, MODEL, value, n)


@pytest.mark.parametrize("band", BANDS, ids=str)
def test_ends_are_in_the_band_and_beyond_them_is_not(band: Band) -> None:
    for end, outwards in ((band.low, -math.inf), (band.high, math.inf)):
        if end is not None:
            assert [one.verdict for one in judge([score_of(band, end)]) if one.band == band] == ["met"]
            beyond = math.nextafter(end, outwards)
            assert [one.verdict for one in judge([score_of(band, beyond)]) if one.band == band] == ["missed"]


@pytest.mark.parametrize("band", BANDS, ids=str)
def test_too_few_rows_are_not_judged(band: Band) -> None:
    few, enough = (score_of(band, 1e9, n) for n in (band.fewest - 1, band.fewest))
    assert [one.verdict for one in judge([few]) if one.band == band] == ["not judged"]
    assert [one.verdict for one in judge([enough]) if one.band == band] == ["missed"]
    assert [one.verdict for one in judge([score_of(band, math.nan)]) if one.band == band] == ["not judged"]


@given(st.sets(st.sampled_from(BANDS)))
def test_every_band_is_answered_whatever_was_measured(measured: set[Band]) -> None:
    scores = [score_of(band, INNER[band]) for band in BANDS if band in measured]
    judged = judge([*scores, PlainScore("listed", "play_brier", "all", "lookup", 9.0, 1000)])
    assert {one.band for one in judged} == set(BANDS)
    assert all((one.verdict == "met") == (one.band in measured) for one in judged)


def test_a_promotion_sees_the_figures_of_the_report(frames: Frames) -> None:
    rows, labels, baselines = frames
    made = truth(rows)
    report = evaluate_minutes(made, labels, baselines)
    plain = {
        (one.population, one.metric, one.bucket, one.method): (one.value, one.n)
        for one in measure(match_rows(made, labels, baselines))
    }
    shared = [
        one
        for one in (*report.scores, *report.details)
        if one.method in ("model", "lookup") and "team" not in one.metric
    ]
    assert len(shared) == len(plain)
    for one in shared:
        value, n = plain[one.population, one.metric, one.bucket, one.method]
        assert n == one.n
        assert value == pytest.approx(one.value, nan_ok=True)
