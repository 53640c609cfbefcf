"""`pretip ingest`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import rich_click as click
from rich.table import Table

from cli.labels import tell_freeze
from cli.options import DAY, as_json
from cli.output import console, emit, progress_bar, say
from cli.settings import Settings, pass_settings
from ingest.registry import NAMES, get_source
from ingest.scrape import ScrapeReport, scrape
from lakehouse.clock import eastern_date
from lakehouse.errors import BadInput, FetchFailed
from pipeline.labels import brings_results, freeze_labels

ALL = "all"


@click.command()
@click.argument("source", type=click.Choice([*NAMES, ALL]), metavar="SOURCE")
@click.option("--date", "day", type=DAY, metavar="DATE", help="Eastern date; today, where left out.")
@click.option("--from", "first", type=DAY, metavar="DATE", help="First Eastern date of a span.")
@click.option("--to", "last", type=DAY, metavar="DATE", help="Last Eastern date of a span.")
@as_json
@pass_settings
def ingest(
    settings: Settings, source: str, day: date | None, first: date | None, last: date | None, as_json: bool
) -> None:
    """Scrape a source, or all of them in turn, for a date or a span of dates.

    SOURCE is one of schedule, players, injuries, espn, lineups, odds, boxscores, draftkings, linestar, or all. Every
    response is kept as it came, one commit each; what the lake holds already is not stored again. Where results came,
    the labels of the games are frozen.
    """
    lake = settings.open_or_create_lake()
    days = _days(day, first, last, eastern_date(lake.clock.now()))
    sources = [get_source(name) for name in (NAMES if source == ALL else (source,))]
    wanted = [(one, when) for when in days for one in sources]
    with settings.client() as client, progress_bar() as move:
        reports = scrape(lake, client, wanted, source, lambda what, done, total: move(what[:24], done, total))
    if as_json:
        emit([report.to_dict() for report in reports])
    else:
        console().print(scrape_table(reports))
    if brings_results(reports):
        frozen = freeze_labels(lake)
        if not as_json:
            tell_freeze(frozen)
    for report in reports:
        for reason in report.reasons:
            say(f"{report.source} {report.outcome}: {reason}")
    failed = [
        report.source for report in reports if report.outcome == "failed" and not get_source(report.source).optional
    ]
    if failed:
        raise FetchFailed(f"Nothing came from {', '.join(dict.fromkeys(failed))}; what came from others is stored.")


def scrape_table(reports: Sequence[ScrapeReport]) -> Table:
    """What some scrapes came to, a row each."""
    table = Table(title="Scrapes", title_justify="left")
    for name in ("date", "source", "outcome"):
        table.add_column(name, no_wrap=True)
    for name in ("stored", "unchanged", "absent", "new rows"):
        table.add_column(name, justify="right")
    for report in reports:
        counts = (report.stored, report.unchanged, report.absent, sum(report.facts.values()))
        style = {"ok": None, "degraded": "yellow", "failed": "red"}[report.outcome]
        table.add_row(str(report.day), report.source, report.outcome, *(f"{count:,}" for count in counts), style=style)
    return table


def _days(day: date | None, first: date | None, last: date | None, today: date) -> list[date]:
    if day is not None and (first or last):
        raise BadInput("Give either --date, or --from and --to, not both.")
    if (first is None) != (last is None):
        raise BadInput("A span needs both ends: give --from and --to.")
    if first is None or last is None:
        return [day or today]
    if first > last:
        raise BadInput(f"The span from {first} to {last} runs backwards; exchange the dates.")
    return [first + timedelta(days=k) for k in range((last - first).days + 1)]
