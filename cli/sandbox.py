"""`pretip sandbox`: a seeded league for those who have no data yet."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import rich_click as click

from cli.options import DAY, as_json
from cli.output import console, emit, progress_bar
from sandbox.history import write_history


@click.group()
def sandbox() -> None:
    """A made-up league with a known truth, in the formats of the real one."""


@sandbox.command("history")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same league.")
@click.option(
    "--seasons", type=click.IntRange(min=1), default=3, show_default=True, help="Seasons; the last ends at --until."
)
@click.option("--until", type=DAY, required=True, metavar="DATE", help="Games before it have results.")
@as_json
def write_league(folder: Path, seed: int, seasons: int, until: date, as_json: bool) -> None:
    """Write a history archive of plausible seasons, ready for `pretip import history`."""
    with progress_bar() as move:
        rows = write_history(folder, seed=seed, seasons=seasons, until=until, progress=move)
    if as_json:
        emit({"folder": str(folder), "rows": rows})
        return
    for name, count in rows.items():
        console().print(f"{name:<20} {count:>9,} rows")
