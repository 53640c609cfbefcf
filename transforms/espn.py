"""What ESPN's list says of players at a cut, and since when; a second word, ranked below the official report."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from lakehouse.gate import known_by, newest
from lakehouse.identity import normalise_name
from transforms.facts import CUT, Facts
from transforms.names import look_up_players, name_keys

TABLE = "silver.espn_injuries"
# A list is told anew whenever it changes, which is many times a day; one a day old says nothing of tonight.
SPEAKS_FOR = timedelta(hours=24)
_PLAYER = [*CUT, "player_id"]


def espn_words(view: Facts, games: pl.LazyFrame, people: pl.LazyFrame) -> pl.LazyFrame:
    """The players of `people` [game_id, cut_id, player_id] whom the newest list known at the cut names.

    Columns: game_id, cut_id, player_id, espn_status, espn_since_ts (report_ts of the first list, of those of the last
    24 hours, from which on every one said so), espn_as_of_ts. ESPN's number of a player decides who he is, else his
    name. A player the newest list does not name has no row.
    """
    rows = view.rows(TABLE).with_columns(
        day=pl.col("report_ts").dt.date(),
        number=pl.col("espn_player_id").cast(pl.String),
        name_key=normalise_name(pl.col("player_name")),
    )
    cuts = _days(games.select(*CUT, "cut_ts"))
    reports = _reports(rows, cuts)
    said = _said(view, rows, people.join(cuts, on=list(CUT))).join(reports, on=[*CUT, "report_ts"])
    current = said.filter(pl.col("report_no") == pl.col("last_no")).select(*_PLAYER, espn_status="status")
    back = pl.col("last_no").cast(pl.Int64) - pl.col("report_no").cast(pl.Int64)
    return (
        said.join(current, on=_PLAYER)
        .filter(pl.col("status") == pl.col("espn_status"))
        .sort(*_PLAYER, "report_no", descending=[False, False, False, True])
        .filter(back == pl.int_range(pl.len(), dtype=pl.Int64).over(_PLAYER))
        .group_by(*_PLAYER, "espn_status")
        .agg(pl.col("report_ts").min().alias("espn_since_ts"), pl.col("as_of_ts").max().alias("espn_as_of_ts"))
        .sort(_PLAYER)
    )


def _days(cuts: pl.LazyFrame) -> pl.LazyFrame:
    """Each cut with the two dates (UTC) on which a list that still speaks can have been told."""
    cut = pl.col("cut_ts")
    return pl.concat([cuts.with_columns(day=stamp.dt.date()) for stamp in (cut, cut - SPEAKS_FOR)])


def _reports(rows: pl.LazyFrame, cuts: pl.LazyFrame) -> pl.LazyFrame:
    """The lists of the last 24 hours known at each cut, numbered from 1: [..., report_ts, report_no, last_no]."""
    number = pl.col("report_ts").rank("dense").over(list(CUT))
    return (
        known_by(rows.select("day", "report_ts", "available_ts").unique(), cuts, ["day"])
        .filter(pl.col("report_ts") > pl.col("cut_ts") - SPEAKS_FOR)
        .select(*CUT, "report_ts")
        .unique()
        .with_columns(report_no=number)
        .with_columns(last_no=pl.col("report_no").max().over(list(CUT)))
    )


def _said(view: Facts, rows: pl.LazyFrame, people: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of each player known at the cut, one a list."""
    numbers, names = name_keys(view, "player espn"), name_keys(view)
    numbered = rows.with_row_index("at")
    # Whoever a row may ever have meant; whom it means is decided at the cut. Of two rows alike the first stands.
    meant = pl.concat([
        numbered.join(keys.select("key", "player_id").drop_nulls().unique(), left_on=column, right_on="key")
        for keys, column in ((numbers, "number"), (names, "name_key"))
    ]).unique().sort("at", "player_id").drop("at")  # fmt: skip
    known = known_by(meant, people, ["day", "player_id"]).rename({"player_id": "candidate"})
    by_number = look_up_players(known.with_columns(key="number"), numbers, "cut_ts")
    by_name = look_up_players(
        by_number.rename({"player_id": "by_number"}).with_columns(key="name_key"), names, "cut_ts"
    )
    decided = by_name.with_columns(player_id=pl.coalesce("by_number", "player_id"))
    return newest(decided.filter(pl.col("player_id") == pl.col("candidate")), [*_PLAYER, "report_ts"])
