"""`pretip coverage` and `pretip holes`: what the lake holds of what its days are due, and what is known to be missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import altair as alt
import polars as pl
import rich_click as click
from click.exceptions import Exit

from cli.options import Command, as_json, window_options
from cli.output import console, emit, frame_table, say
from cli.settings import Settings, pass_settings
from features.due import Threshold
from lakehouse.errors import BadInput, UnknownName
from lakehouse.holes import Hole, declare_hole, standing_holes, withdraw_hole
from pipeline.coverage import Coverage, cover, open_gaps, survey
from pipeline.due import SETS
from pipeline.show import find_table

# Longer spans are shown month by month unless said otherwise.
LONG_SPAN_DAYS = 45
DRAWN = (".html", ".png", ".svg")


@click.command("coverage")
@click.argument("table", required=False)
@window_options
@click.option("--by", type=click.Choice(["day", "month"]), help="A line a day or a month; by the span, if left out.")
@click.option(
    "--share", type=click.FloatRange(0.0, 1.0), default=0.8, show_default=True,
    help="Of what a date is due, what it must hold where nothing explains the rest.",
)  # fmt: skip
@click.option("--plot", type=click.Path(path_type=Path), help="Also draw it, as .html, .png or .svg.")
@as_json
@pass_settings
def coverage(
    settings: Settings,
    table: str | None,
    first: date,
    last: date,
    by: str | None,
    share: float,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Show what TABLE holds of what each day is due, and why it lacks the rest; every table, without one.

    TABLE may be a training set, minutes or rates, counted as it would be built. Exits with an error where an
    unexplained gap is too large: declare it with `pretip holes add`, or import what is missing.
    """
    if plot is not None and plot.suffix not in DRAWN:
        raise BadInput(f"{plot} is no picture that can be drawn; name it with one of {', '.join(DRAWN)}.")
    lake = settings.open_lake()
    found = [cover(lake, _full_name(table), first, last)] if table is not None else survey(lake, first, last)
    every = "1mo" if by == "month" or (by is None and (last - first).days > LONG_SPAN_DAYS) else "1d"
    gaps = {each.table: open_gaps(each, Threshold(share)) for each in found}
    if plot is not None:
        draw_coverage(found, every).save(str(plot), **({"inline": True} if plot.suffix == ".html" else {}))
    if as_json:
        emit([to_dict(each, gaps[each.table]) for each in found])
    elif table is not None:
        _print_one(found[0], every)
    else:
        console().print(frame_table(pl.DataFrame([_line(each) for each in found]), f"Coverage from {first} to {last}"))
    open_tables = {name: days for name, days in gaps.items() if days.height}
    for name, days in open_tables.items():
        worst = days.sort(pl.col("lacking") / pl.col("due"), descending=True, maintain_order=True).row(0, named=True)
        held, due = worst["due"] - worst["lacking"], worst["due"]
        few = f"dates that hold less than they must: {days.height}"
        say(f"failure: {name}: {few}, worst {worst['game_date']}: {held} of {due}")
    if open_tables:
        raise Exit(1)


def to_dict(found: Coverage, gaps: pl.DataFrame) -> dict[str, Any]:
    """A coverage as plain data: its rule, totals, days, columns, and the dates that fail."""
    return {
        **found.totals(),
        "rule": found.rule,
        "days": found.days.to_dicts(),
        "columns": found.columns.to_dicts(),
        "failing": gaps["game_date"].to_list(),
    }


def draw_coverage(found: Sequence[Coverage], every: str) -> alt.Chart:
    """A heat map: the share of what is due that each table, and of one table each column, holds by period."""
    rows = [
        _periods(each.days, every).select("period", "share", what=pl.lit(each.table), why=_first_reason())
        for each in found
    ]
    for each in (one for one in found if one.columns.height):
        known = each.columns.group_by("column", _period(every), maintain_order=True).agg(
            share=1 - pl.col("nulls").sum() / pl.col("rows").sum(), why=pl.col("reason").drop_nulls().first()
        )
        rows.append(known.select("period", "share", pl.col("column").alias("what"), "why"))
    frame = pl.concat(rows).with_columns(pl.col("period").dt.strftime("%Y-%m-%d"))
    order = frame["what"].unique(maintain_order=True).to_list()
    with alt.data_transformers.enable("default", max_rows=None):
        chart = alt.Chart(alt.Data(values=frame.to_dicts())).mark_rect()
    return chart.encode(
        x=alt.X("period:O", title=None),
        y=alt.Y("what:N", title=None, sort=order),
        color=alt.Color("share:Q", title="share held", scale=alt.Scale(scheme="redyellowgreen", domain=[0, 1])),
        tooltip=["what:N", "period:O", "share:Q", "why:N"],
    ).properties(title="Coverage")


@click.group()
def holes() -> None:
    """The spans in which a table or training set is known to lack rows, declared with their reasons."""


def _span(command: Command) -> Command:
    return click.argument("table")(window_options(command))


