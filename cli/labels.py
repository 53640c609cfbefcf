"""`pretip labels`."""

from __future__ import annotations

from datetime import date

import polars as pl
import rich_click as click
from rich.table import Table

from cli.options import DAY, as_json
from cli.output import console, emit, say
from cli.settings import Settings, pass_settings
from lakehouse.errors import BadInput
from pipeline.labels import DayReport, LabelReport, freeze_labels, report_days
from transforms.label_days import refuse_missing

# So many games are named one by one.
FEW = 2


@click.command()
@click.option("--from", "first", type=DAY, metavar="DATE", help="First Eastern date to show; the lake's, if left out.")
@click.option("--to", "last", type=DAY, metavar="DATE", help="Last Eastern date to show; the lake's, if left out.")
@click.option("--freeze", "wants_freeze", is_flag=True, help="First freeze every label that is due, of any date.")
@as_json
@pass_settings
def labels(settings: Settings, first: date | None, last: date | None, wants_freeze: bool, as_json: bool) -> None:
    """Show what is frozen of what happened: games due, frozen and corrected by day, and why others are not.

    Without dates, only days that lack a label or have a correction are printed. Exits with an error where a day with
    games has no labels at all and no declared hole covers it.
    """
    if first is not None and last is not None and first > last:
        raise BadInput(f"The span from {first} to {last} runs backwards; exchange the dates.")
    lake = settings.open_lake()
    done = freeze_labels(lake) if wants_freeze else None
    found = report_days(lake, first, last)
    if as_json:
        frozen = done.to_dict() if done is not None else None
        emit({"freeze": frozen, "days": found.days.to_dicts(), "missing": found.missing.to_dicts()})
    else:
        if done is not None:
            tell_freeze(done)
        _tell_days(found, everything=first is not None or last is not None)
    refuse_missing(found.days)


def tell_freeze(done: LabelReport) -> None:
    """What a freeze wrote, in a line on stdout, and a line on stderr for each game that does not sum right."""
    console().print(
        f"labels: {len(done.frozen):,} games frozen, {len(done.corrected):,} corrected, {done.rows:,} rows; "
        f"{len(done.flawed):,} games do not sum right",
        highlight=False,
    )
    for one in done.flawed:
        kept = "its labels stay as they were" if one.is_frozen else "it is not frozen"
        say(f"{one.game_id} ({one.game_date}): {one.reason}; {kept}")


def _tell_days(found: DayReport, *, everything: bool) -> None:
    shown = (
        found.days if everything else found.days.filter((pl.col("frozen") < pl.col("due")) | (pl.col("corrected") > 0))
    )
    table = Table(title="Labels", title_justify="left")
    for name in ("date", "games due", "frozen", "corrected", "not frozen"):
        table.add_column(name, justify="right" if name != "not frozen" else "left", overflow="fold")
    for day, due, frozen, corrected, declared in shown.iter_rows():
        lacking = (
            found.missing.filter(pl.col("game_date") == day).group_by("reason", maintain_order=True).agg("game_id")
        )
        reasons = [f"{_name(games)}: {reason}" for reason, games in lacking.iter_rows()]
        if declared is not None:
            reasons.append(f"declared: {declared}")
        table.add_row(str(day), str(due), str(frozen), str(corrected), "\n".join(reasons))
    if len(shown):
        console().print(table)
    due, frozen, corrected = found.days.select(pl.col("due", "frozen", "corrected").sum()).row(0)
    console().print(
        f"{frozen:,} of {due:,} games due on {len(found.days):,} days are frozen, {corrected:,} of them corrected",
        highlight=False,
    )


def _name(games: list[str]) -> str:
    return ", ".join(games) if len(games) <= FEW else f"{len(games)} games"
