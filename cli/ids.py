"""`pretip ids`: whom printed names and sources' numbers stand for."""

from __future__ import annotations

from dataclasses import asdict

import polars as pl
import rich_click as click
from rich.table import Table

from cli.options import as_json
from cli.output import console, emit, frame_table
from cli.settings import Settings, pass_settings
from ingest.decisions import IDENTITY, KINDS, add_alias, list_open, withdraw_alias
from lakehouse.identity import in_force

_KIND = click.Choice(KINDS)
_SHOWN = ("kind", "source_key", "nba_id", "rule", "as_of_ts")


@click.group()
def ids() -> None:
    """Whom printed names and sources' numbers stand for."""


@ids.command("review")
@as_json
@pass_settings
def review(settings: Settings, as_json: bool) -> None:
    """List the names that nobody is decided for, with suggestions; nothing is decided here."""
    found = list_open(settings.open_lake().scan)
    if as_json:
        emit([asdict(one) for one in found])
        return
    table = Table(title=f"{len(found)} unresolved", title_justify="left")
    for name in ("kind", "key", "printed", "team", "met in", "may be"):
        table.add_column(name, overflow="fold")
    for one in found:
        guesses = [
            f"{guess.name} {guess.nba_id} ({guess.score:.0f}{', ' + guess.team if guess.team else ''})"
            for guess in one.suggestions
        ]
        table.add_row(one.kind, one.source_key, one.printed, one.team or "", one.met_in, "\n".join(guesses))
    console().print(table)


@ids.command("add")
@click.argument("kind", type=_KIND)
@click.argument("key")
@click.argument("nba_id", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="Why, for those who read it later.")
@as_json
@pass_settings
def add(settings: Settings, kind: str, key: str, nba_id: int, reason: str, as_json: bool) -> None:
    """Decide that a printed name, or a source's number, stands for an NBA id."""
    row = add_alias(settings.open_lake(), kind, key, nba_id, reason)
    _tell(row, "stands for", as_json)


@ids.command("withdraw")
@click.argument("kind", type=_KIND)
@click.argument("key")
@click.argument("nba_id", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="Why, for those who read it later.")
@as_json
@pass_settings
def withdraw(settings: Settings, kind: str, key: str, nba_id: int, reason: str, as_json: bool) -> None:
    """Take back a decision that was wrong; runs made before keep what they knew."""
    row = withdraw_alias(settings.open_lake(), kind, key, nba_id, reason)
    _tell(row, "no longer stands for", as_json)


@ids.command("list")
@click.option("--kind", type=_KIND, help="Of one kind only.")
@click.option("--aliases", is_flag=True, help="Only those that no source taught.")
@as_json
@pass_settings
def list_ids(settings: Settings, kind: str | None, aliases: bool, as_json: bool) -> None:
    """List the decisions that stand."""
    rows = in_force(settings.open_lake().scan(IDENTITY)).select(_SHOWN)
    if kind is not None:
        rows = rows.filter(pl.col("kind") == kind)
    if aliases:
        rows = rows.filter(pl.col("rule").str.starts_with("alias"))
    found = rows.sort("kind", "source_key", "nba_id").collect()
    if as_json:
        emit(found.to_dicts())
    else:
        console().print(frame_table(found, f"{len(found)} decisions"))


def _tell(row: dict[str, object], words: str, as_json: bool) -> None:
    if as_json:
        emit(row)
    else:
        console().print(f"{row['kind']} {row['source_key']} {words} {row['nba_id']} ({row['rule']})")
