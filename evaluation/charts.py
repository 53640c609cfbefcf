"""A report as one HTML page: calibration of P(plays) and of minutes, coverage and errors by bucket, the baselines."""

from __future__ import annotations

from pathlib import Path

import altair as alt
import polars as pl

from evaluation.report import TITLES, Report, Score
from models.measures import MODEL, PLAYED, TENTHS

WIDTH, HEIGHT = 340, 260
_FIGURE = {"bucket": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "n": pl.Int64}


def chart_report(report: Report) -> alt.VConcatChart:
    """The chart of a report."""
    top = alt.hconcat(_reliability(report), _pit(report))
    by_bucket = alt.hconcat(
        _buckets(report, PLAYED, "coverage_p10_p90", ("role", "minutes", "status"), 0.8),
        _buckets(report, PLAYED, "minutes_mae_cond", ("role", "minutes", "status"), None),
    )
    return alt.vconcat(top, by_bucket, _accuracy(report)).resolve_scale(color="independent")


def write_chart(report: Report, path: Path) -> None:
    """Writes the chart as a page that needs no network to be drawn."""
    chart_report(report).save(str(path), format="html", inline=True)


def _reliability(report: Report) -> alt.LayerChart:
    rows = pl.DataFrame(report.reliability)
    diagonal = pl.DataFrame({"predicted": [0.0, 1.0], "observed": [0.0, 1.0]})
    line = alt.Chart(diagonal).mark_line(strokeDash=[4, 4], color="gray").encode(x="predicted:Q", y="observed:Q")
    points = (
        alt.Chart(rows)
        .mark_circle()
        .encode(
            x=alt.X("predicted:Q", title="predicted probability of playing"),
            y=alt.Y("observed:Q", title="share who played"),
            size=alt.Size("n:Q", title="rows"),
            tooltip=["predicted:Q", "observed:Q", "n:Q"],
        )
    )
    return alt.layer(line, points).properties(title="P(plays), listed players", width=WIDTH, height=HEIGHT)


def _pit(report: Report) -> alt.LayerChart:
    rows = _frame([score for score in report.details if (score.metric, score.method) == ("pit_share", MODEL)])
    rows = rows.with_columns(tenth=pl.col("bucket").str.split(" ").list.last().cast(pl.Int64))
    base = alt.Chart(rows).encode(x=alt.X("tenth:O", title="tenth of the predicted distribution"))
    bars = base.mark_bar(opacity=0.6).encode(y=alt.Y("value:Q", title="share of rows"), tooltip=["tenth", "value", "n"])
    ends = base.mark_rule().encode(y="low:Q", y2="high:Q")
    flat = (
        alt.Chart(pl.DataFrame({"flat": [1.0 / TENTHS]})).mark_rule(strokeDash=[4, 4], color="gray").encode(y="flat:Q")
    )
    return alt.layer(bars, ends, flat).properties(
        title="Randomised PIT, unconditional minutes, listed players", width=WIDTH, height=HEIGHT
    )


def _buckets(
    report: Report, population: str, metric: str, families: tuple[str, ...], nominal: float | None
) -> alt.LayerChart:
    chosen = [
        score
        for score in report.details
        if (score.population, score.metric, score.method) == (population, metric, MODEL)
        and score.bucket.split(":")[0] in families
    ]
    rows = _frame(chosen)
    base = alt.Chart(rows).encode(y=alt.Y("bucket:N", title=None, sort=rows["bucket"].to_list()))
    value = alt.X("value:Q", title=None, scale=alt.Scale(zero=False))
    layers: list[alt.Chart] = [
        base.mark_rule().encode(x=alt.X("low:Q", title=None), x2="high:Q"),
        base.mark_point(filled=True, size=60).encode(x=value, tooltip=["bucket", "value", "low", "high", "n"]),
    ]
    if nominal is not None:
        line = alt.Chart(pl.DataFrame({"nominal": [nominal]}))
        layers.append(line.mark_rule(strokeDash=[4, 4], color="gray").encode(x="nominal:Q"))
    title = f"{TITLES[metric]}, {population.replace('_', ' ')}"
    return alt.layer(*layers).properties(title=title, width=WIDTH - 60, height=HEIGHT)


def _accuracy(report: Report) -> alt.FacetChart:
    shown = ("minutes_mae", "minutes_mae_cond", "play_brier", "coverage_p10_p90")
    rows = pl.DataFrame(
        [
            {
                "figure": f"{TITLES[score.metric]}, {score.population.replace('_', ' ')}",
                "method": score.method.replace("_", " "),
                "value": score.figure.value,
                "low": score.figure.low,
                "high": score.figure.high,
            }
            for score in report.scores
            if score.figure.n and score.metric in shown
        ]
    )
    base = alt.Chart(rows).encode(y=alt.Y("method:N", title=None), color=alt.Color("method:N", legend=None))
    bars = base.mark_rule().encode(x=alt.X("low:Q", title=None, scale=alt.Scale(zero=False)), x2="high:Q")
    points = base.mark_point(filled=True, size=60).encode(x="value:Q")
    return (
        alt.layer(bars, points)
        .properties(width=320, height=110)
        .facet(facet=alt.Facet("figure:N", title=None), columns=2)
        .resolve_scale(x="independent")
    )


def _frame(scores: list[Score]) -> pl.DataFrame:
    rows = [
        {"bucket": one.bucket, "value": one.value, "low": one.figure.low, "high": one.figure.high, "n": one.n}
        for one in scores
    ]
    return pl.DataFrame(rows, schema=_FIGURE)
