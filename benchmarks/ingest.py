"""Pages a second of both readers of injury reports, what a season of quarter-hourly reports takes, and of standings.

The reports are made by the sandbox's writer at the size of a full evening's, so that the figures can be made anywhere.
"""

from __future__ import annotations

import json
import statistics
import time
from datetime import UTC, datetime
from typing import Any

import click

from benchmarks.standings import measure_standings
from ingest.injuries import read_report
from ingest.injuries.report import Reader
from sandbox.serve.injury_pdf import Row, write_injury_pdf

# 160 days of a report every quarter of an hour; the five real ones at hand have 4.8 pages on average.
SEASON_REPORTS, REPORT_PAGES, REPEATS = 15_000, 4.8, 5
_STAMP = datetime(2026, 2, 8, 18, 15, tzinfo=UTC)
_GAMES = (
    ("LAC@BOS", "LA Clippers", "Boston Celtics"),
    ("PHI@MIN", "Philadelphia 76ers", "Minnesota Timberwolves"),
    ("POR@GSW", "Portland Trail Blazers", "Golden State Warriors"),
    ("SAC@TOR", "Sacramento Kings", "Toronto Raptors"),
    ("MEM@DEN", "Memphis Grizzlies", "Denver Nuggets"),
    ("NYK@CHI", "New York Knicks", "Chicago Bulls"),
)
_REASONS = (
    "Injury/Illness - Right Ankle; Sprain",
    "G League - Two-Way",
    "Injury/Illness - Left Hamstring; Injury Maintenance",
)


def make_report(listed: int = 9) -> bytes:
    """A report of six games with that many players listed for each team."""
    rows: list[Row] = []
    for matchup, *teams in _GAMES:
        for team in teams:
            for at in range(listed):
                player = f"Lastname{at}, Firstname"
                rows.append(("02/08/2026", "07:00 (ET)", matchup, team, player, "Out", _REASONS[at % len(_REASONS)]))
    return write_injury_pdf(_STAMP, rows)


def measure_reports(repeats: int = REPEATS) -> dict[str, float]:
    """Medians: milliseconds a page of both readers, pages a second, and minutes a season of reports takes, read fast."""
    body = make_report()
    figures: dict[str, float] = {"pages": read_report(body).pages}
    readers: tuple[Reader, ...] = ("fast", "reference")
    for reader in readers:
        taken = []
        for _ in range(repeats):
            begun = time.perf_counter()
            pages = read_report(body, reader).pages
            taken.append((time.perf_counter() - begun) / pages)
        page_seconds = statistics.median(taken)
        figures[f"{reader}_page_ms"] = 1000 * page_seconds
        figures[f"{reader}_pages_per_second"] = 1 / page_seconds
        figures[f"{reader}_season_minutes"] = SEASON_REPORTS * REPORT_PAGES * page_seconds / 60
    return figures


def measure() -> dict[str, Any]:
    """Every figure of ingest."""
    return {"injury_reports": measure_reports(), "standings": measure_standings()}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def main(as_json: bool) -> None:
    """Measure the readers of what is ingested."""
    figures = measure()
    lines = [f"{part} {name}: {value:.4g}" for part, found in figures.items() for name, value in found.items()]
    click.echo(json.dumps(figures) if as_json else "\n".join(lines))


if __name__ == "__main__":
    main()
