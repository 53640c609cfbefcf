"""Settings: the declared one first and kept unless another is clearly better; the same choice every time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.boosting import BoostConfig
from models.tuning import LEAST_GAIN, part, tune

DECLARED = BoostConfig()


@pytest.mark.parametrize("trials", [0, 1, 4])
def test_the_declared_one_comes_first_and_each_is_asked_once(trials: int) -> None:
    asked: list[BoostConfig] = []

    def loss(config: BoostConfig) -> float:
        asked.append(config)
        return 1.0

    assert tune(DECLARED, loss, trials).config is DECLARED
    assert asked[0] is DECLARED
    assert len(asked) == 1 + trials
    for config in asked[1:]:
        kept = {name: getattr(config, name) for name in ("leaves", "min_rows_leaf", "feature_share", "l2")}
        assert replace(DECLARED, **kept) == config


@given(st.floats(0.5, 1.0))
def test_another_stands_only_if_it_gains_enough(others: float) -> None:
    found = tune(DECLARED, lambda config: 1.0 if config is DECLARED else others, 3)
    is_better = others < 1.0 - LEAST_GAIN
    assert (found.config is not DECLARED) == is_better
    assert (found.loss, found.declared_loss) == (others if is_better else 1.0, 1.0)


def test_the_least_loss_is_taken_and_the_choice_is_the_same_again() -> None:
    def loss(config: BoostConfig) -> float:
        return 1.0 + abs(config.leaves - 12) / 100 + (10.0 if config is DECLARED else 0.0)

    asked: list[BoostConfig] = []
    first = tune(DECLARED, lambda config: asked.append(config) or loss(config), 6)  # type: ignore[func-returns-value]
    assert first.loss == min(map(loss, asked)) == loss(first.config)
    assert tune(DECLARED, loss, 6) == first


@given(st.integers(0, 500), st.integers(1, 100))
def test_a_part_is_evenly_spread_and_holds_both_ends(count: int, most: int) -> None:
    places = part(count, most)
    assert len(places) == min(count, most)
    if len(places) > 1:
        assert (places[0], places[-1]) == (0, count - 1)
        gaps = np.diff(places)
        assert gaps.min() >= 1
        assert gaps.max() - gaps.min() <= 1
