"""Spine rows of a drawn season with their windows, and the same windows by a loop over the lines known at the cut."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from features.window import Window, read_window
from tests.transforms.league import HOUR, Line, MemoryView, Row, Season
from transforms.boxscores import Histories, load_histories
from transforms.spine import spine

# A game without plus-minus, and points of the margin that each line of the others tells.
UNTOLD = 2


def points(game: int, team: int) -> int | None:
    """Plus-minus of every line of a team in a game; null in one of the games."""
    return None if game == UNTOLD else (game * 5 + team) % 41 - 20


def told_rows(season: Season) -> dict[str, list[Row]]:
    """The season's rows, with plus-minus."""
    rows = season.rows()
    for row in rows["boxscores"]:
        row["plus_minus"] = points(int(row["game_id"][-5:]), row["team_id"])
    return rows


def windows(season: Season) -> tuple[pl.DataFrame, Histories, Window]:
    """Rows of the spine at the season's cuts, numbered, with game_date; the histories; and their window."""
    view = MemoryView(told_rows(season), season.cuts[0] + HOUR)
    histories = load_histories(view)
    tonight = season.games[-1][2]
    rows = (
        spine(view, season.cut_frame(), histories)
        .with_row_index("row")
        .with_columns(game_date=pl.lit((tonight - 5 * HOUR).date()))
        .collect()
    )
    return rows, histories, read_window(histories, rows.lazy())


def team_games(season: Season, cut: datetime, team: int) -> list[dict[int, Line]]:
    """The lines of the team's last 40 games known at the cut, by player, the newest game first."""
    games: dict[int, dict[int, Line]] = {}
    for line in season.known(cut):
        if line.team == team:
            games.setdefault(line.game, {})[line.player] = line
    return [games[number] for number in sorted(games, reverse=True)][:40]


def played_minutes(game: dict[int, Line], player: int) -> int | None:
    """His minutes in a game, null where he was not on the floor."""
    return game[player].minutes if player in game else None


def own_games(games: list[dict[int, Line]], player: int) -> list[dict[int, Line]]:
    """The games since his first line in them."""
    lined = [number for number, game in enumerate(games) if player in game]
    return games[: lined[-1] + 1] if lined else []
