"""`pretip schema`: the declarations are the documentation."""

from __future__ import annotations

from typing import Any

import rich_click as click
from rich.table import Table as RichTable

from cli.options import as_json
from cli.output import console, emit
from lakehouse.tables import TABLES, Table
from pipeline.show import find_table


@click.command()
@click.argument("table", required=False)
@as_json
def schema(table: str | None, as_json: bool) -> None:
    """What the lake's tables hold: all of them, or the columns of one."""
    if table is None:
        emit([describe(each) for each in TABLES.values()]) if as_json else console().print(_tables())
        return
    found = find_table(table)
    emit(describe(found)) if as_json else console().print(_columns(found))


def describe(table: Table) -> dict[str, Any]:
    """A table's declaration as plain data."""
    return {
        "table": table.name,
        "meaning": _meaning(table),
        "fact": list(table.fact),
        "key": list(table.key),
        "source": table.source,
        "audience": list(table.audience),
        "lag_seconds": table.lag.total_seconds(),
        "columns": [
            {"name": name, "type": str(table.columns[name]), "nullable": column.nullable, "meaning": column.description}
            for name, column in table.schema.columns().items()
        ],
    }


def _meaning(table: Table) -> str:
    return " ".join((table.schema.__doc__ or "").split())


def _tables() -> RichTable:
    shown = RichTable(title="Tables", title_justify="left")
    for name in ("table", "source", "one row is told apart by", "meaning"):
        shown.add_column(name, no_wrap=name == "table")
    for table in TABLES.values():
        shown.add_row(table.name, table.source, ", ".join(table.fact), _meaning(table))
    return shown


def _columns(table: Table) -> RichTable:
    said = describe(table)
    lag = f"; lag {said['lag_seconds']:.0f} s" if said["lag_seconds"] else ""
    readers = f"; read by {', '.join(table.audience)}" if table.audience else ""
    title = f"{table.name}: {said['meaning']}\nkey: {', '.join(table.key)}{readers}{lag}"
    shown = RichTable(title=title, title_justify="left")
    for name in ("column", "type", "null", "meaning"):
        shown.add_column(name, no_wrap=name == "column")
    for column in said["columns"]:
        null = "may be" if column["nullable"] else ""
        shown.add_row(column["name"], column["type"], null, column["meaning"])
    return shown
