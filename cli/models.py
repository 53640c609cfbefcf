"""`pretip train` and `pretip models`."""

from __future__ import annotations

import json
from datetime import date

import polars as pl
import rich_click as click

from cli.options import DAY, as_json
from cli.output import console, emit, frame_table, progress_bar
from cli.settings import Settings, pass_settings
from lakehouse.clock import iso
from models.registry import promote, train_minutes
from simulation.warm import compile_kernel

PERCENT = 100


@click.group()
def train() -> None:
    """Fit models on what was known before a date, and promote them."""


@train.command("minutes")
@click.option(
    "--until", type=DAY, required=True, metavar="DATE", help="Nothing known from 00:00 Eastern of it on is used."
)
@click.option("--proxies", is_flag=True, help="Also use what box scores imply of status and starters before tip.")
@click.option(
    "--threads", type=click.IntRange(min=1), default=2, show_default=True, help="Threads; the model is the same."
)
@as_json
@pass_settings
def train_minutes_model(settings: Settings, until: date, proxies: bool, threads: int, as_json: bool) -> None:
    """Fit the minutes model: P(plays), and quantiles of minutes given that he plays."""
    lake = settings.open_lake()
    with progress_bar() as move:

        def told(what: str, share: float) -> None:
            move(what, round(PERCENT * share), PERCENT)

        row = train_minutes(lake, until, proxies=proxies, now=lake.clock.now(), threads=threads, progress=told)
        # The next thing anybody does is a run: it should not be the one to wait for the compiler.
        compile_kernel()
    metrics = json.loads(row.metrics)
    if as_json:
        shown = {name: value for name, value in vars(row).items() if name != "artifact"}
        decoded = {name: json.loads(shown[name]) for name in ("window", "parameters", "metrics")}
        emit({**shown, **decoded})
        return
    console().print(f"model {row.model_id} promoted: {row.rows:,} rows, knows nothing after {iso(row.knowledge_until)}")
    for name, value in metrics.items():
        console().print(f"  {name}: {value:.4f}" if isinstance(value, float) else f"  {name}: {value}")


@click.group()
def models() -> None:
    """The models of the lake and which of them is in use."""


@models.command("list")
@as_json
@pass_settings
def list_models(settings: Settings, as_json: bool) -> None:
    """List the models with their promotions, newest last."""
    lake = settings.open_lake()
    held = lake.scan("ops.models").drop("artifact").sort("trained_ts", "model_id").collect()
    promotions = lake.scan("ops.promotions").sort("promoted_ts", "head").collect()
    if as_json:
        emit({"models": held.to_dicts(), "promotions": promotions.to_dicts()})
        return
    shown = ["model_id", "head", "trained_ts", "until_ts", "knowledge_until", "rows", "proxies", "code_version"]
    newest = promotions.unique("head", keep="last", maintain_order=True)
    in_use = pl.col("model_id").is_in(newest["model_id"].to_list()).alias("in use")
    console().print(frame_table(held.select(*shown, in_use), "Models"))


@models.command("promote")
@click.argument("model_id")
@click.option("--reason", required=True, help="Why, for those who read it later.")
@as_json
@pass_settings
def promote_model(settings: Settings, model_id: str, reason: str, as_json: bool) -> None:
    """Put a model of the lake to use, such as an older one; runs made before keep theirs."""
    lake = settings.open_lake()
    now = lake.clock.now()
    promote(lake, model_id, now, reason)
    if as_json:
        emit({"model_id": model_id, "promoted_ts": now, "reason": reason})
    else:
        console().print(f"model {model_id} is in use from {iso(now)} on")
