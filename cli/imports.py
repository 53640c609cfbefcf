"""`pretip import`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click
from rich.table import Table

from cli.labels import tell_freeze
from cli.options import as_json
from cli.output import console, emit, progress_bar
from cli.settings import Settings, pass_settings
from ingest.history.importer import import_history
from ingest.history.summary import ImportSummary
from pipeline.labels import freeze_labels


@click.group("import")
def imports() -> None:
    """Bring collected facts into the lake."""


@imports.command("history")
@click.argument("folder", type=click.Path(path_type=Path))
@as_json
@pass_settings
def import_archive(settings: Settings, folder: Path, as_json: bool) -> None:
    """Import a history archive: a folder of parquet files. Importing it twice changes nothing.

    The labels of the final games in it are frozen at the end.
    """
    lake = settings.open_or_create_lake()
    with progress_bar() as move:
        summary = import_history(lake, folder, now=lake.clock.now(), progress=move)
    frozen = freeze_labels(lake)
    if as_json:
        emit({**to_dict(summary), "labels": frozen.to_dict()})
        return
    console().print(_files(summary))
    console().print(_tables(summary) if summary.tables else "nothing new: the lake is as it was")
    tell_freeze(frozen)


def to_dict(summary: ImportSummary) -> dict[str, Any]:
    """What an import did, as plain data."""
    return {
        "batch_id": summary.batch_id,
        "files": [vars(report) for report in summary.files],
        "tables": {name: vars(report) for name, report in summary.tables.items()},
        "total": vars(summary.total),
    }


def _files(summary: ImportSummary) -> Table:
    table = Table(title="Files", title_justify="left")
    for name in ("file", "status"):
        table.add_column(name)
    table.add_column("rows", justify="right")
    for report in summary.files:
        table.add_row(report.name, report.status, f"{report.rows:,}")
    return table


def _tables(summary: ImportSummary) -> Table:
    table = Table(title="Facts", title_justify="left")
    table.add_column("table")
    for name in ("new", "corrections", "known already", "rejected"):
        table.add_column(name, justify="right")
    for name, report in (*summary.tables.items(), ("all", summary.total)):
        counts = (report.new, report.corrections, report.unchanged, report.rejected)
        table.add_row(name, *(f"{count:,}" for count in counts), style="bold" if name == "all" else None)
    return table
