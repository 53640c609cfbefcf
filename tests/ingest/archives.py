"""A made-up archive of every file the format knows, small enough to reason about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from ingest.history import ImportSummary, import_history
from ingest.history.registry import FILES
from lakehouse.clock import FixedClock
from lakehouse.lake import Lake

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
BOS, NYK = 1610612738, 1610612752
GAME, SECOND, CUP, PLAYOFF = "0022500001", "0022500002", "0062500001", "0042500001"
Frames = dict[str, pl.DataFrame]


def at(text: str) -> datetime:
    """An instant from ISO text without a zone, taken as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def frame(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """A file's frame with exactly the declared columns; what a row leaves out is null."""
    types = {column: declared.dtype for column, declared in FILES[name].schema.columns().items()}
    del types["row_number"]
    return pl.DataFrame([{column: row.get(column) for column in types} for row in rows], schema=types)


def game(game_id: str, tip: str, **changes: Any) -> dict[str, Any]:
    """A scheduled game of 2025-26; the tip is UTC, in the evening, so that the Eastern date is the one before it."""
    tip_ts = at(tip)
    row = {
        "game_id": game_id,
        "season": "2025-26",
        "season_type": "Regular Season",
        "game_date": (tip_ts.replace(tzinfo=None)).date(),
        "tip_ts": tip_ts,
        "home_team_id": BOS,
        "home_team": "BOS",
        "away_team_id": NYK,
        "away_team": "NYK",
    }
    return {**row, **changes}


def final(row: dict[str, Any]) -> dict[str, Any]:
    """The game, over."""
    return {**row, "home_score": 110, "away_score": 101, "ot_periods": 0, "game_status": 3}


def line(game_id: str, player_id: int, name: str, tip: str, **changes: Any) -> dict[str, Any]:
    """A player's line."""
    row = {
        "game_id": game_id,
        "player_id": player_id,
        "player_name": name,
        "season": "2025-26",
        "season_type": "Regular Season",
        "game_date": at(tip).date(),
        "tip_ts": at(tip),
        "team_id": BOS,
        "team": "BOS",
        "opponent_team_id": NYK,
        "is_home": True,
        "starter": True,
        "played": True,
        "roster_status": "ACTIVE",
        "minutes": 31.5,
        "minutes_is_seconds": True,
        "pts": 20,
    }
    return {**row, **changes}


def slate_row(salary_id: int, **changes: Any) -> dict[str, Any]:
    """What the Linestar files say of a player on the slate of 2025-11-20, whose last game tips after midnight UTC."""
    row = {
        "period_id": 7,
        "slate_date": date(2025, 11, 20),
        "salary_id": salary_id,
        "player_id": 5,
        "player_name": "Jo Vale",
        "team": "BOS",
        "slate_first_tip": at("2025-11-21T00:00"),
        "pos": "PG",
        "matchup": "NYK@BOS 7:00 PM",
        "tip_utc": at("2025-11-21T00:00"),
        "salary": 5000.0,
        "contest_id": 99,
        "actual_own_fixed": 12.5,
        "scored_fpts": 30.25,
        "proj_own_fixed": 11.0,
        "proj_fpts": 28.0,
        "scraped_at": at("2025-12-01T10:00"),
    }
    return {**row, **changes}


def report_line(player: str | None, **changes: Any) -> dict[str, Any]:
    """A line of an injury report; no player is a team that has not submitted."""
    row = {
        "report_ts": at("2025-11-20T22:30"),
        "ts_quality": "exact_header",
        "game_date": date(2025, 11, 20),
        "game_time_et": "07:00 (ET)",
        "matchup": "NYK@BOS",
        "team": "Boston Celtics",
        "player_name": player,
        "current_status": "Out" if player else None,
        "reason": "Rest" if player else "NOT YET SUBMITTED",
        "row_kind": "player" if player else "team_not_yet_submitted",
        "report_ts_upper": at("2025-11-20T22:30"),
    }
    return {**row, **changes}


def odds_line(market: str, **changes: Any) -> dict[str, Any]:
    """A book's line of the morning of 2025-11-20."""
    row = {
        "as_of": at("2025-11-20T11:55"),
        "event_id": "e1",
        "commence_time": at("2025-11-21T00:00"),
        "game_date_et": date(2025, 11, 20),
        "home_tri": "BOS",
        "away_tri": "NYK",
        "book": "alpha",
        "market": market,
        "line": {"h2h": None, "spreads": -4.5, "totals": 221.5}[market],
        "home_price": None if market == "totals" else -120.0,
        "away_price": None if market == "totals" else 105.0,
        "home_point": -4.5 if market == "spreads" else None,
        "over_price": -108.0 if market == "totals" else None,
        "under_price": -112.0 if market == "totals" else None,
        "book_last_update": at("2025-11-20T11:50"),
    }
    return {**row, **changes}


def make_archive() -> Frames:
    """Every file: one night of 2025-11-20 (tip 00:00 UTC), a second game, a Cup final and a play-off game to come."""
    night = {"game_date": date(2025, 11, 20)}
    tip = "2025-11-21T00:00"
    rows: dict[str, list[dict[str, Any]]] = {
        "games": [
            final(game(GAME, tip, **night)),
            final(game(SECOND, "2025-11-23T20:00", home_team_id=NYK, home_team="NYK", away_team_id=BOS, away_team="BOS")),
            final(game(CUP, "2025-12-16T20:00", season_type="NBA Cup Final")),
            game(PLAYOFF, "2026-04-18T20:00", season_type="Playoffs"),
        ],
        "schedule_changes": [
            {"game_id": GAME, "tip_ts": at("2025-11-20T23:30"), "status": "scheduled", "as_of_ts": at("2025-08-01T04:00")},
            {"game_id": GAME, "tip_ts": at(tip), "status": "scheduled", "as_of_ts": at("2025-11-01T15:00:30.5")},
        ],
        "player_boxscores": [
            line(GAME, 11, "Jo Vale", tip, **night),
            line(GAME, 12, "Ed Šar Jr.", tip, **night, starter=False, pts=4, minutes=10.0),
            line(GAME, 13, "Al Rest", tip, **night, played=False, minutes=0.0, roster_status="INACTIVE", starter=None),
        ],
        "players": [
            {"player_id": 11, "player_name": "Jo Vale", "birth_date": "1999-02-28", "height_in": 79, "draft_year": 2019,
             "from_year": "2020", "first_game_in_pack": date(2022, 10, 18), "guard": 1, "forward": 0, "center": 0},
            {"player_id": 12, "player_name": "Ed Šar Jr.", "from_year": "2024"},
            {"player_id": 13, "player_name": "Al Rest", "first_game_in_pack": date(2026, 1, 2)},
            {"player_id": 14},
        ],
        "injury_reports": [report_line("Rest, Al"), report_line(None, team="New York Knicks")],
        "pregame_status": [
            {"observed_ts": at("2025-11-20T21:00"), "game_id": GAME, "team_id": BOS, "player_id": 11,
             "player_name": "Jo Vale", "listed": True, "status": "Questionable"},
            {"observed_ts": at("2025-11-20T23:00"), "game_id": GAME, "team_id": BOS, "player_id": 11,
             "player_name": "Jo Vale", "listed": True, "status": "Available", "confirmed_starter": True},
        ],
        "rosters": [
            {"game_date": date(2025, 11, 20), "team_id": BOS, "team": "BOS", "player_id": 15, "player_name": "Ty Way",
             "role": "two_way", "as_of_ts": at("2025-11-20T14:00")},
        ],
        "lineups": [
            {"game_id": GAME, "team_id": BOS, "player_id": 11, "player_name": "Jo Vale", "role": "projected_starter",
             "as_of_ts": at("2025-11-20T22:30")},
        ],
        "odds_lines": [odds_line("h2h"), odds_line("spreads"), odds_line("totals")],
        "odds_observed": [
            {"game_id": GAME, "game_date": date(2025, 11, 20), "observed_ts": at("2025-11-20T20:00"),
             "spread_home": -4.0, "total": 222.0},
        ],
        "odds_closing": [
            {"game_date_et": date(2025, 11, 20), "home_tri": "BOS", "away_tri": "NYK", "close_home_spread": -5.0,
             "close_total": 220.5, "moneyline_home": -200.0, "moneyline_away": 170.0},
            {"game_date_et": date(2022, 1, 22), "home_tri": "BOS", "away_tri": "NYK", "close_total": 210.0},
        ],
        "linestar_salaries": [slate_row(1), slate_row(2, tip_utc=at("2025-11-21T03:00"))],
        "linestar_scored": [slate_row(1)],
        "linestar_projections": [slate_row(1)],
        "linestar_actual_ownership": [slate_row(1), slate_row(8, period_id=8)],
        "linestar_contests": [
            {"contest_id": 99, "period_id": 7, "slate_date": date(2025, 11, 20), "contest_name": "Ten", "entries": 100},
        ],
        "linestar_periods": [{"period_id": 7}],
        "anchor_minutes_predictions": [
            {"game_id": GAME, "player_id": 11, "team_id": BOS, "play_prob": 0.9, "minutes_p10": 20.0, "minutes_p50": 30.0,
             "minutes_p90": 38.0, "run": "r", "generated_at": at("2025-11-20T23:40"), "model": "m"},
        ],
    }  # fmt: skip
    return {name: frame(name, lines) for name, lines in rows.items()}


def write_archive(folder: Path, frames: Mapping[str, pl.DataFrame]) -> Path:
    """Writes the files into a new folder."""
    folder.mkdir(parents=True)
    for name, rows in frames.items():
        rows.write_parquet(folder / f"{name}.parquet")
    return folder


class Bench:
    """A lake in a temporary folder with a clock of its own, and archives imported into it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = FixedClock(NOW)
        self.lake = Lake.open_or_create(root / "lake", self.clock)
        self._folders = 0

    def load(self, frames: Mapping[str, pl.DataFrame], now: datetime | None = None) -> ImportSummary:
        """Imports the frames as an archive at `now`."""
        if now is not None:
            self.clock.instant = now
        self._folders += 1
        folder = write_archive(self.root / f"archive{self._folders}", frames)
        return import_history(self.lake, folder, now=self.clock.now())

    def rows(self, table: str, *filters: pl.Expr) -> pl.DataFrame:
        """All rows of a table in the lake."""
        return self.lake.scan(table).filter(*filters).collect()


def change(frames: Frames, name: str, row: int, **values: Any) -> Frames:
    """The archive with some values of one row (from 0) of one file replaced."""
    table = frames[name]
    lines = [{**line, **values} if at == row else line for at, line in enumerate(table.iter_rows(named=True))]
    return {**frames, name: pl.DataFrame(lines, schema=table.schema)}


def map_file(frames: Frames, name: str, edit: Callable[[pl.DataFrame], pl.DataFrame]) -> Frames:
    """The archive with one file edited as a frame."""
    return {**frames, name: edit(frames[name])}
