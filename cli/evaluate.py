"""`pretip evaluate`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import rich_click as click
from click.exceptions import Exit

from cli.options import as_json, knowledge_option, window_options
from cli.output import console, emit, progress_bar, say
from cli.settings import Settings, pass_settings
from evaluation.accuracy import evaluate_minutes
from evaluation.baselines import fit_baselines, predict_baselines
from evaluation.charts import write_chart
from evaluation.recent import recent_play
from lakehouse.gate import Knowledge
from pipeline.at import parse_offset
from pipeline.predictions import label_rows, predict_at, spine_before
from transforms.spine import spine_recall


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
def evaluate_window(
    settings: Settings, first: date, last: date, at: str, knowledge: Knowledge, html: Path | None, as_json: bool
) -> None:
    """Score minutes and P(plays) beside last game, the mean of three, and a lookup table of recent play.

    Exits with an error where a baseline does better than the model.
    """
    lake, offset = settings.open_lake(), parse_offset(at)
    with progress_bar() as move:
        made = predict_at(lake, first, last, offset, knowledge, move)
    view = lake.as_of(lake.clock.now(), "published", "evaluation")
    before = spine_before(view, first, offset)
    fitted = fit_baselines(recent_play(view, before), label_rows(view, before))
    labels = label_rows(view, made.rows)
    report = evaluate_minutes(made.rows, labels, predict_baselines(fitted, recent_play(view, made.rows)))
    reach = spine_recall(view, made.rows.lazy())
    if html is not None:
        write_chart(report, html)
    if as_json:
        models = made.rows["model_id"].unique(maintain_order=True).to_list()
        emit({**report.to_dict(), "spine": vars(reach), "models": models, "blocked": list(made.blocked)})
    else:
        console().print(report.to_table())
        console().print(
            f"spine: {reach.recall:.1%} of {reach.listed:,} listed players were in it ({reach.played_recall:.1%} of those "
            f"who played); {reach.precision:.1%} of its {reach.rows:,} rows were listed"
        )
    for sentence in made.blocked:
        say(f"blocked: {sentence}")
    for sentence in report.failures:
        say(f"failure: {sentence}")
    if report.failures:
        raise Exit(1)
