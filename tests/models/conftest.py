from __future__ import annotations

import polars as pl
import pytest

from models.fit import Fit, fit_minutes
from tests.models.league import CONFIG, FEATURES, training_frame


@pytest.fixture(scope="session")
def training() -> pl.DataFrame:
    return training_frame()


@pytest.fixture(scope="session")
def fit(training: pl.DataFrame) -> Fit:
    return fit_minutes(training, FEATURES, CONFIG, threads=1)
