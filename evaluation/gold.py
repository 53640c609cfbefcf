"""`gold.accuracy`: every figure of an evaluation, a row each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime

import polars as pl

from evaluation.report import Score
from evaluation.tier import Tier
from lakehouse.clock import iso
from lakehouse.commit import Batch
from lakehouse.digest import canonical_json, text_digest
from lakehouse.lake import Lake
from lakehouse.provenance import code_version
from lakehouse.tables import get_table

TABLE = "gold.accuracy"


def save_accuracy(lake: Lake, tiers: Sequence[Tier]) -> str:
    """Writes the figures of some tiers as one evaluation, and gives its id."""
    now = lake.clock.now()
    rows = accuracy_rows(tiers, now, code_version())
    chosen = str(rows["evaluation_id"][0])
    lake.commit(Batch(f"evaluate:{chosen}", "evaluate", {TABLE: rows}))
    return chosen


def accuracy_rows(tiers: Sequence[Tier], made_ts: datetime, code: str) -> pl.DataFrame:
    """The rows of `gold.accuracy`: a row a figure, and a row a difference to another method, `less <method>`."""
    said = {"code": code, "made": iso(made_ts), "tiers": [tier.to_dict() for tier in tiers]}
    evaluation_id = text_digest(canonical_json(said))[:16]
    known = {"evaluation_id": evaluation_id, "made_ts": made_ts, "code_version": code}
    rows = [{**known, **row} for tier in tiers for row in _tier_rows(tier)]
    columns = get_table(TABLE).columns
    return pl.DataFrame(rows, schema=columns, orient="row").select(list(columns))


def _tier_rows(tier: Tier) -> list[dict[str, object]]:
    report = tier.report
    spans: list[date] = [day for span in tier.spans for day in span]
    differences = [
        Score(one.population, one.metric, f"model less {one.baseline}", one.difference) for one in report.comparisons
    ]
    return [
        {
            "tier": tier.code,
            "first_day": min(spans),
            "last_day": max(spans),
            "at": tier.at,
            "population": score.population,
            "population_digest": report.populations[score.population].digest,
            "metric": score.metric,
            "bucket": score.bucket,
            "method": score.method,
            **{name: _known(getattr(score.figure, name)) for name in ("value", "low", "high")},
            "n": score.figure.n,
            "games": score.figure.games,
            "model_id": ",".join(tier.models),
        }
        for score in (*report.scores, *report.details, *differences)
    ]


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
