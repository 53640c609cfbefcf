"""`pretip rebuild`."""

from __future__ import annotations

import rich_click as click
from rich.table import Table

from cli.options import as_json
from cli.output import console, emit, progress_bar
from cli.settings import Settings, pass_settings
from ingest.rebuild import commit_rebuilt, rebuild_silver
from ingest.registry import NAMES
from lakehouse.errors import NotReproduced


@click.group()
def rebuild() -> None:
    """Make tables again from what they were made of."""


@rebuild.command("silver")
@click.argument("source", type=click.Choice(NAMES), metavar="[SOURCE]", required=False)
@click.option("--commit", is_flag=True, help="Append the rows that silver lacks, as a new generation with old stamps.")
@as_json
@pass_settings
def silver(settings: Settings, source: str | None, commit: bool, as_json: bool) -> None:
    """Read every byte of bronze again, and compare with the silver that is held; of one source, or of all.

    Differences are what a mended parser reads otherwise. Nothing is written without --commit.
    """
    lake = settings.open_lake()
    with progress_bar() as move:
        comparisons = rebuild_silver(lake, (source,) if source else NAMES, move)
    added = commit_rebuilt(lake, comparisons) if commit else 0
    if as_json:
        emit({"tables": [comparison.to_dict() for comparison in comparisons], "added": added})
    else:
        table = Table(title="Silver, and silver made again", title_justify="left")
        table.add_column("table")
        for name in ("held", "made", "lacking", "unfounded"):
            table.add_column(name, justify="right")
        for one in comparisons:
            if one.held or one.made:
                counts = (one.held, one.made, len(one.lacking), one.unfounded)
                style = None if one.is_equal else "yellow"
                table.add_row(one.table, *(f"{count:,}" for count in counts), style=style)
        console().print(table)
        if added:
            console().print(f"{added:,} rows added")
    different = [one.table for one in comparisons if not one.is_equal]
    if different and not commit:
        raise NotReproduced(
            f"Bronze reads otherwise than silver in {', '.join(different)}; `--commit` appends what is lacking."
        )
