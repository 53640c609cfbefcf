"""Which model a run may use: one promoted, whose knowledge was complete by the run's instant."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl

from lakehouse.clock import iso
from lakehouse.errors import RunBlocked, UnknownName
from lakehouse.gate import Knowledge


def choose_model(
    models: pl.DataFrame, promotions: pl.DataFrame, head: str, run_ts: datetime, knowledge: Knowledge
) -> dict[str, Any]:
    """The row of `ops.models` that a run of that instant and kind of knowledge uses.

    `observed`: the model promoted by `run_ts`, which must know nothing later. `published`: the one promoted last among
    those that know nothing later, whenever they were promoted; so a rollback counts here too. Raises RunBlocked
    where there is none.
    """
    ours = promotions.filter(pl.col("head") == head).select("promoted_ts", "model_id")
    offered = ours.join(models, on="model_id", how="inner").sort("promoted_ts", "model_id", descending=True)
    if knowledge == "observed":
        current = offered.filter(pl.col("promoted_ts") <= run_ts).head(1)
        late = current.filter(pl.col("knowledge_until") > run_ts)
        if len(late):
            raise RunBlocked(
                f"The {head} model in use at {iso(run_ts)} knows facts up to {iso(late['knowledge_until'][0])}; "
                "promote an older one, or run with published knowledge."
            )
        chosen = current
    else:
        chosen = offered.filter(pl.col("knowledge_until") <= run_ts).head(1)
    if not len(chosen):
        raise RunBlocked(_nothing(offered, head, run_ts, knowledge))
    return chosen.row(0, named=True)


def find_model(models: pl.DataFrame, model_id: str, head: str, run_ts: datetime) -> dict[str, Any]:
    """The row of a model named by hand; raises UnknownName, or RunBlocked where it knows facts later than the run."""
    found = models.filter((pl.col("model_id") == model_id) & (pl.col("head") == head))
    if not len(found):
        raise UnknownName(f"There is no {head} model {model_id!r}; `pretip models list` names them.")
    row = found.row(0, named=True)
    if row["knowledge_until"] > run_ts:
        raise RunBlocked(
            f"Model {model_id} knows facts up to {iso(row['knowledge_until'])}, later than {iso(run_ts)}; "
            "name one trained until an earlier date."
        )
    return row


def _nothing(offered: pl.DataFrame, head: str, run_ts: datetime, knowledge: Knowledge) -> str:
    how = f"train one with `pretip train {head} --until DATE`, DATE no later than the run"
    if not len(offered):
        return f"No {head} model has been promoted in this lake; {how}."
    if knowledge == "observed":
        return f"No {head} model was promoted in this lake by {iso(run_ts)}; {how}, or run with published knowledge."
    return f"Every {head} model in this lake knows facts later than {iso(run_ts)}; {how}."
