"""The lake's side of a model: training it from what was known, its row, its promotion."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from features.minutes import MINUTES_FEATURES, schema_digest
from features.training import build_minutes_training
from lakehouse.clock import eastern_midnight, iso
from lakehouse.commit import Batch
from lakehouse.digest import canonical_json, text_digest
from lakehouse.errors import BadInput, LakeDamaged
from lakehouse.gate import View
from lakehouse.holes import Hole, standing_holes
from lakehouse.lake import Lake
from lakehouse.provenance import code_version
from models.artifact import dump, load, model_id, require_features
from models.guards import FeatureSet
from models.minutes import Fit, MinutesConfig, MinutesModel, Progress, fit_minutes, silent
from transforms.label_days import require_labels

HEAD = "minutes"
HORIZONS = (60, 15)
STAMPS = ("feature_as_of_ts", "label_as_of_ts")
INSTANT = pl.Datetime("us", "UTC")


@dataclass(frozen=True)
class ModelRow:
    """A row of `ops.models`, as values."""

    model_id: str
    head: str
    trained_ts: datetime
    until_ts: datetime
    knowledge_until: datetime
    window: str
    rows: int
    proxies: bool
    feature_schema_digest: str
    parameters: str
    metrics: str
    code_version: str
    pins: str
    artifact: str
    artifact_sha256: str

    def to_frame(self) -> pl.DataFrame:
        """The row as a frame that fits the table."""
        instants = dict.fromkeys(("trained_ts", "until_ts", "knowledge_until"), INSTANT)
        return pl.DataFrame([vars(self)], schema_overrides=instants)


def current_features() -> FeatureSet:
    """The minutes features of this version, in declared order."""
    return FeatureSet(tuple(feature.name for feature in MINUTES_FEATURES), schema_digest())


def train_minutes(
    lake: Lake,
    until: date,
    *,
    proxies: bool = False,
    now: datetime,
    config: MinutesConfig | None = None,
    horizons: tuple[int, ...] = HORIZONS,
    threads: int = 2,
    progress: Progress = silent,
) -> ModelRow:
    """Fits the minutes model on what was available before 00:00 Eastern of `until`, and promotes it, in one batch.

    Fitting again on the same facts gives the same model, which is then only promoted again. Raises BadInput for too
    little history, LabelsMissing for days without labels and TrainingIncomplete for other holes that nobody declared,
    ClockError for a day still to come.
    """
    config = config or MinutesConfig()
    until_ts = eastern_midnight(until)
    # The gate lets through what was available at its instant, so the last one before midnight is asked for.
    view = lake.as_of(until_ts - timedelta(microseconds=1), knowledge="published", audience="training")
    progress("features", 0.0)
    holes = tuple(hole for hole in standing_holes(lake, view.pins) if hole.first_day < until)
    require_labels(view, last=until - timedelta(days=1), holes=holes)
    training = build_minutes_training(view, until, horizons=horizons, proxies=proxies, holes=holes)
    fit = fit_minutes(training, current_features(), config, threads, progress)
    row = model_row(fit, view, training, until_ts, config, proxies=proxies, now=now, holes=holes)
    commit_model(lake, row, now, f"trained until {until.isoformat()}")
    return row


def model_row(
    fit: Fit,
    view: View,
    training: pl.DataFrame,
    until_ts: datetime,
    config: MinutesConfig,
    *,
    proxies: bool,
    now: datetime,
    holes: tuple[Hole, ...] = (),
) -> ModelRow:
    """The registry row of a fit, with the holes that stood when it was made.

    Raises BadInput where its training rows were not all available before `until_ts`.
    """
    known = _knowledge_until(view, training, until_ts)
    # In the text too, so that its digest vouches for it.
    text = dump(replace(fit.model, knowledge_until=known))
    return ModelRow(
        model_id=model_id(text),
        head=HEAD,
        trained_ts=now,
        until_ts=until_ts,
        knowledge_until=known,
        window=canonical_json({**fit.windows, **_declared(holes)}),
        rows=fit.rows,
        proxies=proxies,
        feature_schema_digest=fit.model.features.digest,
        parameters=canonical_json(config.to_dict()),
        metrics=canonical_json(fit.metrics),
        code_version=code_version(),
        pins=str(view.pins.seq),
        artifact=text,
        artifact_sha256=text_digest(text),
    )


def commit_model(lake: Lake, row: ModelRow, now: datetime, reason: str) -> None:
    """Writes a model, where the lake does not hold it yet, and its promotion, as one batch."""
    known = lake.scan("ops.models").filter(pl.col("model_id") == row.model_id).select(pl.len()).collect().item()
    models = {} if known else {"ops.models": row.to_frame()}
    lake.commit(
        Batch(f"train:{HEAD}:{row.model_id}:{iso(now)}", "train", models | _promotion(row.model_id, now, reason))
    )


def promote(lake: Lake, chosen_id: str, now: datetime, reason: str) -> None:
    """Puts an older or other model of the lake to use, as a later row; raises BadInput for one it does not hold."""
    held = lake.scan("ops.models").filter(pl.col("model_id") == chosen_id).select(pl.len()).collect().item()
    if not held:
        raise BadInput(f"This lake holds no model {chosen_id!r}; `pretip models list` names them.")
    lake.commit(Batch(f"promote:{HEAD}:{chosen_id}:{iso(now)}", "train", _promotion(chosen_id, now, reason)))


def load_model(row: dict[str, Any]) -> MinutesModel:
    """The model of a row of `ops.models`; raises BadInput for other features.

    Raises LakeDamaged for an altered text, and for a row whose id or `knowledge_until` is not its text's.
    """
    model = load(row["artifact"], row["artifact_sha256"])
    if row["model_id"] != model_id(row["artifact"]) or row["knowledge_until"] != model.knowledge_until:
        raise LakeDamaged(
            f"The record of model {row['model_id']} is not its text's; restore ops.models or train again."
        )
    require_features(model, current_features())
    return model


def _declared(holes: tuple[Hole, ...]) -> dict[str, list[dict[str, str]]]:
    return {"holes": [hole.to_dict() for hole in holes]} if holes else {}


def _promotion(chosen_id: str, now: datetime, reason: str) -> dict[str, pl.DataFrame]:
    row = {"promoted_ts": now, "head": HEAD, "model_id": chosen_id, "reason": reason}
    return {"ops.promotions": pl.DataFrame([row], schema_overrides={"promoted_ts": INSTANT})}


def _knowledge_until(view: View, training: pl.DataFrame, until_ts: datetime) -> datetime:
    """The latest stamp of the rows, or the latest instant a box score or a label became available, if later."""
    read = [view.rows(name).select(pl.col("available_ts").max()) for name in ("silver.boxscores", "gold.labels")]
    stamps = [*(frame.item() for frame in pl.collect_all(read)), *(training[name].max() for name in STAMPS)]
    latest = max(stamp for stamp in stamps if isinstance(stamp, datetime))
    if latest >= until_ts:
        raise BadInput(f"A training row was known at {iso(latest)}, not before {iso(until_ts)}; nothing was trained.")
    return latest
