"""Gold at an instant: a query over the games of a date, each as known at its own cut."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches

import polars as pl

from lakehouse.errors import BadInput, UnknownName
from lakehouse.gate import Knowledge, View, newest
from lakehouse.lake import Lake
from pipeline.at import Offset, last_instants, run_instants
from pipeline.history import find_game, open_view
from transforms import gold_market, gold_people
from transforms.query import Query

QUERIES = {**gold_market.QUERIES, **gold_people.QUERIES}


@dataclass(frozen=True)
class Asked:
    """The games a query is about: those of an Eastern date, or one of them by id or AWY@HOM.

    With `offset` each is read at that many minutes before its tip.
    """

    day: date | None
    game: str | None = None
    offset: Offset | None = None


@dataclass(frozen=True)
class Gold:
    """The answer of a query: `games` [game_id, cut_id, cut_ts, away_team, home_team] in order of tip, and the `rows`.

    A game of which nothing was known at its cut is among the games, and has no rows.
    """

    query: Query
    asked: Asked
    view: View
    games: pl.DataFrame
    rows: pl.DataFrame


def find_query(name: str) -> Query:
    """The query of that name; raises UnknownName with the nearest."""
    if name not in QUERIES:
        near = get_close_matches(name, QUERIES, 1)
        hint = f"did you mean {near[0]}?" if near else "`pretip gold` lists them."
        raise UnknownName(f"There is no query {name!r}; {hint}")
    return QUERIES[name]


def gold(lake: Lake, name: str, asked: Asked, as_of: datetime | None, knowledge: Knowledge) -> Gold:
    """What a query says of the games asked for, as known at `as_of` (the lake's last entry where it is None).

    A game is read at the earlier of that instant and its tip as known then; a query that tells of the game itself, at
    the instant. Rows are as the query sorts them. Raises UnknownName for an unknown query or game, BadInput, and what
    Lake.as_of raises.
    """
    query = find_query(name)
    view = open_view(lake, as_of, knowledge)
    games = _games(view, query, asked)
    cuts = games.select("game_id", "cut_id", "cut_ts")
    rows = query.build(view, cuts.sort("game_id").lazy()).collect()
    return Gold(query, asked, view, games, rows)


def _games(view: View, query: Query, asked: Asked) -> pl.DataFrame:
    """The games asked for, each with its cut, in order of tip and id."""
    day, mine = asked.day, pl.lit(True)
    if asked.game is not None:
        found = find_game(view, asked.game, day)
        day, mine = found["game_date"], pl.col("game_id") == found["game_id"]
    if day is None:
        raise BadInput("No games were asked for; name their Eastern date, or one game.")
    games = newest(view.rows("silver.schedule"), ["game_id"]).filter(mine)
    if asked.offset is not None:
        instants = last_instants(run_instants(view, day, day, asked.offset))
        games = games.join(instants.lazy().select("game_id", cut_ts="run_ts"), on="game_id")
    else:
        now = pl.lit(view.run_ts, pl.Datetime("us", "UTC"))
        cut = now if query.after_tip else pl.min_horizontal("tip_ts", now)
        games = games.filter(pl.col("game_date") == day).with_columns(cut_ts=cut)
    columns = ("game_id", pl.lit(0, pl.Int32).alias("cut_id"), "cut_ts", "away_team", "home_team")
    return games.sort("tip_ts", "game_id").select(columns).collect()
