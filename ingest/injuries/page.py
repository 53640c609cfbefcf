"""What both readers see on a page: words with their boxes, and ruled lines. Points, from the top left corner."""

from __future__ import annotations

from dataclasses import dataclass

MAX_BYTES = 8 * 1024 * 1024
MAX_PAGES = 60
MAX_CHARACTERS = 20_000
# Two boxes stand on one line where their middles are no further apart than this, in points; the printed lines of
# neighbouring columns may be half a line (7 points) apart.
SAME_LINE = 2.0
# The report's font leaves 0.23 of its size between words and at most 0.05 between the letters of one.
WORD_GAP = 0.12


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters without a gap."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        """Its vertical centre."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal edge: a drawn line, or the top or bottom side of a box."""

    x0: float
    x1: float
    y: float


@dataclass(frozen=True, slots=True)
class Page:
    """A page as drawn. `uprights` are the x of vertical edges."""

    width: float
    height: float
    words: tuple[Word, ...]
    rules: tuple[Rule, ...]
    uprights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """Words that stand on one line, from left to right."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words with one space between."""
        return " ".join(word.text for word in self.words)

    @property
    def middle(self) -> float:
        """The vertical centre of its tallest word."""
        return max(self.words, key=lambda word: word.bottom - word.top).middle


def to_lines(words: list[Word]) -> list[Line]:
    """The words as lines, from the top."""
    lines: list[list[Word]] = []
    reached = float("-inf")
    for word in sorted(words, key=lambda word: (word.middle, word.x0)):
        if word.middle - reached > SAME_LINE:
            lines.append([])
            reached = word.middle
        lines[-1].append(word)
    return [Line(tuple(sorted(line, key=lambda word: word.x0))) for line in lines]
