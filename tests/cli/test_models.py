"""`pretip models`: what it lists and shows, going back, and the export to MLflow."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import polars as pl
import pytest
from click.testing import Result

from cli.model_lines import gate_words
from lakehouse.commit import Batch
from lakehouse.digest import canonical_json
from lakehouse.errors import PromotionRefused
from lakehouse.lake import Lake
from models.registry import promote
from tests.cli.conftest import Call

SECOND = "feedfeedfeedfeed"
REFUSED = "coverage of starters is .71"
METRICS = {
    "brier": 0.07,
    "gate_reasons": [REFUSED],
    "gate_rows": 512.0,
    "proxy_share": 0.62,
    "proxy_rows": 62000,
    "cost_of_proxies_mae": 0.021,
    "null_rates": {"team_spread": 0.4},
}
HOLE = {"table": "silver.boxscores", "first_day": "2025-11-03", "last_day": "2025-11-04", "reason": "lost"}


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def first(lake: Lake) -> str:
    """Id of the model the small league was trained with."""
    model_id: str = lake.scan("ops.models").select("model_id").collect().item()
    return model_id


@pytest.fixture
def two(lake: Lake, first: str) -> str:
    """A second model in the lake, promoted after the first, whose row says all that a row can."""
    row = lake.scan("ops.models").collect().with_columns(
        model_id=pl.lit(SECOND),
        proxies=pl.lit(True),
        trained_ts=pl.col("trained_ts") + timedelta(minutes=5),
        metrics=pl.lit(canonical_json(METRICS)),
        window=pl.lit(canonical_json({"train": {"from": "2025-10-21", "to": "2025-11-30"}, "holes": [HOLE],
                                      "horizons": [360, 60, 15, 0]})),
    )  # fmt: skip
    lake.commit(Batch("test:second", "train", {"ops.models": row}))
    promote(lake, SECOND, lake.clock.now() - timedelta(minutes=1), "a better one", anyway=True)
    return SECOND


def test_the_list_says_which_is_in_use_and_what_the_gate_said(call: Call, first: str, two: str) -> None:
    listed = told(call("models", "list", "--json"))
    assert [(row["model_id"], row["in_use"]) for row in listed["models"]] == [(first, False), (two, True)]
    assert listed["models"][1]["gate"] == {"reasons": [REFUSED], "rows": 512.0}
    assert [row["promotions"][-1]["reason"] for row in listed["models"]][1] == "a better one"
    assert [row["model_id"] for row in listed["promotions"]] == [first, two]
    shown = call("models", "list")
    assert shown.exit_code == 0, shown.output
    assert "refused" in shown.output.replace("\n", "")


def test_show_takes_the_one_in_use_or_the_beginning_of_an_id(call: Call, first: str, two: str) -> None:
    card = told(call("models", "show", "--json"))
    assert (card["model_id"], card["in_use"]) == (two, True)
    assert card["horizons"] == [360, 60, 15, 0]
    assert card["holes"] == [HOLE]
    assert card["metrics"] == {"brier": 0.07}
    assert (card["proxy"], card["proxy_cost"]) == ({"share": 0.62, "rows": 62000}, {"mae": 0.021})
    assert card["null_rates"] == {"rates": {"team_spread": 0.4}}
    assert card["fitted"]["calibration"].keys() == {"slope", "shift"}
    assert not any("tree" in str(value)[:20] for value in card["fitted"].values())
    older = told(call("models", "show", first[:6], "--json"))
    assert (older["model_id"], older["in_use"], older["proxies"]) == (first, False, True)
    assert older["features_are_todays"]


def test_show_reads_well(call: Call, first: str, two: str) -> None:
    text = call("models", "show").output
    for part in ("in use", "T-360", "62.0% of the rows", f"gate: refused: {REFUSED}", "lost", "cap_minutes: 48",
                 "a better one"):  # fmt: skip
        assert part in text, part
    assert "proxies were used: 0.0% of the rows" in call("models", "show", first).output


@pytest.mark.parametrize(
    ("gate", "words"),
    [
        ({}, ""),
        ({"reasons": []}, "passed, too few rows to judge"),
        ({"reasons": [], "rows": 40.0}, "passed, too few rows to judge"),
        ({"reasons": [], "rows": 7412.0, "coverage_p10_p90_of_played": 0.8}, "passed on 7,412 rows"),
        ({"reasons": ["one", "two"], "rows": 512.0}, "refused: one; two"),
    ],
)
def test_the_gates_word_is_one_line(gate: dict[str, Any], words: str) -> None:
    assert gate_words(gate) == words


@pytest.mark.parametrize("command", [("show", "nothing"), ("export", "nothing", "--mlflow", "sqlite:///x.db")])
def test_a_model_there_is_not_is_said_in_one_line(call: Call, command: tuple[str, ...]) -> None:
    found = call("models", *command)
    assert found.exit_code == 3
    assert "holds no model 'nothing'" in found.stderr


def test_what_the_gate_refused_is_put_to_use_only_anyway(call: Call, first: str, two: str) -> None:
    refused = call("models", "promote", SECOND, "--reason", "again")
    assert refused.exit_code == PromotionRefused.exit_code
    assert REFUSED in refused.stderr
    assert told(call("models", "promote", SECOND, "--anyway", "--reason", "again", "--json"))["model_id"] == SECOND


def test_rollback_goes_back_once_and_then_says_there_is_none(call: Call, first: str, two: str) -> None:
    assert told(call("models", "rollback", "--reason", "it slipped", "--json"))["model_id"] == first
    assert told(call("models", "show", "--json"))["promotions"][-1]["reason"] == "it slipped"
    again = call("models", "rollback", "--reason", "further")
    assert again.exit_code == 2
    assert "No minutes model was in use before" in again.stderr


@dataclass
class Store:
    """What a stand-in for MLflow's client was told."""

    uri: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    is_finished: bool = False


