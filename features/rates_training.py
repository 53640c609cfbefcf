"""The training set of the rates: what each player did in a game, beside what was known a quarter of an hour before it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from features import market
from features.due import USUAL, Threshold, label_sides, require_whole, set_days
from features.rates import HEADS, build_rates
from features.training import finished_games, require_view_before
from lakehouse.gate import newest
from lakehouse.holes import Hole, declared_reason
from transforms.boxscores import load_histories
from transforms.facts import CUT, Facts
from transforms.labels import TABLE as LABELS
from transforms.odds import lines_known
from transforms.schedule import cuts_before_tip, games_known, team_sides

HORIZON = 15
KEYS = ("game_id", "cut_id", "team_id", "player_id")
MARKET = tuple(feature.name for feature in market.FEATURES)
# Why a head of a row has no prior, where it has none.
UNSEEN = "he was not among those who might play at the cut"


def count_name(head: str) -> str:
    """Name of the column that holds what a head counts: fga2_rate is counted in fga2_rate_count."""
    return f"{head}_count"


def build_rates_training(
    view: Facts, until: date, *, holes: Iterable[Hole] = (), threshold: Threshold = USUAL
) -> pl.DataFrame:
    """One row a player who played in a game with frozen labels before the Eastern date `until`, 15 minutes before its tip.

    Columns: game_id, cut_id (15), team_id, player_id, cut_ts, tip_ts, game_date, season, season_type, opponent_team_id,
    is_home; the twelve heads of `features.rates` as known then (per minute, or a probability) with rates_reason, why
    they are null where they are; those of `features.market` with odds_reason; minutes, and per head `<head>_count`
    (null where the box score does not say; the attempts of fg2, fg3 and ft are the counts of fga2, fga3 and fta);
    feature_as_of_ts, never after the cut, and label_as_of_ts. Sorted by the first four. Nothing that is not known
    removes a row. The view must be for training or evaluation; nothing available at or after 00:00 Eastern of `until`
    is used: a later view is refused with BadInput. Raises TrainingIncomplete where, outside `holes`, dates hold fewer
    rows than `threshold` asks of `rates_days`.
    """
    require_view_before(view, until)
    told = tuple(holes)
    rows = rates_rows(view, finished_games(view, until), told)
    require_whole("rates", rates_days(view, rows, told), threshold)
    return rows


def rates_rows(view: Facts, games: pl.LazyFrame, holes: Iterable[Hole] = ()) -> pl.DataFrame:
    """The rows of build_rates_training for `games` [game_id, tip_ts], however few they are."""
    cuts = cuts_before_tip(games, (HORIZON,)).collect().lazy()
    known = games_known(view, cuts).collect().lazy()
    priors = build_rates(view, cuts, histories=load_histories(view)).lazy().drop("team_id")
    rows = (
        _did(view, cuts)
        .join(team_sides(known).drop("cut_ts"), on=[*CUT, "team_id"], how="left")
        .join(priors, on=[*CUT, "player_id"], how="left")
        .sort(KEYS)
        .with_row_index("row")
        .collect()
        .lazy()
    )
    lines = market.build_market(rows, lines_known(view, known)).select("row", *MARKET, "odds_as_of_ts")
    heads = [head.name for head in HEADS]
    stamps = ("schedule_as_of_ts", "rates_as_of_ts", "odds_as_of_ts")
    declared = declared_reason(holes, ("silver.odds_lines",))
    return (
        rows.join(lines, on="row", how="left", maintain_order="left")
        .select(
            *KEYS,
            *("cut_ts", "tip_ts", "game_date", "season", "season_type", "opponent_team_id", "is_home"),
            *heads,
            _reason(heads, pl.lit(UNSEEN)).alias("rates_reason"),
            *MARKET,
            _reason(MARKET, pl.coalesce(declared, pl.lit(market.FEATURES[0].null_when))).alias("odds_reason"),
            "minutes",
            *(count_name(head) for head in heads),
            feature_as_of_ts=pl.max_horizontal(stamps),
            label_as_of_ts="label_as_of_ts",
        )
        .collect()
    )


def rates_days(view: Facts, rows: pl.DataFrame, holes: Iterable[Hole] = ()) -> pl.DataFrame:
    """`features.due.set_days` of the rates training set: a game is due a row a player who played in it."""
    due = label_sides(view).with_columns(due="played_due")
    return set_days("rates", due, rows, holes)


def _did(view: Facts, cuts: pl.LazyFrame) -> pl.LazyFrame:
    """What the labels say of each player who played: keys, minutes, counts, label_as_of_ts."""
    return (
        newest(view.rows(LABELS), ["game_id", "player_id"])
        .filter("played")
        .join(cuts, on="game_id")
        .select(
            *KEYS,
            "cut_ts",
            "minutes",
            **{count_name(head.name): head.made.cast(pl.Int64) for head in HEADS},
            label_as_of_ts="as_of_ts",
        )
    )


def _reason(names: Iterable[str], reason: pl.Expr) -> pl.Expr:
    """The reason, where any of the columns is null."""
    return pl.when(pl.any_horizontal(pl.col(name).is_null() for name in names)).then(reason)
