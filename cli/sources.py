"""`pretip sources`."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import polars as pl
import rich_click as click
from rich.table import Table

from cli.options import as_json
from cli.output import console, emit
from cli.settings import Settings, pass_settings
from ingest.registry import all_sources
from ingest.source import Source
from lakehouse.clock import iso
from lakehouse.errors import UnknownName

SHOWN = ("source", "gives", "asked", "session", "last asked", "came to")
COLUMNS = ("source", "gives", "asked", "public from", "session", "real sample")


@click.command()
@as_json
@pass_settings
def sources(settings: Settings, as_json: bool) -> None:
    """List the sources: what each gives, how often it is asked, and when it was last asked for this lake."""
    asked = _last_asked(settings)
    rows = [{**describe(source), **asked.get(source.name, _NEVER)} for source in all_sources()]
    if as_json:
        emit(rows)
        return
    table = Table(title="Sources", title_justify="left")
    for name in SHOWN:
        table.add_column(name, overflow="fold", no_wrap=name in ("source", "last asked"))
    for row in rows:
        table.add_row(*(row[name] or "" for name in SHOWN))
    console().print(table)


def describe(source: Source) -> dict[str, Any]:
    """What a person wants to know of a source, in `COLUMNS`."""
    cadence = source.cadence
    waits = zip(("before", "slate", "after"), (cadence.early, cadence.late, cadence.after), strict=True)
    asked = ", ".join(f"{phase} {_short(wait)}" for phase, wait in waits if wait is not None)
    session = source.auth or "none"
    told = (source.name + (" (optional)" if source.optional else ""), source.gives, asked, source.stamped, session)
    return dict(zip(COLUMNS, (*told, source.sample), strict=True))


_NEVER: dict[str, Any] = {"last asked": None, "came to": None}


def _last_asked(settings: Settings) -> dict[str, dict[str, Any]]:
    try:
        lake = settings.open_lake()
    except UnknownName:
        # Without a lake nothing was asked yet.
        return {}
    rows = (
        lake.scan("ops.scrapes")
        .sort("attempted_ts", "scrape_id", "attempt")
        .group_by("source")
        .agg(pl.col("attempted_ts", "outcome").last())
        .collect()
    )
    return {
        source: dict(zip(_NEVER, (iso(at.astimezone(UTC)), outcome), strict=True))
        for source, at, outcome in rows.iter_rows()
    }


def _short(wait: timedelta) -> str:
    minutes = int(wait.total_seconds() // 60)
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
