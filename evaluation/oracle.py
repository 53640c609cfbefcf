"""The floor: the same model on the same rows, told who will play and who will start; for evaluation alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import polars as pl

from evaluation.accuracy import ORACLE
from features.minutes import build_minutes_features
from features.proxies import Said
from lakehouse.errors import BadInput
from lakehouse.gate import View
from models.guards import KEY
from models.minutes import MinutesModel, Predicted
from models.predict import MODEL_COLUMNS, predicted_columns

# Told at any cut.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
FIVE = 5
_SIDE = ["game_id", "team_id"]
_COLUMNS = tuple(name for name in MODEL_COLUMNS if name != "play_prob_rule")


def predict_oracle(
    view: View, rows: pl.DataFrame, labels: pl.DataFrame, models: Mapping[str, MinutesModel]
) -> pl.DataFrame:
    """What the model of each row would have said of it, told the truth about tonight: KEY, `oracle_<model column>`.

    `rows`: KEY, cut_ts, model_id, of Predictions; `labels` of the same rows, of `label_rows`. Everyone who did not
    play is Out, with P(plays) 0; who did is not, with 1, and those who did share out all of the team's minutes; the
    five who started are confirmed, where the box score says who. Nothing else is told: games without labels are as they
    were. Raises BadInput for a view that is not for evaluation, or if the spine the truth is told of is not that of the
    rows.
    """
    if view.audience != "evaluation":
        raise BadInput("What happened may be told for evaluation alone; read the lake as evaluation does.")
    cuts = rows.lazy().select("game_id", "cut_id", "cut_ts").unique().sort("game_id", "cut_id")
    features = build_minutes_features(view, cuts, proxies=truth(labels))
    happened = labels.filter("label_complete").select(*KEY, pl.col("played").cast(pl.Float64))
    frames = []
    for model_id, mine in (
        rows.select(*KEY, "model_id").sort("model_id", *KEY).group_by("model_id", maintain_order=True)
    ):
        model = models[str(model_id[0])]
        told = features.join(mine, on=KEY, how="semi", maintain_order="left").sort(KEY)
        if len(told) != len(mine):
            raise BadInput("Told who plays, the features have other rows than the run; this is a defect of features/.")
        made = predicted_columns(told, _say(model, told, happened), model.cap)
        frames.append(made.select(*KEY, pl.col(_COLUMNS).name.prefix(f"{ORACLE}_")))
    return pl.concat(frames).sort(KEY)


def _say(model: MinutesModel, told: pl.DataFrame, happened: pl.DataFrame) -> Predicted:
    said = model.raw(told)
    known = told.select(KEY).join(happened, on=KEY, how="left", maintain_order="left", validate="1:1")["played"]
    play = said.play.with_columns(play_prob=pl.coalesce(known, "play_prob"))
    # With no doubt who plays there is nothing to be slack for.
    certain = replace(model, slack=0.0)
    return Predicted(play, certain.reconcile(told, play, model.widen(told, said.quantiles)))


def truth(labels: pl.DataFrame) -> Said:
    """What happened, as if it had always been known: a status for every labelled row, fives where five are known."""
    known = labels.lazy().filter("label_complete").select(*KEY, "played", "starter").sort(KEY)
    told = pl.lit(LONG_AGO, pl.Datetime("us", "UTC")).alias("available_ts")
    keys = [*_SIDE, "player_id"]
    status = pl.when("played").then(pl.lit("Available")).otherwise(pl.lit("Out")).alias("status")
    has_five = pl.col("starter").fill_null(False).sum().over(_SIDE) == FIVE
    return Said(
        statuses=known.select(*keys, status, told),
        starters=known.filter(has_five).select(
            *keys, pl.col("starter").fill_null(False), pl.lit(True).alias("confirmed"), told
        ),
        overrules=True,
    )
