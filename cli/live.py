"""`pretip live`."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import rich_click as click

from cli.ingest import scrape_table
from cli.options import DAY, INSTANT, as_json
from cli.output import console, progress_bar, say
from cli.run import run_summary
from cli.settings import Settings, pass_settings
from cli.slate_table import slate_tables
from lakehouse.clock import iso
from lakehouse.errors import PretipError
from pipeline.live import Tick, tick
from pipeline.request import DEFAULT_WORLDS

AFTER_ERROR = timedelta(minutes=1)


@click.command()
@click.option("--date", "day", type=DAY, metavar="DATE", help="Eastern date; the evening that is on, where left out.")
@click.option("--loop", is_flag=True, help="Go on, tick after tick, each when something is due.")
@click.option("--until", type=INSTANT, metavar="TS", help="Stop the loop at this instant.")
@click.option("--worlds", type=click.IntRange(min=1), default=DEFAULT_WORLDS, show_default=True, help="Worlds to play.")
@as_json
@pass_settings
def live(settings: Settings, day: date | None, loop: bool, until: datetime | None, worlds: int, as_json: bool) -> None:
    """Scrape what is due for tonight's slate, and project it again where anything new came.

    One tick, unless --loop. A tick may be repeated at any time: what is not due is not asked, and without news there is
    no run. With --json every tick is one line.
    """
    lake = settings.open_or_create_lake()
    with settings.client() as client:
        while True:
            try:
                with progress_bar() as move:
                    done = tick(
                        lake, client, day=day, worlds=worlds, progress=lambda what, at, of: move(what[:24], at, of)
                    )
                _tell(done, as_json)
                following = done.next_ts
            except PretipError as error:
                # An evening does not end with one bad tick.
                if not loop:
                    raise
                say(f"pretip: {error}")
                following = lake.clock.now() + AFTER_ERROR
            if not loop or (until is not None and following >= until):
                return
            lake.clock.sleep((following - lake.clock.now()).total_seconds())


def _tell(done: Tick, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(done.to_dict(), ensure_ascii=False))
        return
    evening = done.evening
    if done.scrapes:
        console().print(scrape_table(done.scrapes))
    for report in done.scrapes:
        for reason in report.reasons:
            say(f"{report.source} {report.outcome}: {reason}")
    for trouble in done.kept.troubles:
        say(f"degraded: {trouble}")
    if done.kept.labels or done.kept.corrected or done.kept.snapshots:
        console().print(
            f"frozen: {done.kept.snapshots} snapshots, the labels of {done.kept.labels} games, "
            f"{done.kept.corrected} corrected",
            highlight=False,
        )
    if done.run is not None:
        for table in slate_tables(done.run.outputs["gold.projections"]) if done.run.outputs else ():
            console().print(table)
        console().print(run_summary(done.run.record))
        for reason in done.run.record.reasons:
            say(f"{done.run.record.status}: {reason}")
    console().print(
        f"{iso(done.at)} {evening.day} ({evening.phase}, {evening.final} of {evening.games} final): {done.said}; "
        f"next at {iso(done.next_ts)}"
    )
