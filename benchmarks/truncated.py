"""Runs of real slates on the whole lake against runs on lakes that hold nothing published after their instant.

`python -m benchmarks.truncated DIR` imports a history archive, fits one small model a season, chooses slates evenly over
the seasons and, for each at T-60, T-15 and T of its first game, writes a second lake of only the facts that were public
by then (a plain comparison of stamps, not the gate) and computes the run on both. A digest that differs is a failure.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import polars as pl

from ingest.history.importer import import_history
from lakehouse.clock import FixedClock
from lakehouse.commit import Batch
from lakehouse.lake import Lake
from lakehouse.tables import TABLES
from models.boosting import BoostConfig
from models.minutes import MinutesConfig
from models.registry import promote, train_minutes
from pipeline.compute import compute_run
from pipeline.labels import freeze_labels
from pipeline.request import RunRequest

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SEASONS = (date(2023, 11, 10), date(2024, 11, 10), date(2025, 11, 10))
OFFSETS = (60, 15, 0)
QUICK = BoostConfig(rounds=30, leaves=15, min_rows_leaf=100)
CONFIG = MinutesConfig(QUICK, QUICK, QUICK, QUICK, folds=2, trials=0)
INJURY_LAG = timedelta(minutes=5)


@dataclass(frozen=True)
class Slate:
    """A date, the first tip of its games, and how many there are."""

    day: date
    first_tip: datetime
    games: int


def choose_slates(lake: Lake, count: int) -> list[Slate]:
    """Slates of two games or more, evenly over the seasons, each after its season's model was fitted."""
    games = lake.scan("silver.schedule").filter(pl.col("season_type").is_in(["Regular Season", "Playoffs"]))
    slates = (
        games.sort("game_id", "as_of_ts")
        .unique("game_id", keep="last", maintain_order=True)
        .group_by("game_date")
        .agg(pl.col("tip_ts").min(), pl.len())
        .filter(pl.col("len") > 1)
        .sort("game_date")
        .collect()
    )
    chosen: list[Slate] = []
    ends = [*(day - timedelta(days=60) for day in SEASONS[1:]), date(2025, 11, 27)]
    for number, (begin, end) in enumerate(zip(SEASONS, ends, strict=True)):
        mine = slates.filter(pl.col("game_date").is_between(begin, end, closed="left"))
        wanted = count // 3 + (number < count % 3)
        steps = [at * (len(mine) - 1) // max(wanted - 1, 1) for at in range(wanted)]
        chosen += [Slate(*mine.row(at)) for at in steps]
    return chosen


def truncate(facts: dict[str, pl.DataFrame], lake: Lake, instant: datetime, root: Path) -> Lake:
    """A lake of the facts that were public by an instant, with the models that `lake` holds."""
    short = Lake.open_or_create(root, FixedClock(NOW))
    batch_id = f"truncated:{instant}"
    known = {
        name: rows.filter(_public(name) <= instant).with_columns(bronze_batch=pl.lit(batch_id))
        for name, rows in facts.items()
    }
    models = {name: lake.scan(name).collect() for name in ("ops.models", "ops.promotions")}
    held = {name: rows for name, rows in {**known, **models}.items() if len(rows)}
    short.commit(Batch(batch_id, "import", held))
    return short


def _public(name: str) -> pl.Expr:
    """When a fact could be used: its stamp, and five minutes for a report that was published and then fetched."""
    if name != "silver.injury_reports":
        return pl.col("as_of_ts")
    is_bound = pl.col("as_of_quality").is_in(["assumed", "proxy"]) | (pl.col("as_of_ts") == pl.col("ingested_ts"))
    return pl.when(is_bound).then("as_of_ts").otherwise(pl.col("as_of_ts") + INJURY_LAG)


def compare(lake: Lake, slates: list[Slate], scratch: Path) -> Iterator[dict[str, Any]]:
    """A row a slate and offset: whether every digest of the run is the same on both lakes, and how much was left out."""
    facts = {name: lake.scan(name).collect() for name, table in TABLES.items() if table.is_facts}
    total = sum(len(rows) for rows in facts.values())
    for slate in slates:
        for offset in OFFSETS:
            run_ts = slate.first_tip - timedelta(minutes=offset)
            request = RunRequest(slate.day, run_ts, "published", worlds=200)
            whole = compute_run(lake, request)
            short = truncate(facts, lake, run_ts, scratch / f"{slate.day}-{offset}")
            again = compute_run(short, request)
            held = sum(len(short.scan(name).collect()) for name in facts)
            shutil.rmtree(short.root)
            yield {
                "slate": str(slate.day), "at": f"T-{offset}", "games": slate.games, "status": whole.status,
                "equal": whole.digests == again.digests and len(whole.digests) > 1 and whole.status == again.status,
                "facts_left_out": total - held,
            }  # fmt: skip


@click.command()
@click.argument("history", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--slates", type=click.IntRange(min=3), default=20, show_default=True, help="How many slates.")
def main(history: Path, slates: int) -> None:
    """Compare runs on the whole lake with runs on truncated ones; a line of JSON each."""
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake.open_or_create(Path(folder) / "lake", FixedClock(NOW))
        import_history(lake, history, now=NOW)
        freeze_labels(lake)
        for number, day in enumerate(SEASONS):
            now = NOW + timedelta(minutes=number)
            trained = train_minutes(lake, day, now=now, config=CONFIG, horizons=(15,))
            model_id = trained.row.model_id
            if not trained.promoted:
                promote(lake, model_id, now, "what a run computes matters here, not how well", anyway=True)
            told = {"model": model_id, "until": str(day), "rows": trained.row.rows, "refused": trained.gate.reasons}
            click.echo(json.dumps(told))
        found = []
        for row in compare(lake, choose_slates(lake, slates), Path(folder)):
            found.append(row)
            click.echo(json.dumps(row))
    unequal = [row for row in found if not row["equal"]]
    click.echo(json.dumps({"runs": len(found), "equal": len(found) - len(unequal)}))
    if unequal:
        raise click.ClickException(f"{len(unequal)} of {len(found)} runs differ on the truncated lake.")


if __name__ == "__main__":
    main()
