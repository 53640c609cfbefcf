"""What his minutes were in games that the teammates who are absent tonight missed as well."""

from __future__ import annotations

import numpy as np
import polars as pl

from features.declared import Feature
from features.role import ABSENT_GAMES, is_gone, is_said
from features.units import MINUTES_PER_MS, MS_PER_MINUTE
from features.window import Floats, Integers, Window
from transforms.facts import CUT

_SIDE = [*CUT, "team_id"]
_SOURCES = ("boxscores", "injury_reports", "status_events", "lineups")
_NEVER = "he has not played in a game of the histories"
_EARLIEST = "after the last game; with who is out when reports are public"
# Absent teammates looked at, the most used first.
MATES = 4
# Games' worth of no difference that minutes without a teammate are drawn to.
DRAWN_GAMES = 4

FEATURES = (
    Feature(
        "without_delta",
        "his mean minutes in games an absent teammate missed less those in games both played (40 games back), drawn to 0, "
        "summed over the four most used of those absent for at most 15 games",
        "min", _SOURCES, earliest=_EARLIEST,
    ),
    Feature(
        "without_games", "games he played, 40 back, that one of his absent most used teammates missed", "games", _SOURCES,
        earliest=_EARLIEST,
    ),
    Feature(
        "without_minutes", "his mean minutes in games that his most used absent teammate missed, drawn to his last 10 games",
        "min", _SOURCES, _NEVER, earliest=_EARLIEST,
    ),
)  # fmt: skip


def build_teammates(frame: pl.LazyFrame, window: Window) -> pl.LazyFrame:
    """Features for rows sorted by the spine's keys and numbered from 0, whose `window` is that of `read_window`.

    `frame`: row, game_id, cut_id, team_id, delisted, status_text, missed_streak, min_mean10. Absent is who is gone;
    where nothing is said of the team, who missed its last game. Sums over games are of integers.
    """
    missed = pl.col("missed_streak").fill_null(ABSENT_GAMES + 1)
    absent = pl.when(is_said().any().over(_SIDE)).then(is_gone()).otherwise(missed >= 1)
    recent = (pl.col("min_mean10").fill_null(0.0) * MS_PER_MINUTE).round(0).cast(pl.Int64)
    rows = (
        frame.select("row", *_SIDE, "min_mean10", absent=absent & (missed <= ABSENT_GAMES), recent=recent)
        .sort("row")
        .collect()
    )
    mates = _absent_mates(rows, window.side)
    parts = [_compare(window, mates, block) for block in window.blocks()]
    names = ("without_delta", "without_games", "_ms", "_games")
    found = {name: np.concatenate(part) for name, part in zip(names, zip(*parts, strict=True), strict=True)}
    drawn = pl.col("_ms") * MINUTES_PER_MS + DRAWN_GAMES * pl.col("min_mean10")
    return (
        rows.lazy()
        .with_columns(pl.Series(name, values) for name, values in found.items())
        .select("row", *names[:2], without_minutes=drawn / (pl.col("_games") + DRAWN_GAMES))
    )


def _absent_mates(rows: pl.DataFrame, side: Integers) -> Integers:
    """Of each row the rows of its most used absent teammates, [rows, MATES]; -1 where there are fewer."""
    order = (
        rows.with_columns(side=pl.Series(side))
        .filter(pl.col("absent") & (pl.col("recent") > 0))
        .sort("side", "recent", "row", descending=[False, True, False])
        .with_columns(rank=pl.int_range(pl.len()).over("side"))
        .filter(pl.col("rank") <= MATES)
    )
    # One more than are looked at: he may be among them himself.
    listed = np.full((int(side[-1]) + 1 if side.size else 0, MATES + 1), -1)
    listed[order["side"].to_numpy(), order["rank"].to_numpy()] = order["row"].to_numpy()
    mates = listed[side]
    wanted = (mates >= 0) & (mates != np.arange(side.size)[:, None])
    first = np.argsort(~wanted, axis=1, kind="stable")[:, :MATES]
    return np.where(np.take_along_axis(wanted, first, 1), np.take_along_axis(mates, first, 1), -1)


def _compare(window: Window, mates: Integers, block: slice) -> tuple[Floats, Floats, Integers, Integers]:
    """without_delta, without_games, and his milliseconds and games without the most used, of a block of rows."""
    mine, ms = window.played[block], window.ms[block]
    delta, any_missed = np.zeros(len(mine)), np.zeros(mine.shape, np.bool_)
    first: list[tuple[Integers, Integers]] = []
    for mate in mates[block].T:
        there = (mate >= 0)[:, None]
        with_him = mine & window.played[mate] & there
        without = mine & window.his[mate] & ~window.played[mate] & there
        games, games_with = without.sum(axis=1), with_him.sum(axis=1)
        total, total_with = (np.where(which, ms, 0).sum(axis=1, dtype=np.int64) for which in (without, with_him))
        first.append((total, games))
        difference = total / np.maximum(games, 1) - total_with / np.maximum(games_with, 1)
        # The difference of two means is worth as many games as half their harmonic mean; nought where one has none.
        worth = games * games_with
        drawn = worth / np.maximum(worth + DRAWN_GAMES * (games + games_with), 1)
        delta += difference * drawn
        any_missed |= without
    return delta * MINUTES_PER_MS, any_missed.sum(axis=1).astype(np.float64), *first[0]
