"""What box scores imply was public before a tip, told when and as wrongly as reports tell it; for training alone.

No report survives for most seasons. An INACTIVE line stands for "ruled out", a player of the team without any line for
"not on its list", the starters of the box score for the five that line-ups project and then confirm. Each becomes
known at an instant drawn from the rates below; minutes, points and a coach's decision never become a proxy.

The rates were measured on the listings a live system saw of 52 games, 2025-11-19 to 11-26.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from features.availability import OFF_LIST, SILENT
from lakehouse.draws import draw
from lakehouse.gate import newest
from transforms.facts import Facts
from transforms.labels import TABLE as LABELS

SIDE = ("game_id", "team_id")
ROW = (*SIDE, "player_id")
# Minutes before the tip by which a share of those who were off the list at T-15 had left it: 257, 343 and 347 of 353.
ANNOUNCED = ((0.73, 360.0), (0.96, 60.0), (0.97, 30.0), (1.0, 15.0))
MORNING = 720.0
# Lists of the evening held 65 players without a line on 104 sides, .62 a side; so many are left on the proxied lists of
# 742 sides of 2024-11-15 to 2025-01-08.
LISTED_WITHOUT_LINE = 0.2
# Projected fives were wrong in 8 of 24 sides; confirmed ones, 22 of 24 sides by T-15, in none of 24, drawn to 1 in 50.
PROJECTED_WRONG, CONFIRMED_WRONG = 8 / 24, 1 / 50
CONFIRMED_SHARE, CONFIRMED_LEADS = 22 / 24, (15.0, 30.0)
HABIT_GAMES = 5
_MORE_THAN_IDS = 10**12


@dataclass(frozen=True)
class Said:
    """What stands in for unknown statuses and starters: rows keyed by game_id, team_id and player_id.

    `statuses`: also status and available_ts; a team of which one is known has, but for those told, a clear list.
    `starters`: also starter, confirmed and available_ts; of several tellings of a team the newest counts. A team of
    which one is known has a five. Only rows available at a cut are used there, and only where nothing real was known;
    with `overrules`, also where something was: for oracles.
    `lines`: who had a line in the box score, if others are to leave the list.
    """

    statuses: pl.LazyFrame
    starters: pl.LazyFrame
    overrules: bool = False
    lines: pl.LazyFrame | None = None


def proxy_facts(view: Facts) -> Said:
    """What the proxy tables of a training view imply, with announcements drawn late and projections drawn wrong."""
    by = ["game_id", "player_id"]
    tips = newest(view.rows("silver.schedule"), ["game_id"]).select("game_id", "tip_ts")
    told = newest(view.rows("silver.proxy_status"), by).select(*ROW, "status").join(tips, on="game_id")
    named = newest(view.rows("silver.proxy_starters"), by).select(*ROW, "starter").join(tips, on="game_id")
    statuses = told.sort(ROW).collect()
    # Nobody has a line in the labels but those whom the box score lists.
    lines = newest(view.rows(LABELS), by).select(*ROW)
    return Said(
        _announced(statuses).lazy(), _fives(named.sort(ROW).collect(), statuses).lazy(), lines=lines.collect().lazy()
    )


def fill_in(said: pl.DataFrame, rows: pl.DataFrame, proxies: Said) -> pl.DataFrame:
    """`said` (of `status_table`, one row each of `rows`) with unknown statuses and fives from proxies known by the cut.

    Adds is_proxy: where one spoke. `rows`: row, game_id, team_id, player_id, cut_ts, sorted by row.
    """
    keys = rows.lazy().select("row", *ROW, "cut_ts")
    all_of = pl.lit(proxies.overrules)
    frame = (
        said.lazy()
        .join(_at_cut(keys, proxies.statuses, "status"), on="row", how="left")
        .join(_teams(keys, proxies.statuses, "team_told"), on="row", how="left")
        .join(_five_at_cut(keys, proxies.starters), on="row", how="left")
        .with_columns(
            by_status=(all_of | pl.col("status_text").is_in(SILENT)) & pl.col("team_told").fill_null(False),
            by_five=(all_of | pl.col("five_known").is_null()) & pl.col("team_named").fill_null(False),
        )
    )
    clear = pl.lit("Clear")
    if proxies.lines is not None:
        kept = rows.select("row", has_draw=draw(rows, list(ROW), "listed without a line") < LISTED_WITHOUT_LINE).lazy()
        lines = keys.join(proxies.lines, on=list(ROW)).select("row", has_line=pl.lit(True))
        frame = frame.join(kept, on="row", how="left").join(lines, on="row", how="left")
        clear = (
            pl.when(pl.col("has_line").fill_null(False) | pl.col("has_draw")).then(clear).otherwise(pl.lit(OFF_LIST))
        )
    starts = pl.col("starts").fill_null(False)
    confirmed = pl.col("is_confirmed")
    return (
        frame.with_columns(
            status_text=pl.when("by_status").then(pl.coalesce("status", clear)).otherwise("status_text"),
            projected=pl.when("by_five").then(starts).otherwise("projected"),
            confirmed=pl.when("by_five").then(pl.when(confirmed).then(starts)).otherwise("confirmed"),
            five_confirmed=pl.when("by_five").then(confirmed).otherwise("five_confirmed"),
            five_known=pl.when("by_five").then(5).otherwise("five_known"),
            is_proxy=pl.col("by_status") | pl.col("by_five"),
        )
        .select(*said.columns, "is_proxy")
        .sort("row")
        .collect()
    )


def _at_cut(keys: pl.LazyFrame, table: pl.LazyFrame, value: str) -> pl.LazyFrame:
    known = keys.join(table, on=list(ROW)).filter(pl.col("available_ts") <= pl.col("cut_ts"))
    return known.sort("row", "available_ts").unique("row", keep="last", maintain_order=True).select("row", value)


def _teams(keys: pl.LazyFrame, table: pl.LazyFrame, flag: str) -> pl.LazyFrame:
    """Rows of teams the table tells anything of, at whatever instant: that somebody is out later is no news of him."""
    return keys.join(table.select(SIDE).unique(), on=list(SIDE)).select("row", pl.lit(True).alias(flag))


def _five_at_cut(keys: pl.LazyFrame, table: pl.LazyFrame) -> pl.LazyFrame:
    tellings = table.select(*SIDE, "available_ts", "confirmed").unique()
    side = keys.select(*SIDE, "cut_ts").unique()
    current = (
        side.join(tellings, on=list(SIDE))
        .filter(pl.col("available_ts") <= pl.col("cut_ts"))
        .sort(*SIDE, "cut_ts", "available_ts")
        .unique([*SIDE, "cut_ts"], keep="last", maintain_order=True)
    )
    mine = table.select(*ROW, "available_ts", starts="starter")
    return (
        keys.join(current, on=[*SIDE, "cut_ts"])
        .join(mine, on=[*ROW, "available_ts"], how="left")
        .select("row", "starts", is_confirmed="confirmed", team_named=pl.lit(True))
    )


def _announced(statuses: pl.DataFrame) -> pl.DataFrame:
    return statuses.select(*ROW, "status", available_ts=_before_tip(_lead(draw(statuses, list(ROW), "announced"))))


def _lead(drawn: pl.Series) -> pl.Expr:
    """Minutes before the tip of an announcement, of a number drawn from 0..1: linear between the rates measured."""
    lead = pl.lit(ANNOUNCED[-1][1])
    for (low, early), (high, late) in reversed(list(pairwise(ANNOUNCED))):
        lead = pl.when(drawn < high).then(early + (drawn - low) / (high - low) * (late - early)).otherwise(lead)
    return pl.when(drawn < ANNOUNCED[0][0]).then(MORNING).otherwise(lead)


def _before_tip(minutes: pl.Expr) -> pl.Expr:
    return pl.col("tip_ts") - pl.duration(seconds=(minutes * 60).round(0).cast(pl.Int64))


def _fives(named: pl.DataFrame, statuses: pl.DataFrame) -> pl.DataFrame:
    """The projected five of each side, known from the morning, and the confirmed one, of those that get one."""
    starts = pl.col("starter").cast(pl.Int32)
    habit = starts.shift(1).rolling_sum(HABIT_GAMES, min_samples=1).over("player_id", order_by=["tip_ts", "game_id"])
    rows = named.with_columns(habit=habit.fill_null(0)).join(
        statuses.select(*ROW, ruled_out=pl.lit(True)), on=list(ROW), how="left"
    )
    sides = rows.select(*SIDE).unique(maintain_order=True)
    drawn = {name: draw(sides, list(SIDE), name) for name in ("projected", "confirmed", "certain", "lead")}
    sides = sides.with_columns(**drawn)
    rows = rows.join(sides, on=list(SIDE)).sort(*ROW)
    low, high = CONFIRMED_LEADS
    tellings = [
        rows.select(
            *ROW,
            _swapped(pl.col("projected") < PROJECTED_WRONG),
            confirmed=pl.lit(False),
            available_ts=_before_tip(pl.lit(MORNING)),
        ),
        rows.filter(pl.col("certain") < CONFIRMED_SHARE).select(
            *ROW,
            _swapped(pl.col("confirmed") < CONFIRMED_WRONG),
            confirmed=pl.lit(True),
            available_ts=_before_tip(low + pl.col("lead") * (high - low)),
        ),
    ]
    return pl.concat(tellings)


def _swapped(wrong: pl.Expr) -> pl.Expr:
    """`starter`; in a wrong five the one who starts least often has given his place to the likeliest of the others."""
    side = list(SIDE)
    other = ~pl.col("starter") & pl.col("ruled_out").is_null()
    # One number to sort by, of each row alone: a rank would be another one within a side.
    habit, his_id = pl.col("habit").cast(pl.Int64) * _MORE_THAN_IDS, pl.col("player_id")
    least, most = pl.when("starter").then(habit + his_id), pl.when(other).then(habit - his_id)
    out, come = least == least.min().over(side), most == most.max().over(side)
    swap = wrong & other.any().over(side)
    return (
        pl.when(swap & out.fill_null(False))
        .then(False)
        .when(swap & come.fill_null(False))
        .then(True)
        .otherwise("starter")
        .alias("starter")
    )