@holes.command("add")
@_span
@click.option("--reason", required=True, help="Why the rows are missing, for those who read it later.")
@as_json
@pass_settings
def add_hole(settings: Settings, table: str, first: date, last: date, reason: str, as_json: bool) -> None:
    """Declare that TABLE, table.column, or a training set lacks rows on the dates."""
    hole = Hole(_full_name(table), first, last, reason)
    declare_hole(settings.open_lake(), hole)
    if as_json:
        emit(hole.to_dict())
    else:
        console().print(f"{hole.table_name} is known to lack rows from {first} to {last}: {reason}", highlight=False)


@holes.command("withdraw")
@_span
@click.option("--reason", required=True, help="Why it is no hole, for those who read it later.")
@as_json
@pass_settings
def take_hole_back(settings: Settings, table: str, first: date, last: date, reason: str, as_json: bool) -> None:
    """Take back a hole of just these dates, as a later row."""
    name = _full_name(table)
    withdraw_hole(settings.open_lake(), name, first, last, reason)
    if as_json:
        emit({"table_name": name, "first_day": first, "last_day": last, "reason": reason, "withdrawn": True})
    else:
        console().print(f"no hole of {name} from {first} to {last} stands any more", highlight=False)


@holes.command("list")
@as_json
@pass_settings
def list_holes(settings: Settings, as_json: bool) -> None:
    """List the holes that stand."""
    found = [hole.to_dict() for hole in standing_holes(settings.open_lake())]
    if as_json:
        emit(found)
        return
    names = ("table_name", "first_day", "last_day", "reason")
    console().print(frame_table(pl.DataFrame(found, schema=dict.fromkeys(names, pl.String)), "Declared holes"))


def _full_name(text: str) -> str:
    """A training set's name, a table's full name, or table.column; raises UnknownName."""
    if text in SETS:
        return text
    try:
        return find_table(text).name
    except UnknownName:
        table, _, column = text.rpartition(".")
        if not table:
            raise
        found = find_table(table)
        if column not in found.columns:
            raise UnknownName(
                f"{found.name} has no column {column!r}; `pretip schema {found.name}` lists them."
            ) from None
        return f"{found.name}.{column}"


def _print_one(found: Coverage, every: str) -> None:
    totals = found.totals()
    share = f"{totals['share']:.1%}" if totals["share"] is not None else "nothing due"
    head = f"{found.table}: {totals['present']:,} of {totals['due']:,} due ({share})"
    console().print(f"{head}; {totals['dates_complete']} of {totals['dates']} dates complete", highlight=False)
    console().print(f"Due: {found.rule}", highlight=False)
    shown = _periods(found.days, every).select(
        pl.col("period").dt.strftime("%Y-%m" if every == "1mo" else "%Y-%m-%d"),
        "due",
        present=pl.col("due") - pl.col("lacking"),
        share=_percent(pl.col("share")),
        complete=pl.format("{}/{}", "complete", "dates"),
        why=pl.col("reasons").list.join("; "),
    )
    console().print(frame_table(shown, "Rows"))
    nulls = (
        found.columns.group_by("column", maintain_order=True)
        .agg(share=pl.col("nulls").sum() / pl.col("rows").sum(), why=pl.col("reason").drop_nulls().first())
        .filter(pl.col("share") > 0)
    )
    if nulls.height:
        console().print(
            frame_table(
                nulls.select("column", null=_percent(pl.col("share")), why="why"), "Nulls, and why or what they are of"
            )
        )


def _line(found: Coverage) -> dict[str, Any]:
    totals = found.totals()
    reasons = [f"{each['reason']} ({each['dates']} dates)" for each in totals["reasons"]]
    share = "" if totals["share"] is None else f"{totals['share']:.1%}"
    complete = f"{totals['dates_complete']}/{totals['dates']}"
    shown = {"table": found.table, "due": totals["due"], "present": totals["present"], "share": share}
    return {**shown, "dates": complete, "why": "; ".join(reasons[:2]) + (" ..." if len(reasons) > 2 else "")}


def _period(every: str) -> pl.Expr:
    return pl.col("game_date").dt.truncate(every).alias("period")


def _periods(days: pl.DataFrame, every: str) -> pl.DataFrame:
    """Days put together by period: due, lacking, share held, dates complete and dates, the reasons met in it."""
    due, lacking = pl.col("due").sum(), pl.col("lacking").sum()
    return days.group_by(_period(every), maintain_order=True).agg(
        due=due,
        lacking=lacking,
        share=pl.when(due > 0).then(1 - lacking / due),
        complete=((pl.col("lacking") == 0) & (pl.col("due") > 0)).sum(),
        dates=(pl.col("due") > 0).sum(),
        reasons=pl.col("reason").drop_nulls().unique(maintain_order=True),
    )


def _first_reason() -> pl.Expr:
    return pl.col("reasons").list.first()


def _percent(share: pl.Expr) -> pl.Expr:
    return pl.format("{}%", (100 * share).round(1))
