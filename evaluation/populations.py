"""Who is scored: tables of players chosen by what was known at the instant, each with its digest."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lakehouse.digest import frame_digest
from models.guards import KEY
from models.measures import PLAYED, POPULATIONS, members
from transforms.facts import Facts
from transforms.pools import pools_known


@dataclass(frozen=True)
class Population:
    """A population as a table of rows KEY, before anything of them is scored; `digest` is of that table."""

    name: str
    table: pl.DataFrame
    digest: str

    def to_dict(self) -> dict[str, object]:
        """The population as plain data."""
        return {"name": self.name, "rows": len(self.table), "digest": self.digest, "by_outcome": self.name == PLAYED}


def choose_populations(rows: pl.DataFrame) -> dict[str, Population]:
    """The populations of predicted rows; `played`, chosen by the outcome, where the rows say who did."""
    names = (*POPULATIONS, PLAYED) if "played" in rows.columns else POPULATIONS
    tables = {name: rows.filter(members(name)).select(KEY).sort(KEY) for name in names}
    return {name: Population(name, table, frame_digest(table, KEY)) for name, table in tables.items()}


def dk_pool(view: Facts, rows: pl.DataFrame) -> pl.DataFrame:
    """Of `rows` [KEY, cut_ts, game_date], in their order, those in a DraftKings pool of the day known at the cut.

    Adds `in_dk_pool`: he has a salary in a draft group, or in Linestar's copy of one, whose game of his is on that
    Eastern date. Names are resolved as they were at the cut. False everywhere where no pool of the day survives.
    """
    wanted = rows.lazy().select(*KEY, "cut_ts", "game_date")
    named = pools_known(view, wanted).select("game_date", "cut_ts", "player_id", in_dk_pool=pl.lit(True))
    held = wanted.join(named, on=["game_date", "cut_ts", "player_id"], how="left", maintain_order="left").collect()
    return rows.with_columns(held["in_dk_pool"].fill_null(False))
