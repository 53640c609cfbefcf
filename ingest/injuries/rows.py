"""From the rows of all pages to the report's: cut rows joined, group fields filled forward, everything checked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from ingest.injuries.layout import DATE, MATCHUP, PLAYER, REASON, TEAM, trouble
from ingest.injuries.table import NOT_SUBMITTED, Cells, Found
from ingest.injuries.teams import team_code

STATUSES = ("Out", "Doubtful", "Questionable", "Probable", "Available")
_GAME_TIME = re.compile(r"\d{1,2}:\d{2}( ?[AP]M)?( ?\([A-Z]{2,3}\))?|TBD", re.ASCII)
_MATCHUP = re.compile(r"([A-Z0-9]{2,4})@([A-Z0-9]{2,4})", re.ASCII)
# A report is about the games of its own day and the next; before and after a pause of the season that can be a while.
_DAYS_BACK, _DAYS_AHEAD = 7, 60
_GLUED = re.compile(r",\S")
# What the readers put for a glyph whose character they do not know.
_UNKNOWN_MARKS = ("\ufffd", "(cid:")
_NAMES = ("date", "time", "matchup", "team")


@dataclass(frozen=True)
class Row:
    """A line of the report, each field as printed; player and status are empty where a team has not submitted."""

    game_date: str
    game_time: str
    matchup: str
    team: str
    player_name: str
    current_status: str
    reason: str

    def to_dict(self) -> dict[str, str]:
        """The fields by name, in the order of the report's columns."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def to_rows(found: Sequence[Found], stamped: date) -> tuple[Row, ...]:
    """The report's rows; raises Unreadable naming page and what for a row that breaks the form."""
    rows: list[Row] = []
    group: Cells = ("", "", "", "")
    for row in _join_cut(found):
        group = _fill(group, row)
        rows.append(_check(Row(*group, *row.cells[PLAYER:]), row.page, stamped))
    return tuple(rows)


def _join_cut(found: Sequence[Found]) -> list[Found]:
    """The rows with what a page break cut off put back."""
    rows: list[Found] = []
    for row in found:
        if not row.is_rest:
            rows.append(row)
            continue
        if not rows or rows[-1].cells[REASON] in ("", NOT_SUBMITTED):
            raise trouble(row.page, "opens with the rest of a row that the page before does not have")
        whole = tuple(f"{a} {b}".strip() for a, b in zip(rows[-1].cells, row.cells, strict=True))
        rows[-1] = Found(rows[-1].page, whole)
    return rows


def _fill(group: Cells, row: Found) -> Cells:
    """Date, time, matchup and team of a row: what it prints, else what stands above it."""
    printed = row.cells[: TEAM + 1]
    for column in range(TEAM):
        if printed[column] and not printed[column + 1] and not (column == DATE and printed[MATCHUP]):
            raise trouble(row.page, f"prints the {_NAMES[column]} {printed[column]!r} without a {_NAMES[column + 1]}")
    filled = tuple(new or old for new, old in zip(printed, group, strict=True))
    for column, value in enumerate(filled):
        if not value:
            raise trouble(row.page, f"has a row without a {_NAMES[column]}")
    return filled


def _check(row: Row, page: int, stamped: date) -> Row:
    for value in row.to_dict().values():
        if not value.isprintable() or any(mark in value for mark in _UNKNOWN_MARKS):
            raise trouble(page, f"has characters that its font does not name: {value[:40]!r}")
    try:
        game_date = datetime.strptime(row.game_date, "%m/%d/%Y").date()
    except ValueError:
        raise trouble(page, f"has {row.game_date[:30]!r} for a game date") from None
    if not -_DAYS_BACK <= (game_date - stamped).days <= _DAYS_AHEAD:
        raise trouble(page, f"has a game of {game_date} in a report of {stamped}")
    if not _GAME_TIME.fullmatch(row.game_time):
        raise trouble(page, f"has {row.game_time[:30]!r} for a game time")
    matchup = _MATCHUP.fullmatch(row.matchup)
    if matchup is None:
        raise trouble(page, f"has {row.matchup[:30]!r} for a matchup")
    code = team_code(row.team)
    codes = matchup.groups()
    # Guests of the pre-season have codes and names of their own.
    if code not in codes and (code is not None or all(team_code(c) is not None for c in codes)):
        raise trouble(page, f"has the team {row.team[:40]!r} in {row.matchup}")
    if row.reason == NOT_SUBMITTED:
        if row.player_name or row.current_status:
            raise trouble(page, f"lists {row.player_name[:40]!r} of a team that has not submitted")
    elif row.current_status not in STATUSES:
        raise trouble(page, f"has {row.current_status[:30]!r} for a status")
    elif not row.player_name:
        raise trouble(page, "has a status without a player")
    elif _GLUED.search(row.player_name):
        raise trouble(page, f"has no gap in {row.player_name[:40]!r}")
    return row
