"""The bands a minutes model must keep, and which of them a set of scores keeps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

import polars as pl

from models.measures import ALL, LOOKUP, MODEL, PLAYED, cells
from models.mixture import CAP_MINUTES

Verdict = Literal["met", "missed", "not judged"]


class Scored(Protocol):
    """A figure: what it is of, its value, and its rows."""

    @property
    def population(self) -> str: ...
    @property
    def metric(self) -> str: ...
    @property
    def bucket(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def value(self) -> float: ...
    @property
    def n(self) -> int: ...


@dataclass(frozen=True)
class Band:
    """Where a figure must lie, ends included; `families` of buckets, else the whole population; rows it takes."""

    population: str
    metric: str
    low: float | None
    high: float | None
    families: tuple[str, ...] = ()
    fewest: int = 1

    def holds(self, value: float) -> bool:
        """Whether a value lies in the band."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def covers(self, score: Scored) -> bool:
        """Whether the band is about this figure."""
        if (score.population, score.metric) != (self.population, self.metric):
            return False
        return score.bucket.split(":")[0] in self.families if self.families else score.bucket == ALL

    def __str__(self) -> str:
        if self.low is None:
            return f"at most {self.high:g}"
        return f"at least {self.low:g}" if self.high is None else f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Judged:
    """A band, the figure it was asked of, and the verdict; value and bucket are None where there was no figure."""

    band: Band
    bucket: str | None
    value: float | None
    n: int
    verdict: Verdict

    def to_dict(self) -> dict[str, object]:
        """The judgement as plain data."""
        return {
            "population": self.band.population,
            "metric": self.band.metric,
            "bucket": self.bucket,
            "band": str(self.band),
            "value": self.value,
            "n": self.n,
            "verdict": self.verdict,
        }


@dataclass(frozen=True)
class PlainScore:
    """A figure without its interval."""

    population: str
    metric: str
    bucket: str
    method: str
    value: float
    n: int


BANDS = (
    Band("listed_not_out", "minutes_mae", None, 4.0),
    Band(PLAYED, "minutes_mae_cond", None, 4.1),
    Band(PLAYED, "coverage_p10_p90", 0.78, 0.82),
    Band(PLAYED, "coverage_p10_p90", 0.75, 0.85, ("role", "minutes", "status"), 100),
    Band("listed", "pit_share", 0.08, 0.12, ("tenth",)),
    Band(PLAYED, "pinball_p10_cond", None, 1.02),
    Band(PLAYED, "pinball_p50_cond", None, 2.08),
    Band(PLAYED, "pinball_p90_cond", None, 0.95),
    Band("listed", "play_brier", None, 0.080),
    Band("listed", "play_brier_ratio", None, 0.85),
    Band("listed", "reliability_gap", -0.03, 0.03, ("play_prob",), 50),
)


def judge(scores: Iterable[Scored], method: str = MODEL) -> list[Judged]:
    """Each band and each figure of the method that it is about, in the order of BANDS, then of the scores.

    `not judged`: a figure of too few rows, or none at all.
    """
    ours = [score for score in scores if score.method == method]
    judged: list[Judged] = []
    for band in BANDS:
        found = [score for score in ours if band.covers(score)]
        judged.extend(_verdict(band, score) for score in found)
        if not found:
            judged.append(Judged(band, None, None, 0, "not judged"))
    return judged


def measure(rows: pl.DataFrame, cap: float = CAP_MINUTES) -> list[PlainScore]:
    """Every figure of `measures.cells` for the model, and the lookup where the rows have it, for `judge`."""
    methods = (MODEL, LOOKUP) if f"{LOOKUP}_play_prob" in rows.columns else (MODEL,)
    made = []
    for cell in cells(rows, methods, cap):
        n = len(cell.values)
        whole = float(n) if cell.weights is None else float(cell.weights.sum())
        value = float(cell.values.sum()) / whole if whole > 0.0 else float("nan")
        made.append(PlainScore(cell.population, cell.metric, cell.bucket, cell.method, value, n))
    return made


def _verdict(band: Band, score: Scored) -> Judged:
    if score.n < max(band.fewest, 1) or score.value != score.value:
        return Judged(band, score.bucket, None, score.n, "not judged")
    return Judged(band, score.bucket, score.value, score.n, "met" if band.holds(score.value) else "missed")
