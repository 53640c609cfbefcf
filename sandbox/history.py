"""Writes the league as a history archive (DESIGN section 7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from lakehouse.errors import BadInput
from sandbox import books, bulletins, ledger
from sandbox.cut import Cut
from sandbox.league import League, Progress, generate
from sandbox.times import eastern, instant

_KNOWN_UNTIL_UTC_HOUR = 5

_FILES: dict[str, Callable[[Cut], pl.DataFrame]] = {
    "games": ledger.games,
    "player_boxscores": ledger.player_boxscores,
    "players": ledger.players,
    "schedule_changes": ledger.schedule_changes,
    "rosters": ledger.rosters,
    "injury_reports": bulletins.injury_reports,
    "lineups": bulletins.lineups,
    "pregame_status": bulletins.pregame_status,
    "odds_lines": books.odds_lines,
    "odds_observed": books.odds_observed,
    "odds_closing": books.odds_closing,
    "linestar_salaries": books.linestar_salaries,
}


def write_history(
    folder: Path,
    *,
    seed: int,
    seasons: int,
    until: date,
    known_until: datetime | None = None,
    teams: int = 30,
    games_per_team: int = 82,
    days: int | None = None,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Writes the archive's parquet files into `folder` and returns the rows of each.

    Games with a `game_date` before `until` have results, box scores and closing lines; everything announced up to
    `known_until` (an aware instant; by default 05:00 UTC of the day after `until`) is there too. The same arguments
    give the same bytes, and a later `until` of the same season only adds facts. `progress` is told (what, done, of).
    Raises `BadInput` for a naive instant, a folder that is a file, or a size that cannot be played.
    """
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"{folder} is a file: name a folder to write the archive into.")
    league = generate(seed, seasons, until, teams=teams, games_per_team=games_per_team, days=days, progress=progress)
    return write_league(folder, league, until=until, known_until=known_until, progress=progress)


def write_league(
    folder: Path,
    league: League,
    *,
    until: date,
    known_until: datetime | None = None,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Writes a generated league as it is known on `until`; the rest is as in `write_history`."""
    cut = known(league, until, known_until)
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, int] = {}
    for done, (name, make) in enumerate(_FILES.items()):
        if progress is not None:
            progress(name, done, len(_FILES))
        table = make(cut)
        table.write_parquet(folder / f"{name}.parquet", compression="zstd")
        rows[name] = table.height
    if progress is not None:
        progress("files", len(_FILES), len(_FILES))
    return rows


def tables(league: League, until: date, known_until: datetime | None = None) -> dict[str, pl.DataFrame]:
    """The archive's tables by file name, in memory."""
    cut = known(league, until, known_until)
    return {name: make(cut) for name, make in _FILES.items()}


def known(league: League, until: date, known_until: datetime | None = None) -> Cut:
    """The league as it is known: results before `until`, statements up to `known_until`."""
    if known_until is None:
        midnight = datetime.combine(until + timedelta(days=1), datetime.min.time(), instant(0).tzinfo)
        known_until = midnight + timedelta(hours=_KNOWN_UNTIL_UTC_HOUR)
    if known_until.tzinfo is None:
        raise BadInput(f"The instant {known_until} has no time zone: give it in UTC.")
    stamp = int(known_until.timestamp())
    if stamp < eastern(until, 0):
        raise BadInput(f"Results up to {until} cannot be in an archive that ends at {known_until}: move one of them.")
    return Cut(league, until, stamp)
