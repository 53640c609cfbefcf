"""`pretip explain`."""

from __future__ import annotations

from typing import Any

import polars as pl
import rich_click as click
from rich.table import Table

from cli.options import as_json
from cli.output import cell, console, emit
from cli.settings import Settings, pass_settings
from models.drivers import MINUTES, PLAY, UNITS
from pipeline.explain import Explanation, explain

TOP = 12
_TITLES = {
    PLAY: "Whether he plays: log-odds, before calibration and rules",
    MINUTES: "His median minutes if he plays: minutes, before anything else moves them",
}


@click.command("explain")
@click.argument("player", metavar="PLAYER")
@click.option("--run", "run_id", required=True, metavar="ID", help="Run whose projection of him to explain.")
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=TOP,
    show_default=True,
    help="Drivers to show of each part, largest first.",
)
@as_json
@pass_settings
def explain_player(settings: Settings, player: str, run_id: str, top: int, as_json: bool) -> None:
    """Show what drove a player's minutes in a run; PLAYER is a name or an NBA id.

    His features are made again from the run's manifest, its facts and its model; nothing is written. The drivers of
    each part and its base sum to what the model says of him.
    """
    found = explain(settings.open_lake(), run_id, player)
    if as_json:
        emit(_plain(found, top))
        return
    out = console()
    out.print("\n".join(_lines(found)), highlight=False)
    for head in UNITS:
        out.print(_table(found, head, top))


def _plain(found: Explanation, top: int) -> dict[str, Any]:
    heads = {}
    for head, unit in UNITS.items():
        drivers = found.of(head)
        heads[head] = {
            "unit": unit,
            "base": found.bases[head],
            "drivers": drivers.head(top).to_dicts(),
            "others": _others(drivers, top),
            "raw": found.raw(head),
        }
    kept = ("run_id", "model_id", "player_id", "player_name", "context", "minutes", "is_same")
    return {**{name: getattr(found, name) for name in kept}, "heads": heads}


def _lines(found: Explanation) -> list[str]:
    said, context = found.minutes, found.context
    lines = [
        f"{found.player_name or 'player'} ({found.player_id}), game {context['game_id']} of {context['game_date']}, "
        f"run {found.run_id}, model {found.model_id}",
        f"status {context['status_text']}" + (f" ({context['reason']})" if context["reason"] else ""),
        f"plays {said['play_prob']:.1%} (rule: {said['play_prob_rule']}); minutes p10 {said['minutes_p10']:.1f}, "
        f"p50 {said['minutes_p50']:.1f}, p90 {said['minutes_p90']:.1f}; if he plays {said['minutes_p10_cond']:.1f}, "
        f"{said['minutes_p50_cond']:.1f}, {said['minutes_p90_cond']:.1f}",
    ]
    if said["play_prob_rule"] != "model":
        lines.append("the rule sets whether he plays; the drivers below are what the model alone would say")
    if not found.is_same:
        lines.append("the features made here are not those of the run: its code was another (`pretip reproduce`)")
    return lines


def _table(found: Explanation, head: str, top: int) -> Table:
    drivers = found.of(head)
    table = Table(title=_TITLES[head], title_justify="left")
    for name in ("feature", "meaning", "value", "unit", "moves"):
        table.add_column(name, justify="right" if name in ("value", "moves") else "left", overflow="fold")
    table.add_row("", "base: nobody in particular", "", "", f"{found.bases[head]:+.3f}")
    for row in drivers.head(top).iter_rows(named=True):
        value = "unknown" if row["value"] is None else cell(row["value"])
        table.add_row(row["feature"], row["meaning"], value, row["unit"], f"{row['contribution']:+.3f}")
    if len(drivers) > top:
        table.add_row("", f"the other {len(drivers) - top}", "", "", f"{_others(drivers, top):+.3f}")
    table.add_row("", "what the model says", "", "", f"{found.raw(head):+.3f}")
    return table


def _others(drivers: pl.DataFrame, top: int) -> float:
    return float(drivers["contribution"][top:].sum())
