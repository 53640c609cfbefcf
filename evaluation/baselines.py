"""What simple rules would have said: last game, mean of three, and a lookup table of recent play."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from evaluation.recent import ROW
from lakehouse.errors import BadInput

BASELINES = ("last_game", "mean3", "lookup")
FIGURES = ("play_prob", "minutes", "minutes_cond", "p10_cond", "p90_cond")
# Minutes at which a mean of the last five games starts a new row of the lookup table.
EDGES = (4.0, 8.0, 12.0, 16.0, 20.0, 24.0, 28.0, 32.0, 36.0)
CELL = ["played_last", "share_cell", "minutes_cell"]
# A cell of fewer rows than this is answered by the whole table.
FEWEST_ROWS = 30
FALLBACK_MINUTES = 12.0


@dataclass(frozen=True)
class Baselines:
    """The fitted rules: the lookup table, and how far the point rules missed (10% and 90% of their errors, minutes)."""

    table: pl.DataFrame
    overall: pl.DataFrame
    errors: dict[str, tuple[float, float]]


def fit_baselines(recent: pl.DataFrame, labels: pl.DataFrame) -> Baselines:
    """The rules, fitted on rows that lie before the window they will be compared on.

    `recent` is what `recent_play` gives, `labels` has [game_id, cut_id, team_id, player_id, minutes, played,
    label_complete, dnp_complete]. Raises BadInput where no complete row is left.
    """
    known = recent.join(labels.select(*ROW, "minutes", "played", "label_complete", "dnp_complete"), on=ROW)
    rows = known.filter(pl.col("label_complete") & pl.col("dnp_complete")).with_columns(_cells()).sort(ROW)
    if not len(rows):
        raise BadInput("There is no complete game before the window to fit the baselines on; widen the history.")
    cond = pl.col("minutes").filter("played")
    figures = [
        pl.len().alias("rows"),
        pl.col("played").mean().alias("lookup_play_prob"),
        pl.col("minutes").median().alias("lookup_minutes"),
        cond.median().alias("lookup_minutes_cond"),
        cond.quantile(0.1, "linear").alias("lookup_p10_cond"),
        cond.quantile(0.9, "linear").alias("lookup_p90_cond"),
    ]
    table = rows.group_by(CELL, maintain_order=True).agg(figures).filter(pl.col("rows") >= FEWEST_ROWS).sort(CELL)
    played = rows.filter("played")
    return Baselines(
        table.drop("rows"),
        rows.select(figures).drop("rows"),
        {name: _error_span(played, column) for name, column in (("last_game", "last_cond"), ("mean3", "mean3_cond"))},
    )


def predict_baselines(fitted: Baselines, recent: pl.DataFrame) -> pl.DataFrame:
    """Each rule's answer for each row of `recent`, as columns `<rule>_<figure>`.

    Figures: play_prob; minutes, unconditional; minutes_cond, given that he plays, with p10_cond and p90_cond.
    """
    rows = recent.with_columns(_cells()).join(
        fitted.table, on=CELL, how="left", maintain_order="left", nulls_equal=True
    )
    overall = fitted.overall.row(0, named=True)
    looked_up = [pl.col(f"lookup_{name}").fill_null(overall[f"lookup_{name}"]) for name in FIGURES]
    points = {
        "last_game_play_prob": (pl.col("last_minutes") > 0.0).cast(pl.Float64),
        "last_game_minutes": pl.col("last_minutes"),
        "last_game_minutes_cond": pl.col("last_cond").fill_null(FALLBACK_MINUTES),
        "mean3_play_prob": pl.col("share3"),
        "mean3_minutes": pl.col("mean3_minutes"),
        "mean3_minutes_cond": pl.col("mean3_cond").fill_null(FALLBACK_MINUTES),
    }
    spans = [
        (pl.col(f"{name}_minutes_cond") + error).clip(0.0).alias(f"{name}_{side}_cond")
        for name, span in fitted.errors.items()
        for side, error in zip(("p10", "p90"), span, strict=True)
    ]
    named = [f"{rule}_{figure}" for rule in BASELINES for figure in FIGURES]
    return rows.with_columns(looked_up).with_columns(**points).with_columns(spans).select(*ROW, *named)


def _cells() -> list[pl.Expr]:
    bucket = pl.sum_horizontal([(pl.col("mean5_cond") >= edge).cast(pl.Int32) for edge in EDGES])
    return [
        (pl.col("last_minutes") > 0.0).alias("played_last"),
        (pl.col("share5") * 5.0).round(0).cast(pl.Int32).alias("share_cell"),
        pl.when(pl.col("mean5_cond").is_null()).then(-1).otherwise(bucket).cast(pl.Int32).alias("minutes_cell"),
    ]


def _error_span(played: pl.DataFrame, column: str) -> tuple[float, float]:
    errors = (played["minutes"] - played[column]).drop_nulls()
    low, high = errors.quantile(0.1, "linear"), errors.quantile(0.9, "linear")
    return (low or 0.0, high or 0.0)
