"""An answer of gold as a person reads it: as much of a wide table as a terminal has room for."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import polars as pl
from rich.table import Table

from cli.output import cell, console, frame_table
from lakehouse.clock import iso
from lakehouse.gate import newest
from lakehouse.teams import FRANCHISES
from pipeline.gold import Gold

# Keys that the game and a person's eye do without, and what proves a row; programs get them with --json.
HIDDEN = (
    "game_id", "cut_id", "season", "game_date", "home_team", "away_team", "home_team_id", "away_team_id", "body_sha256",
    "bronze_batch", "source",
)  # fmt: skip
# From here on a number's fraction does not matter to a person.
LARGE = 1_000
TRICODES = {team.team_id: team.tricode for team in FRANCHISES}
# What a column takes beside its text: a rule and a space on either side.
_RULES = 3


def print_gold(answer: Gold) -> None:
    """Prints an answer: a table of the columns there is room for, naming the others; one row alone with all of them."""
    told = _named(answer)
    when = str(answer.asked.offset or iso(answer.view.run_ts))
    covered = f"{told['game'].n_unique()} of {len(answer.games)} games"
    title = f"{answer.query.name}, {answer.view.knowledge} at {when}: {len(told)} rows, {covered}"
    console().print(title, highlight=False)
    if told.is_empty():
        return
    if len(told) == 1:
        values = pl.DataFrame({"column": told.columns, "value": [_field(value) for value in told.row(0)]})
        console().print(frame_table(values, ""))
        return
    empty = [name for name in told.columns if told[name].is_null().all()]
    written = {name: [_text(value) for value in told[name]] for name in told.columns if name not in empty}
    shown, left_out = _fit(written, console().width)
    console().print(_table(shown, told.schema))
    for said, names in (("nothing in", empty), ("no room for", left_out)):
        if names:
            console().print(f"{said} {', '.join(names)}", highlight=False)


def _named(answer: Gold) -> pl.DataFrame:
    """The rows in order of tip, with game, team and player by their names, without `HIDDEN`."""
    keys = ["game_id", "cut_id"]
    teams = pl.format("{}@{}", "away_team", "home_team")
    games = answer.games.select(*keys, game=pl.coalesce(teams, "game_id"))
    rows = games.join(answer.rows, on=keys, how="inner", maintain_order="left_right").drop(HIDDEN, strict=False)
    if "team_id" in rows.columns:
        rows = _renamed(rows, "team_id", "team", TRICODES)
    known = newest(answer.view.rows("silver.players"), ["player_id"]).select("player_id", "player_name")
    names: dict[int, str] = dict(known.collect().iter_rows())
    if "player_id" in rows.columns and not {"player_name", "entry"} & set(rows.columns):
        rows = _renamed(rows, "player_id", "player", names)
    # Lists of numbers are of players.
    groups = [name for name, dtype in rows.schema.items() if dtype == pl.List(pl.Int64)]
    return rows.with_columns(pl.col(groups).list.eval(_named_or_number(pl.element(), names)))


def _renamed(rows: pl.DataFrame, column: str, name: str, names: dict[int, str]) -> pl.DataFrame:
    """The ids of a column as their names, or as they are where they have none."""
    told = _named_or_number(pl.col(column), names)
    return rows.with_columns(told.alias(column)).rename({column: name})


def _named_or_number(ids: pl.Expr, names: dict[int, str]) -> pl.Expr:
    return pl.coalesce(ids.replace_strict(names, default=None, return_dtype=pl.String), ids.cast(pl.String))


def _text(value: Any) -> str:
    """A value as a cell of a wide table has room for it."""
    return f"{value:%m-%d %H:%MZ}" if isinstance(value, datetime) else _field(value)


def _field(value: Any) -> str:
    if isinstance(value, pl.Series | list):
        return ", ".join(cell(each) for each in value)
    return f"{value:,.0f}" if isinstance(value, float) and abs(value) >= LARGE else cell(value)


def _fit(columns: dict[str, list[str]], width: int) -> tuple[dict[str, list[str]], list[str]]:
    """The columns that a terminal of this width has room for, the first ones first, and the names of the others."""
    shown: dict[str, list[str]] = {}
    left_out: list[str] = []
    room = width - 1
    for name, cells in columns.items():
        needed = _width(name, cells) + _RULES
        if needed <= room and not left_out:
            shown[name] = cells
            room -= needed
        else:
            left_out.append(name)
    return shown, left_out


def _width(name: str, cells: list[str]) -> int:
    # A header wraps at its underscores.
    return max(len(text) for text in (*name.split("_"), *cells))


def _table(columns: dict[str, list[str]], schema: pl.Schema) -> Table:
    table = Table()
    for name, cells in columns.items():
        side: Literal["left", "right"] = "right" if schema[name].is_numeric() else "left"
        table.add_column(name.replace("_", " "), justify=side, width=_width(name, cells), no_wrap=False)
    for row in zip(*columns.values(), strict=True):
        table.add_row(*row)
    return table
