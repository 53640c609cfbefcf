"""The slate: which games of a day a run is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from lakehouse.gate import View
from transforms.schedule import slate_games


@dataclass(frozen=True)
class Slate:
    """The games of one Eastern date that a run covers, in order of tip and id."""

    date: date
    games: tuple[str, ...]
    draft_group: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """The value as plain data."""
        return {"date": self.date.isoformat(), "games": list(self.games), "draft_group": self.draft_group}


def covered_games(view: View, day: date) -> pl.DataFrame:
    """The scheduled games of a day that have not tipped by the view's instant, as known then, in order of tip and id.

    Columns: those of `transforms.schedule.slate_games`.
    """
    games = slate_games(view, day).filter(pl.col("tip_ts") >= view.run_ts)
    return games.sort("tip_ts", "game_id").collect()
