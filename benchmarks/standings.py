"""Seconds and peak memory of reading a standings export of 150,000 entries, in a process of its own."""

from __future__ import annotations

import io
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import click

ENTRIES, PLAYERS, REPEATS = 150_000, 280, 3
SLOTS = ("C", "F", "G", "PF", "PG", "SF", "SG", "UTIL")
_HEADER = "Rank,EntryId,EntryName,TimeRemaining,Points,Lineup,,Player,Roster Position,%Drafted,FPTS"


def make_export(entries: int = ENTRIES, players: int = PLAYERS) -> bytes:
    """A final standings export: every entry with eight players of the pool, ownership counted from the entries."""
    draw = random.Random(150_000)
    names = [f"Firstname{number} Lastname-{number}" for number in range(players)]
    weights = [1 / (10 + number) for number in range(players)]
    drafted = [0] * players
    lines = []
    for rank in range(1, entries + 1):
        chosen = draw.choices(range(players), weights, k=len(SLOTS))
        for one in chosen:
            drafted[one] += 1
        lineup = " ".join(f"{slot} {names[one]}" for slot, one in zip(SLOTS, chosen, strict=True))
        lines.append(
            f"{rank},{4_500_000_000 + rank},user_{rank // 20} ({rank % 20 + 1}/20),0,{400 - rank / 500},{lineup}"
        )
    table = [
        f"{name},{SLOTS[at % 8]},{100 * drafted[at] / entries:.2f}%,{at / 4}" for at, name in enumerate(names[:entries])
    ]
    text = "\n".join(
        [_HEADER, *(f"{line},,{table[at]}" if at < len(table) else f"{line},,,," for at, line in enumerate(lines))]
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("contest-standings-150000.csv", "\ufeff" + text + "\n")
    return out.getvalue()


def measure_standings(entries: int = ENTRIES) -> dict[str, float]:
    """Figures of reading one export: `parse_seconds` (the median of three), `peak_gb` of the process, `entries`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.zip"
        path.write_bytes(make_export(entries))
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.standings", "--parse", str(path)],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _parse(path: Path) -> dict[str, float]:
    from ingest.draftkings.standings import STANDINGS, STANDINGS_EXPORT
    from ingest.payload import Stamp

    body = path.read_bytes()
    seconds = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        parsed = STANDINGS_EXPORT.parse(body, Stamp(datetime(2026, 1, 15, 6, tzinfo=UTC)))
        seconds.append(time.perf_counter() - begun)
    if parsed.rejected or parsed.doubts:
        raise SystemExit(f"the export was not read whole: {parsed.rejected[:1]} {parsed.doubts}")
    return {
        "entries": len(parsed.frames[STANDINGS]),
        "parse_seconds": round(statistics.median(seconds), 3),
        "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 3),
    }


@click.command()
@click.option("--entries", default=ENTRIES, show_default=True, help="Entries of the export.")
@click.option("--parse", "path", type=click.Path(path_type=Path, exists=True), help="Measure this export, here.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; it is printed either way.")
def main(entries: int, path: Path | None, as_json: bool) -> None:
    """Measure and print."""
    click.echo(json.dumps(_parse(path) if path else measure_standings(entries)))


if __name__ == "__main__":
    main()
