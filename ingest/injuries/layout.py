"""A page's furniture: the stamp in its header, its number in the footer, the column headings, the columns' edges."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from statistics import median

from ingest.injuries.page import Line, Page, Word, to_lines
from lakehouse.errors import Unreadable

COLUMNS = ("game_date", "game_time", "matchup", "team", "player_name", "current_status", "reason")
DATE, TIME, MATCHUP, TEAM, PLAYER, STATUS, REASON = range(7)
_STAMP = re.compile(r"Injury\s*Report\s*:\s*(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})\s+(\d{1,2}):(\d{2})\s*([AP]M)", re.ASCII)
_NUMBER = re.compile(r"Page\s*(\d{1,3})\s*of\s*(\d{1,3})", re.ASCII)
_HEADINGS = ("Game", "Game", "Matchup", "Team", "Player", "Current", "Reason")
_SECOND = ("Date", "Time", "", "", "Name", "Status", "")
_VOCABULARY = frozenset(_HEADINGS + _SECOND)
# A heading stands within this of its cell's edge, and what is printed may reach this far over one, in points.
_SLACK = 1.5
# Words of one cell are no further apart than this part of their height.
_CELL_GAP = 0.45
_LEAST_GAP = 0.05


@dataclass(frozen=True)
class Sheet:
    """A page taken apart: what its header and footer say, its headings if it has any, and the words of its table."""

    number: int
    page: Page
    stamp: str | None
    footer: tuple[int, int] | None
    headings: tuple[Word, ...]
    body: tuple[Word, ...]


def take_apart(page: Page, number: int) -> Sheet:
    """The parts of a page; raises Unreadable where header, footer or headings come twice or in pieces."""
    for word in page.words:
        if not (_is_finite(word) and word.bottom > word.top):
            raise trouble(number, f"has {word.text[:30]!r} without a size")
    stamps: list[str] = []
    footers: list[tuple[int, int]] = []
    rest: list[Word] = []
    for line in to_lines(list(page.words)):
        words, found = _cut(line, _STAMP)
        if found:
            stamps.append(_write_stamp(found))
        words, found = _cut(Line(words), _NUMBER) if words else (words, None)
        if found:
            footers.append((int(found[1]), int(found[2])))
        rest += words
    if len(stamps) > 1 or len(footers) > 1:
        raise trouble(number, "has two headers or footers")
    headings, body = _find_headings(rest, number)
    return Sheet(number, page, stamps[0] if stamps else None, footers[0] if footers else None, headings, body)


def _is_finite(word: Word) -> bool:
    return all(map(isfinite, (word.x0, word.x1, word.top, word.bottom)))


def trouble(number: int, what: str) -> Unreadable:
    """The error for a page that is not as it should be."""
    return Unreadable(f"Page {number} of the injury report {what}; none of the report is used, the bytes are kept.")


def _write_stamp(found: re.Match[str]) -> str:
    month, day, year, hour, minute, half = found.groups()
    return f"{int(month):02d}/{int(day):02d}/{int(year) % 100:02d} {int(hour):02d}:{minute} {half}"


def _cut(line: Line, pattern: re.Pattern[str]) -> tuple[tuple[Word, ...], re.Match[str] | None]:
    """The words of a line outside the first place where the pattern is found, and what was found."""
    found = pattern.search(line.text)
    if found is None:
        return line.words, None
    left: list[Word] = []
    at = 0
    for word in line.words:
        if at + len(word.text) <= found.start() or at >= found.end():
            left.append(word)
        at += len(word.text) + 1
    return tuple(left), found


def _find_headings(words: list[Word], number: int) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """The first word of each of the seven headings, and the words below them; no headings is empty."""
    for line in to_lines(words):
        texts = [word.text for word in line.words]
        if not {"Matchup", "Team", "Reason"} <= set(texts):
            continue
        height = line.words[0].bottom - line.words[0].top
        band = [w for w in words if w.text in _VOCABULARY and abs(w.middle - line.middle) < 1.6 * height]
        firsts = sorted((word for word in band if word.text in _HEADINGS), key=lambda word: word.x0)
        seconds = sorted((word for word in band if word.text in _SECOND), key=lambda word: word.x0)
        if tuple(w.text for w in firsts) != _HEADINGS or [w.text for w in seconds] != [s for s in _SECOND if s]:
            raise trouble(number, f"has other columns: {' '.join(texts)}")
        lowest = max(word.bottom for word in band)
        taken = {id(word) for word in band}
        rest = tuple(word for word in words if id(word) not in taken)
        stray = [word for word in rest if word.middle < lowest - height / 2]
        if stray:
            raise trouble(number, f"has {stray[0].text[:20]!r} above its headings")
        return tuple(firsts), rest
    return (), tuple(words)


def learn_columns(headings: Sequence[Word], sheets: Sequence[Sheet]) -> tuple[float, ...]:
    """The left edges of the seven columns, from the headings, the ruled edges and the gutters of the pages' words.

    Between two headings the edge is the ruled one, where there is one; else the end of the widest gutter that no cell
    reaches into; else the later heading's own left.
    """
    ruled = sorted(
        x for sheet in sheets for x in (*sheet.page.uprights, *(x for r in sheet.page.rules for x in (r.x0, r.x1)))
    )
    cells = [cell for sheet in sheets for line in to_lines(list(sheet.body)) for cell in _cells(line)]
    edges = [0.0]
    for left, right in pairwise(headings):
        at = bisect_right(ruled, right.x0 + _SLACK) - 1
        if at >= 0 and ruled[at] > left.x1:
            edges.append(ruled[at])
        else:
            edges.append(_gutter_end(cells, left.x1, right.x1, right.x0) - _SLACK)
    return tuple(edges)


def _cells(line: Line) -> list[tuple[float, float]]:
    """Left and right of the runs of words of a line that one cell may hold."""
    cells: list[tuple[float, float]] = []
    for word in line.words:
        if cells and word.x0 - cells[-1][1] < _CELL_GAP * (word.bottom - word.top):
            cells[-1] = (cells[-1][0], max(cells[-1][1], word.x1))
        else:
            cells.append((word.x0, word.x1))
    return cells


def _gutter_end(cells: list[tuple[float, float]], low: float, high: float, default: float) -> float:
    """The right end of the widest stretch between two x before a cell that begins there; else `default`."""
    reached, widest, end = low, 0.0, default
    for x0, x1 in sorted(cell for cell in cells if cell[1] > low and cell[0] < high):
        if x0 - reached > widest:
            widest, end = x0 - reached, x0
        reached = max(reached, x1)
    return end


def check_spacing(sheet: Sheet, edges: Sequence[float], uneven: float) -> None:
    """Raises Unreadable where words of a cell stand closer or wider apart than others, by over `uneven` of their height.

    The widths of the font's characters, which tell a word's end from a letter's, are then not those it was made with.
    """
    gaps: list[tuple[float, Word]] = []
    for line in to_lines(list(sheet.body)):
        for left, right in pairwise(line.words):
            if column_of(left, edges, sheet.number) == column_of(right, edges, sheet.number):
                gaps.append(((right.x0 - left.x1) / (left.bottom - left.top), right))
    if not gaps:
        return
    usual = median(gap for gap, _ in gaps)
    if usual < _LEAST_GAP:
        raise trouble(sheet.number, f"has no gap before {gaps[0][1].text[:30]!r}")
    for gap, word in gaps:
        # Two spaces are two spaces.
        if abs(gap - max(round(gap / usual), 1) * usual) > uneven:
            raise trouble(sheet.number, f"has an uneven gap before {word.text[:30]!r}")


def column_of(word: Word, edges: Sequence[float], number: int) -> int:
    """The column a word stands in; raises Unreadable for one that stands in two."""
    column = max(bisect_right(edges, word.x0 + _SLACK) - 1, 0)
    if column + 1 < len(edges) and word.x1 > edges[column + 1] + _SLACK:
        raise trouble(number, f"has {word.text[:30]!r} across two columns")
    return column
