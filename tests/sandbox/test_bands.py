"""The generated league and the real one fall in the same bands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from sandbox import books, ledger
from sandbox.bands import BANDS, measure
from sandbox.history import known
from sandbox.league import generate

REAL = Path(__file__).parents[3] / "shared" / "data" / "history"


def _outside(measured: dict[str, float]) -> dict[str, float]:
    return {name: measured[name] for name, band in BANDS.items() if not band.holds(measured[name])}


def test_generated_league_lies_in_the_bands() -> None:
    until = date(2026, 5, 1)
    cut = known(generate(20_260_109, 1, until), until)
    measured = measure(ledger.games(cut), ledger.player_boxscores(cut), books.odds_closing(cut))
    assert measured.keys() == BANDS.keys()
    assert _outside(measured) == {}


@pytest.mark.skipif(not REAL.exists(), reason="the real history is not here")
def test_real_league_lies_in_the_bands() -> None:
    games, boxes, closing = (
        pl.read_parquet(REAL / f"{name}.parquet") for name in ("games", "player_boxscores", "odds_closing")
    )
    season = pl.col("season") == "2023-24"
    measured = measure(games.filter(season), boxes.filter(season), closing)
    assert _outside(measured) == {}
    for name, band in BANDS.items():
        assert measured[name] == pytest.approx(band.real, rel=0.02, abs=0.02), name
