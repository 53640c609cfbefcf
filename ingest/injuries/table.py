"""From the words of a page's table to its rows of seven cells.

Ruled pages are cut at the rules that cross the Reason column. Pages without rules are cut at the lines that carry a
status, the other lines of a cell going to the row whose line they are centred on (or, in other layouts, begin at).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from ingest.injuries.layout import COLUMNS, PLAYER, REASON, STATUS, Sheet, column_of, trouble
from ingest.injuries.page import Line, Word, to_lines

NOT_SUBMITTED = "NOT YET SUBMITTED"
# What a layout may be off by when its lines are joined to rows without rules, in points.
_OFF = 5.0
_EMPTY_REASON, _LEADING, _MORE = 9.0, 4.0, 0.5
_APART = 20.0
_MOST_LINES = 8

Cells = tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """A row as it stands on its page; one without a status continues the last row of the page before."""

    page: int
    cells: Cells

    @property
    def is_rest(self) -> bool:
        """Whether it is the rest of a row that the page break cut."""
        return not self.cells[STATUS] and self.cells[REASON] != NOT_SUBMITTED


def find_rows(sheet: Sheet, edges: Sequence[float]) -> list[Found]:
    """The rows of a page from the top; raises Unreadable where a word or line belongs to none or to two."""
    columns: list[list[Word]] = [[] for _ in COLUMNS]
    for word in sheet.body:
        columns[column_of(word, edges, sheet.number)].append(word)
    lines = [to_lines(words) for words in columns]
    rules = _row_rules(sheet, edges)
    bands: dict[int, list[list[Line]]] = {}
    for column, its in enumerate(lines):
        for line in its:
            bands.setdefault(bisect_right(rules, line.middle), [[] for _ in COLUMNS])[column].append(line)
    rows: list[Found] = []
    for at in sorted(bands):
        rows += _rows_of(bands[at], sheet.number, may_continue=sheet.number > 1 and not rows)
    for at, row in enumerate(rows):
        if row.is_rest and (at or sheet.number == 1 or any(row.cells[:PLAYER])):
            raise trouble(sheet.number, f"has a row without a status: {' '.join(c for c in row.cells if c)[:60]!r}")
    return rows


def _row_rules(sheet: Sheet, edges: Sequence[float]) -> list[float]:
    """The heights of the rules that end a row: those that run under the text of the Reason column."""
    left = edges[REASON]
    return sorted(rule.y for rule in sheet.page.rules if rule.x0 <= left + _OFF and rule.x1 >= left + 8 * _OFF)


def _rows_of(cells: list[list[Line]], number: int, may_continue: bool) -> list[Found]:
    """The rows between two rules."""
    anchors = sorted(
        (*(line.middle for line in cells[STATUS]), *(r.middle for r in cells[REASON] if r.text == NOT_SUBMITTED))
    )
    if len(anchors) <= 1 and not _is_loose(cells, anchors, may_continue):
        return [Found(number, tuple(" ".join(line.text for line in its) for its in cells))]
    unsubmitted = frozenset(line.middle for line in cells[REASON] if line.text == NOT_SUBMITTED)
    best: tuple[float, list[list[list[Line]]]] | None = None
    for aligned in ("centre", "top"):
        shares = [_share(its, anchors, unsubmitted, column, aligned, may_continue) for column, its in enumerate(cells)]
        cost = sum(share[0] for share in shares)
        if best is None or cost < best[0]:
            best = (cost, [share[1] for share in shares])
    if best is None or best[0] == float("inf"):
        raise trouble(number, "has lines that belong to no row")
    groups = best[1]
    rows = [
        Found(number, tuple(" ".join(line.text for line in groups[column][at]) for column in range(len(COLUMNS))))
        for at in range(len(anchors) + 1)
    ]
    return rows if any(rows[0].cells) else rows[1:]


def _is_loose(cells: list[list[Line]], anchors: list[float], may_continue: bool) -> bool:
    """Whether the only row of a band stands apart from its reason: then the rest of a cut row is above it."""
    reasons = cells[REASON]
    if not (may_continue and anchors and reasons):
        return False
    centre = (reasons[0].middle + reasons[-1].middle) / 2
    return abs(centre - anchors[0]) > _OFF and abs(reasons[0].middle - anchors[0]) > 1


def _share(
    lines: list[Line],
    anchors: list[float],
    unsubmitted: frozenset[float],
    column: int,
    aligned: str,
    may_continue: bool,
) -> tuple[float, list[list[Line]]]:
    """Lines of a column shared out to the rows, in order, and what that costs; the first share is the rest of the row
    before. Rows are where `anchors` say; `unsubmitted` ones have one line of Reason, their own."""
    middles = [line.middle for line in lines]

    def cost(row: int, start: int, end: int) -> float:
        anchor, count = anchors[row], end - start
        is_unsubmitted = anchor in unsubmitted
        if column in (PLAYER, STATUS) and (count == 0) != is_unsubmitted:
            return float("inf")
        if column == REASON and any(m in unsubmitted for m in middles[start:end]) != is_unsubmitted:
            return float("inf")
        if count == 0:
            return _EMPTY_REASON if column == REASON else 0.0
        if count > 1 and (column == STATUS or (column == REASON and is_unsubmitted)):
            return float("inf")
        if any(b - a > _APART for a, b in pairwise(middles[start:end])):
            return float("inf")
        at = middles[start] if aligned == "top" else (middles[start] + middles[end - 1]) / 2
        return abs(at - anchor) + _MORE * (count - 1) if abs(at - anchor) <= _OFF else float("inf")

    @cache
    def best(row: int, start: int) -> tuple[float, int]:
        if row == len(anchors):
            return (0.0 if start == len(lines) else float("inf")), start
        ends = range(start, min(start + _MOST_LINES, len(lines)) + 1)
        return min((cost(row, start, end) + best(row + 1, end)[0], end) for end in ends)

    leads = range(min(_MOST_LINES, len(lines)) + 1 if may_continue and column in (PLAYER, REASON) else 1)
    total, first = min((best(0, lead)[0] + (_LEADING if lead else 0.0), lead) for lead in leads)
    if total == float("inf"):
        return total, []
    shares, at = [lines[:first]], first
    for row in range(len(anchors)):
        end = best(row, at)[1]
        shares.append(lines[at:end])
        at = end
    return total, shares
