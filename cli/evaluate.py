"""`pretip evaluate`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import rich_click as click
from click.exceptions import Exit

from cli.options import as_json, knowledge_option, window_options
from cli.output import console, emit, progress_bar, say
from cli.settings import Settings, pass_settings
from evaluation.anchor import evaluate_anchor
from evaluation.charts import write_chart
from evaluation.folds import FOLDS, Fold
from evaluation.gold import save_accuracy
from evaluation.page import write_page
from evaluation.report import Report
from evaluation.study import OBSERVED, make_study
from evaluation.window import evaluate_window
from lakehouse.errors import BadInput
from lakehouse.gate import Knowledge
from pipeline.at import parse_offset


class Span(click.ParamType[Fold]):
    """Two Eastern dates with a colon between them."""

    name = "date:date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fold:
        if isinstance(value, Fold):
            return value
        first, _, last = str(value).partition(":")
        try:
            return Fold(date.fromisoformat(first), date.fromisoformat(last))
        except ValueError:
            raise BadInput(f"{value!r} is not a span of dates; write it like 2024-03-01:2024-04-14.") from None


@click.group()
def evaluate() -> None:
    """How good past predictions were, through the path that makes them."""


@evaluate.command("minutes")
@window_options
@click.option(
    "--at", default="T-15", show_default=True, metavar="T-MINUTES", help="Minutes before each game's own tip."
)
@knowledge_option("published")
@click.option(
    "--against",
    type=click.Choice(["anchor"]),
    help="Beside the earlier system instead: its last run of each game, ours at that instant, on identical rows.",
)
@click.option("--save", is_flag=True, help="Also write the figures to gold.accuracy.")
@click.option("--html", type=click.Path(path_type=Path), help="Also write charts to this page.")
@as_json
@pass_settings
def evaluate_minutes(
    settings: Settings,
    first: date,
    last: date,
    at: str,
    knowledge: Knowledge,
    against: str | None,
    save: bool,
    html: Path | None,
    as_json: bool,
) -> None:
    """Score minutes and P(plays) beside last game, the mean of three, a lookup table of recent play, and an oracle.

    The oracle is the same model told who plays and who starts. Exits with an error where a baseline does better than
    the model, or the model better than its oracle.
    """
    lake, offset = settings.open_lake(), parse_offset(at)
    notes: list[str] = []
    with progress_bar() as move:
        if against is None:
            window = evaluate_window(lake, first, last, offset, knowledge, move)
            tier, shown, reach = window.tier, window.to_dict(), window.spine
            notes = [f"blocked: {sentence}" for sentence in window.blocked]
            told = (
                f"spine: {reach.recall:.1%} of {reach.listed:,} listed players were in it ({reach.played_recall:.1%} of "
                f"those who played); {reach.precision:.1%} of its {reach.rows:,} rows were listed"
            )
        else:
            beside = evaluate_anchor(lake, first, last, offset, move)
            tier, shown = beside.tier, beside.to_dict()
            told = (
                f"{beside.only_ours:,} rows of ours the earlier system did not predict, {beside.only_theirs:,} of its "
                "we did not"
            )
    if html is not None:
        write_chart(tier.report, html)
    if save:
        shown["evaluation_id"] = save_accuracy(lake, [tier])
    if as_json:
        emit(shown)
    else:
        _show(tier.report)
        console().print(told)
    for sentence in (*notes, *(f"failure: {sentence}" for sentence in tier.report.failures)):
        say(sentence)
    if tier.report.failures:
        raise Exit(1)


@evaluate.command("page")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, metavar="FILE", help="Where to write the page, Markdown."
)
@click.option(
    "--observed",
    type=Span(),
    default=OBSERVED,
    show_default=True,
    metavar="DATE:DATE",
    help="Dates of the observed tier, and of the comparison with the earlier system.",
)
@click.option(
    "--folds", type=Span(), multiple=True, metavar="DATE:DATE",
    help="Dates to walk forward over, again for each fold; by default three spans of two seasons.",
)  # fmt: skip
@as_json
@pass_settings
def evaluate_page(settings: Settings, out: Path, observed: Fold, folds: tuple[Fold, ...], as_json: bool) -> None:
    """Write the accuracy page: every tier, the earlier system, baselines, oracles, bands and null rates.

    Fits a model for each fold on what was known before it; none of them is kept. The figures go to gold.accuracy.
    """
    lake = settings.open_lake()
    with progress_bar() as move:
        study = make_study(lake, observed, folds or FOLDS, progress=move)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(write_page(study), encoding="utf-8")
    evaluation_id = save_accuracy(lake, study.tiers)
    if as_json:
        emit({"page": str(out), "evaluation_id": evaluation_id, **study.to_dict()})
    else:
        console().print(f"{out} written; evaluation {evaluation_id} is in gold.accuracy")
    for sentence in study.failures:
        say(f"failure: {sentence}")


def _show(report: Report) -> None:
    console().print(report.to_table())
    for one in report.bands():
        if one.verdict != "met":
            value = "" if one.value is None else f" {one.value:.3f}"
            bucket = "" if one.bucket in (None, "all") else f", {one.bucket}"
            console().print(f"{one.verdict}: {one.band.metric}{value} of {one.band.population}{bucket} ({one.band})")
