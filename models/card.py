"""A model's card: all that the lake says of one model, without the texts of its boosters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from lakehouse.errors import UnknownName
from lakehouse.lake import Lake
from models.promotions import in_use
from models.registry import HEAD, current_features

# Beginnings of the metrics that are no measure of the validation window, and the part of the card each goes to.
PARTS = {"gate_": "gate", "cost_of_proxies_": "proxy_cost", "proxy_": "proxy", "null_": "null_rates"}
_BULKY = ("features", "team_features", "first_play", "first_minutes", "play", "quantiles", "format", "feature_schema_digest",
          "knowledge_until")  # fmt: skip
_PLAIN = ("head", "trained_ts", "until_ts", "knowledge_until", "rows", "proxies", "code_version", "pins",
          "artifact_sha256")  # fmt: skip


def read_row(lake: Lake, model_id: str | None, head: str = HEAD) -> dict[str, Any]:
    """The row of `ops.models` of an id or its unambiguous beginning, or of the model in use; raises UnknownName."""
    if model_id is None:
        model_id = in_use(lake.scan("ops.promotions").collect(), head)
        if model_id is None:
            raise UnknownName(f"No {head} model is in use in this lake; train one with `pretip train {head}`.")
    held = lake.scan("ops.models").filter(pl.col("model_id").str.starts_with(model_id)).collect()
    ids = held["model_id"].unique()
    if len(ids) != 1:
        many = f"{len(ids)} models begin with {model_id!r}; give more of the id"
        what = many if len(ids) else f"This lake holds no model {model_id!r}"
        raise UnknownName(f"{what}; `pretip models list` names them.")
    return held.row(0, named=True)


def make_card(row: Mapping[str, Any], promotions: pl.DataFrame) -> dict[str, Any]:
    """The card of a row of `ops.models`, as plain data.

    `window`, `holes`, `horizons` (None where the row does not say) and `parameters` are what it was fitted on and with;
    `metrics` its measures on the validation window; `gate`, `proxy`, `proxy_cost` and `null_rates` the metrics of those
    beginnings without them; `fitted` what its text holds besides boosters, such as calibration and widths.
    """
    window, parameters, text = (json.loads(row[name]) for name in ("window", "parameters", "artifact"))
    mine = promotions.filter(pl.col("model_id") == row["model_id"]).sort("promoted_ts")
    return {
        "model_id": row["model_id"],
        **{name: row[name] for name in _PLAIN},
        "in_use": in_use(promotions, row["head"]) == row["model_id"],
        "features": len(text["features"]),
        "features_are_todays": row["feature_schema_digest"] == current_features().digest,
        "horizons": window.pop("horizons", parameters.get("horizons")),
        "holes": window.pop("holes", []),
        "window": window,
        "parameters": parameters,
        "fitted": {name: value for name, value in text.items() if name not in _BULKY},
        **split_metrics(row["metrics"]),
        "promotions": mine.select("promoted_ts", "reason").to_dicts(),
    }


def split_metrics(text: str) -> dict[str, dict[str, Any]]:
    """The metrics of a row by part: `metrics`, and the PARTS with their beginnings left off."""
    parts: dict[str, dict[str, Any]] = {part: {} for part in ("metrics", *PARTS.values())}
    for name, value in json.loads(text).items():
        start = next((start for start in PARTS if name.startswith(start)), "")
        parts[PARTS.get(start, "metrics")][name.removeprefix(start)] = value
    return parts


def flatten(value: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """The leaves of nested plain data under dotted names, lists left whole."""
    leaves: dict[str, Any] = {}
    for name, inner in value.items():
        leaves |= flatten(inner, f"{path}{name}.") if isinstance(inner, Mapping) else {f"{path}{name}": inner}
    return leaves
