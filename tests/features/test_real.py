"""On real history, where it is at hand: the spine finds who dresses, and the features are what they declare."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from shutil import copy

import numpy as np
import polars as pl
import pytest

from features.minutes import MINUTES_FEATURES
from features.training import build_minutes_training, finished_games
from ingest.history.importer import import_history
from lakehouse.clock import FixedClock, eastern_midnight
from lakehouse.gate import View
from lakehouse.lake import Lake
from pipeline.labels import freeze_labels
from transforms.schedule import cuts_before_tip
from transforms.spine import spine, spine_recall

ARCHIVE = Path(__file__).parents[3] / "shared" / "data" / "history"
FILES = ("games", "player_boxscores", "players", "odds_lines", "odds_closing", "pregame_status", "injury_reports")
NOW = datetime(2026, 7, 1, tzinfo=UTC)
UNTIL = date(2024, 2, 1)

pytestmark = pytest.mark.skipif(not ARCHIVE.is_dir(), reason="the history archive is not at hand")


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    """Training knowledge at midnight of UNTIL, from an imported lake."""
    folder = tmp_path_factory.mktemp("archive")
    for name in FILES:
        copy(ARCHIVE / f"{name}.parquet", folder)
    lake = Lake.open_or_create(tmp_path_factory.mktemp("lake") / "lake", FixedClock(NOW))
    import_history(lake, folder, now=NOW)
    freeze_labels(lake)
    return lake.as_of(eastern_midnight(UNTIL), knowledge="published", audience="training")


def test_spine_finds_who_dresses(view: View) -> None:
    games = finished_games(view, UNTIL).filter(pl.col("game_date") >= date(2023, 11, 15))
    found = spine_recall(view, spine(view, cuts_before_tip(games, (15,))))
    assert found.listed > 5000
    assert found.recall > 0.98
    assert found.precision > 0.85


def test_features_are_distinct_and_mostly_known(view: View) -> None:
    rows = build_minutes_training(view, UNTIL, (60,), proxies=True)
    assert (rows["feature_as_of_ts"] <= rows["cut_ts"]).all()
    assert rows.filter(~pl.col("label_complete")).height < rows.height / 100
    # The first season of a history has no season before it.
    rows = rows.filter(pl.col("season") == "2023-24")
    for feature in MINUTES_FEATURES:
        known = 1 - rows[feature.name].null_count() / rows.height
        assert known >= 0.5 or feature.sparse_reason, feature.name
    # A proxy says Out or nothing: of its rows fit is the opposite of out, which of reports it is not.
    names = [f.name for f in MINUTES_FEATURES if rows[f.name].n_unique() > 2 and f.name != "status_fit"]
    values = rows.select(names).fill_null(strategy="mean").to_numpy()
    apart = np.abs(np.corrcoef(values, rowvar=False)) - np.eye(len(names))
    first, second = np.unravel_index(np.nanargmax(apart), apart.shape)
    assert apart[first, second] < 0.9925, (names[first], names[second])
