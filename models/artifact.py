"""A model as one text: canonical JSON, carried by a column of `ops.models`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from lakehouse.clock import iso, parse_instant
from lakehouse.digest import canonical_json, text_digest
from lakehouse.errors import BadInput, LakeDamaged
from models.calibration import LogitShift
from models.conformal import Widths
from models.guards import FeatureSet
from models.listing import ListingFactors
from models.minutes import MinutesModel
from models.mixture import LEVELS
from models.overtime import OvertimeCurve
from models.play import PlayPriors
from models.teams import TEAM_NAMES

FORMAT = "pretip-minutes-4"


def dump(model: MinutesModel) -> str:
    """The text of a model."""
    return canonical_json(
        {
            "format": FORMAT,
            "features": list(model.features.names),
            "team_features": list(model.team_features),
            "feature_schema_digest": model.features.digest,
            "levels": list(model.levels),
            "cap_minutes": model.cap,
            "priors": asdict(model.priors),
            "calibration": asdict(model.calibration),
            "calibration_unknown": asdict(model.calibration_unknown),
            "factors": asdict(model.factors),
            "widths": model.widths.to_dict(),
            "overtime": asdict(model.overtime),
            "slack": model.slack,
            "first_play": model.first_play,
            "first_minutes": model.first_minutes,
            "play": model.play,
            "quantiles": list(model.quantiles),
            "knowledge_until": iso(model.knowledge_until) if model.knowledge_until is not None else None,
        }
    )


def model_id(text: str) -> str:
    """The id of a model: the first 16 hexadecimal digits of its text's SHA-256."""
    return text_digest(text)[:16]


def load(text: str, sha256: str | None = None) -> MinutesModel:
    """The model of a text; raises LakeDamaged where it is not the text whose digest is given, or not a model."""
    if sha256 is not None and text_digest(text) != sha256:
        raise LakeDamaged("A model's text is not what its row says was stored; restore ops.models or train again.")
    try:
        value: dict[str, Any] = json.loads(text)
        known = value["format"] == FORMAT and tuple(value["levels"]) == LEVELS
    except (json.JSONDecodeError, KeyError, TypeError):
        known = False
    if not known:
        raise LakeDamaged(f"A model's text is not of the format {FORMAT}; train a model with this version.")
    until = value["knowledge_until"]
    return MinutesModel(
        features=FeatureSet(tuple(value["features"]), value["feature_schema_digest"]),
        first_play=value["first_play"],
        first_minutes=value["first_minutes"],
        play=value["play"],
        quantiles=tuple(value["quantiles"]),
        team_features=tuple(value["team_features"]),
        levels=tuple(value["levels"]),
        cap=value["cap_minutes"],
        priors=PlayPriors(**value["priors"]),
        calibration=LogitShift(**value["calibration"]),
        calibration_unknown=LogitShift(**value["calibration_unknown"]),
        factors=ListingFactors(**value["factors"]),
        widths=Widths.from_dict(value["widths"]),
        overtime=OvertimeCurve(**value["overtime"]),
        slack=value["slack"],
        knowledge_until=parse_instant(until) if until is not None else None,
    )


def require_features(model: MinutesModel, current: FeatureSet) -> None:
    """Raises BadInput when the features of today are not those the model was fitted on, naming the first difference."""
    fitted, known = (*model.features.names, *model.team_features), (*current.names, *TEAM_NAMES)
    if model.features.digest == current.digest and fitted == known:
        return
    missing = [name for name in fitted if name not in known]
    extra = [name for name in known if name not in fitted]
    if missing:
        what = f"{missing[0]} is missing"
    elif extra:
        what = f"{extra[0]} is new to it"
    else:
        what = "a declaration changed"
    raise BadInput(f"The model was fitted on another feature set ({what}); train one with `pretip train minutes`.")
