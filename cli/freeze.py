"""`pretip freeze`."""

from __future__ import annotations

from datetime import datetime

import rich_click as click

from cli.options import INSTANT, as_json
from cli.output import console, emit, frame_table
from cli.settings import Settings, pass_settings
from lakehouse.clock import iso
from lakehouse.lake import Lake
from pipeline.freeze import freeze as freeze_due
from pipeline.freeze import read_snapshot, snapshot_parts

# Where a row came from; programs get it with --json.
ORIGIN = ("source", "bronze_batch", "body_sha256", "parser_version", "ingested_ts", "as_of_quality")


@click.command()
@click.option("--due", "is_due", is_flag=True, help="Freeze every moment that has passed and is not frozen yet.")
@click.option("--show", "snapshot_id", metavar="SNAPSHOT", help="Show a snapshot, such as 0022500001@T-15.")
@click.option("--since", type=INSTANT, metavar="TS", help="Look at moments from then on; three days, where left out.")
@as_json
@pass_settings
def freeze(settings: Settings, is_due: bool, snapshot_id: str | None, since: datetime | None, as_json: bool) -> None:
    """Keep what was known at T-15, at tip and at lock, byte for byte, once."""
    if is_due == (snapshot_id is not None):
        raise click.UsageError("Give either --due or --show SNAPSHOT.")
    lake = settings.open_lake()
    if snapshot_id is not None:
        _show(lake, snapshot_id, as_json)
        return
    report = freeze_due(lake, since)
    if as_json:
        emit(report.to_dict())
        return
    for one in report.written:
        console().print(f"{one.snapshot_id}: as known at {iso(one.at_ts)}", highlight=False)
    for skipped in report.skipped:
        console().print(f"{skipped.snapshot_id}: skipped, {skipped.reason}", highlight=False)
    said = f"{len(report.written)} snapshots written, {report.late} of them late; {len(report.skipped)} skipped"
    console().print(said, highlight=False)


def _show(lake: Lake, snapshot_id: str, as_json: bool) -> None:
    header = snapshot_parts(lake, snapshot_id).drop("body", "pins")
    parts = read_snapshot(lake, snapshot_id)
    if as_json:
        first = header.row(0, named=True)
        shared = ("snapshot_id", "subject_kind", "subject_id", "moment", "at_ts", "knowledge", "written_ts", "is_late")
        digests = {name: str(digest) for name, digest in header.select("part", "body_sha256").iter_rows()}
        bodies = {name: {"body_sha256": digests[name], "rows": frame.to_dicts()} for name, frame in parts.items()}
        emit({**{name: first[name] for name in shared}, "parts": bodies})
        return
    for name, frame in parts.items():
        console().print(frame_table(frame.drop(ORIGIN, strict=False), f"{snapshot_id} {name}: {len(frame)} rows"))
