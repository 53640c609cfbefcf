"""Time of point-in-time reading: one slate's features, a season's training set, and the joins beneath them.

The joins are also done by pandas `merge_asof` and DuckDB `ASOF JOIN`, in the same run and from the same frames; results
are compared row by row. Pandas and DuckDB come with `pip install .[bench]` and are used here only; where they are
absent their figures are. `--history DIR` measures a real archive; without it, four seasons of the sandbox league.
"""

from __future__ import annotations

import importlib.util
import json
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click
import polars as pl

from features.training import build_minutes_training, finished_games
from ingest.history.importer import import_history
from lakehouse.clock import FixedClock, eastern_midnight
from lakehouse.gate import View, known_by, newest
from lakehouse.holes import standing_holes
from lakehouse.lake import Lake
from pipeline.labels import freeze_labels
from pipeline.slate import covered_games
from pipeline.steps import read_inputs
from sandbox.history import write_history
from transforms.boxscores import load_histories
from transforms.epochs import look_up
from transforms.schedule import cuts_before_tip
from transforms.spine import spine

HORIZONS = (360, 60, 15)
REPEATS = 5
T = TypeVar("T")


@dataclass(frozen=True)
class Window:
    """What is measured: the slate of a date, and the season (first and last game date) a training set is made of."""

    slate: date
    first: date
    until: date


REAL = Window(date(2025, 11, 12), date(2024, 10, 1), date(2025, 7, 1))
MADE = Window(date(2026, 1, 15), date(2024, 10, 1), date(2025, 7, 1))


def seconds(work: Callable[[], T], repeats: int = REPEATS) -> tuple[float, T]:
    """Median seconds of some work, and what it gave last."""
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        result = work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken), result


def measure_slate(lake: Lake, window: Window) -> dict[str, Any]:
    """Seconds of the features of a slate at the T-15 of its first game, from a view that holds nothing yet."""
    day = lake.as_of(lake.clock.now(), "published")
    first = covered_games(lake.as_of(eastern_midnight(window.slate), "published", "run", day.pins), window.slate)
    run_ts = first["tip_ts"].min() - timedelta(minutes=15)  # type: ignore[operator]

    def features() -> tuple[int, int]:
        view = lake.as_of(run_ts, "published", "run", day.pins)
        games = covered_games(view, window.slate)
        return len(games), len(read_inputs(view, games).features)

    taken, (games, rows) = seconds(features)
    return {"seconds": taken, "games": games, "rows": rows}


