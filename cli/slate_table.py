"""The slate as a person reads it: a table a game, its players by what they are expected to score."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import polars as pl
from rich.table import Table

from lakehouse.clock import EASTERN


def slate_tables(projections: pl.DataFrame, limit: int | None = None) -> Iterator[Table]:
    """A table for each game of `gold.projections` rows, in order of tip; the first `limit` players of each."""
    for game in projections.sort("tip_ts", "game_id").partition_by("game_id", maintain_order=True):
        ranked = game.sort("dk_fpts_mean", "player_id", descending=[True, False])
        yield _game_table(ranked if limit is None else ranked.head(limit))


def _game_table(game: pl.DataFrame) -> Table:
    table = Table(title=_title(game), title_justify="left")
    for name, justify in (("player", "left"), ("team", "left"), ("status", "left")):
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    for name in ("play %", "min p10", "p50", "p90", "DK mean", "p10", "p90"):
        table.add_column(name, justify="right")
    for row in game.iter_rows(named=True):
        table.add_row(
            row["player_name"] or f"player {row['player_id']}",
            row["team"] or str(row["team_id"]),
            row["status"],
            f"{100 * row['play_prob']:.0f}",
            *(f"{row[name]:.1f}" for name in ("minutes_p10", "minutes_p50", "minutes_p90")),
            *(f"{row[name]:.1f}" for name in ("dk_fpts_mean", "dk_fpts_p10", "dk_fpts_p90")),
            style="dim" if row["play_prob"] < 0.05 else None,
        )
    return table


def _title(game: pl.DataFrame) -> str:
    tip: datetime = game["tip_ts"][0].astimezone(EASTERN)
    teams = " - ".join(sorted(str(team) for team in game["team"].unique(maintain_order=True)))
    return f"{teams}, {tip:%a %d %b, %H:%M} Eastern"
