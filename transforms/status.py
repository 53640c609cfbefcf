"""Listings and starters at a cut, from the status feed and from lineup reports; silence is unknown."""

from __future__ import annotations

import polars as pl

from lakehouse.gate import known_by, newest
from transforms.facts import CUT, Facts, attach_report, latest_of, report_steps

FIVE = 5
_SIDE = [*CUT, "team_id"]


def listings(view: Facts, games: pl.LazyFrame) -> pl.LazyFrame:
    """The newest event of each (game, player) known at the cut; events carry forward within their game only.

    Columns: game_id, cut_id, team_id, player_id, listed, feed_status (null for 'Unknown'), feed_as_of_ts.
    """
    return _events(view, games).select(
        *_SIDE,
        "player_id",
        "listed",
        feed_status=pl.when(pl.col("status") != "Unknown").then("status"),
        feed_as_of_ts="as_of_ts",
    )


def lineup_places(view: Facts, games: pl.LazyFrame) -> pl.LazyFrame:
    """The newest lineup report of each (game, team): [game_id, cut_id, team_id, player_id, role, lineup_as_of_ts]."""
    rows = view.rows("silver.lineups")
    by = ["game_id", "team_id"]
    sides = pl.concat([games.select(*CUT, "cut_ts", team_id=f"{side}_team_id") for side in ("home", "away")])
    wanted = attach_report(sides, report_steps(rows, by), by).filter(pl.col("report_ts").is_not_null())
    known = known_by(rows, wanted, [*by, "report_ts"])
    return newest(known, [*_SIDE, "player_id"]).select(*_SIDE, "player_id", "role", lineup_as_of_ts="as_of_ts")


def starters(view: Facts, games: pl.LazyFrame) -> pl.LazyFrame:
    """Who is expected to start: [game_id, cut_id, team_id, player_id, projected, confirmed, starters_as_of_ts].

    Of the status feed and the lineup report of a team the newer usable one speaks. One with more than five confirmed
    (or projected) starters is void as a whole; none named is unknown. Both flags are null where unknown; with fewer
    than five named, those not named stay unknown.
    """
    feed = _events(view, games).select(
        *_SIDE,
        "player_id",
        pl.col("projected_starter").fill_null(False).alias("projected"),
        pl.col("confirmed_starter").fill_null(False).alias("confirmed"),
        stamp="as_of_ts",
        rank=pl.lit(0),
    )
    role = pl.col("role")
    reports = lineup_places(view, games).select(
        *_SIDE,
        "player_id",
        role.is_in(["projected_starter", "confirmed_starter"]).alias("projected"),
        (role == "confirmed_starter").alias("confirmed"),
        stamp="lineup_as_of_ts",
        rank=pl.lit(1),
    )
    source = [*_SIDE, "rank"]
    named = [pl.col(kind).sum().over(source).alias(f"{kind}_named") for kind in ("projected", "confirmed")]
    usable = (
        pl.concat([feed, reports])
        .with_columns(*named, starters_as_of_ts=pl.col("stamp").max().over(source))
        .filter(
            (pl.col("projected_named") <= FIVE)
            & (pl.col("confirmed_named") <= FIVE)
            & (pl.col("projected_named") + pl.col("confirmed_named") > 0)
        )
    )
    newest_first = ["starters_as_of_ts", "rank"]
    chosen = usable.filter(pl.struct(newest_first).rank("dense", descending=True).over(_SIDE) == 1)
    flags = [
        pl.when(pl.col(kind)).then(True).when(pl.col(f"{kind}_named") == FIVE).then(False).alias(kind)
        for kind in ("projected", "confirmed")
    ]
    return chosen.select(*_SIDE, "player_id", *flags, "starters_as_of_ts").sort(*_SIDE, "player_id")


def _events(view: Facts, games: pl.LazyFrame) -> pl.LazyFrame:
    known = known_by(view.rows("silver.status_events"), games.select(*CUT, "cut_ts"), ["game_id"])
    return latest_of(known, [*CUT, "player_id"], "observed_ts")
