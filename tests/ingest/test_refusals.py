"""What breaks the format is refused whole, in one sentence that names file, column and row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from ingest.history import check_history, import_history
from lakehouse.errors import BadInput, PretipError
from tests.ingest.archives import (
    GAME,
    NOW,
    Bench,
    Frames,
    at,
    change,
    final,
    frame,
    game,
    make_archive,
    map_file,
    write_archive,
)

Edit = Callable[[Frames], Frames]


def put(name: str, row: int, **values: object) -> Edit:
    return lambda frames: change(frames, name, row, **values)


def recast(name: str, column: str, dtype: pl.DataType) -> Edit:
    return lambda frames: map_file(frames, name, lambda rows: rows.with_columns(pl.col(column).cast(dtype)))


def repeat(name: str) -> Edit:
    return lambda frames: map_file(frames, name, lambda rows: pl.concat([rows, rows.head(1)]))


def drop(name: str, column: str) -> Edit:
    return lambda frames: map_file(frames, name, lambda rows: rows.drop(column))


def naive(name: str, column: str) -> Edit:
    return recast(name, column, pl.Datetime("us"))


def add_future_game(frames: Frames) -> Frames:
    over = frame("games", [final(game("0022500900", "2026-02-01T20:00"))])
    return map_file(frames, "games", lambda rows: pl.concat([rows, over]))


AHEAD = NOW + timedelta(minutes=1)
REFUSED: list[tuple[str, Edit, str, str, int, str]] = [
    ("wrong type", recast("games", "home_score", pl.Float64()), "games", "home_score", 1, "Float64"),
    ("text for a number", recast("players", "height_in", pl.String()), "players", "height_in", 1, "String"),
    ("naive instant", naive("pregame_status", "observed_ts"), "pregame_status", "observed_ts", 1, "UTC"),
    ("milliseconds", recast("odds_lines", "as_of", pl.Datetime("ms", "UTC")), "odds_lines", "as_of", 1, "ms"),
    ("missing column", drop("rosters", "role"), "rosters", "role", 1, "lacks"),
    ("null in a required column", put("player_boxscores", 1, team_id=None), "player_boxscores", "team_id", 2, "null"),
    ("null in a key", put("lineups", 0, player_id=None), "lineups", "player_id", 1, "null"),
    ("below the range", put("player_boxscores", 1, minutes=-1.0), "player_boxscores", "minutes", 2, "smallest"),
    ("above the range", put("games", 1, home_score=4000), "games", "home_score", 2, "largest"),
    ("not a number", put("odds_closing", 1, close_total=float("nan")), "odds_closing", "close_total", 2, "not a number"),
    ("infinite", put("linestar_salaries", 1, salary=float("inf")), "linestar_salaries", "salary", 2, "row 2"),
    ("short game id", put("lineups", 0, game_id="22500001"), "lineups", "game_id", 1, "form"),
    ("unknown status", put("injury_reports", 0, current_status="Maybe"), "injury_reports", "current_status", 1, "Maybe"),
    ("unknown market", put("odds_lines", 2, market="props"), "odds_lines", "market", 3, "props"),
    ("unknown role", put("rosters", 0, role="coach"), "rosters", "role", 1, "coach"),
    ("repeated key", repeat("games"), "games", "game_id", 5, "second time"),
    ("repeated pair", repeat("player_boxscores"), "player_boxscores", "player_id", 4, "second time"),
    ("no score of a final game", put("games", 2, away_score=None), "games", "away_score", 3, "final"),
    ("minutes of who did not play", put("player_boxscores", 2, minutes=3.0), "player_boxscores", "minutes", 3, "play"),
    ("date of another day", put("games", 0, game_date=date(2025, 11, 21)), "games", "game_date", 1, "eastern date"),
    ("no such birthday", put("players", 0, birth_date="1999-02-30"), "players", "birth_date", 1, "not a date"),
    ("report known before it was made", put("injury_reports", 0, report_ts_upper=at("2025-11-20T22:29")),
     "injury_reports", "report_ts_upper", 1, "before report ts"),
    ("line before the book made it", put("odds_lines", 1, book_last_update=at("2025-11-20T11:56")),
     "odds_lines", "as_of", 2, "before"),
    ("result of the future", add_future_game, "games", "tip_ts", 5, "2026-02-01T23:00:00Z"),
    ("box score of the future", put("player_boxscores", 0, tip_ts=at("2026-01-05T20:00"), game_date=date(2026, 1, 5)),
     "player_boxscores", "tip_ts", 1, "2026-01-05T23:00:00Z"),
    ("report of the future", put("injury_reports", 1, report_ts_upper=AHEAD), "injury_reports", "report_ts_upper", 2, "after"),
    ("change of the future", put("pregame_status", 1, observed_ts=AHEAD), "pregame_status", "observed_ts", 2, "after"),
    ("announcement of the future", put("schedule_changes", 1, as_of_ts=AHEAD), "schedule_changes", "as_of_ts", 2, "after"),
    ("closing line of the future", put("odds_closing", 1, game_date_et=date(2026, 1, 5)),
     "odds_closing", "game_date_et", 2, "2026-01-06T05:00:00Z"),
    ("prediction of the future", put("anchor_minutes_predictions", 0, generated_at=AHEAD),
     "anchor_minutes_predictions", "generated_at", 1, "after"),
    ("change of an unknown game", put("schedule_changes", 1, game_id="0022599999"), "schedule_changes", "game_id", 2, "no game"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("edit", "file", "column", "row", "word"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_a_broken_file_is_refused_whole(bench: Bench, edit: Edit, file: str, column: str, row: int, word: str) -> None:
    with pytest.raises(BadInput) as refusal:
        bench.load(edit(make_archive()))
    sentence = str(refusal.value)
    assert f"{file}.parquet" in sentence
    assert f"column {column}" in sentence
    assert f"row {row}" in sentence
    assert word in sentence
    assert "\n" not in sentence
    assert bench.lake.pins().seq == 0


@pytest.mark.parametrize(
    ("edit", "file", "column", "row", "word"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_the_check_refuses_what_the_import_refuses(
    tmp_path: Path, edit: Edit, file: str, column: str, row: int, word: str
) -> None:
    folder = write_archive(tmp_path / "archive", edit(make_archive()))
    with pytest.raises(BadInput, match=file):
        check_history(folder, NOW)


def test_the_check_passes_what_the_import_takes(tmp_path: Path) -> None:
    reports = check_history(write_archive(tmp_path / "archive", make_archive()), NOW)
    assert {report.name: report.rows for report in reports}["games"] == 4


def test_the_last_row_of_several_broken_ones_is_not_the_one_named(bench: Bench) -> None:
    frames = change(change(make_archive(), "games", 3, season="2025"), "games", 1, home_team_id=None)
    with pytest.raises(BadInput, match="row 2, column home_team_id"):
        bench.load(frames)


def test_an_assumed_tip_of_the_future_is_taken(bench: Bench) -> None:
    bench.load({"games": make_archive()["games"]})
    assert bench.rows("silver.schedule")["as_of_ts"].max() == at("2026-04-16T20:00") > NOW


def spoil(folder: Path) -> None:
    (folder / "games.parquet").write_bytes(b"PAR1 this is not parquet PAR1")


def cut(folder: Path) -> None:
    path = folder / "games.parquet"
    path.write_bytes(path.read_bytes()[:-100])


def empty(folder: Path) -> None:
    (folder / "games.parquet").write_bytes(b"")


def replace(folder: Path) -> None:
    (folder / "games.parquet").unlink()
    (folder / "games.parquet").mkdir()


@pytest.mark.parametrize("damage", [spoil, cut, empty, replace])
def test_an_unreadable_file_is_one_sentence(bench: Bench, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    folder = write_archive(tmp_path / "archive", make_archive())
    damage(folder)
    with pytest.raises(BadInput, match=r"games\.parquet") as refusal:
        import_history(bench.lake, folder, now=NOW)
    assert "\n" not in str(refusal.value)
    assert bench.lake.pins().seq == 0


def test_a_folder_that_is_no_archive_is_refused(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no folder"):
        import_history(bench.lake, tmp_path / "absent", now=NOW)
    (tmp_path / "bare").mkdir()
    with pytest.raises(BadInput, match="no file of the history archive"):
        import_history(bench.lake, tmp_path / "bare", now=NOW)


def test_a_naive_instant_is_refused(bench: Bench, tmp_path: Path) -> None:
    folder = write_archive(tmp_path / "archive", {"games": make_archive()["games"]})
    with pytest.raises(PretipError, match="time zone"):
        import_history(bench.lake, folder, now=datetime(2026, 1, 5))


def test_schedule_changes_find_their_game_in_the_lake(bench: Bench) -> None:
    frames = make_archive()
    bench.load({"games": frames["games"]})
    bench.load({"schedule_changes": frames["schedule_changes"]}, NOW + timedelta(hours=1))
    assert len(bench.rows("silver.schedule", pl.col("game_id") == GAME)) == 3
