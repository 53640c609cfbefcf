"""The lake's side of a model: training it from what was known, its row, its promotion."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from features.declared import schema_digest
from features.masks import Masks
from features.minutes import MINUTES_FEATURES
from features.training import HORIZONS, build_minutes_training, finished_games, minutes_rows
from lakehouse.clock import eastern_midnight, iso
from lakehouse.commit import Batch
from lakehouse.digest import canonical_json, text_digest
from lakehouse.errors import BadInput, LakeDamaged, PromotionRefused
from lakehouse.gate import View
from lakehouse.holes import Hole, standing_holes
from lakehouse.lake import Lake
from lakehouse.provenance import code_version
from models.artifact import dump, load, model_id, require_features
from models.fit import Fit, first_errors, fit_minutes, measure_rows
from models.gate import FEWEST_ROWS, Gate, judge_model
from models.guards import FeatureSet
from models.minutes import MinutesConfig, MinutesModel, Progress, silent
from models.promotions import in_use
from models.teams import TEAM_FEATURES
from transforms.label_days import require_labels

HEAD = "minutes"
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
    """The minutes features of this version, in declared order; the digest is of the team's declarations too."""
    return FeatureSet(
        tuple(feature.name for feature in MINUTES_FEATURES), schema_digest((*MINUTES_FEATURES, *TEAM_FEATURES))
    )


@dataclass(frozen=True)
class Trained:
    """A model that was fitted and stored, and the gate's word on putting it to use."""

    row: ModelRow
    gate: Gate

    @property
    def promoted(self) -> bool:
        """Whether it was put to use."""
        return self.gate.passed


def train_minutes(
    lake: Lake,
    until: date,
    *,
    proxies: bool = True,
    now: datetime,
    config: MinutesConfig | None = None,
    horizons: tuple[int, ...] = HORIZONS,
    threads: int = 2,
    progress: Progress = silent,
) -> Trained:
    """Fits the minutes model on what was available before 00:00 Eastern of `until`; promotes it if the gate lets it.

    One batch holds the model and its promotion. Fitting again on the same facts gives the same model, which is then
    only promoted again. Raises BadInput for too little history, LabelsMissing for days without labels and
    TrainingIncomplete for other holes that nobody declared, ClockError for a day still to come.
    """
    config = config or MinutesConfig()
    until_ts = eastern_midnight(until)
    # The gate lets through what was available at its instant, so the last one before midnight is asked for.
    view = lake.as_of(until_ts - timedelta(microseconds=1), knowledge="published", audience="training")
    progress("features", 0.0)
    holes = tuple(hole for hole in standing_holes(lake, view.pins) if hole.first_day < until)
    require_labels(view, last=until - timedelta(days=1), holes=holes)
    training = training_rows(view, until, holes, horizons, proxies=proxies)
    fit = fit_minutes(training, current_features(), config, threads, progress)
    told = minutes_rows(view, finished_games(view, until), horizons)
    late = told.filter(pl.col("game_date") >= pl.lit(date.fromisoformat(fit.windows["validation"]["from"])))
    metrics = fit.metrics
    if proxies:
        metrics = metrics | proxy_metrics(training, told, late, fit, threads)
    gate = Gate((), {})
    if fit.judged is not None:
        metrics = metrics | measure_rows(fit.judged, late, threads)
        gate = judge_model(fit.judged, *_unseen(lake, late.filter(pl.col("game_date") >= fit.judge_from)), threads)
    fit = replace(fit, metrics=metrics | gate.metrics)
    row = model_row(
        fit, view, training, until_ts, proxies=proxies, now=now, horizons=horizons, holes=holes, reasons=gate.reasons
    )
    commit_model(lake, row, now, f"trained until {until.isoformat()}" if gate.passed else None)
    return Trained(row, gate)


def training_rows(
    view: View, until: date, holes: Sequence[Hole], horizons: tuple[int, ...] = HORIZONS, *, proxies: bool = True
) -> pl.DataFrame:
    """The rows the minutes model is fitted on: every horizon in turn, with the blanks a run may find."""
    return build_minutes_training(view, until, horizons, proxies=proxies, masks=Masks(), holes=holes)


