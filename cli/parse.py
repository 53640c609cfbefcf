"""`pretip parse`: a local payload, read as a scrape would read it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import polars as pl
import rich_click as click

from cli.options import as_json
from cli.output import console, emit, frame_table, say
from cli.settings import Settings, pass_settings
from ingest.payload import PayloadKind, Stamp
from ingest.registry import NAMES, get_source
from ingest.unpack import unpack
from lakehouse.errors import BadInput, Unreadable

SHOWN = 40
READERS = ("auto", "fast", "reference")
Reader = Literal["auto", "fast", "reference"]


@click.command("parse")
@click.argument("source", type=click.Choice(NAMES), metavar="SOURCE")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--reader",
    type=click.Choice(READERS),
    default="auto",
    show_default=True,
    help="How the PDF of an injury report is read: fast, by the reference, or fast where the page allows it.",
)
@as_json
@pass_settings
def parse(settings: Settings, source: str, file: Path, reader: Reader, as_json: bool) -> None:
    """Parse a payload that was saved to a file, and print its rows; nothing is stored.

    SOURCE is the source it came from. For `injuries` the rows are those of the report as printed: game_date, game_time,
    matchup, team, player_name, current_status, reason.
    """
    body = _read(file)
    if source == "injuries":
        from ingest.injuries import parse_rows

        rows = parse_rows(body, reader)
        if as_json:
            emit(rows)
        else:
            console().print(frame_table(pl.DataFrame(rows), f"{len(rows)} rows of {file.name}"))
        return
    kind = find_kind(source, body, file.name)
    parsed = kind.parse(body, Stamp(settings.clock.now()))
    for doubt in parsed.doubts:
        say(f"doubt: {doubt}")
    for rejection in parsed.rejected:
        say(f"rejected: {rejection.table} row {rejection.row_number}: {rejection.reason}")
    if as_json:
        emit(_plain(kind, parsed.frames, len(parsed.rejected), parsed.doubts))
        return
    if not parsed.frames:
        console().print(f"{kind.name}: a document that fills no table; it reads as it should")
    for name, frame in parsed.frames.items():
        shown = frame.drop("as_of_ts", "as_of_quality").head(SHOWN)
        console().print(frame_table(shown, f"{kind.name}: {len(frame):,} rows of {name}"))


def find_kind(source: str, body: bytes, name: str) -> PayloadKind:
    """The kind of payload of a source that some bytes are; raises Unreadable where they are none."""
    kinds = get_source(source).kinds
    for kind in kinds:
        if kind.is_like(body):
            return kind
    raise Unreadable(f"{name} is no payload of {source} ({', '.join(kind.name for kind in kinds)}); check the source.")


def _read(file: Path) -> bytes:
    try:
        return unpack(file.read_bytes(), file.name)
    except OSError as error:
        raise BadInput(
            f"{file} cannot be read ({error.strerror}); name a file that was saved from the source."
        ) from None


def _plain(kind: PayloadKind, frames: Any, rejected: int, doubts: tuple[str, ...]) -> dict[str, Any]:
    return {
        "kind": kind.name,
        "parser_version": kind.version,
        "tables": {name: frame.to_dicts() for name, frame in frames.items()},
        "rejected": rejected,
        "doubts": list(doubts),
    }
