"""A report as one HTML page: calibration of P(plays), PIT, accuracy beside the baselines."""

from __future__ import annotations

from pathlib import Path

import altair as alt
import polars as pl

from evaluation.metrics import PIT_BINS
from evaluation.report import TITLES, Report


def chart_report(report: Report) -> alt.VConcatChart:
    """The chart of a report."""
    return alt.vconcat(alt.hconcat(_reliability(report), _pit(report)), _accuracy(report)).resolve_scale(
        color="independent"
    )


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
    return alt.layer(line, points).properties(title="P(plays), listed players", width=320, height=280)


def _pit(report: Report) -> alt.Chart:
    rows = pl.DataFrame(
        [
            {"population": name, "tenth": tenth + 1, "share": share}
            for name, shares in report.pit.items()
            for tenth, share in enumerate(shares)
        ],
        schema={"population": pl.String, "tenth": pl.Int64, "share": pl.Float64},
    )
    return (
        alt.Chart(rows)
        .mark_line(point=True)
        .encode(
            x=alt.X("tenth:O", title="tenth of the predicted distribution"),
            y=alt.Y("share:Q", title=f"share of rows (1/{PIT_BINS} where calibrated)"),
            color="population:N",
        )
        .properties(title="Randomised PIT", width=320, height=280)
    )


def _accuracy(report: Report) -> alt.FacetChart:
    rows = pl.DataFrame(
        [
            {
                "figure": f"{TITLES.get(score.metric, score.metric)}, {score.population.replace('_', ' ')}",
                "method": score.method.replace("_", " "),
                "value": score.figure.value,
                "low": score.figure.low,
                "high": score.figure.high,
            }
            for score in report.scores
            if score.figure.n and score.metric in ("minutes_mae", "minutes_mae_cond", "play_brier", "coverage_p10_p90")
        ]
    )
    base = alt.Chart(rows).encode(y=alt.Y("method:N", title=None), color=alt.Color("method:N", legend=None))
    bars = base.mark_rule().encode(x=alt.X("low:Q", title=None, scale=alt.Scale(zero=False)), x2="high:Q")
    points = base.mark_point(filled=True, size=60).encode(x="value:Q")
    return (
        alt.layer(bars, points)
        .properties(width=320, height=90)
        .facet(facet=alt.Facet("figure:N", title=None), columns=2)
        .resolve_scale(x="independent")
    )
