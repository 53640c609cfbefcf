"""`pretip run` and `pretip runs`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import rich_click as click
from rich.table import Table

from cli.options import DAY, INSTANT, as_json, knowledge_option
from cli.output import console, emit, say
from cli.settings import Settings, pass_settings
from cli.slate_table import slate_tables
from lakehouse.clock import iso
from lakehouse.errors import RunBlocked
from lakehouse.gate import Knowledge
from pipeline.record import RunRecord, list_records
from pipeline.request import DEFAULT_SEED, DEFAULT_WORLDS, RunRequest, parse_override
from pipeline.run import begin, make_run


@click.command()
@click.option("--date", "day", type=DAY, required=True, metavar="DATE", help="Eastern date of the slate.")
@click.option("--as-of", type=INSTANT, metavar="TS", help="Instant to know the world at; now, where left out.")
@knowledge_option("observed")
@click.option("--worlds", type=click.IntRange(min=1), default=DEFAULT_WORLDS, show_default=True, help="Worlds to play.")
@click.option("--seed", type=int, default=DEFAULT_SEED, show_default=True, help="Seed of the simulation.")
@click.option("--model", "model_id", metavar="ID", help="Minutes model to use; the one of its time, where left out.")
@click.option(
    "--play", "overrides", multiple=True, metavar="PLAYER_ID=PROB", help="Set a player's probability to play."
)
@as_json
@pass_settings
def run(
    settings: Settings,
    day: date,
    as_of: datetime | None,
    knowledge: Knowledge,
    worlds: int,
    seed: int,
    model_id: str | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Project a slate from what was known at one instant, and publish it.

    A run covers the games of its date that had not tipped by then. Its manifest holds everything it is a function of,
    so that `pretip reproduce` can make it again to the same bytes.
    """
    lake = settings.open_lake()
    chosen = tuple(parse_override(text) for text in overrides)
    if as_of is None:
        as_of = begin(lake, day) if knowledge == "observed" else lake.clock.now()
    request = RunRequest(day, as_of, knowledge, seed, worlds, chosen, model_id=model_id)
    made = make_run(lake, request)
    record = made.record
    if as_json:
        emit(record.to_dict())
    else:
        for table in slate_tables(made.outputs["gold.projections"]) if made.outputs else ():
            console().print(table)
        console().print(run_summary(record))
    if record.status == "blocked":
        raise RunBlocked(f"Run {record.run_id} was blocked: {record.reasons[0]}")
    for reason in record.reasons:
        say(f"degraded: {reason}")


@click.command()
@click.option("--date", "day", type=DAY, metavar="DATE", help="Only the runs of one Eastern date.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At most this many, the newest."
)
@as_json
@pass_settings
def runs(settings: Settings, day: date | None, limit: int, as_json: bool) -> None:
    """List the runs of the lake, newest last."""
    records = list_records(settings.open_lake(), day)[-limit:]
    if as_json:
        emit([record.to_dict() for record in records])
        return
    table = Table(title="Runs", title_justify="left")
    for name in ("run", "at", "knowledge", "kind", "status", "games", "model", "seconds"):
        table.add_column(name, justify="right" if name in ("games", "seconds") else "left", no_wrap=True)
    for record in records:
        table.add_row(*_listed(record))
    console().print(table)


def run_summary(record: RunRecord) -> str:
    """A run in a few lines."""
    seconds = ", ".join(f"{step} {value:.1f}" for step, value in record.step_seconds.items() if value >= 0.05)
    lines = [
        f"run {record.run_id}: {record.status}",
        f"{len(record.slate['games'])} games at {iso(record.run_ts)}, {record.knowledge}; "
        f"model {record.models.get('minutes', 'none')}; {record.configuration['worlds']:,} worlds",
        f"seconds: {seconds}",
    ]
    return "\n".join(lines)


def _listed(record: RunRecord) -> tuple[Any, ...]:
    return (
        record.run_id,
        iso(record.run_ts),
        record.knowledge,
        record.kind,
        record.status,
        str(len(record.slate["games"])),
        record.models.get("minutes", ""),
        f"{sum(record.step_seconds.values()):.1f}",
    )
