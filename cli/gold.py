"""`pretip gold`: queries over what was known of a date's games."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import polars as pl
import rich_click as click
from rich.table import Table

from cli.gold_table import print_gold
from cli.options import DAY, INSTANT, as_json, knowledge_option
from cli.output import console, emit, say
from cli.settings import Settings, pass_settings
from lakehouse.errors import BadInput
from lakehouse.gate import Knowledge
from pipeline.at import parse_offset
from pipeline.gold import QUERIES, Asked
from pipeline.gold import gold as ask


@click.command("gold")
@click.argument("name", metavar="[NAME]", required=False)
@click.option("--date", "day", type=DAY, metavar="DATE", help="Eastern date of the games.")
@click.option("--game", metavar="GAME", help="Only this game: its id, or AWY@HOM with --date.")
@click.option("--as-of", type=INSTANT, metavar="TS", help="Instant to read at; the lake's last entry, where left out.")
@click.option("--at", metavar="T-MIN", help="Read each game so many minutes before its own tip as known then: T-15.")
@knowledge_option("observed")
@click.option(
    "--parquet", "file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="Write all rows and columns to a parquet file as well.",
)  # fmt: skip
@as_json
@pass_settings
def gold(
    settings: Settings,
    name: str | None,
    day: date | None,
    game: str | None,
    as_of: datetime | None,
    at: str | None,
    knowledge: Knowledge,
    file: Path | None,
    as_json: bool,
) -> None:
    """Ask what was known of a date's games by an instant; without a name, list what can be asked.

    Each game is read at the instant or at its tip as known then, whichever is earlier; box scores and results at the
    instant. A table shows the columns it has room for: --json and --parquet give all.
    """
    if name is None:
        _list(as_json)
        return
    if day is None and game is None:
        raise click.UsageError("Give --date DATE or --game GAME.")
    asked = Asked(day, game, parse_offset(at) if at is not None else None)
    answer = ask(settings.open_lake(), name, asked, as_of, knowledge)
    if file is not None:
        _write(answer.rows, file)
    if as_json:
        view = answer.view
        header = {"query": name, "as_of": view.run_ts, "knowledge": view.knowledge}
        emit({**header, "games": answer.games.to_dicts(), "rows": answer.rows.to_dicts()})
    else:
        print_gold(answer)


def _list(as_json: bool) -> None:
    if as_json:
        emit([{"query": query.name, "says": query.description} for query in QUERIES.values()])
        return
    table = Table.grid(padding=(0, 2))
    for query in QUERIES.values():
        table.add_row(query.name, query.description)
    console().print(table)


def _write(rows: pl.DataFrame, file: Path) -> None:
    try:
        rows.write_parquet(file)
    except OSError as error:
        raise BadInput(
            f"{file} cannot be written ({error.strerror or error}); name a file in a folder that is there."
        ) from None
    say(f"{len(rows):,} rows written to {file}")
