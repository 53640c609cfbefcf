"""Blanks put into training rows: what a run may find missing must have been missing in what the model saw."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lakehouse.draws import draw

SIDE = ["game_id", "team_id"]


@dataclass(frozen=True)
class Masks:
    """Shares of sides (of games, for odds) whose facts are blanked.

    Measured on the runs of 2025-11-19 to 11-26 at T-15: 5 of 57 games had no list, and no five was told of 28 of the
    52 sides of 2025-11-24 to 26; a five is masked as often as a list here, for later feeds tell it as reliably. Odds
    were told of 12 of 13 games from the day they were first seen.
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