def measure_training(root: Path, window: Window) -> dict[str, Any]:
    """Seconds and peak memory of a season's training set, three instants a game, in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_train, (root, window))


def _train(root: Path, window: Window) -> dict[str, Any]:
    lake = Lake.open(root, FixedClock(datetime(2026, 11, 1, tzinfo=UTC)))
    began = time.perf_counter()
    until = eastern_midnight(window.until) - timedelta(microseconds=1)
    view = lake.as_of(until, "published", "training")
    rows = build_minutes_training(view, window.until, HORIZONS, holes=standing_holes(lake))
    season = rows.filter(pl.col("game_date") >= window.first)
    taken = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {"seconds": taken, "peak_gb": peak, "rows_of_the_season": len(season), "rows_of_all_seasons": len(rows)}


@dataclass(frozen=True)
class Join:
    """An as-of join: per `by`, the last row of `right` whose `at` is not after the `cut_ts` of a row of `left`."""

    left: pl.DataFrame
    right: pl.DataFrame
    by: tuple[str, ...]
    at: str
    ours: Callable[[], pl.DataFrame]

    @property
    def keys(self) -> list[str]:
        """Columns that tell the rows of `left` apart."""
        return [*self.by, "cut_ts", "game_id"]

    def by_pandas(self) -> Callable[[], Any]:
        """The join by `merge_asof`, of frames that pandas already holds."""
        import pandas as pd

        left, right = self.left.to_pandas(), self.right.to_pandas()
        by = list(self.by)

        def join() -> Any:
            return pd.merge_asof(
                left.sort_values("cut_ts", kind="stable"),
                right.sort_values(self.at, kind="stable"),
                left_on="cut_ts", right_on=self.at, by=by,
            )  # fmt: skip

        return join

    def by_duckdb(self) -> Callable[[], pl.DataFrame]:
        """The join by `ASOF LEFT JOIN`, of tables that DuckDB already holds."""
        import duckdb

        base = duckdb.connect()
        for name, frame in (("cuts", self.left), ("facts", self.right)):
            base.register("arrow", frame.to_arrow())
            base.execute(f"create table {name} as select * from arrow")
        on = " and ".join(f"cuts.{name} = facts.{name}" for name in self.by)
        drop = ", ".join(self.by)
        query = (
            f"select cuts.*, facts.* exclude ({drop}) from cuts asof left join facts "
            f"on {on} and cuts.cut_ts >= facts.{self.at}"
        )
        return lambda: pl.DataFrame(base.sql(query).to_arrow_table())

    def measure(self) -> dict[str, Any]:
        """Seconds of the three; raises where a result differs."""
        taken, rows = seconds(self.ours)
        ours = self._plain(rows)
        figures: dict[str, Any] = {"cuts": len(self.left), "facts": len(self.right), "ours_seconds": taken}
        for name, prepare in (("pandas", self.by_pandas), ("duckdb", self.by_duckdb)):
            if importlib.util.find_spec(name) is None:
                figures[name] = "not installed"
                continue
            other, found = seconds(prepare())
            if not self._plain(found if isinstance(found, pl.DataFrame) else pl.from_pandas(found)).equals(ours):
                raise click.ClickException(f"The join by {name} gives other rows than ours.")
            figures |= {f"{name}_seconds": other, f"{name}_to_ours": other / taken, f"{name}_rows": "equal"}
        return figures

    def _plain(self, frame: pl.DataFrame) -> pl.DataFrame:
        values = [name for name in self.right.columns if name not in (*self.by, self.at)]
        types = {**self.left.schema, **self.right.schema}
        return frame.select(pl.col(name).cast(types[name]) for name in [*self.keys, *values]).sort(self.keys)


def last_lines(view: View, window: Window) -> Join:
    """What each player had done at each cut: the newest row of his running history."""
    histories = load_histories(view)
    games = finished_games(view, window.until).filter(pl.col("game_date") >= window.first)
    rows = spine(view, cuts_before_tip(games, HORIZONS), histories)
    left = histories.players.place(rows.select("game_id", "cut_id", "cut_ts", "player_id")).collect()
    by = ("player_id", "epoch")
    right = (
        histories.players.rows.sort(*by, "tip_ts", "game_id")
        .with_columns(
            games_before=pl.int_range(1, pl.len() + 1).over(by),
            ms_before=pl.col("played_ms").cum_sum().over(by),
        )
        # Of rows known at one instant, the last in the order of tips.
        .unique([*by, "effective_ts"], keep="last", maintain_order=True)
        .select(*by, "effective_ts", "minutes", "played", "games_before", "ms_before")
    )
    return Join(
        left, right, by, "effective_ts", lambda: look_up(left.lazy(), right.lazy(), by).collect()
    )  # fmt: skip


def last_odds(view: View, window: Window) -> Join:
    """The newest line of each book and market at each cut of a season's games."""
    games = finished_games(view, window.until).filter(pl.col("game_date") >= window.first)
    names = newest(view.rows("silver.schedule"), ["game_id"]).select("game_id", "game_date", "home_team", "away_team")
    event = ["game_date", "home_team", "away_team"]
    lines = view.rows("silver.odds_lines").filter(pl.col("line").is_not_null())
    cuts = cuts_before_tip(games, HORIZONS).join(names, on="game_id")
    by = (*event, "feed", "book", "market")
    offers = lines.select(by).unique()
    left = cuts.join(offers, on=event).select("game_id", "cut_id", "cut_ts", *by).collect()
    facts = newest(lines, [*by, "available_ts"]).select(*by, "available_ts", "as_of_ts", "line").collect()
    stamps = lines.select(*by, "available_ts", "as_of_ts", "as_of_quality", "ingested_ts", "line").collect()

    def ours() -> pl.DataFrame:
        known = newest(known_by(stamps.lazy(), left.lazy(), by), ["cut_id", "game_id", *by])
        values = known.select("cut_id", "game_id", *by, "as_of_ts", "line")
        return left.lazy().join(values, on=["cut_id", "game_id", *by], how="left").collect()

    return Join(left, facts, by, "available_ts", ours)


def measure(root: Path, window: Window) -> dict[str, Any]:
    """Every figure of point-in-time reading."""
    lake = Lake.open(root, FixedClock(datetime(2026, 11, 1, tzinfo=UTC)))
    view = lake.as_of(eastern_midnight(window.until), "published", "training")
    return {
        "slate": measure_slate(lake, window),
        "training": measure_training(root, window),
        "player_history_join": last_lines(view, window).measure(),
        "odds_join": last_odds(view, window).measure(),
    }


@click.command()
@click.option("--history", type=click.Path(path_type=Path, exists=True, file_okay=False), help="A history archive.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def main(history: Path | None, as_json: bool) -> None:
    """Measure point-in-time features, training sets and joins."""
    window = REAL if history else MADE
    with tempfile.TemporaryDirectory() as folder:
        archive = history or Path(folder) / "archive"
        if history is None:
            write_history(archive, seed=3, seasons=4, until=date(2026, 4, 1))
        now = datetime(2026, 11, 1, tzinfo=UTC)
        lake = Lake.open_or_create(Path(folder) / "lake", FixedClock(now))
        import_history(lake, archive, now=now)
        freeze_labels(lake)
        figures = {"league": "real archive" if history else "sandbox", **measure(lake.root, window)}
    click.echo(json.dumps(figures) if as_json else json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
