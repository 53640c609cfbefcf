"""The injury report as a PDF laid out like the league's: A4 landscape, a blue band, seven columns, ruled rows.

Every word is placed by itself, without spaces, as the league's own producer does. A row's lines are centred on its
height; date, time, matchup and team stand once a group; a reason that does not fit at the foot of a page goes on at the
head of the next. Headings are on page 1 only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

from fpdf import FPDF

from lakehouse.errors import BadInput

Row = tuple[str, str, str, str, str, str, str]
COLUMNS = ("Game Date", "Game Time", "Matchup", "Team", "Player Name", "Current Status", "Reason")


@dataclass(frozen=True)
class Layout:
    """Where things stand on a page, in points from its top left corner. `edges` are the columns' left edges and the
    table's right one."""

    width: float = 841.95
    height: float = 595.35
    edges: tuple[float, ...] = (19.1, 115.55, 196.0, 260.2, 421.0, 581.7, 662.1, 822.8)
    foot: float = 522.0
    is_ruled: bool = True
    is_numbered: bool = True
    headings_on_every_page: bool = False
    band_top: float = 35.4
    band_height: float = 40.0


LEAGUE = Layout()
_FONT, _SIZE, _PITCH, _PADDING = "Helvetica", 9.0, 14.04, 8.0
_BAND, _TITLE_SIZE = (29, 66, 138), 20.0
_HEAD_TOP, _HEAD_HEIGHT, _INDENT, _CELL_INDENT = 100.4, 21.3, 4.0, 5.0
_TEAM, _PLAYER, _STATUS, _REASON = 3, 4, 5, 6
_SPACE = 2.3


@dataclass(frozen=True)
class _Cells:
    """A row ready to be placed: its cells as lines, and the first column it prints."""

    lines: tuple[tuple[str, ...], ...]
    first: int

    @property
    def height(self) -> float:
        return max(len(cell) for cell in self.lines) * _PITCH + _PADDING


def write_injury_pdf(stamp: datetime, rows: Sequence[Row], layout: Layout = LEAGUE) -> bytes:
    """The report of an Eastern time as a PDF; equal rows give equal bytes.

    Rows carry all seven fields, in the report's order. Raises BadInput for text that the report's font does not have,
    or a word wider than its column.
    """
    writer = _Writer(stamp, layout)
    pages = list(_paginate([writer.wrap(row, first) for row, first in zip(rows, _firsts(rows), strict=True)], layout))
    for number, page in enumerate(pages, start=1):
        writer.add_page(number, len(pages), page)
    return writer.output()


def _firsts(rows: Sequence[Row]) -> Iterator[int]:
    """The first column each row prints: what is as in the row above, from the left, is not printed again."""
    above: Row | None = None
    for row in rows:
        same = next((c for c in range(_PLAYER) if above is None or row[c] != above[c]), _PLAYER)
        yield same
        above = row


