"""The report: right figures on right rows, baselines beside them, and a failure when a baseline is better."""

from __future__ import annotations

import json
from datetime import date
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
            on_list=pl.lit(None, dtype=pl.Boolean),
            starts_tonight=(pl.col("player_id") > 7).cast(pl.Float64),
            in_dk_pool=pl.col("player_id") > 2,
            game_date=pl.lit(date(2025, 1, 1)),
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
    shares = [score.value for score in report.details if score.metric == "pit_share" and score.method == "model"]
    assert len(shares) == 10
    assert all(abs(share - 0.1) < 0.08 for share in shares)


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
        on_list=pl.when(pl.col("player_id") > 4).then(True).when(pl.col("player_id") == 4).then(False),
    )
    partial = labels.with_columns(
        label_complete=pl.col("game_id") != first,
        dnp_complete=pl.col("player_id") != 3,
    )
    report = evaluate_minutes(made, partial, baselines)
    sizes = [report.find(name, "minutes_mae").n for name in ("rostered", "listed", "listed_not_out", "dk_pool")]
    assert sizes == [19 * PLAYERS, 19 * (PLAYERS - 2), 19 * (PLAYERS - 3), 19 * (PLAYERS - 2)]
    assert report.find("rostered", "play_brier").n == 19 * (PLAYERS - 1)


def test_row_order_changes_nothing(frames: Frames) -> None:
    rows, labels, baselines = frames
    made = truth(rows)
    report = evaluate_minutes(made, labels, baselines)
    assert evaluate_minutes(made.reverse(), labels.reverse(), baselines.reverse()).to_dict() == report.to_dict()


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
    value = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    parts = {"scores", "details", "comparisons", "bands", "reliability", "populations", "failures"}
    assert parts == set(value)
    assert report.to_table().row_count == len({(score.population, score.metric) for score in report.scores})
    write_chart(report, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "vega" in page
    assert "Randomised PIT" in page


def told(rows: pl.DataFrame, labels: pl.DataFrame, spread: float) -> pl.DataFrame:
    """What the truth would say if it were told who plays, with its spread distorted."""
    played = labels.select(*ROW, pl.col("played").cast(pl.Float64))
    made = truth(rows, spread=spread).join(played, on=ROW, how="left", maintain_order="left")
    made = mixture_columns(made.with_columns(play_prob="played"))
    names = [name for name in made.columns if name.startswith(("minutes_", "play_prob"))]
    return made.select(*ROW, pl.col(names).name.prefix("oracle_"))


def test_the_oracle_is_better_and_a_model_better_than_it_leaks(frames: Frames) -> None:
    rows, labels, baselines = frames
    report = evaluate_minutes(truth(rows), labels, baselines, oracle=told(rows, labels, 5.0))
    assert report.failures == ()
    assert report.find("listed", "play_brier", "oracle").value == 0.0
    assert report.find("listed", "minutes_mae", "oracle").value < report.find("listed", "minutes_mae").value
    shifted = told(rows, labels, 5.0).with_columns(pl.col("oracle_minutes_p50_cond") + 15.0)
    leaking = evaluate_minutes(truth(rows), labels, baselines, oracle=shifted)
    assert [failure for failure in leaking.failures if "leaks" in failure and "played" in failure]


def test_every_bucket_of_a_family_counts_each_row_once(frames: Frames) -> None:
    rows, labels, baselines = frames
    report = evaluate_minutes(truth(rows), labels, baselines)
    for population, metric in (("listed", "minutes_mae"), ("played", "coverage_p10_p90")):
        whole = report.find(population, metric).n
        for family in ("role", "minutes", "status", "month"):
            parts = [
                score.n
                for score in report.details
                if (score.population, score.metric, score.method) == (population, metric, "model")
                and score.bucket.startswith(f"{family}:")
            ]
            assert sum(parts) == whole, family


def test_the_ratio_of_briers_and_the_team_sums_are_what_they_say(frames: Frames) -> None:
    rows, labels, baselines = frames
    report = evaluate_minutes(truth(rows), labels, baselines)
    ours, theirs = (report.find("listed", "play_brier", method).value for method in ("model", "lookup"))
    assert report.find("listed", "play_brier_ratio").value == pytest.approx(ours / theirs)
    made = truth(rows)
    sums = made.group_by("game_id", "team_id").agg(pl.col("minutes_p50").sum())["minutes_p50"]
    assert report.find("listed", "team_median_sum").value == pytest.approx(sums.mean())


def test_what_happened_moves_no_population_but_those_who_played(frames: Frames) -> None:
    rows, labels, _ = frames
    other = labels.with_columns(played=~pl.col("played"), minutes=pl.col("minutes") + 1.0)
    first, second = (evaluate_minutes(truth(rows), one).populations for one in (labels, other))
    for name, population in first.items():
        assert (population.digest == second[name].digest) == (name != "played"), name
