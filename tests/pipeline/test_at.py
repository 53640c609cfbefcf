"""Instants relative to tip, against a timer that ticks by the minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakehouse.errors import BadInput
from lakehouse.tables import get_table
from pipeline.at import Offset, last_instants, parse_offset, run_instants

START = datetime(2025, 12, 1, 18, tzinfo=UTC)
END = 160


class Version(NamedTuple):
    """A version of one game's schedule: minutes after START, but for quality."""

    known: int
    tip: int
    status: str
    quality: str


class FakeView:
    """A view of the schedule alone."""

    knowledge = "published"

    def __init__(self, rows: pl.DataFrame) -> None:
        self._rows = rows
        self.run_ts = at(END)

    def rows(self, name: str) -> pl.LazyFrame:
        assert name == "silver.schedule"
        return self._rows.lazy()


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def frame(versions: list[Version]) -> pl.DataFrame:
    rows = [
        {
            "game_id": "0022500001",
            "announcement": str(number),
            "season": "2025-26",
            "season_type": "Regular Season",
            "game_date": date(2025, 12, 1),
            "tip_ts": at(version.tip),
            "home_team_id": 1,
            "away_team_id": 2,
            "home_team": "BOS",
            "away_team": "ATL",
            "status": version.status,
            "as_of_ts": at(version.known),
            "as_of_quality": version.quality,
            "ingested_ts": at(END),
            "source": "test",
            "bronze_batch": "test",
            "body_sha256": "0" * 64,
            "parser_version": 1,
        }
        for number, version in enumerate(versions)
    ]
    schema = get_table("silver.schedule").columns
    return pl.DataFrame(rows, schema_overrides=schema, schema=None).with_columns(available_ts="as_of_ts")


def timer(history: list[Version], offset: int) -> set[datetime]:
    """When a person looking every minute at the newest version known would start a run for it, once a version."""
    fired: dict[int, int] = {}
    for minute in range(END + 1):
        known = [number for number, version in enumerate(history) if version.known <= minute]
        if not known:
            continue
        # The newest; on a tie the exact one, then the first of them.
        number = max(known, key=lambda at: (history[at].known, history[at].quality == "exact", -at))
        version = history[number]
        if version.status == "scheduled" and version.tip - offset <= minute <= version.tip:
            fired.setdefault(number, minute)
    return {at(minute) for minute in fired.values()}


versions = st.builds(
    Version,
    known=st.integers(0, 60),
    tip=st.integers(40, 100),
    status=st.sampled_from(["scheduled", "scheduled", "postponed", "cancelled"]),
    quality=st.sampled_from(["exact", "assumed"]),
)


@given(st.lists(versions, min_size=1, max_size=4), st.sampled_from([0, 15, 60]))
def test_instants_are_those_of_a_timer(history: list[Version], offset: int) -> None:
    rows = frame(history)
    found = run_instants(FakeView(rows), date(2025, 12, 1), date(2025, 12, 1), Offset(offset))  # type: ignore[arg-type]
    assert set(found["run_ts"].to_list()) == timer(history, offset)


def test_a_moved_tip_has_two_instants_and_the_last_is_the_games_own() -> None:
    rows = frame([Version(0, 60, "scheduled", "exact"), Version(50, 120, "scheduled", "exact")])
    found = run_instants(FakeView(rows), date(2025, 12, 1), date(2025, 12, 1), Offset(15))  # type: ignore[arg-type]
    assert found["run_ts"].to_list() == [at(45), at(105)]
    assert last_instants(found)["run_ts"].to_list() == [at(105)]


@pytest.mark.parametrize("text", ["15", "T+15", "L-15", "T-", "T-x"])
def test_an_offset_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="T-15"):
        parse_offset(text)


def test_an_offset_reads_as_it_is_written() -> None:
    assert str(parse_offset("t-60")) == "T-60"
