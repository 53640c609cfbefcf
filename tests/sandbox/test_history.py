"""The archive's bytes, types and growth."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakehouse.errors import BadInput
from sandbox.bulletins import lineup_stamps
from sandbox.fixtures import MINUTE
from sandbox.formats import FORMATS
from sandbox.health import Notice
from sandbox.history import tables, write_history, write_league
from sandbox.league import League
from sandbox.season import Side

REAL = Path(__file__).parents[3] / "shared" / "data" / "history"
OPENING = date(2025, 10, 21)
STAMPS = {
    "schedule_changes": "as_of_ts",
    "rosters": "as_of_ts",
    "injury_reports": "report_ts",
    "lineups": "as_of_ts",
    "pregame_status": "observed_ts",
    "odds_observed": "observed_ts",
    "odds_lines": "as_of",
}
RESULTS = ("player_boxscores", "odds_closing")


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_same_seed_same_bytes_and_another_seed_not(tmp_path: Path) -> None:
    def write(name: str, seed: int) -> dict[str, str]:
        rows = write_history(tmp_path / name, seed=seed, seasons=1, until=date(2025, 11, 2), teams=4, games_per_team=12)
        assert rows.keys() == FORMATS.keys()
        return _digests(tmp_path / name)

    first = write("a", 3)
    assert first == write("b", 3)
    assert first["games.parquet"] != write("c", 4)["games.parquet"]


def test_files_have_the_declared_types(tmp_path: Path, small: League) -> None:
    rows = write_league(tmp_path, small, until=date(2025, 11, 9))
    for name, columns in FORMATS.items():
        table = pl.read_parquet(tmp_path / f"{name}.parquet")
        assert dict(table.schema) == dict(columns), name
        assert table.height == rows[name]


@pytest.mark.skipif(not REAL.exists(), reason="the real history is not here")
@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("schedule_changes", "rosters", "lineups")])
def test_types_are_those_of_the_real_archive(name: str) -> None:
    assert dict(pl.read_parquet_schema(REAL / f"{name}.parquet")) == dict(FORMATS[name])


@pytest.mark.skipif(not REAL.exists(), reason="the real history is not here")
def test_no_player_bears_a_real_name(small: League) -> None:
    real = set(pl.read_parquet(REAL / "players.parquet")["player_name"])
    assert not real & {person.name for person in small.people}


@given(st.integers(0, 40), st.integers(1, 15))
@settings(max_examples=12, deadline=None)
def test_a_later_cut_only_adds_facts(small: League, start: int, more: int) -> None:
    early, late = OPENING + timedelta(days=start), OPENING + timedelta(days=start + more)
    before, after = tables(small, early), tables(small, late)
    for name in (*STAMPS, *RESULTS, "linestar_salaries"):
        missing = before[name].join(after[name], on=list(FORMATS[name]), how="anti", nulls_equal=True)
        assert missing.is_empty(), name
    done = before["games"].filter(pl.col("game_status") == 3)
    assert done.join(after["games"], on=list(FORMATS["games"]), how="anti", nulls_equal=True).is_empty()


@given(st.integers(0, 45), st.integers(0, 30))
@settings(max_examples=12, deadline=None)
def test_nothing_later_than_the_cut_is_told(small: League, day: int, hours: int) -> None:
    until = OPENING + timedelta(days=day)
    known = datetime(until.year, until.month, until.day, 5, tzinfo=UTC) + timedelta(hours=hours)
    archive = tables(small, until, known)
    for name, column in STAMPS.items():
        assert archive[name].filter(pl.col(column) > known).is_empty(), name
    for name, column in (("player_boxscores", "game_date"), ("odds_closing", "game_date_et")):
        assert archive[name].filter(pl.col(column) >= until).is_empty(), name
    assert archive["games"].filter(pl.col("home_score").is_not_null(), pl.col("game_date") >= until).is_empty()


def test_the_evening_of_the_cut_has_news_and_no_results(archive: dict[str, pl.DataFrame]) -> None:
    tonight = archive["games"].filter(pl.col("game_date") == date(2025, 11, 9))
    assert tonight.height > 0
    for name in ("lineups", "pregame_status", "odds_observed"):
        assert tonight.join(archive[name], on="game_id", how="anti").is_empty(), name
    assert tonight.join(archive["player_boxscores"], on="game_id").is_empty()


def test_the_truth_does_not_depend_on_the_cut(small: League) -> None:
    from sandbox.league import generate

    again = generate(11, 2, date(2026, 1, 30), teams=6, games_per_team=20)
    for name, table in tables(small, date(2025, 11, 9)).items():
        assert table.equals(tables(again, date(2025, 11, 9))[name]), name


def test_bad_folders_and_instants_are_refused(tmp_path: Path, small: League) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="is a file"):
        write_history(tmp_path / "file", seed=1, seasons=1, until=date(2025, 11, 2), teams=4, games_per_team=12)
    with pytest.raises(BadInput, match="time zone"):
        tables(small, date(2025, 11, 2), datetime(2025, 11, 3))
    with pytest.raises(BadInput, match="move one"):
        tables(small, date(2025, 11, 2), datetime(2025, 11, 1, tzinfo=UTC))


def test_players_scratched_in_one_second_make_one_report() -> None:
    at = 1_700_000_000
    tip = at + 20 * MINUTE
    both = ((Notice(at, "Out", "Illness"),), (Notice(at, "Out", "Illness"),), ())
    side = SimpleNamespace(sheet=SimpleNamespace(tip=tip), notices=both)
    assert lineup_stamps(cast("Side", side)) == (tip - 90 * MINUTE, tip - 30 * MINUTE, at + 2 * MINUTE)
