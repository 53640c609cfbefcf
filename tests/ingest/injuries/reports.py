"""Real reports with their expected rows, and made-up ones."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

from hypothesis import strategies as st

from lakehouse.clock import EASTERN

WIRE = Path(__file__).parents[4] / "shared" / "data" / "wire" / "nba_injury_report"
REAL = sorted(WIRE.glob("*.pdf"))
NO_REAL = "the real injury reports (shared/data/wire/nba_injury_report) are not on this machine"
STAMP = datetime(2026, 2, 8, 18, 15, tzinfo=EASTERN)
NYS = "NOT YET SUBMITTED"
Row = tuple[str, str, str, str, str, str, str]
TEAMS = {
    "POR": "Portland Trail Blazers", "GSW": "Golden State Warriors", "PHI": "Philadelphia 76ers",
    "MIN": "Minnesota Timberwolves", "LAC": "LA Clippers", "BOS": "Boston Celtics",
}  # fmt: skip
_STATUSES = ("Out", "Doubtful", "Questionable", "Probable", "Available")
_PARTS = (
    "Injury/Illness",
    "-",
    "Right",
    "Hamstring;",
    "Fracture/Facial",
    "N/a",
    "Two-Way",
    "Non-",
    "Contusion",
    "(AC)",
)


def expected(pdf: Path) -> list[Row]:
    """The rows that a real report should give, with dates as printed."""
    with pdf.with_suffix(".expected.csv").open(newline="", encoding="utf-8") as lines:
        return [
            (
                datetime.fromisoformat(row["game_date"]).strftime("%m/%d/%Y"), row["game_time_et"], row["matchup"],
                row["team"], row["player_name"], row["current_status"], row["reason"],
            )
            for row in csv.DictReader(lines)
        ]  # fmt: skip


def lines_of(team: str, players: list[tuple[str, str, str]]) -> list[tuple[str, str, str, str]]:
    """A team's part of a report: its players, or that it has not submitted."""
    return [(team, *player) for player in players] or [(team, "", "", NYS)]


def game(date: str, time: str, away: str, home: str, *parts: list[tuple[str, str, str]]) -> list[Row]:
    """A game's part of a report: the visitors' players and the hosts'."""
    head = (date, time, f"{away}@{home}")
    pairs = zip((away, home), parts, strict=True)
    return [(*head, *line) for code, players in pairs for line in lines_of(TEAMS[code], players)]


_WRAPPED = "Injury/Illness - Left Knee; Injury/Illness - Left Knee; Sprain"
SMALL = [
    *game("02/08/2026", "02:00 (ET)", "POR", "GSW", [("Holiday, Jrue", "Out", "Rest")], []),
    *game("02/09/2026", "07:30 (ET)", "PHI", "MIN", [], [("Reid Jr., Naz", "Probable", _WRAPPED)]),
]

_words = st.lists(st.sampled_from(_PARTS), min_size=1, max_size=18).map(" ".join)
_names = st.from_regex(r"[A-Z][a-z]{1,9}( Jr\.| II)?, [A-Z][a-z']{1,8}", fullmatch=True)
_players = st.lists(
    st.tuples(_names, st.sampled_from(_STATUSES), _words), max_size=14, unique_by=lambda player: player[0]
)


@st.composite
def reports(draw: st.DrawFn) -> list[Row]:
    """Rows of a report of up to six games on two dates, several pages long."""
    rows: list[Row] = []
    for date in ("02/08/2026", "02/09/2026"):
        for away, home, time in (
            ("POR", "GSW", "07:00 (ET)"),
            ("PHI", "MIN", "07:00 (ET)"),
            ("LAC", "BOS", "10:30 (ET)"),
        ):
            if draw(st.booleans()):
                rows += game(date, time, away, home, draw(_players), draw(_players))
    return rows
