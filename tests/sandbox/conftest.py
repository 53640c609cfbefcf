from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from sandbox.history import tables
from sandbox.league import League, generate

UNTIL = date(2025, 11, 9)


@pytest.fixture(scope="session")
def small() -> League:
    """Six teams, two seasons of twenty games."""
    return generate(11, 2, UNTIL, teams=6, games_per_team=20)


@pytest.fixture(scope="session")
def archive(small: League) -> dict[str, pl.DataFrame]:
    return tables(small, UNTIL)
