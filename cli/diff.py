"""`pretip diff`."""

from __future__ import annotations

import polars as pl
import rich_click as click
from rich.table import Table

from cli.options import as_json
from cli.output import console, emit
from cli.settings import Settings, pass_settings
from pipeline.diff import SEVERAL, Comparison, diff_runs, in_units


@click.command()
@click.argument("run_a")
@click.argument("run_b")
@click.option("--limit", type=click.IntRange(min=1), default=15, show_default=True, help="Players to show.")
@as_json
@pass_settings
def diff(settings: Settings, run_a: str, run_b: str, limit: int, as_json: bool) -> None:
    """Which projections moved from one run to another, and which source's facts moved them."""
    found = diff_runs(settings.open_lake(), run_a, run_b)
    if as_json:
        emit(found.to_dict())
        return
    console().print(parts_table(found))
    console().print(moves_table(found, limit))


def parts_table(found: Comparison) -> Table:
    """What each source moved; the parts sum to the total, exactly."""
    table = Table(title=f"{found.run_a} to {found.run_b}: what moved the projections", title_justify="left")
    table.add_column("moved by")
    for name in ("DK points, net", "DK points, absolute", "minutes, net", "minutes, absolute", "players"):
        table.add_column(name, justify="right")
    for part in (*found.parts, found.total):
        table.add_row(
            label(part.cause),
            f"{part.points_net:+.4f}",
            f"{part.points_moved:.4f}",
            f"{part.minutes_net:+.4f}",
            f"{part.minutes_moved:.4f}",
            str(part.players),
            style="bold" if part is found.total else None,
        )
    return table


def moves_table(found: Comparison, limit: int) -> Table:
    """The players that moved most: what was known of each before and after, why, and what moved him."""
    causes = [part.cause for part in found.parts if part.points_moved]
    table = Table(title=f"Players that moved most, of {len(found.moves)}", title_justify="left")
    table.add_column("player", no_wrap=True)
    table.add_column("team", no_wrap=True)
    table.add_column("known of him", overflow="fold")
    for name in ("DK before", "after", "moved", *map(label, causes)):
        table.add_column(name, justify="right", overflow="fold")
    moves = in_units(found.moves.filter(pl.col("dk_fpts_mean_moved") != 0).head(limit))
    for row in moves.iter_rows(named=True):
        sides = (row["dk_fpts_mean_a"], row["dk_fpts_mean_b"])
        table.add_row(
            row["player_name"] or str(row["player_id"]),
            row["team"] or "",
            _news(row["status_a"], row["status_b"], row["reason_b"]),
            *("-" if side is None else f"{side:.1f}" for side in sides),
            *(f"{row[f'dk_fpts_mean_{name}']:+.1f}" for name in ("moved", *causes)),
        )
    return table


def label(cause: str) -> str:
    """A cause as a person reads it."""
    return "several sources" if cause == SEVERAL else cause


def _news(before: str | None, after: str | None, reason: str | None) -> str:
    """What was known of a player, and what became of it and why."""
    if before == after:
        return after or ""
    return f"{before or '-'} > {after or '-'}" + (f" ({reason})" if reason else "")
