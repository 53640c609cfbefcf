"""What a query of gold is: a name, what it says, and the lazy frame it makes of cuts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from transforms.facts import Facts


@dataclass(frozen=True)
class Query:
    """A table of what was known at cuts.

    `build` takes a view and cuts [game_id, cut_id, cut_ts]; its rows begin with game_id and cut_id, come sorted by a
    total key, and use nothing that became available after their cut. `after_tip` says that it tells of the game
    itself, so that whoever makes the cuts lets them lie after the tip.
    """

    name: str
    description: str
    build: Callable[[Facts, pl.LazyFrame], pl.LazyFrame]
    after_tip: bool = False
