"""The fast reader: pages from pdfium's character boxes and drawn paths."""

from __future__ import annotations

import ctypes
import threading

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.injuries.page import MAX_CHARACTERS, MAX_PAGES, SAME_LINE, WORD_GAP, Page, Rule, Word
from lakehouse.errors import Unreadable

# pdfium keeps state of its own for the process and may be in use by one thread at a time.
_ONE_AT_A_TIME = threading.Lock()
# The box of a character is its font's ascent and descent, about 1.22 times its size.
_BOX_TO_SIZE = 0.82
_FLAT = 0.5
# Spaces and line ends, whether printed or made up by pdfium, and its mark for a character it does not know.
_BLANK = frozenset((0, 1, *range(3, 0x21), *range(0x7F, 0xA1), 0x3000, 0xFFFE, 0xFFFF, *range(0x2000, 0x2010)))
# What pdfium makes of a hyphen at the end of a line that another one goes on.
_HYPHEN = 2
_SURROGATES, _UNKNOWN = 0xD800, "\ufffd"

_Box = tuple[float, float, float, float, str]


def read_boxes(body: bytes) -> tuple[Page, ...]:
    """The pages of a PDF; raises Unreadable for bytes that pdfium refuses, or that exceed the bounds."""
    with _ONE_AT_A_TIME:
        try:
            document = pdfium.PdfDocument(body)
        except pdfium.PdfiumError as error:
            raise Unreadable(f"The injury report is no readable PDF ({error}); ask for it again.") from None
        try:
            if not 1 <= len(document) <= MAX_PAGES:
                raise Unreadable(
                    f"The injury report has {len(document)} pages, not 1 to {MAX_PAGES}; look at the file."
                )
            return tuple(_read_page(document, number) for number in range(len(document)))
        except (pdfium.PdfiumError, ValueError, OverflowError) as error:
            raise Unreadable(f"A page of the injury report cannot be loaded ({error}); ask for it again.") from None
        finally:
            document.close()


def _read_page(document: pdfium.PdfDocument, number: int) -> Page:
    page = document[number]
    try:
        place = _Placing(page)
        text = page.get_textpage()
        try:
            boxes = _boxes(text, place, number)
        finally:
            text.close()
        rules, uprights = _edges(page, place)
    finally:
        page.close()
    return Page(place.width, place.height, tuple(_words(boxes)), tuple(rules), tuple(uprights))


class _Placing:
    """Where a point of the page's own space lies on the page as seen, with its rotation."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self._left, self._bottom, self._right, self._top = page.get_bbox()
        self._turned = page.get_rotation() // 90 % 4
        wide, high = self._right - self._left, self._top - self._bottom
        self.width, self.height = (wide, high) if self._turned % 2 == 0 else (high, wide)

    def box(self, x0: float, y0: float, x1: float, y1: float, character: str) -> _Box:
        """A character's box from its left, bottom, right and top on the page."""
        if self._turned == 0:
            return x0 - self._left, x1 - self._left, self._top - y1, self._top - y0, character
        (xa, ya), (xb, yb) = self(x0, y0), self(x1, y1)
        return min(xa, xb), max(xa, xb), min(ya, yb), max(ya, yb), character

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        if self._turned == 0:
            return x - self._left, self._top - y
        if self._turned == 1:
            return y - self._bottom, x - self._left
        if self._turned == 2:
            return self._right - x, y - self._bottom
        return self._top - y, self._right - x


def _boxes(text: pdfium.PdfTextPage, place: _Placing, number: int) -> list[_Box]:
    """Left, right, top, bottom and character of everything visible."""
    count = text.count_chars()
    if count > MAX_CHARACTERS:
        raise Unreadable(f"Page {number + 1} of the injury report has {count:,} characters; look at the file.")
    handle, rect = text.raw, raw.FS_RECTF()
    pointer = ctypes.byref(rect)
    unicode_at, box_at = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox
    boxes: list[_Box] = []
    for index in range(count):
        code = unicode_at(handle, index)
        if code in _BLANK or not box_at(handle, index, pointer):
            continue
        character = "-" if code == _HYPHEN else chr(code) if code < _SURROGATES else _UNKNOWN
        boxes.append(place.box(rect.left, rect.bottom, rect.right, rect.top, character))
    return boxes


def _words(boxes: list[_Box]) -> list[Word]:
    """The characters as words: by line, then from the left, ended by a gap."""
    by_height = sorted(boxes, key=lambda box: box[2] + box[3])
    lines: list[list[_Box]] = []
    reached = float("-inf")
    for box in by_height:
        middle = (box[2] + box[3]) / 2
        if middle - reached > SAME_LINE:
            lines.append([])
            reached = middle
        lines[-1].append(box)
    words: list[Word] = []
    for line in lines:
        line.sort(key=lambda box: box[0])
        run = [line[0]]
        for box in line[1:]:
            if box[0] - run[-1][1] > WORD_GAP * _BOX_TO_SIZE * (box[3] - box[2]):
                words.append(_join(run))
                run = []
            run.append(box)
        words.append(_join(run))
    return words


def _join(run: list[_Box]) -> Word:
    return Word("".join(box[4] for box in run), run[0][0], max(box[1] for box in run), run[0][2], run[0][3])


def _edges(page: pdfium.PdfPage, place: _Placing) -> tuple[list[Rule], list[float]]:
    """Horizontal edges, and the x of vertical ones, of every path drawn on the page."""
    rules: list[Rule] = []
    uprights: list[float] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for drawn in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=1):
        matrix = drawn.get_matrix()
        here = start = (0.0, 0.0)
        for index in range(min(raw.FPDFPath_CountSegments(drawn), MAX_CHARACTERS)):
            segment = raw.FPDFPath_GetPathSegment(drawn, index)
            raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
            there = place(*matrix.on_point(x.value, y.value))
            if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO:
                here = start = there
                continue
            sides = [(here, there)]
            if raw.FPDFPathSegment_GetClose(segment):
                sides.append((there, start))
            for (x0, y0), (x1, y1) in sides:
                if abs(y0 - y1) <= _FLAT and abs(x0 - x1) > _FLAT:
                    rules.append(Rule(min(x0, x1), max(x0, x1), (y0 + y1) / 2))
                elif abs(x0 - x1) <= _FLAT and abs(y0 - y1) > _FLAT:
                    uprights.append((x0 + x1) / 2)
            here = there
    return rules, uprights
