"""A game's place in the schedule at a cut: when it tips, what kind it is, and how often that has been changed."""

from __future__ import annotations

import polars as pl

from lakehouse.gate import known_by
from lakehouse.schemas.columns import QUALITIES
from transforms.facts import CUT, HISTORIC_KINDS, Facts

_STATED = ("season", "game_date", "away_team", "home_team", "away_team_id", "home_team_id")


def tips_known(view: Facts, cuts: pl.LazyFrame) -> pl.LazyFrame:
    """Each game of `cuts` [game_id, cut_id, cut_ts] as scheduled at its cut, and what had become of its tip by then.

    Columns: game_id, cut_id; tip_ts, status (scheduled, postponed or cancelled); first_tip_ts; n_tip_changes, and of
    the last change tip_changed_ts (its stamp) and tip_change_minutes (negative: earlier); n_postponed, and of the last
    time postponed_ts (its stamp), postponed_from_ts and postponed_to_ts (the tip it lost, the first it was given
    since); season_type, enters_histories (whether games of its kind do); announced_ts and schedule_as_of_ts (stamps of
    the first and the newest version); season, game_date, away_team, home_team and their ids. Versions are taken in the
    order of their own stamps. A change is a scheduled tip unlike the scheduled tip before it, a postponed game's new
    one too. A game not yet announced at its cut has no row.
    """
    by = list(CUT)
    is_scheduled = pl.col("status") == "scheduled"
    standing = pl.when(is_scheduled).then("tip_ts").forward_fill().over(by)
    is_off = pl.col("status") == "postponed"
    newly_off = is_off & ~is_off.shift(1, fill_value=False).over(by)
    told = _in_order(known_by(view.rows("silver.schedule"), cuts.select(*CUT, "cut_ts"), ["game_id"])).with_columns(
        before_ts=standing.shift(1).over(by), is_scheduled=is_scheduled, newly_off=newly_off
    )
    moved = (pl.col("is_scheduled") & (pl.col("tip_ts") != pl.col("before_ts"))).fill_null(False)
    off_so_far = pl.col("newly_off").cum_sum().over(by)
    since_off = pl.col("is_scheduled") & (off_so_far > 0) & (off_so_far == off_so_far.max().over(by))
    minutes = (pl.col("tip_ts") - pl.col("before_ts")).dt.total_seconds() / 60
    return (
        told.with_columns(moved=moved, since_off=since_off, minutes=minutes)
        .group_by(by, maintain_order=True)
        .agg(
            pl.col("tip_ts", "status").last(),
            pl.col("tip_ts").first().alias("first_tip_ts"),
            pl.col("moved").sum().cast(pl.Int32).alias("n_tip_changes"),
            pl.col("as_of_ts").filter(pl.col("moved")).last().alias("tip_changed_ts"),
            pl.col("minutes").filter(pl.col("moved")).last().alias("tip_change_minutes"),
            pl.col("newly_off").sum().cast(pl.Int32).alias("n_postponed"),
            pl.col("as_of_ts").filter(pl.col("newly_off")).last().alias("postponed_ts"),
            pl.coalesce("before_ts", "tip_ts").filter(pl.col("newly_off")).last().alias("postponed_from_ts"),
            pl.col("tip_ts").filter(pl.col("since_off")).first().alias("postponed_to_ts"),
            pl.col("season_type").last(),
            pl.col("season_type").last().is_in(HISTORIC_KINDS).alias("enters_histories"),
            pl.col("as_of_ts").first().alias("announced_ts"),
            pl.col("as_of_ts").last().alias("schedule_as_of_ts"),
            pl.col(_STATED).last(),
        )
        .sort(by)
    )


def _in_order(versions: pl.LazyFrame) -> pl.LazyFrame:
    """Versions by (game, cut) in the order of their stamps, so that the last is the one `newest` takes."""
    worst_first = pl.col("as_of_quality").replace_strict(list(QUALITIES), range(len(QUALITIES), 0, -1))
    # `newest` settles what still ties by the order of the rows, the first before the others.
    return versions.reverse().sort(
        *CUT, "as_of_ts", worst_first, "ingested_ts", descending=[False, False, False, False, True], maintain_order=True
    )
