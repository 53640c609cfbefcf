"""The injury report: a PDF read whole, or not at all.

`fast` reads it with pdfium, `reference` with pdfplumber; both must satisfy the same checks on every page: its header
with the report's one stamp, its footer counting every page, every word in one column and one row, every row with a
game, a team that plays it, and one of the five statuses. `auto` reads it fast, and again by reference where a check
fails.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from ingest.injuries.boxes import read_boxes
from ingest.injuries.container import check_container
from ingest.injuries.layout import Sheet, check_spacing, learn_columns, take_apart, trouble
from ingest.injuries.page import MAX_BYTES, Page, Word
from ingest.injuries.reference import read_reference
from ingest.injuries.rows import Row, to_rows
from ingest.injuries.table import Found, find_rows
from ingest.nba import resolve_eastern
from ingest.shapes import describe
from lakehouse.errors import Unreadable

Reader = Literal["fast", "reference", "auto"]
STAMP_FORMAT = "%m/%d/%y %I:%M %p"
_READERS: dict[str, Callable[[bytes], tuple[Page, ...]]] = {"fast": read_boxes, "reference": read_reference}
_MAGIC_WITHIN = 1024
# Since this day every page has a header and a footer, and gaps between words differ by kerning alone, a hundredth of
# their height; of older layouts less is known.
_KNOWN_SINCE = date(2023, 5, 2)
_UNEVEN, _UNEVEN_BEFORE = 0.04, 0.07


@dataclass(frozen=True)
class Report:
    """A report: its stamp as printed, as Eastern wall time and as an instant, and its rows.

    `is_certain` is false in the hour that comes twice when clocks go back: `report_ts` is then the later instant.
    """

    stamp: str
    wall: datetime
    report_ts: datetime
    is_certain: bool
    pages: int
    rows: tuple[Row, ...]


def read_report(pdf: bytes, reader: Reader = "auto") -> Report:
    """The report that a PDF holds; raises Unreadable, naming page and what, and never returns part of one."""
    if len(pdf) > MAX_BYTES:
        raise Unreadable(f"The injury report has {len(pdf):,} bytes, more than {MAX_BYTES:,}; look at the file.")
    if not is_pdf(pdf):
        raise Unreadable(f"The injury report is no PDF but {describe(pdf)}; the source answered with something else.")
    check_container(pdf)
    if reader != "auto":
        return _assemble(_READERS[reader](pdf))
    try:
        return _assemble(read_boxes(pdf))
    except Unreadable:
        return _assemble(read_reference(pdf))


def is_pdf(body: bytes) -> bool:
    """Whether the bytes begin as a PDF does."""
    return b"%PDF-" in body[:_MAGIC_WITHIN]


def _assemble(pages: Sequence[Page]) -> Report:
    sheets = [take_apart(page, number) for number, page in enumerate(pages, start=1)]
    stamp = _stamp_of(sheets)
    wall = datetime.strptime(stamp, STAMP_FORMAT)
    report_ts, is_certain = resolve_eastern(wall)
    if report_ts is None:
        raise trouble(1, f"is stamped {stamp}, an hour that was skipped when clocks went forward")
    _check_footers(sheets, wall.date())
    uneven = _UNEVEN if wall.date() >= _KNOWN_SINCE else _UNEVEN_BEFORE
    rows = to_rows(_rows_of(sheets, uneven), wall.date())
    return Report(stamp, wall, report_ts, is_certain, len(sheets), rows)


def _stamp_of(sheets: Sequence[Sheet]) -> str:
    stamp = sheets[0].stamp
    if stamp is None:
        raise trouble(1, "has no header 'Injury Report: ...' with a stamp")
    try:
        day = datetime.strptime(stamp, STAMP_FORMAT).date()
    except ValueError:
        raise trouble(1, f"is stamped {stamp!r}, which is no time") from None
    for sheet in sheets[1:]:
        if sheet.stamp != stamp and (sheet.stamp is not None or day >= _KNOWN_SINCE):
            raise trouble(sheet.number, f"is stamped {sheet.stamp}, page 1 {stamp}")
    return stamp


def _check_footers(sheets: Sequence[Sheet], day: date) -> None:
    if day < _KNOWN_SINCE and all(sheet.footer is None for sheet in sheets):
        return
    for sheet in sheets:
        if sheet.footer != (sheet.number, len(sheets)):
            said = f"'Page {sheet.footer[0]} of {sheet.footer[1]}'" if sheet.footer else "no page number"
            raise trouble(sheet.number, f"has {said} where {sheet.number} of {len(sheets)} should be")


def _rows_of(sheets: Sequence[Sheet], uneven: float) -> list[Found]:
    """The rows of all pages. Headings hold until others are printed; those of page 1 must be there."""
    rows: list[Found] = []
    headings: tuple[Word, ...] = sheets[0].headings
    if not headings:
        raise trouble(1, "has no column headings")
    edges = learn_columns(headings, sheets)
    for sheet in sheets:
        if sheet.headings and any(abs(a.x0 - b.x0) > 2 for a, b in zip(sheet.headings, headings, strict=True)):
            headings = sheet.headings
            edges = learn_columns(headings, sheets[sheet.number - 1 :])
        check_spacing(sheet, edges, uneven)
        rows += find_rows(sheet, edges)
    return rows
