"""Why a run said what it said of a player: his features made again from the manifest, and what each of them moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from features.minutes import MINUTES_FEATURES
from lakehouse.errors import RunBlocked, UnknownName
from lakehouse.lake import Lake
from models.drivers import UNITS, find_drivers
from models.teams import SIDE, TEAM_FEATURES
from pipeline.compute import forecast
from pipeline.history import find_player
from pipeline.model import pick_minutes_model
from pipeline.record import RunRecord, read_record
from pipeline.run import reader

DECLARED = ("feature", "meaning", "unit")
SAID = (
    "play_prob", "play_prob_rule", "minutes_p10", "minutes_p50", "minutes_p90", "minutes_p10_cond", "minutes_p50_cond",
    "minutes_p90_cond",
)  # fmt: skip


@dataclass(frozen=True)
class Explanation:
    """A player's minutes in a run, and their drivers.

    `minutes` holds the columns SAID of `gold.minutes`, minutes and a probability; `context` his game, team, status and
    the instant of the cut. `drivers` has a row a head and feature: head, feature, meaning, unit, value (null where
    unknown), contribution; the largest contributions of each head first. `bases` are what each head says of nobody in
    particular, in `models.drivers.UNITS`. `is_same` says whether the features are, to the byte, those of the run.
    """

    run_id: str
    model_id: str
    player_id: int
    player_name: str | None
    context: Mapping[str, Any]
    minutes: Mapping[str, Any]
    bases: Mapping[str, float]
    drivers: pl.DataFrame
    is_same: bool

    def raw(self, head: str) -> float:
        """What the head's booster says of him: the base and all contributions, in the head's unit."""
        return self.bases[head] + float(self.of(head)["contribution"].sum())

    def of(self, head: str) -> pl.DataFrame:
        """The drivers of one head."""
        return self.drivers.filter(pl.col("head") == head).drop("head")


def explain(lake: Lake, run_id: str, player: str) -> Explanation:
    """Makes the minutes of a stored run again, from its pins and its model, and takes one player's apart.

    `player` is an NBA id, or a name as decided at the run's instant. Writes nothing. Raises UnknownName for a run or a
    player there is none of, and RunBlocked for a run that projected nobody.
    """
    record = read_record(lake, run_id)
    if record.status == "blocked":
        raise RunBlocked(f"Run {record.run_id} was blocked and projected nobody: {' '.join(record.reasons)}")
    request, held = record.request, reader(lake, record.run_ts)
    view = held.as_of(request.run_ts, request.knowledge, "run", request.pins)
    player_id, name = find_player(view, player)
    model = pick_minutes_model(held, request)
    made = forecast(view, request, model)
    is_his = pl.col("player_id") == player_id
    rows = made.inputs.features.filter(is_his)
    if rows.is_empty():
        raise UnknownName(_absent(record, player_id, name, len(made.minutes)))
    team = made.inputs.features.filter(is_his.any().over(SIDE))
    drivers = find_drivers(model.model, team).filter(is_his)
    known = (*MINUTES_FEATURES, *TEAM_FEATURES)
    declared = pl.DataFrame([[getattr(one, key) for key in ("name", *DECLARED[1:])] for one in known],
                            schema=DECLARED, orient="row")  # fmt: skip
    context = ("game_id", "game_date", "team_id", "opponent_team_id", "is_home", "status_text", "reason", "cut_ts")
    return Explanation(
        run_id=record.run_id,
        model_id=model.model_id,
        player_id=player_id,
        player_name=name,
        context=rows.select(context).row(0, named=True),
        minutes=made.minutes.filter(is_his).select(SAID).row(0, named=True),
        bases={head: drivers.filter(pl.col("head") == head)["base"][0] for head in UNITS},
        drivers=drivers.join(declared, on="feature", how="left", maintain_order="left").select(
            "head", *DECLARED, "value", "contribution"
        ),
        is_same=made.inputs.feature_digest == record.digests.get("features"),
    )


def _absent(record: RunRecord, player_id: int, name: str | None, players: int) -> str:
    who = f"{name} ({player_id})" if name else f"Player {player_id}"
    return (
        f"{who} is not among the {players} players of run {record.run_id}; "
        f"`pretip show minutes --run {record.run_id}` lists them."
    )
