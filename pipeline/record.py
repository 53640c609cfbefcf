"""The manifest: a row of `ops.runs` that holds by value everything a run is a function of, and its digests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from lakehouse.clock import iso
from lakehouse.digest import canonical_json, text_digest
from lakehouse.errors import UnknownName
from lakehouse.gate import Knowledge, Lag, Pins
from lakehouse.lake import Lake
from lakehouse.provenance import code_version, fingerprint
from lakehouse.tables import get_table
from pipeline.compute import RunResult
from pipeline.request import Override, RunRequest

_JSON = ("reasons", "slate", "pins", "lags", "models", "configuration", "fingerprint", "digests", "step_seconds")


@dataclass(frozen=True)
class RunRecord:
    """A run as its manifest tells it; the JSON columns are decoded."""

    run_id: str
    run_ts: datetime
    kind: str
    status: str
    reasons: tuple[str, ...]
    knowledge: Knowledge
    slate_date: date
    slate: Mapping[str, Any]
    pins: Mapping[str, Any]
    lags: tuple[Any, ...]
    models: Mapping[str, str]
    configuration: Mapping[str, Any]
    seed: int
    code_version: str
    fingerprint: Mapping[str, str]
    digests: Mapping[str, str]
    step_seconds: Mapping[str, float]
    started_ts: datetime

    @property
    def request(self) -> RunRequest:
        """The request that made the run, its pins and its model named."""
        return RunRequest(
            slate_date=self.slate_date,
            run_ts=self.run_ts,
            knowledge=self.knowledge,
            seed=self.seed,
            worlds=self.configuration["worlds"],
            overrides=tuple(Override(player, prob) for player, prob in self.configuration["overrides"]),
            draft_group=self.slate["draft_group"],
            model_id=self.models.get("minutes"),
            pins=Pins(self.pins["seq"], self.pins["versions"]),
        )

    def to_dict(self) -> dict[str, Any]:
        """The manifest as plain data, instants and dates as ISO text."""
        return {**vars(self), "run_ts": iso(self.run_ts), "slate_date": self.slate_date.isoformat(),
                "started_ts": iso(self.started_ts)}  # fmt: skip

    def to_frame(self) -> pl.DataFrame:
        """The manifest as one row of `ops.runs`."""
        row = {**vars(self), **{name: canonical_json(getattr(self, name)) for name in _JSON}}
        return pl.DataFrame([row], schema=get_table("ops.runs").columns)


def make_record(result: RunResult, kind: str, started_ts: datetime) -> RunRecord:
    """The manifest of a computed run; its id tells the same request apart by pins, code and the time it was made."""
    request, pins = result.request, result.request.pins or Pins(0, {})
    plain_pins = {"seq": pins.seq, "versions": dict(pins.versions)}
    code = code_version()
    identity = text_digest(canonical_json([request.to_dict(), plain_pins, code, kind, started_ts]))
    return RunRecord(
        run_id=f"{request.slate_date}T{request.run_ts:%H%M%S}-{identity[:8]}",
        run_ts=request.run_ts,
        kind=kind,
        status=result.status,
        reasons=result.reasons,
        knowledge=request.knowledge,
        slate_date=request.slate_date,
        slate=result.slate.to_dict(),
        pins=plain_pins,
        lags=tuple(_plain_lag(lag) for lag in result.lags),
        models=result.models,
        configuration=request.configuration(),
        seed=request.seed,
        code_version=code,
        fingerprint=fingerprint(),
        digests=result.digests,
        step_seconds=result.step_seconds,
        started_ts=started_ts,
    )


def read_record(lake: Lake, run_id: str) -> RunRecord:
    """The manifest of a run; an unambiguous beginning of its id is enough. Raises UnknownName."""
    rows = lake.scan("ops.runs").filter(pl.col("run_id").str.starts_with(run_id)).sort("run_id").collect()
    exact = rows.filter(pl.col("run_id") == run_id)
    rows = exact if len(exact) else rows
    if len(rows) != 1:
        many = f"{len(rows)} runs begin with {run_id!r}; give more of the id"
        raise UnknownName(f"{many if len(rows) else f'There is no run {run_id!r}'}; `pretip runs` lists them.")
    return decode(rows.row(0, named=True))


def list_records(lake: Lake, slate_date: date | None = None) -> list[RunRecord]:
    """The manifests of all runs, or of one date's, in the order they were made."""
    rows = lake.scan("ops.runs")
    if slate_date is not None:
        rows = rows.filter(pl.col("slate_date") == slate_date)
    return [decode(row) for row in rows.sort("started_ts", "run_id").collect().iter_rows(named=True)]


def decode(row: Mapping[str, Any]) -> RunRecord:
    """The record that a row of `ops.runs` holds."""
    plain = {name: json.loads(value) if name in _JSON else value for name, value in row.items()}
    for name in ("run_ts", "started_ts"):
        plain[name] = plain[name].astimezone(UTC)
    plain["reasons"], plain["lags"] = tuple(plain["reasons"]), tuple(plain["lags"])
    return RunRecord(**plain)


def _plain_lag(lag: Lag) -> dict[str, Any]:
    return {"source": lag.source, "from_ts": iso(lag.from_ts), "lag_seconds": int(lag.lag.total_seconds())}
