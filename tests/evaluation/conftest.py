from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from ingest.history.importer import import_history
from lakehouse.clock import FixedClock, eastern_midnight
from lakehouse.gate import newest
from lakehouse.lake import Lake
from pipeline.labels import freeze_labels
from tests.pipeline.league import DAY, build_lake, plant

MORNING = datetime(2025, 12, 3, 12, tzinfo=UTC)


def anchor_rows(lake: Lake) -> pl.DataFrame:
    """What an earlier system might have said an hour before each game: off by a fixed sum, and sure of everybody."""
    view = lake.as_of(lake.clock.now(), "published", "evaluation")
    games = newest(view.rows("silver.schedule"), ["game_id"]).select("game_id", "tip_ts")
    labels = view.rows("gold.labels").filter(pl.col("game_date") == DAY).join(games, on="game_id").collect()
    middle = np.maximum(labels["minutes"].to_numpy() + 9.0, 1.0)
    return labels.select(
        "game_id",
        "player_id",
        "team_id",
        generated_ts=pl.col("tip_ts") - timedelta(hours=1),
        run=pl.lit("r1"),
        model=pl.lit("m1"),
        status=pl.lit(None, dtype=pl.String),
        play_prob=pl.lit(1.0),
        minutes_p10=pl.Series(middle * 0.5),
        minutes_p50=pl.Series(middle),
        minutes_p90=pl.Series(middle * 1.2),
        source=pl.lit("test"),
        body_sha256=pl.lit("0" * 64),
        parser_version=pl.lit(1, pl.Int32),
    )


@pytest.fixture(scope="session")
def league_lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The small league on the morning after DAY: results are in, the model knows nothing of them.

    An earlier system predicted the day's games, too.
    """
    root = build_lake(tmp_path_factory.mktemp("evaluated"))
    lake = Lake.open(root / "lake", FixedClock(MORNING))
    import_history(lake, root / "archive-next", now=MORNING)
    freeze_labels(lake)
    plant(lake, "silver.anchor_minutes", anchor_rows(lake), eastern_midnight(DAY))
    return lake
