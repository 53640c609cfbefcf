"""`pretip backfill`."""

from __future__ import annotations

from collections import Counter
from datetime import date

import rich_click as click

from cli.options import as_json, knowledge_option, window_options
from cli.output import console, emit, progress_bar, say
from cli.settings import Settings, pass_settings
from lakehouse.gate import Knowledge
from pipeline.at import parse_offset
from pipeline.backfill import BackfillRequest, backfill
from pipeline.executor import make_executor
from pipeline.record import RunRecord
from pipeline.request import DEFAULT_SEED, DEFAULT_WORLDS


@click.command("backfill")
@window_options
@click.option(
    "--at", "ats", multiple=True, default=("T-60", "T-15"), show_default=True, metavar="T-MINUTES",
    help="Minutes before each game's own tip; give it more than once for more runs.",
)  # fmt: skip
@knowledge_option("published")
@click.option("--worlds", type=click.IntRange(min=1), default=DEFAULT_WORLDS, show_default=True, help="Worlds to play.")
@click.option("--seed", type=int, default=DEFAULT_SEED, show_default=True, help="Seed of the simulation.")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes that compute.")
@as_json
@pass_settings
def backfill_runs(
    settings: Settings,
    first: date,
    last: date,
    ats: tuple[str, ...],
    knowledge: Knowledge,
    worlds: int,
    seed: int,
    workers: int,
    as_json: bool,
) -> None:
    """Make the runs of past dates, for each game at instants before its tip as known then."""
    lake = settings.open_lake()
    offsets = tuple(parse_offset(text) for text in ats)
    request = BackfillRequest(first, last, offsets, knowledge, worlds, seed)
    with progress_bar() as move:

        def told(record: RunRecord, done: int, total: int) -> None:
            move(f"{record.slate_date} {record.run_ts:%H:%M}Z", done, total)

        records = backfill(lake, request, make_executor(workers), told)
    if as_json:
        emit([record.to_dict() for record in records])
        return
    counts = Counter(record.status for record in records)
    said = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    console().print(f"{len(records)} runs from {first} to {last}: {said}")
    for reason in sorted({record.reasons[0] for record in records if record.status == "blocked"}):
        say(f"blocked: {reason}")
