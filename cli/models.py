"""`pretip train` and `pretip models`."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import polars as pl
import rich_click as click

from cli.model_lines import card_lines, gate_words
from cli.options import DAY, as_json
from cli.output import console, emit, frame_table, progress_bar
from cli.settings import Settings, pass_settings
from lakehouse.clock import iso
from models.card import make_card, read_row, split_metrics
from models.export import export_card
from models.promotions import in_use, previous
from models.registry import HEAD, promote, require_passed, train_minutes
from simulation.warm import compile_kernel

PERCENT = 100


@click.group()
def train() -> None:
    """Fit models on what was known before a date, and promote them."""


@train.command("minutes")
@click.option(
    "--until", type=DAY, required=True, metavar="DATE", help="Nothing known from 00:00 Eastern of it on is used."
)
@click.option(
    "--proxies/--no-proxies",
    default=True,
    show_default=True,
    help="Also learn from what box scores imply of status and starters before tip, where no report survives.",
)
@click.option(
    "--threads", type=click.IntRange(min=1), default=2, show_default=True, help="Threads; the model is the same."
)
@as_json
@pass_settings
def train_minutes_model(settings: Settings, until: date, proxies: bool, threads: int, as_json: bool) -> None:
    """Fit the minutes model: P(plays), and quantiles of minutes given that he plays.

    It is put to use unless it misses its calibration bands or does worse than the one in use; then it is stored, and
    the command says why.
    """
    lake = settings.open_lake()
    with progress_bar() as move:

        def told(what: str, share: float) -> None:
            move(what, round(PERCENT * share), PERCENT)

        trained = train_minutes(lake, until, proxies=proxies, now=lake.clock.now(), threads=threads, progress=told)
        # The next thing anybody does is a run: it should not be the one to wait for the compiler.
        compile_kernel()
    row = trained.row
    metrics = json.loads(row.metrics)
    if as_json:
        shown = {name: value for name, value in vars(row).items() if name != "artifact"}
        decoded = {name: json.loads(shown[name]) for name in ("window", "parameters", "metrics")}
        emit({**shown, **decoded, "promoted": trained.promoted})
    else:
        done = "promoted" if trained.promoted else "stored"
        console().print(
            f"model {row.model_id} {done}: {row.rows:,} rows, knows nothing after {iso(row.knowledge_until)}"
        )
        for name, value in metrics.items():
            console().print(f"  {name}: {value:.4f}" if isinstance(value, float) else f"  {name}: {value}")
    require_passed(row.model_id, trained.gate.reasons)


@click.group()
def models() -> None:
    """The models of the lake and which of them is in use."""


@models.command("list")
@as_json
@pass_settings
def list_models(settings: Settings, as_json: bool) -> None:
    """List the models with what the gate said of them and their promotions, newest last."""
    lake = settings.open_lake()
    held = lake.scan("ops.models").drop("artifact").sort("trained_ts", "model_id").collect()
    promotions = lake.scan("ops.promotions").sort("promoted_ts", "head").collect()
    rows = [_listed(row, promotions) for row in held.iter_rows(named=True)]
    if as_json:
        emit({"models": rows, "promotions": promotions.to_dicts()})
        return
    shown = held.select(
        "model_id", "head", "trained_ts", pl.col("until_ts").dt.date().alias("until"), "rows", "proxies"
    )
    more = {
        "gate": [gate_words(row["gate"]) for row in rows],
        "promoted": [_last_promotion(row["promotions"]) for row in rows],
        "in use": [row["in_use"] for row in rows],
    }
    console().print(frame_table(shown.with_columns(pl.Series(name, values) for name, values in more.items()), "Models"))


@models.command("show")
@click.argument("model_id", required=False)
@as_json
@pass_settings
def show_model(settings: Settings, model_id: str | None, as_json: bool) -> None:
    """Show what a model was fitted on and with, how it did, and what the gate said; the one in use, where left out.

    The beginning of an id is enough. Says also how many of its rows are proxies and what they cost it.
    """
    lake = settings.open_lake()
    card = make_card(read_row(lake, model_id), lake.scan("ops.promotions").collect())
    if as_json:
        emit(card)
    else:
        console().print("\n".join(card_lines(card)), highlight=False, markup=False)


@models.command("promote")
@click.argument("model_id")
@click.option("--reason", required=True, help="Why, for those who read it later.")
@click.option("--anyway", is_flag=True, help="Even where it missed its bands or did worse than the one then in use.")
@as_json
@pass_settings
def promote_model(settings: Settings, model_id: str, reason: str, anyway: bool, as_json: bool) -> None:
    """Put a model of the lake to use, such as an older one; runs made before keep theirs."""
    lake = settings.open_lake()
    now = lake.clock.now()
    promote(lake, model_id, now, reason, anyway=anyway)
    _told(model_id, now, reason, as_json)


@models.command("rollback")
@click.option("--head", type=click.Choice([HEAD]), default=HEAD, show_default=True, help="What the model predicts.")
@click.option("--reason", required=True, help="Why, for those who read it later.")
@as_json
@pass_settings
def rollback_model(settings: Settings, head: str, reason: str, as_json: bool) -> None:
    """Put the model to use again that was in use before the present one; runs made before keep theirs."""
    lake = settings.open_lake()
    now = lake.clock.now()
    model_id = previous(lake.scan("ops.promotions").collect(), head)
    # It was in use, so somebody has answered the gate for it; who goes back has worse to get away from.
    promote(lake, model_id, now, reason, anyway=True)
    _told(model_id, now, reason, as_json)


@models.command("export")
@click.argument("model_id", required=False)
@click.option(
    "--mlflow",
    "uri",
    metavar="URI",
    required=True,
    help="Folder or SQLite URI of an MLflow store, such as sqlite:///mlflow.db.",
)
@as_json
@pass_settings
def export_model(settings: Settings, model_id: str | None, uri: str, as_json: bool) -> None:
    """Log a model as a run of an MLflow store on this machine; the one in use, where left out.

    Its parameters, metrics, text and the declaration of its features. Needs the extra `mlflow`.
    """
    lake = settings.open_lake()
    row = read_row(lake, model_id)
    card = make_card(row, lake.scan("ops.promotions").collect())
    run_id = export_card(card, row["artifact"], uri)
    if as_json:
        emit({"model_id": card["model_id"], "mlflow_run_id": run_id, "uri": uri})
    else:
        console().print(f"model {card['model_id']} is run {run_id} of {uri}", highlight=False)


def _told(model_id: str, now: datetime, reason: str, as_json: bool) -> None:
    if as_json:
        emit({"model_id": model_id, "promoted_ts": now, "reason": reason})
    else:
        console().print(f"model {model_id} is in use from {iso(now)} on")


def _listed(row: dict[str, Any], promotions: pl.DataFrame) -> dict[str, Any]:
    mine = promotions.filter(pl.col("model_id") == row["model_id"]).select("promoted_ts", "reason").to_dicts()
    used = in_use(promotions, row["head"]) == row["model_id"]
    return {**row, "in_use": used, "gate": split_metrics(row["metrics"])["gate"], "promotions": mine}


def _last_promotion(promotions: list[dict[str, Any]]) -> str:
    return f"{iso(promotions[-1]['promoted_ts'])} ({len(promotions)} in all)" if promotions else "never"
