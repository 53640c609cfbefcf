"""Canaries: rows for any table of facts that say tonight's result, or an earlier game's, player by player."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
from hypothesis import HealthCheck, Phase, given, settings

from lakehouse.commit import Batch
from lakehouse.lake import Lake
from lakehouse.tables import get_table
from sandbox.serve.world import World
from tests.properties.machine.facts import INSTANT, newest_rows
from tests.strategies import facts

# Truth of a game: what each player of both teams did, and by how much the home team won.
TRUTH = {
    "game_id": pl.String, "team_id": pl.Int64, "player_id": pl.Int64, "minutes": pl.Float64, "played": pl.Boolean,
    "margin": pl.Int64,
}  # fmt: skip


def truth_of(world: World, games: list[str]) -> pl.DataFrame:
    """What will happen, or happened, in some games: the columns of `TRUTH`, a row a player."""
    rows = []
    for game_id in games:
        game = world.by_id[game_id]
        margin = int(game.home.points - game.away.points)
        for side in (game.home, game.away):
            team = world.team(side.team).team_id
            for index, seconds in zip(side.players, side.seconds.tolist(), strict=True):
                player = world.person(index).player_id
                rows.append((game_id, team, player, seconds / 60, seconds > 0, margin))
    return pl.DataFrame(rows, schema=TRUTH, orient="row")


def plant(lake: Lake, name: str, truth: pl.DataFrame, stamp: datetime, quality: str = "exact") -> None:
    """Commits, as public from `stamp`, a row a player whose every value that may be a number is the result."""
    table = get_table(name)
    batch_id = f"canary:{name}:{stamp.isoformat()}:{lake.log.head()}"
    template = _template(lake, name)
    told = truth.with_row_index("place", offset=1).with_columns(pl.col("place").cast(pl.Int64))
    frame = told.select(_value(column, dtype, name, template[column]) for column, dtype in table.columns.items())
    own = [column for column in ("report_ts", "observed_ts") if column in frame.columns]
    stamped = frame.with_columns(
        *(pl.lit(stamp, INSTANT).alias(column) for column in ("as_of_ts", *own)),
        ingested_ts=pl.lit(lake.clock.now(), INSTANT),
        as_of_quality=pl.lit(quality),
        bronze_batch=pl.lit(batch_id),
    )
    # Where a fact is a game's, or a team's, one of its rows is enough.
    once = stamped.unique(list(table.fact), keep="first", maintain_order=True)
    lake.commit(Batch(batch_id, "scrape", {name: once}))


def _value(column: str, dtype: pl.DataType, name: str, said: Any) -> pl.Expr:
    if column in ("game_id", "team_id", "player_id"):
        return pl.col(column)
    if dtype == pl.Boolean:
        return pl.col("played").alias(column)
    if column in ("line", "spread"):
        return pl.col("margin").cast(dtype).alias(column)
    if dtype == pl.Float64 or (
        dtype.is_integer() and column not in get_table(name).fact and column != "parser_version"
    ):
        declared: Any = get_table(name).schema.columns()[column]
        return pl.col("minutes").clip(declared.min, declared.max).cast(dtype).alias(column)
    if column in get_table(name).fact and dtype.is_integer():
        return pl.col("place").cast(dtype).alias(column)
    if column in get_table(name).fact and dtype == pl.String and column not in _CLOSED:
        return pl.format("{} {}", pl.lit(said), "place").alias(column)
    return pl.lit(said, dtype).alias(column)


# Keys whose words are a closed list, or of one length.
_CLOSED = ("market", "feed", "kind", "table", "body_sha256")


def _template(lake: Lake, name: str) -> dict[str, Any]:
    """A row of the table: one that is held, else one its schema allows."""
    held = newest_rows(lake, name)
    if len(held):
        return held.row(0, named=True)
    found: list[dict[str, Any]] = []

    @settings(
        max_examples=1,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(facts(name))
    def draw(row: dict[str, Any]) -> None:
        found[:] = [row]

    draw()
    return {**found[0], "bronze_batch": ""}
