"""CSV of DraftKings': every cell as text, the first line found by what it must say."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from ingest.shapes import describe
from lakehouse.errors import ShapeChanged, Unreadable

BOM = b"\xef\xbb\xbf"
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def read_sheet(body: bytes, what: str, *, ragged: bool = False) -> pl.DataFrame:
    """The cells as text, null where empty, columns as the first line names them; raises Unreadable.

    Lines may be shorter than the first; longer only where `ragged`, and what is beyond the first is dropped.
    """
    text = body.removeprefix(BOM)
    # Polars would unpack what is compressed, to any size.
    if text.startswith(b"x^") or not text[:64].isascii() or _CONTROL.search(text[:64]):
        raise Unreadable(f"{what} is not CSV but {describe(body)}; the source answered with something else.")
    try:
        return pl.read_csv(text, infer_schema=False, truncate_ragged_lines=ragged)
    except (pl.exceptions.PolarsError, OSError):
        raise Unreadable(f"{what} is not CSV but {describe(body)}; the source answered with something else.") from None


def require_columns(sheet: pl.DataFrame, names: Sequence[str], what: str) -> None:
    """Raises ShapeChanged, naming the first column that is missing."""
    missing = next((name for name in names if name not in sheet.columns), None)
    if missing is not None:
        raise ShapeChanged(what, "line 1", f"no column {missing!r} but {', '.join(sheet.columns)[:120]!r}")


def first_line(body: bytes) -> bytes:
    """The first line, without its mark of order."""
    return body[:1024].removeprefix(BOM).split(b"\n", 1)[0].strip()


def dollars(column: str) -> pl.Expr:
    """'$1,500.50 ' as 1500.5; null where it is not an amount."""
    return pl.col(column).str.replace_all(r"[$,\s]", "").cast(pl.Float64, strict=False)
