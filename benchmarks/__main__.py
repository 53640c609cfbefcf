"""`make bench`: runs every benchmark and writes its figures into the README's performance section."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

BENCHMARKS = ("lake", "pit", "simulation", "ingest", "minutes")
BEGIN, END = "<!-- figures: made by make bench -->", "<!-- end of figures -->"


@click.command()
@click.option("--readme", type=click.Path(path_type=Path, exists=True), default=Path("README.md"), show_default=True)
@click.option("--only", type=click.Choice(BENCHMARKS), multiple=True, help="Only these.")
def main(readme: Path, only: tuple[str, ...]) -> None:
    """Measure, print, and put the figures between the README's two markers."""
    text = readme.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise click.ClickException(f"{readme} lacks the two markers that the figures go between.")
    before, rest = text.split(BEGIN)
    old, after = rest.split(END)
    # What is not measured now keeps the figures it has.
    sections = {name: section.strip() for name, section in _sections(old)}
    for name in only or BENCHMARKS:
        click.echo(f"measuring {name} ...", err=True)
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}", "--json"], check=True, capture_output=True, text=True
        )
        sections[name] = _section(name, json.loads(done.stdout))
    figures = "\n\n".join(sections[name] for name in BENCHMARKS if name in sections)
    readme.write_text(f"{before}{BEGIN}\n{figures}\n{END}{after}", encoding="utf-8")
    click.echo(figures)


def _sections(figures: str) -> Iterator[tuple[str, str]]:
    """The sections of figures that are there already, by benchmark."""
    parts = re.split(r"^\*\*(\w+)\*\*$", figures, flags=re.MULTILINE)
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        yield name, f"**{name}**{body}"


def _section(name: str, figures: dict[str, Any]) -> str:
    rows = "\n".join(f"| {label} | {value} |" for label, value in _flat("", figures))
    return f"**{name}**\n\n| figure | value |\n|---|---|\n{rows}"


def _flat(prefix: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [row for key, inner in value.items() for row in _flat(f"{prefix} {key}".strip(), inner)]
    if isinstance(value, list):
        return [row for at, inner in enumerate(value) for row in _flat(f"{prefix} {at + 1}".strip(), inner)]
    shown = f"{value:,.4g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
    return [(prefix.replace("_", " "), shown)]


if __name__ == "__main__":
    main()
