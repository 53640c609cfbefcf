"""A lake of a small made-up league with a quickly fitted model, and ways to plant facts in it."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from ingest.history.importer import import_history
from lakehouse.clock import FixedClock, iso
from lakehouse.commit import Batch
from lakehouse.lake import Lake
from models.boosting import BoostConfig
from models.minutes import MinutesConfig
from models.registry import ModelRow, promote, train_minutes
from pipeline.labels import freeze_labels
from pipeline.request import RunRequest
from sandbox.history import write_league
from sandbox.league import generate

DAY = date(2025, 12, 1)
NOW = datetime(2025, 12, 2, 6, tzinfo=UTC)
EVENING = datetime(2025, 12, 1, 23, 30, tzinfo=UTC)
WORLDS = 256


def small_config(boost: BoostConfig) -> MinutesConfig:
    """Every booster grown like this one, nothing tuned, the last ten dates to calibrate and judge on."""
    return MinutesConfig(boost, boost, boost, boost, folds=2, trials=0, validation_dates=10)


QUICK = small_config(BoostConfig(rounds=8, leaves=7, min_rows_leaf=40))


def build_lake(root: Path) -> Path:
    """A lake of half a season of six teams, known until the night of DAY, whose games have no results yet."""
    league = generate(3, 1, DAY + timedelta(days=1), teams=6, games_per_team=20)
    write_league(root / "archive", league, until=DAY)
    write_league(root / "archive-next", league, until=DAY + timedelta(days=1))
    lake = Lake.open_or_create(root / "lake", FixedClock(NOW))
    import_history(lake, root / "archive", now=NOW)
    freeze_labels(lake)
    put_to_use(lake, DAY, NOW)
    return root


def put_to_use(lake: Lake, until: date, now: datetime, config: MinutesConfig = QUICK) -> ModelRow:
    """A model of one horizon, in use whatever the gate says of so small a one."""
    trained = train_minutes(lake, until, now=now, config=config, horizons=(15,), threads=1)
    if not trained.promoted:
        promote(lake, trained.row.model_id, now, "no matter how good", anyway=True)
    return trained.row


def copy_lake(built: Path, target: Path) -> Lake:
    """A lake of one's own, an hour later."""
    shutil.copytree(built / "lake", target)
    return Lake.open(target, FixedClock(NOW + timedelta(hours=1)))


def evening_request(**changed: object) -> RunRequest:
    """A published run of DAY's slate, an hour or less before its games."""
    return RunRequest(**{"slate_date": DAY, "run_ts": EVENING, "knowledge": "published", "worlds": WORLDS, **changed})  # type: ignore[arg-type]


def plant(lake: Lake, table: str, rows: pl.DataFrame, as_of: datetime) -> None:
    """Commits rows as facts that came in now and were public at `as_of`."""
    now = lake.clock.now()
    batch = f"test:{table}:{iso(now)}:{iso(as_of)}"
    stamped = rows.with_columns(
        as_of_ts=pl.lit(as_of, pl.Datetime("us", "UTC")),
        ingested_ts=pl.lit(now, pl.Datetime("us", "UTC")),
        as_of_quality=pl.lit("exact"),
        bronze_batch=pl.lit(batch),
    )
    lake.commit(Batch(batch, "import", {table: stamped}))
