"""His minutes in each of his team's last games, rows by games: what means over chosen games are taken from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.boxscores import Histories
from transforms.epochs import look_up
from transforms.facts import CUT

# The team's games looked back on.
GAMES = 40
# Sides whose box scores are laid out at once, and rows that are worked on at once: they bound the memory.
_SIDES_AT_ONCE, _ROWS_AT_ONCE = 2048, 65_536

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Window:
    """The team's last `GAMES` games known at the cut of each spine row; column 0 is the newest.

    By rows, in their order: `ms`, his milliseconds on the floor, 0 where he was not on it; `played`, he was; `his`, a
    game since his first line with the team in the window; `side`, the number of his side. By sides: `margin5`, five
    times the team's margin, 0 where `margin_known` is false.
    """

    ms: NDArray[np.int32]
    played: Flags
    his: Flags
    side: Integers
    margin5: Integers
    margin_known: Flags

    def blocks(self) -> list[slice]:
        """The rows in blocks that fit in memory when worked on; at least one."""
        size = _ROWS_AT_ONCE
        return [slice(begin, begin + size) for begin in range(0, max(len(self.side), 1), size)]


def read_window(histories: Histories, frame: pl.LazyFrame) -> Window:
    """The window of rows [row, game_id, cut_id, team_id, player_id, cut_ts], sorted by the keys, numbered from 0.

    A team's games are those of its epoch at the cut, so that a correction counts from when it was known; their stamps
    are in `record_as_of_ts` of the availability features.
    """
    rows = (
        frame.select("row", *CUT, "team_id", "player_id", "cut_ts")
        .sort("row")
        .with_columns(side=pl.struct(*CUT, "team_id").rle_id().cast(pl.Int64))
        .collect()
    )
    side = rows["side"].to_numpy()
    newest, oldest = _last_games(histories, rows)
    ms, played, lined = _lay_out(histories, rows, newest, oldest)
    index = newest[:, None] - np.arange(GAMES)
    inside = index >= oldest[:, None]
    # From the oldest on: once he has had a line, every newer game is his.
    since = np.logical_or.accumulate(lined[:, ::-1], axis=1)[:, ::-1]
    margins = histories.games["margin5"]
    known = inside & _pick(margins.is_not_null().to_numpy(), index, inside)
    margin5 = np.where(known, _pick(margins.fill_null(0).to_numpy(), index, inside), 0)
    return Window(ms, played, since & inside[side], side, margin5, known)


def _last_games(histories: Histories, rows: pl.DataFrame) -> tuple[Integers, Integers]:
    """Of each side the number, in `histories.games`, of its newest known game, and of the oldest in the window.

    Of a side without any the newest is before the oldest.
    """
    sides = rows.lazy().select("side", "team_id", "cut_ts").unique("side", keep="first", maintain_order=True)
    numbers = histories.games.lazy().select(
        "team_id", "epoch", "effective_ts", "game_no", number=pl.int_range(pl.len(), dtype=pl.Int64)
    )
    at = look_up(histories.teams.place(sides), numbers, ["team_id", "epoch"]).sort("side").collect()
    newest = at["number"].fill_null(-1).to_numpy()
    count = np.minimum(at["game_no"].fill_null(0).to_numpy(), GAMES)
    return newest, newest - count + 1


def _lay_out(
    histories: Histories, rows: pl.DataFrame, newest: Integers, oldest: Integers
) -> tuple[NDArray[np.int32], Flags, Flags]:
    """Milliseconds, whether he played and whether he had a line, [rows, GAMES]."""
    lines = histories.teams.rows
    counts = lines.group_by("team_id", "epoch", "tip_ts", "game_id", maintain_order=True).len()["len"].to_numpy()
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])
    game_of_line = np.repeat(np.arange(counts.size), counts)
    line_ms, line_played = lines["played_ms"].to_numpy(), lines["played"].to_numpy()
    shape = (rows.height, GAMES)
    ms, played, lined = np.zeros(shape, np.int32), np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    people = rows["player_id"].unique().sort().to_numpy()
    who = np.searchsorted(people, lines["player_id"].to_numpy())
    asked = np.isin(lines["player_id"].to_numpy(), people)
    # A row's side and player in one number; rows are in its order.
    of_row = rows["side"].to_numpy() * people.size + np.searchsorted(people, rows["player_id"].to_numpy())
    for begin in range(0, newest.size, _SIDES_AT_ONCE):
        some = slice(begin, begin + _SIDES_AT_ONCE)
        side, line = _ranges(starts[oldest[some]], starts[newest[some] + 1])
        side, line = side[asked[line]] + begin, line[asked[line]]
        wanted = side * people.size + who[line]
        row = np.minimum(np.searchsorted(of_row, wanted), of_row.size - 1)
        found = of_row[row] == wanted
        row, line, back = row[found], line[found], newest[side[found]] - game_of_line[line[found]]
        ms[row, back], played[row, back], lined[row, back] = line_ms[line], line_played[line], True
    return ms, played, lined


def _ranges(begin: Integers, end: Integers) -> tuple[Integers, Integers]:
    """The numbers from begin[i] up to end[i], one range after the other, and the i of each, first."""
    size = end - begin
    which = np.repeat(np.arange(size.size), size)
    return which, np.arange(which.size) - np.repeat(np.cumsum(size) - size - begin, size)


def _pick(values: NDArray[Any], index: Integers, inside: Flags) -> NDArray[Any]:
    if not values.size:
        return np.zeros(index.shape, values.dtype)
    return values[np.where(inside, index, 0)]
