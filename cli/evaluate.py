"""`pretip evaluate`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import rich_click as click
from click.exceptions import Exit

from cli.options import as_json, knowledge_option, window_options
from cli.output import console, emit, progress_bar, say
from cli.settings import Settings, pass_settings
from evaluation.charts import write_chart
from evaluation.window import evaluate_window
from lakehouse.gate import Knowledge
from pipeline.at import parse_offset


@click.group()
def evaluate() -> None:
    """How good past predictions were, through the path that makes them."""


@evaluate.command("minutes")
@window_options
@click.option(
    "--at", default="T-15", show_default=True, metavar="T-MINUTES", help="Minutes before each game's own tip."
)
@knowledge_option("published")
@click.option("--html", type=click.Path(path_type=Path), help="Also write charts to this page.")
@as_json
@pass_settings
def evaluate_minutes(
    settings: Settings, first: date, last: date, at: str, knowledge: Knowledge, html: Path | None, as_json: bool
) -> None:
    """Score minutes and P(plays) beside last game, the mean of three, and a lookup table of recent play.

    Exits with an error where a baseline does better than the model.
    """
    lake, offset = settings.open_lake(), parse_offset(at)
    with progress_bar() as move:
        found = evaluate_window(lake, first, last, offset, knowledge, move)
    if html is not None:
        write_chart(found.report, html)
    if as_json:
        emit(found.to_dict())
    else:
        reach = found.spine
        console().print(found.report.to_table())
        console().print(
            f"spine: {reach.recall:.1%} of {reach.listed:,} listed players were in it ({reach.played_recall:.1%} of "
            f"those who played); {reach.precision:.1%} of its {reach.rows:,} rows were listed"
        )
    for sentence in found.blocked:
        say(f"blocked: {sentence}")
    for sentence in found.report.failures:
        say(f"failure: {sentence}")
    if found.report.failures:
        raise Exit(1)