def _paginate(rows: Sequence[_Cells], layout: Layout) -> Iterator[list[_Cells]]:
    """The rows by page; the last of a page may be the beginning of one whose reason goes on."""
    waiting = list(reversed(rows))
    for number in count(1):
        y = _top(layout, number)
        page: list[_Cells] = []
        while waiting and y + waiting[-1].height <= layout.foot:
            page.append(waiting.pop())
            y += page[-1].height
        if waiting:
            row = waiting[-1]
            fits = int((layout.foot - y - _PADDING) // _PITCH)
            others = max(len(cell) for cell in row.lines[:_REASON])
            if fits >= 1 and others <= fits < len(row.lines[_REASON]) and row.lines[_PLAYER]:
                page.append(replace(row, lines=(*row.lines[:_REASON], row.lines[_REASON][:fits])))
                rest = (((),) * _REASON) + (row.lines[_REASON][fits:],)
                waiting[-1] = _Cells(rest, _REASON)
        yield page
        if not waiting:
            return


def _top(layout: Layout, number: int) -> float:
    """Where the rows of a page begin."""
    if number == 1 or layout.headings_on_every_page:
        return _HEAD_TOP + _HEAD_HEIGHT
    return layout.band_top + layout.band_height + 0.5


class _Writer:
    def __init__(self, stamp: datetime, layout: Layout) -> None:
        self._stamp, self._layout = stamp, layout
        self._pdf = FPDF(unit="pt", format=(layout.width, layout.height))
        self._pdf.set_auto_page_break(False)
        self._pdf.set_creation_date(stamp)
        self._pdf.set_producer("pretip sandbox")
        self._pdf.set_font(_FONT, size=_SIZE)

    def output(self) -> bytes:
        return bytes(self._pdf.output())

    def wrap(self, row: Row, first: int) -> _Cells:
        edges = self._layout.edges
        lines = []
        for column, text in enumerate(row):
            shown = text if column >= min(first, _PLAYER) else ""
            lines.append(self._wrapped(shown, edges[column + 1] - edges[column] - 2 * _CELL_INDENT))
        return _Cells(tuple(lines), first)

    def add_page(self, number: int, pages: int, rows: Sequence[_Cells]) -> None:
        pdf, layout = self._pdf, self._layout
        pdf.add_page()
        pdf.set_fill_color(*_BAND)
        pdf.rect(0, layout.band_top, layout.width, layout.band_height, style="F")
        pdf.set_text_color(255, 255, 255)
        pdf.set_font(_FONT, style="B", size=_TITLE_SIZE)
        title = f"Injury Report: {self._stamp:%m/%d/%y %I:%M %p}"
        self._place(title, (layout.width - pdf.get_string_width(title)) / 2, layout.band_top + 28, 2.5 * _SPACE)
        pdf.set_text_color(0, 0, 0)
        pdf.set_font(_FONT, size=_SIZE)
        if layout.is_numbered:
            footer = f"Page {number} of {pages}"
            self._place(footer, (layout.width - pdf.get_string_width(footer)) / 2, layout.foot + 25)
        if number == 1 or layout.headings_on_every_page:
            self._add_headings()
        y = _top(layout, number)
        for at, row in enumerate(rows):
            self._add_row(row, y)
            y += row.height
            below = rows[at + 1].first if at + 1 < len(rows) else 0
            if layout.is_ruled:
                for column in range(min(below, _PLAYER), len(COLUMNS)):
                    pdf.line(layout.edges[column], y, layout.edges[column + 1], y)

    def _add_headings(self) -> None:
        pdf, edges = self._pdf, self._layout.edges
        pdf.set_font(_FONT, style="B", size=_SIZE)
        pdf.set_fill_color(246, 248, 248)
        for column, heading in enumerate(COLUMNS):
            if self._layout.is_ruled:
                pdf.rect(edges[column], _HEAD_TOP, edges[column + 1] - edges[column], _HEAD_HEIGHT, style="F")
            self._place(heading, edges[column] + _INDENT, _HEAD_TOP + 15)
        pdf.set_font(_FONT, size=_SIZE)

    def _add_row(self, row: _Cells, y: float) -> None:
        for column, lines in enumerate(row.lines):
            top = y + (row.height - len(lines) * _PITCH) / 2
            for at, line in enumerate(lines):
                self._place(line, self._layout.edges[column] + _CELL_INDENT, top + at * _PITCH + 10)

    def _wrapped(self, text: str, room: float) -> tuple[str, ...]:
        lines: list[str] = []
        reached = 0.0
        for word in text.split():
            width = self._width(word)
            if width > room:
                raise BadInput(f"{word!r} is wider than its column of the injury report; shorten it.")
            if lines and reached + _SPACE + width <= room:
                lines[-1] += f" {word}"
                reached += _SPACE + width
            else:
                lines.append(word)
                reached = width
        return tuple(lines)

    def _place(self, text: str, x: float, baseline: float, space: float = _SPACE) -> None:
        for word in text.split(" "):
            self._pdf.text(x, baseline, word)
            x += self._width(word) + space

    def _width(self, word: str) -> float:
        try:
            return float(self._pdf.get_string_width(word))
        except Exception as error:  # fpdf2 has an exception of its own for characters that a font lacks
            raise BadInput(f"{word!r} cannot be printed in the injury report's font ({error}).") from None
