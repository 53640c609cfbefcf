"""What goes out: tables for people and JSON for programs on stdout, progress on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from lakehouse.clock import iso

# Columns a table gets where stdout is no terminal.
PLAIN_WIDTH = 120
LONGEST_CELL = 60


def console() -> Console:
    """Where tables for people go."""
    found = Console(file=sys.stdout)
    return found if found.is_terminal else Console(file=sys.stdout, width=PLAIN_WIDTH)


def say(line: str) -> None:
    """A line of news on stderr, out of the way of what stdout carries."""
    click.echo(line, err=True)


def emit(value: Any) -> None:
    """JSON on stdout."""
    click.echo(json.dumps(value, indent=2, default=_plain, ensure_ascii=False))


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on stderr where that is a terminal, and the function (what, done, total) that moves it."""
    columns = (
        SpinnerColumn(), TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    errors = Console(stderr=True)
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("", total=None)

        def move(what: str, done: int, total: int) -> None:
            progress.update(task, description=what, completed=done, total=total)

        yield move


def frame_table(frame: pl.DataFrame, title: str) -> Table:
    """A frame as a table, as it is."""
    table = Table(title=title, title_justify="left")
    for at, (name, dtype) in enumerate(frame.schema.items()):
        table.add_column(name, justify="right" if dtype.is_numeric() else "left", overflow="fold", no_wrap=at == 0)
    for row in frame.iter_rows():
        table.add_row(*(cell(value) for value in row))
    return table


def cell(value: Any) -> str:
    """A value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    text = str(value)
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 3]}..."


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    raise TypeError(f"{type(value).__name__} has no JSON")
