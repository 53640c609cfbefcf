"""How many rows a training set is due, how many it holds, and when it holds too few to be used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from lakehouse.errors import TrainingIncomplete
from lakehouse.holes import Hole, declared_reason
from transforms.due import team_games_due
from transforms.facts import Facts
from transforms.label_days import BASIS
from transforms.labels import TABLE as LABELS

_SIDE = ["game_id", "team_id"]


@dataclass(frozen=True)
class Threshold:
    """How complete a training set must be outside declared holes.

    `share`: of the rows due, what every date must hold. `dates`: what share of a season's dates may lack any row; one
    date always may.
    """

    share: float = 0.8
    dates: float = 0.01


USUAL = Threshold()


def label_sides(view: Facts) -> pl.DataFrame:
    """`transforms.due.team_games_due`, where the games that are complete are those whose labels are frozen."""
    return team_games_due(view, view.rows(LABELS).select("game_id"))


def set_days(name: str, due: pl.DataFrame, rows: pl.DataFrame, holes: Iterable[Hole]) -> pl.DataFrame:
    """What a training set holds, a row a date with games: game_date, season, due, present, lacking, flawed, declared.

    `due` is one row a team's game, those of `label_sides` with `due`. `rows` are those of the set: game_id and team_id.
    `lacking` counts the rows due that are not there (a team's rows above what is due make up for no other's), `flawed`
    those of them that no import can bring: of games whose box score is all there and does not add up. `declared` is the
    reason of a hole of the set, or of what it stands on, that covers the date; or null.
    """
    held = rows.group_by(_SIDE).agg(present=pl.len().cast(pl.Int64))
    present, lacking = pl.col("present").fill_null(0), (pl.col("due") - pl.col("present")).clip(0)
    return (
        due.join(held, on=_SIDE, how="left", maintain_order="left")
        .with_columns(present)
        .with_columns(lacking=lacking, flawed=pl.when("is_flawed").then(lacking).otherwise(0))
        .group_by("game_date", maintain_order=True)
        .agg(pl.col("season").first(), pl.col("due", "present", "lacking", "flawed").sum())
        .sort("game_date")
        .with_columns(declared=declared_reason(holes, hole_names(name)))
    )


def hole_names(name: str) -> tuple[str, ...]:
    """What a hole may be declared of to be one of a training set: of itself, or of what it stands on."""
    return (name, *BASIS)


def thin_days(days: pl.DataFrame, threshold: Threshold = USUAL) -> pl.DataFrame:
    """The dates of `set_days` that break the threshold; none where the set may be used.

    Flawed games alone break no date, but they count among the dates of a season that lack rows.
    """
    undeclared = days.filter(pl.col("declared").is_null())
    lacks = pl.col("lacking") > 0
    short = pl.col("lacking") - pl.col("flawed") > (1 - threshold.share) * pl.col("due")
    allowed = pl.max_horizontal(pl.lit(1.0), pl.len().over("season") * threshold.dates)
    return undeclared.filter(short | (lacks & (lacks.sum().over("season") > allowed)))


def require_whole(name: str, days: pl.DataFrame, threshold: Threshold = USUAL) -> None:
    """Raises TrainingIncomplete, in a sentence, where dates of `set_days` break the threshold."""
    thin = thin_days(days, threshold)
    if thin.is_empty():
        return
    worst = thin.sort(pl.col("lacking") / pl.col("due"), descending=True, maintain_order=True).row(0, named=True)
    first, last = thin["game_date"][0], thin["game_date"][-1]
    raise TrainingIncomplete(
        f"The {name} training set holds {worst['due'] - worst['lacking']} rows where {worst['due']} are due on "
        f"{worst['game_date']}, and {thin.height} of its {days.height} dates lack rows, from {first} to {last}; import "
        f"what is missing, or declare each hole: `pretip holes add {name} --from DATE --to DATE --reason WHY`."
    )
