"""Which model a run uses: the one of its time, or the one its manifest names."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lakehouse.errors import LakeDamaged
from lakehouse.lake import Lake
from models.choice import choose_model, find_model
from models.minutes import MinutesModel
from models.registry import HEAD, load_model
from pipeline.request import RunRequest


@dataclass(frozen=True)
class ChosenModel:
    """A minutes model and its id."""

    model_id: str
    model: MinutesModel


def pick_minutes_model(lake: Lake, request: RunRequest) -> ChosenModel:
    """The minutes model of a run: the one it names, else the one of its time.

    Raises RunBlocked where there is none or the one named knows too much, UnknownName where the lake holds none of that
    name, and LakeDamaged for an altered text or record.
    """
    models = lake.scan("ops.models")
    headers = models.drop("artifact").collect()
    if request.model_id is None:
        # By the log, not by the stamp alone: a clock behind the log must not put a promotion into an earlier run.
        pins = request.pins if request.knowledge == "observed" else None
        promotions = lake.scan("ops.promotions", pins).collect()
        row = choose_model(headers, promotions, HEAD, request.run_ts, request.knowledge)
    else:
        row = find_model(headers, request.model_id, HEAD, request.run_ts)
    held = models.filter(pl.col("model_id") == row["model_id"]).select("artifact", "knowledge_until").unique().collect()
    if len(held) != 1:
        raise LakeDamaged(f"The lake holds {len(held)} different records of model {row['model_id']}; train again.")
    return ChosenModel(row["model_id"], load_model({**row, "artifact": held["artifact"][0]}))
