"""Blanks put into training rows: what a run may find missing must have been missing in what the model saw."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lakehouse.draws import draw

SIDE = ["game_id", "team_id"]


@dataclass(frozen=True)
class Masks:
    """Shares of sides (of games, for odds) whose facts are blanked.

    Declared, near what the feed of 2025-11-19 to 11-26 left out at T-15 once it told a thing at all: of 118 sides 14
    had no list, all of the first day; fives and odds were told of no side until 11-24 and of all 18 after.
    """

    status: float = 5 / 57
    five: float = 5 / 57
    odds: float = 1 / 13

    def blank_said(self, said: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
        """`said` (of `status_table`, one row each of `rows`), unknown on the sides drawn; `rows` has the keys."""
        no_status = draw(rows, SIDE, "mask status") < self.status
        no_five = draw(rows, SIDE, "mask five") < self.five
        blank = pl.lit(None)
        return said.with_columns(
            status_text=pl.when(no_status).then(pl.lit("Unknown")).otherwise("status_text"),
            report_state=pl.when(no_status).then(pl.lit("unknown")).otherwise("report_state"),
            reason=pl.when(no_status).then(blank).otherwise("reason"),
            on_list=pl.when(no_status).then(blank).otherwise("on_list"),
            **{
                name: pl.when(no_five).then(blank).otherwise(name)
                for name in ("projected", "confirmed", "five_known", "five_confirmed")
            },
        )

    def blank_lines(self, lines: pl.DataFrame) -> pl.DataFrame:
        """`lines` (of `lines_known`) without those of the games drawn."""
        return lines.filter(draw(lines, ["game_id"], "mask odds") >= self.odds)
