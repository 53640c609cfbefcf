"""Absences as features, and the reasons a report gives."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given

from features.absence import DAYS_CAP, GAMES_CAP, build_absence, build_reasons
from tests.features.table import windows
from tests.transforms.league import ATL, BOS, HOUR, OPENING, Line, Season, seasons
from transforms.absences import read_absences

CAPS = {
    "games_missed": GAMES_CAP, "games_since_return": GAMES_CAP, "last_absence_games": GAMES_CAP,
    "days_since_return": DAYS_CAP,
}  # fmt: skip


@given(seasons())
def test_absences_are_those_known_at_the_cut_with_their_stamp(season: Season) -> None:
    rows, histories, window = windows(season)
    told = read_absences(histories, rows.lazy()).sort("row").collect()
    found = build_absence(rows.lazy(), histories, window).collect()
    names = ["row", *CAPS, "absence_as_of_ts"]
    assert found.select(names).equals(told.select(names).cast(dict(found.select(names).schema)), null_equal=True)
    stamps = found.join(rows, on="row").select(late=pl.col("absence_as_of_ts") > pl.col("cut_ts"))
    assert not stamps["late"].any()


def test_long_absences_are_capped() -> None:
    """Player 1 plays in the first game, sits in the next 91, and is back for 83, five days apart."""
    meetings = tuple((ATL, BOS, OPENING + n * 5 * 24 * HOUR) for n in range(176))
    lines = [
        Line(n, 1, ATL, None if 1 <= n < 92 else 20, tip + 3 * HOUR) for n, (_, _, tip) in enumerate(meetings[:-1])
    ]
    season = Season(meetings, tuple(lines), (meetings[-1][2], meetings[92][2]))
    rows, histories, window = windows(season)
    found = build_absence(rows.lazy(), histories, window).select(list(CAPS)).collect()
    assert found.rows() == [(0.0, 82.0, 82.0, 365.0), (82.0, 0.0, 82.0, None)]


@pytest.mark.parametrize(
    ("reason", "state", "flags"),
    [
        ("Injury/Illness - Left Knee; Return to Competition Reconditioning", "submitted", (1, 0, 0)),
        ("Injury/Illness - Right Ankle; Minutes Restriction", "submitted", (1, 0, 0)),
        ("Injury/Illness - Left Knee; Injury Management", "submitted", (0, 1, 0)),
        ("Rest", "submitted", (0, 1, 0)),
        ("G League - Two-Way", "submitted", (0, 0, 1)),
        ("G League - On Assignment", "submitted", (0, 0, 1)),
        ("Injury/Illness - Left Knee; Sprain", "submitted", (0, 0, 0)),
        (None, "submitted", (0, 0, 0)),
        (None, "not_submitted", (None, None, None)),
        (None, "unknown", (None, None, None)),
    ],
)
def test_reasons(reason: str | None, state: str, flags: tuple[int | None, ...]) -> None:
    schema = {"row": pl.UInt32, "reason": pl.String, "report_state": pl.String}
    said = pl.LazyFrame([(0, reason, state)], schema=schema, orient="row")
    assert build_reasons(said).select("restricted", "injury_managed", "two_way").collect().row(0) == flags