class Client:
    """The calls of `mlflow.tracking.MlflowClient` that the export makes."""

    store: Store

    def __init__(self, tracking_uri: str) -> None:
        self.store.uri = tracking_uri

    def get_experiment_by_name(self, name: str) -> None:
        return None

    def create_experiment(self, name: str) -> str:
        return name

    def create_run(self, experiment_id: str, tags: dict[str, str], run_name: str) -> SimpleNamespace:
        self.store.tags |= tags
        return SimpleNamespace(info=SimpleNamespace(run_id="run-1"))

    def log_param(self, run_id: str, key: str, value: Any) -> None:
        self.store.params[key] = value

    def log_metric(self, run_id: str, key: str, value: float) -> None:
        self.store.metrics[key] = value

    def set_tag(self, run_id: str, key: str, value: str) -> None:
        self.store.tags[key] = value

    def log_text(self, run_id: str, text: str, artifact_file: str) -> None:
        self.store.texts[artifact_file] = text

    def set_terminated(self, run_id: str) -> None:
        self.store.is_finished = True


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    """MLflow's client, and no service behind it."""
    Client.store = Store()
    tracking = ModuleType("mlflow.tracking")
    tracking.MlflowClient = Client  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "mlflow", ModuleType("mlflow"))
    monkeypatch.setitem(sys.modules, "mlflow.tracking", tracking)
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "false")
    return Client.store


def test_export_logs_everything_of_the_model(call: Call, lake: Lake, two: str, store: Store, tmp_path: Path) -> None:
    done = told(call("models", "export", "--mlflow", str(tmp_path / "runs"), "--json"))
    assert done == {"model_id": two, "mlflow_run_id": "run-1", "uri": str(tmp_path / "runs")}
    assert store.uri == (tmp_path / "runs").as_uri()
    assert store.is_finished
    assert store.params["play.rounds"] == 8
    assert store.metrics == {
        "brier": 0.07,
        "gate.rows": 512.0,
        "proxy.share": 0.62,
        "proxy.rows": 62000.0,
        "proxy_cost.mae": 0.021,
    }
    assert store.tags["pretip.gate.reasons"] == f"['{REFUSED}']"
    artifact = lake.scan("ops.models").filter(pl.col("model_id") == two).select("artifact").collect().item()
    assert store.texts["model.json"] == artifact
    assert json.loads(store.texts["card.json"])["holes"] == [HOLE]
    assert json.loads(store.texts["features.json"])[0].keys() >= {"name", "meaning", "unit", "sources"}


@pytest.mark.parametrize("uri", ["https://example.org", "databricks://profile"])
def test_export_stays_on_this_machine(call: Call, store: Store, uri: str) -> None:
    refused = call("models", "export", "--mlflow", uri)
    assert refused.exit_code == 2
    assert "no store on this machine" in refused.stderr
    assert store.uri == ""


def test_export_without_mlflow_names_the_extra(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    monkeypatch.setitem(sys.modules, "mlflow.tracking", None)
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "false")
    refused = call("models", "export", "--mlflow", str(tmp_path))
    assert refused.exit_code == 2
    assert "pretip[mlflow]" in refused.stderr


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("scheme", ["folder", "sqlite"])
def test_a_real_store_holds_the_run(
    call: Call, two: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scheme: str
) -> None:
    tracking = pytest.importorskip("mlflow.tracking", reason="the extra mlflow is not installed")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.chdir(tmp_path)
    uri = (tmp_path / "runs").as_uri() if scheme == "folder" else f"sqlite:///{tmp_path / 'runs.db'}"
    done = told(call("models", "export", "--mlflow", uri, "--json"))
    kept = tracking.MlflowClient(tracking_uri=uri).get_run(done["mlflow_run_id"])
    assert kept.info.status == "FINISHED"
    assert kept.data.params["play.rounds"] == "8"
    assert kept.data.tags["pretip.model_id"] == two
    assert kept.data.metrics["brier"] == 0.07
    names = {one.path for one in tracking.MlflowClient(tracking_uri=uri).list_artifacts(done["mlflow_run_id"])}
    assert names == {"model.json", "card.json", "features.json"}
