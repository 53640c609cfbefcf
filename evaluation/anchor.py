"""Beside the earlier system: its last prediction of each game before the tip, and ours from no later an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from evaluation.accuracy import ORACLE, match_rows, report_rows
from evaluation.baselines import BASELINES
from evaluation.report import Report
from evaluation.tier import ANCHOR, Progress, Tier, put_beside
from lakehouse.errors import BadInput
from lakehouse.gate import View, newest
from lakehouse.lake import Lake
from models.guards import KEY
from models.measures import MODEL, members
from models.predict import MODEL_COLUMNS
from pipeline.at import Offset
from pipeline.predictions import Predictions, predict_at, predict_instants

# Its printed quantiles, which hold given that he plays; the median as printed, and that of the mixture with its P(plays).
PRINTED, MIXED = "anchor", "anchor_mixture"
_PLAYER = ["game_id", "team_id", "player_id"]


@dataclass(frozen=True)
class AnchorReport:
    """The comparison on the rows that both systems predicted, and how many rows only one of them did.

    `only_ours`: listed players it did not predict; `only_theirs`: players of its that our spine lacks.
    `late`: our method at the usual offset, told apart, because it may have known more than the earlier system's run.
    """

    tier: Tier
    late: str
    only_ours: int
    only_theirs: int
    earlier_runs: int

    @property
    def report(self) -> Report:
        """The figures."""
        return self.tier.report

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain data."""
        counts = {name: getattr(self, name) for name in ("late", "only_ours", "only_theirs", "earlier_runs")}
        return {**self.tier.to_dict(), **counts}


def evaluate_anchor(
    lake: Lake,
    first: date,
    last: date,
    offset: Offset,
    progress: Progress | None = None,
    usual: Predictions | None = None,
) -> AnchorReport:
    """Ours beside the earlier system's predictions of some dates, on identical rows of listed players.

    For each game its rows of the last run before the tip count; ours are the run's at that very instant, and, as the
    method named by `late`, at the offset: `usual`, where `predict_at` has made them already. Raises BadInput where the
    lake holds none of its predictions of the dates, and as `predict_instants`.
    """
    view = lake.as_of(lake.clock.now(), "published", "evaluation")
    theirs = last_predictions(view, first, last)
    if theirs.is_empty():
        raise BadInput(
            f"The lake holds no prediction of the earlier system from {first} to {last}; choose other dates."
        )
    final = theirs.filter("is_last")
    instants = final.select("game_date", "game_id", run_ts="generated_ts").unique().sort("run_ts", "game_id")
    made = predict_instants(lake, instants, view, progress)
    usual = usual or predict_at(lake, first, last, offset, "published", progress)
    beside = put_beside(view, made, first, offset)
    late = f"{MODEL} at {offset}"
    columns = [name for name in MODEL_COLUMNS if name != "play_prob_rule"]
    ours_late = usual.rows.select(*_PLAYER, pl.col(columns).name.prefix(f"{late}_"))
    rows = match_rows(beside.rows, beside.labels, beside.baselines, beside.oracle)
    paired = rows.join(final.drop("game_date", "generated_ts", "is_last"), on=_PLAYER, how="inner", validate="1:1")
    paired = paired.join(ours_late, on=_PLAYER, how="inner", validate="1:1").sort(KEY)
    complete = final.join(rows.select("game_id").unique(), on="game_id", how="semi")
    methods = (MODEL, PRINTED, MIXED, late, *BASELINES, ORACLE)
    report = report_rows(paired, methods, (PRINTED, MIXED, *BASELINES))
    tier = Tier(ANCHOR, ((first, last),), "its last run", report, beside.models, beside.features)
    return AnchorReport(
        tier,
        late,
        len(rows.filter(members("listed")).join(final, on=_PLAYER, how="anti")),
        len(complete) - len(paired),
        len(theirs) - len(final),
    )


def last_predictions(view: View, first: date, last: date) -> pl.DataFrame:
    """The earlier system's predictions of games of some dates, made before their tips, as two methods' columns.

    Columns: game_id, team_id, player_id, game_date, generated_ts, is_last (of the game's last run), then
    `<method>_<figure>` for PRINTED and MIXED.
    """
    games = newest(view.rows("silver.schedule"), ["game_id"]).select("game_id", "tip_ts", "game_date")
    said = (
        view.rows("silver.anchor_minutes")
        .join(games, on="game_id")
        .filter(pl.col("game_date").is_between(first, last) & (pl.col("generated_ts") <= pl.col("tip_ts")))
    )
    figures = {
        "play_prob": "play_prob",
        "minutes_cond": "minutes_p50",
        "p10_cond": "minutes_p10",
        "p90_cond": "minutes_p90",
    }
    medians = {PRINTED: pl.col("minutes_p50"), MIXED: _mixture_median()}
    return (
        said.select(
            *_PLAYER,
            "game_date",
            "generated_ts",
            is_last=pl.col("generated_ts") == pl.col("generated_ts").max().over("game_id"),
            **{f"{method}_{name}": pl.col(source) for method in medians for name, source in figures.items()},
            **{f"{method}_minutes": median for method, median in medians.items()},
        )
        .sort(*_PLAYER, "generated_ts")
        .unique(_PLAYER, keep="last", maintain_order=True)
        .collect()
    )


def _mixture_median() -> pl.Expr:
    """The median with mass 1 - p at 0: its conditional quantiles are taken as linear from 0 at level 0."""
    prob = pl.col("play_prob")
    level = (prob - 0.5) / prob
    low = pl.col("minutes_p10") * level / 0.1
    high = pl.col("minutes_p10") + (pl.col("minutes_p50") - pl.col("minutes_p10")) * (level - 0.1) / 0.4
    return pl.when(prob <= 0.5).then(0.0).when(level < 0.1).then(low).otherwise(high)
