"""`pretip doctor`, `pretip compact` and `pretip log`."""

from __future__ import annotations

import rich_click as click
from rich.table import Table

from cli.options import as_json
from cli.output import console, emit, progress_bar
from cli.settings import Settings, pass_settings
from lakehouse.clock import iso
from lakehouse.doctor import examine
from lakehouse.errors import LakeDamaged
from lakehouse.repair import repair
from lakehouse.tables import get_table


@click.command()
@click.option("--repair", "wants_repair", is_flag=True, help="Put right what loses nothing, then look again.")
@as_json
@pass_settings
def doctor(settings: Settings, wants_repair: bool, as_json: bool) -> None:
    """Check that the lake is what its log says, byte for byte."""
    lake = settings.open_lake()
    done = repair(lake) if wants_repair else ()
    with progress_bar() as move:
        found = examine(lake, move)
    if as_json:
        findings = [vars(finding) for finding in found.findings]
        counts = {"entries": found.entries, "tables": found.tables}
        emit({"healthy": found.healthy, **counts, "repaired": list(done), "findings": findings})
    else:
        for sentence in done:
            console().print(sentence)
        for finding in found.findings:
            colour = "red" if finding.red else "yellow"
            console().print(f"[{colour}]{finding.check}[/] {finding.table}: {finding.message}")
        if found.healthy:
            console().print(f"[green]healthy[/]: {found.entries} entries, {found.tables} tables")
    if not found.healthy:
        red = [finding for finding in found.findings if finding.red]
        advice = "run `pretip doctor --repair`" if any(f.repairable for f in red) else "restore the lake from a copy"
        raise LakeDamaged(f"The lake at {lake.root} is not what its log says ({len(red)} findings); {advice}.")


@click.command()
@click.argument("tables", nargs=-1)
@as_json
@pass_settings
def compact(settings: Settings, tables: tuple[str, ...], as_json: bool) -> None:
    """Rewrite small files of all tables, or of some, into large ones; every old version stays readable."""
    names = tuple(get_table(name).name for name in tables)
    entry = settings.open_lake().compact(names or None)
    rewritten = sorted(entry.changes) if entry is not None else []
    if as_json:
        emit({"rewritten": rewritten, "entry": entry.seq if entry is not None else None})
    else:
        console().print(f"rewrote {', '.join(rewritten)}" if rewritten else "no table has small files to rewrite")


@click.command()
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Entries to show, the newest.")
@as_json
@pass_settings
def log(settings: Settings, limit: int, as_json: bool) -> None:
    """List the entries of the lake's log, newest last."""
    lake = settings.open_lake()
    head = lake.log.head()
    entries = [lake.log.entry(seq) for seq in range(max(1, head - limit + 1), head + 1)]
    if as_json:
        emit([
            {"seq": entry.seq, "instant_ts": iso(entry.instant), "kind": entry.kind, "batch_id": entry.batch_id,
             "tables": {name: entry.version(name) for name in sorted(entry.changes)}}
            for entry in entries
        ])  # fmt: skip
        return
    table = Table(title=f"Log of {lake.root}: {len(entries)} of {head} entries", title_justify="left")
    for name in ("entry", "instant", "kind", "batch", "tables written"):
        table.add_column(name, justify="right" if name == "entry" else "left", overflow="fold")
    for entry in entries:
        table.add_row(str(entry.seq), iso(entry.instant), entry.kind, entry.batch_id, ", ".join(sorted(entry.changes)))
    console().print(table)
