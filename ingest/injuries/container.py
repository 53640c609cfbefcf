"""Whether a PDF is whole: both readers take damaged ones, and silently lose or misread what comes after the damage.

Streams must be what their checksums say, objects must be where the file's own table of them says, and a font must have
a width for each of its characters: words are told apart by them.
"""

from __future__ import annotations

import re
import zlib

from lakehouse.errors import Unreadable

# All streams of a report together, inflated, in bytes; a real one holds under two million.
_MAX_INFLATED = 64 * 1024 * 1024
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_END = re.compile(rb"\s*endstream")
_DICTIONARY = 400
_TAIL = 1024
_MAX_OBJECTS = 20_000
_START = re.compile(rb"startxref\s+(\d{1,9})\s+%%EOF[\s\x00]*\Z")
_SECTION = re.compile(rb"\s*(\d{1,7})\s+(\d{1,7})[ \t]*\r?\n")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])\s{1,3}")
_OBJECT = re.compile(rb"\s*(\d{1,7})\s+\d{1,5}\s+obj\b")
_WIDTHS = re.compile(rb"/FirstChar\s+(\d{1,5})\s*/LastChar\s+(\d{1,5})\s*/Widths\s*\[([^\]]*)\]")
_NUMBER = re.compile(rb"-?\d{1,5}(\.\d*)?")
_LENGTH = re.compile(rb"/Length\s+(\d{1,9})(?!\s+\d+\s+R)")


def check_container(pdf: bytes) -> None:
    """Raises Unreadable for a PDF that is cut or damaged, or that inflates beyond all bounds."""
    _check_objects(pdf)
    _check_widths(pdf)
    _check_streams(pdf)


def _check_objects(pdf: bytes) -> None:
    """Every object in use begins where the table at the end says; tables that are streams are left to the readers."""
    last = _START.search(pdf, max(0, len(pdf) - _TAIL))
    if last is None:
        raise Unreadable("The injury report is cut: it has no end; ask for it again.")
    at, seen = int(last[1]), 0
    if not pdf.startswith(b"xref", at):
        if _OBJECT.match(pdf, at) is None:
            raise _damaged(at)
        return
    at += len(b"xref")
    while section := _SECTION.match(pdf, at):
        at, first, count = section.end(), int(section[1]), int(section[2])
        seen += count
        if seen > _MAX_OBJECTS:
            raise Unreadable(f"The injury report has over {_MAX_OBJECTS:,} objects; it is not read.")
        for number in range(first, first + count):
            entry = _ENTRY.match(pdf, at)
            if entry is None:
                raise _damaged(at)
            at = entry.end()
            if entry[3] == b"n" and int(entry[1]):
                begun = _OBJECT.match(pdf, int(entry[1]))
                if begun is None or int(begun[1]) != number:
                    raise _damaged(int(entry[1]))
    if not seen or not pdf[at : at + _TAIL].lstrip().startswith(b"trailer"):
        raise _damaged(at)


def _check_widths(pdf: bytes) -> None:
    for font in _WIDTHS.finditer(pdf):
        first, last, widths = int(font[1]), int(font[2]), font[3].split()
        if len(widths) != last - first + 1 or not all(_NUMBER.fullmatch(width) for width in widths):
            raise _damaged(font.start())


def _check_streams(pdf: bytes) -> None:
    """Raises Unreadable where a stream is cut, is not what its checksum says, or inflates beyond all bounds."""
    position, room = 0, _MAX_INFLATED
    while found := _STREAM.search(pdf, position):
        start = found.end()
        head = pdf[max(position, found.start() - _DICTIONARY) : found.start()]
        head = head[head.rfind(b"obj") + 3 :]
        length = _LENGTH.search(head)
        end = start + int(length[1]) if length else None
        if b"/FlateDecode" in head and b"/ASCII" not in head and b"/LZW" not in head:
            used, inflated = _inflate(pdf, start, room)
            room -= inflated
            position = start + used
            # A producer may leave the checksum out or a line break in; more than that is not the stream's end.
            if _END.match(pdf, position) is None:
                raise _damaged(start)
        elif end is not None and _END.match(pdf, end) is None:
            raise _damaged(start)
        else:
            closing = pdf.find(b"endstream", start if end is None else end)
            if closing < 0:
                raise _damaged(start)
            position = closing


def _inflate(pdf: bytes, start: int, room: int) -> tuple[int, int]:
    """How many bytes a deflated stream takes, and how many it gives."""
    inflater, given, data = zlib.decompressobj(), 0, memoryview(pdf)[start:]
    try:
        given = len(inflater.decompress(data, room + 1))
    except zlib.error:
        # No checksum at all, though the data end as they should.
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            given = len(inflater.decompress(data[2:], room + 1))
        except zlib.error:
            raise _damaged(start) from None
        if _END.match(inflater.unused_data[:64]) is None:
            raise _damaged(start) from None
    if given > room:
        raise Unreadable("The injury report inflates beyond all bounds; it is not read.")
    if not inflater.eof:
        raise _damaged(start)
    return len(data) - len(inflater.unused_data), given


def _damaged(start: int) -> Unreadable:
    return Unreadable(f"The injury report is damaged at byte {start:,}; ask for it again.")
