"""A model of the lake as a run in an MLflow tracking store, for those who keep their models there.

Needs the extra `mlflow`. The lake stays the registry: nothing is ever read back from the store.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from features.minutes import MINUTES_FEATURES
from lakehouse.digest import canonical_json
from lakehouse.errors import BadInput
from models.card import flatten

EXPERIMENT = "pretip"
SCHEMES = ("file:", "sqlite:")


def export_card(card: Mapping[str, Any], artifact: str, uri: str) -> str:
    """Logs a model's card and text as a finished run of the experiment EXPERIMENT, and gives the run's id.

    Numbers of the metrics become metrics, parameters become params, everything else tags and the files model.json,
    card.json and features.json (the declaration, where it is today's). Raises BadInput without the package, or for a
    store that is neither a folder nor a SQLite file: only the client of the sources leaves this machine.
    """
    if not uri.startswith(SCHEMES):
        if "://" in uri:
            raise BadInput(f"{uri} is no store on this machine; give a folder, or a URI such as sqlite:///mlflow.db.")
        # Else a bare word such as databricks would be taken for a service.
        uri = Path(uri).resolve().as_uri()
    client = _client(uri)
    found = client.get_experiment_by_name(EXPERIMENT)
    experiment = found.experiment_id if found is not None else client.create_experiment(EXPERIMENT)
    tags = {f"pretip.{name}": str(card[name]) for name in ("model_id", "head", "code_version", "pins", "proxies")}
    stamps = {f"pretip.{name}": card[name].isoformat() for name in ("trained_ts", "until_ts", "knowledge_until")}
    run_id: str = client.create_run(experiment, tags={**tags, **stamps}, run_name=card["model_id"]).info.run_id
    for name, value in flatten(card["parameters"]).items():
        client.log_param(run_id, name, value)
    for part in ("metrics", "gate", "proxy", "proxy_cost"):
        start = "" if part == "metrics" else f"{part}."
        for name, value in flatten(card[part]).items():
            if isinstance(value, int | float):
                client.log_metric(run_id, start + name, float(value))
            else:
                client.set_tag(run_id, f"pretip.{start}{name}", str(value))
    client.log_text(run_id, artifact, "model.json")
    client.log_text(run_id, canonical_json(card), "card.json")
    if card["features_are_todays"]:
        client.log_text(run_id, canonical_json([asdict(one) for one in MINUTES_FEATURES]), "features.json")
    client.set_terminated(run_id)
    return run_id


def _client(uri: str) -> Any:
    # MLflow writes folders only where that is asked for, and tells its makers of its use unless told not to.
    os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    try:
        from mlflow.tracking import MlflowClient
    except ImportError:
        raise BadInput("MLflow is not installed; install the extra with `pip install 'pretip[mlflow]'`.") from None
    return MlflowClient(tracking_uri=uri)
