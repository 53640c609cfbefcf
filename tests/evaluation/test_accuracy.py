"""The report: right figures on right rows, baselines beside them, and a failure when a baseline is better."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from evaluation.accuracy import evaluate_minutes
from evaluation.baselines import fit_baselines, predict_baselines
from evaluation.charts import write_chart
from evaluation.recent import ROW, recent_play
from evaluation.report import Report
from lakehouse.errors import BadInput
from models.mixture import COND_NAMES, LEVELS, mixture_columns, monotone
from tests.evaluation.league import BoxView, Line, spine_rows

PLAYERS = 12
WINDOW = 60


def play_share(player: int) -> float:
    return 0.3 + 0.055 * player


def season() -> list[Line]:
    """One team, a game a day; player k's minutes scatter about 3k, and the better he is the more games he plays."""
    rng = np.random.default_rng(11)
    return [
        (
            game,
            1,
            player,
            None if rng.random() > play_share(player) else float(np.clip(rng.normal(3.0 * player, 5.0), 1.0, 44.0)),
        )
        for game in range(80)
        for player in range(1, PLAYERS + 1)
    ]


def labels_of(view: BoxView, rows: pl.DataFrame) -> pl.DataFrame:
    lines = view.frame.select("game_id", "player_id", "minutes", "played")
    return rows.join(lines, on=["game_id", "player_id"], how="left").with_columns(
        minutes=pl.col("minutes").fill_null(0.0),
        played=pl.col("played").fill_null(False),
        label_complete=True,
        dnp_complete=True,
    )


def truth(rows: pl.DataFrame, spread: float = 5.0, centre: float = 0.0) -> pl.DataFrame:
    """Predictions that know the league's law; `spread` and `centre` distort them."""
    normal = {0.05: -1.645, 0.1: -1.2816, 0.25: -0.6745, 0.5: 0.0, 0.75: 0.6745, 0.9: 1.2816, 0.95: 1.645}
    made = np.column_stack([rows["player_id"].to_numpy() * 3.0 + centre + spread * normal[level] for level in LEVELS])
    quantiles = monotone(made)
    return mixture_columns(
        rows.select(ROW).with_columns(
            pl.Series("play_prob", [play_share(player) for player in rows["player_id"]]),
            *[pl.Series(name, quantiles[:, at]) for at, name in enumerate(COND_NAMES)],
            status_text=pl.lit(None, dtype=pl.String),
            delisted=pl.lit(False),
        )
    )


@pytest.fixture(scope="module")
def frames() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    view = BoxView(season())
    wanted = spine_rows([(game, 1, player) for game in range(10, 80) for player in range(1, PLAYERS + 1)])
    recent = recent_play(view, wanted)
    labels = labels_of(view, wanted)
    before = pl.col("game_id") < f"{WINDOW:010d}"
    fitted = fit_baselines(recent.filter(before), labels.filter(before))
    window = wanted.filter(~before)
    return window, labels.filter(~before), predict_baselines(fitted, recent.filter(~before))


Frames = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]


def test_the_truth_beats_every_baseline(frames: Frames) -> None:
    rows, labels, baselines = frames
    report = evaluate_minutes(truth(rows), labels, baselines)
    assert report.failures == ()
    assert {one.baseline for one in report.comparisons} == {"last_game", "mean3", "lookup"}
    assert abs(report.find("played", "coverage_p10_p90").value - 0.8) < 0.08
    assert all(abs(share - 0.1) < 0.08 for share in report.pit["listed"])


def test_a_bad_model_is_called_out(frames: Frames) -> None:
    rows, labels, baselines = frames
    report = evaluate_minutes(truth(rows, centre=15.0), labels, baselines)
    assert any("minutes_mae_cond on played" in failure for failure in report.failures)
    narrow = evaluate_minutes(truth(rows, spread=0.5), labels, baselines)
    assert any("coverage_p10_p90" in failure for failure in narrow.failures)


def test_figures_equal_plain_loops(frames: Frames) -> None:
    rows, labels, baselines = frames
    made = truth(rows)
    report = evaluate_minutes(made, labels, baselines)
    actual = {tuple(row[:4]): row[4:] for row in labels.select(*ROW, "minutes", "played").iter_rows()}
    errors, brier, cond = [], [], []
    for row in made.iter_rows(named=True):
        minutes, played = actual[tuple(row[name] for name in ROW)]
        errors.append(abs(row["minutes_p50"] - minutes))
        brier.append((row["play_prob"] - played) ** 2)
        if played:
            cond.append(abs(row["minutes_p50_cond"] - minutes))
    assert report.find("listed", "minutes_mae").value == pytest.approx(np.mean(errors))
    assert report.find("listed", "play_brier").value == pytest.approx(np.mean(brier))
    figure = report.find("played", "minutes_mae_cond")
    assert figure.value == pytest.approx(np.mean(cond))
    assert (figure.n, figure.games) == (len(cond), 20)


def test_populations_are_nested_and_incomplete_games_are_left_out(frames: Frames) -> None:
    rows, labels, baselines = frames
    first = rows["game_id"][0]
    made = truth(rows).with_columns(
        delisted=pl.col("player_id") == 1,
        status_text=pl.when(pl.col("player_id") == 2).then(pl.lit("Out")).otherwise(None),
        on_list=pl.when(pl.col("player_id") > 4).then(1.0).when(pl.col("player_id") == 4).then(0.0),
    )
    partial = labels.with_columns(
        label_complete=pl.col("game_id") != first,
        dnp_complete=pl.col("player_id") != 3,
    )
    report = evaluate_minutes(made, partial, baselines)
    sizes = [report.find(name, "minutes_mae").n for name in ("rostered", "listed", "listed_not_out", "on_list")]
    assert sizes == [19 * PLAYERS, 19 * (PLAYERS - 1), 19 * (PLAYERS - 2), 19 * (PLAYERS - 4)]
    assert report.find("rostered", "play_brier").n == 19 * (PLAYERS - 1)


def test_row_order_changes_nothing(frames: Frames) -> None:
    rows, labels, baselines = frames
    made = truth(rows)
    report = evaluate_minutes(made, labels, baselines)
    assert evaluate_minutes(made.reverse(), labels.reverse(), baselines.reverse()).to_json() == report.to_json()


def test_rows_that_do_not_match_are_refused(frames: Frames) -> None:
    rows, labels, baselines = frames
    with pytest.raises(BadInput, match="no baseline"):
        evaluate_minutes(truth(rows), labels, baselines.tail(-1))
    with pytest.raises(BadInput, match="complete box score"):
        evaluate_minutes(truth(rows), labels.with_columns(label_complete=False))
    with pytest.raises(BadInput, match="lack the column play_prob"):
        evaluate_minutes(truth(rows).drop("play_prob"), labels)
    with pytest.raises(BadInput, match="fit the baselines"):
        fit_baselines(recent_play(BoxView([]), rows), labels.clear())


def test_a_report_is_json_a_table_and_a_page(frames: Frames, tmp_path: Path) -> None:
    rows, labels, baselines = frames
    report: Report = evaluate_minutes(truth(rows), labels, baselines)
    value = json.loads(report.to_json())
    assert {"scores", "comparisons", "pit", "reliability", "failures"} == set(value)
    assert report.to_table().row_count == len({(score.population, score.metric) for score in report.scores})
    write_chart(report, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "vega" in page
    assert "Randomised PIT" in page
