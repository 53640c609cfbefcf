"""Training sets: the same features at thousands of cuts, with what happened beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import polars as pl

from features.due import USUAL, Threshold, label_sides, require_whole, set_days
from features.masks import Masks
from features.minutes import build_minutes_features
from features.proxies import proxy_facts
from lakehouse.clock import eastern_midnight
from lakehouse.draws import draw
from lakehouse.errors import BadInput
from lakehouse.gate import newest
from lakehouse.holes import Hole
from transforms.boxscores import load_histories
from transforms.facts import CUT, HISTORIC_KINDS, Facts
from transforms.labels import player_labels

# Minutes before the tip: the morning's slate, the report of the evening, the lock, the tip.
HORIZONS = (360, 60, 15, 0)
LABELS = ("minutes", "played", "starter", "dressed", "label_complete", "dnp_complete", "label_as_of_ts")


def finished_games(view: Facts, until: date) -> pl.LazyFrame:
    """Games of the kinds that enter histories, before the Eastern date `until`, with their newest tips: by tip."""
    return (
        newest(view.rows("silver.schedule"), ["game_id"])
        .filter((pl.col("game_date") < until) & pl.col("season_type").is_in(HISTORIC_KINDS))
        .filter(pl.col("status") == "scheduled")
        .select("game_id", "tip_ts", "game_date")
        .sort("tip_ts", "game_id")
    )


def require_view_before(view: Facts, until: date) -> None:
    """Raises BadInput for a view that knows what became available after 00:00 Eastern of `until`."""
    if view.run_ts > eastern_midnight(until):
        raise BadInput(
            f"A training set until {until} needs a view no later than its Eastern midnight, not {view.run_ts}."
        )


def build_minutes_training(
    view: Facts,
    until: date,
    horizons: Sequence[int] = HORIZONS,
    *,
    proxies: bool = False,
    masks: Masks | None = None,
    holes: Iterable[Hole] = (),
    threshold: Threshold = USUAL,
) -> pl.DataFrame:
    """Features of every finished game before `until`, each at one of `horizons` minutes before its tip, with labels.

    Columns: those of build_minutes_features, then minutes, played, starter (what happened; label_* never features),
    dressed, label_complete, dnp_complete, label_as_of_ts, horizon (minutes), is_proxy. Sorted by the features' keys;
    only rows of games that have a box score. Nothing available at or after 00:00 Eastern of `until` is used: a later
    view is refused with BadInput. With `proxies`, what box scores imply was public stands in for unknown statuses and
    starters; the view must be for training. `masks` blanks what a run may find missing. Raises TrainingIncomplete
    where, outside `holes`, dates hold fewer rows than `threshold` asks of `minutes_days`.
    """
    require_view_before(view, until)
    rows = minutes_rows(view, finished_games(view, until), horizons, proxies=proxies, masks=masks)
    require_whole("minutes", minutes_days(view, rows, holes), threshold)
    return rows


def minutes_rows(
    view: Facts,
    games: pl.LazyFrame,
    horizons: Sequence[int] = HORIZONS,
    *,
    proxies: bool = False,
    masks: Masks | None = None,
) -> pl.DataFrame:
    """The rows of build_minutes_training for `games` [game_id, tip_ts], however few they are."""
    histories = load_histories(view)
    cuts = cuts_in_turn(games, horizons)
    said = proxy_facts(view) if proxies else None
    rows = build_minutes_features(view, cuts, histories=histories, proxies=said, masks=masks)
    happened = player_labels(view, rows.lazy().select(*CUT, "team_id", "player_id")).select(LABELS).collect()
    both = pl.concat([rows, happened], how="horizontal").with_columns(horizon=pl.col("cut_id"))
    if not proxies:
        both = both.with_columns(is_proxy=pl.lit(False))
    return both.filter(pl.col("label_as_of_ts").is_not_null())


def cuts_in_turn(games: pl.LazyFrame, horizons: Sequence[int] = HORIZONS) -> pl.LazyFrame:
    """One cut of each of `games` [game_id, tip_ts], its horizon drawn by its id: [game_id, cut_id, cut_ts].

    Every horizon is learned from and no player's game counts twice; a game's draw is the same in every training set.
    """
    table = games.select("game_id", "tip_ts").sort("game_id").collect()
    at = (draw(table, ["game_id"], "horizon") * len(horizons)).cast(pl.Int64)
    chosen = pl.Series("cut_id", sorted(horizons), dtype=pl.Int32).gather(at)
    return (
        table.with_columns(chosen)
        .select("game_id", "cut_id", cut_ts=pl.col("tip_ts") - pl.duration(minutes="cut_id"))
        .lazy()
        .sort(CUT)
    )


def minutes_days(view: Facts, rows: pl.DataFrame, holes: Iterable[Hole] = ()) -> pl.DataFrame:
    """`features.due.set_days` of the minutes training set: rows of games whose labels are frozen.

    A team's game is due at least as many rows as players played in it; its first game of the schedule
    is due none, because nothing says then who may play.
    """
    due = label_sides(view).filter(~pl.col("is_first")).with_columns(due="played_due")
    return set_days("minutes", due, rows.filter("label_complete"), holes)