def proxy_metrics(
    training: pl.DataFrame, told: pl.DataFrame, late: pl.DataFrame, fit: Fit, threads: int
) -> dict[str, float]:
    """How many training rows are proxies, and what they cost or gain on rows without any.

    A first model is fitted on the days before the validation window with proxies, and one on the same games as reports
    told them (`told`); the difference of their errors on `late` is the cost, in the errors' units, below 0 a gain.
    Where too little lies before that window to judge a model, no cost is told.
    """
    rows = int(training["is_proxy"].sum())
    counted = {"proxy_rows": float(rows), "proxy_share": rows / len(training)}
    if fit.judged is None:
        return counted
    before = pl.col("game_date") < late["game_date"].min()
    with_proxies, without = (
        first_errors(rows.filter(before), late, fit, threads) for rows in (training, told.select(training.columns))
    )
    return counted | {f"cost_of_proxies_{name}": with_proxies[name] - without[name] for name in with_proxies}


def model_row(
    fit: Fit,
    view: View,
    training: pl.DataFrame,
    until_ts: datetime,
    *,
    proxies: bool,
    now: datetime,
    horizons: tuple[int, ...] = HORIZONS,
    holes: tuple[Hole, ...] = (),
    reasons: tuple[str, ...] = (),
) -> ModelRow:
    """The registry row of a fit, with the holes that stood when it was made and what the gate has against it.

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
        window=canonical_json({**fit.windows, "horizons": list(horizons), **_declared(holes)}),
        rows=fit.rows,
        proxies=proxies,
        feature_schema_digest=fit.model.features.digest,
        parameters=canonical_json(fit.config.to_dict()),
        metrics=canonical_json({**fit.metrics, "gate_reasons": list(reasons)}),
        code_version=code_version(),
        pins=str(view.pins.seq),
        artifact=text,
        artifact_sha256=text_digest(text),
    )


def commit_model(lake: Lake, row: ModelRow, now: datetime, reason: str | None) -> None:
    """Writes a model, where the lake does not hold it yet, and, for a reason, its promotion, as one batch."""
    known = lake.scan("ops.models").filter(pl.col("model_id") == row.model_id).select(pl.len()).collect().item()
    tables = {} if known else {"ops.models": row.to_frame()}
    if reason is not None:
        tables |= _promotion(row.model_id, now, reason)
    if tables:
        lake.commit(Batch(f"train:{HEAD}:{row.model_id}:{iso(now)}", "train", tables))


def promote(lake: Lake, chosen_id: str, now: datetime, reason: str, *, anyway: bool = False) -> None:
    """Puts an older or other model of the lake to use, as a later row.

    Raises BadInput for one the lake does not hold, and PromotionRefused for one the gate has refused, unless `anyway`.
    """
    held = lake.scan("ops.models").filter(pl.col("model_id") == chosen_id).select("metrics").head(1).collect()
    if held.is_empty():
        raise BadInput(f"This lake holds no model {chosen_id!r}; `pretip models list` names them.")
    if not anyway:
        require_passed(chosen_id, json.loads(held["metrics"][0]).get("gate_reasons", []))
    lake.commit(Batch(f"promote:{HEAD}:{chosen_id}:{iso(now)}", "train", _promotion(chosen_id, now, reason)))


def require_passed(model_id: str, reasons: Sequence[str]) -> None:
    """Raises PromotionRefused where the gate has something against a model."""
    if reasons:
        raise PromotionRefused(
            f"Model {model_id} is stored and not put to use: {'; '.join(reasons)}. Train on more, or put it to use all "
            f"the same with `pretip models promote {model_id} --anyway --reason WHY`."
        )


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


def _unseen(lake: Lake, rows: pl.DataFrame) -> tuple[pl.DataFrame, MinutesModel | None]:
    """The rows a model is judged on, and the model in use, if it reads these features; then only rows after its fit."""
    current = in_use(lake.scan("ops.promotions").collect(), HEAD)
    held = lake.scan("ops.models").filter(pl.col("model_id") == (current or "")).head(1).collect()
    if held.is_empty() or held["feature_schema_digest"][0] != current_features().digest:
        return rows, None
    later = rows.filter(pl.col("cut_ts") > held["knowledge_until"][0])
    if later.filter("label_complete").height < FEWEST_ROWS:
        return rows, None
    return later, load_model(held.row(0, named=True))


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
