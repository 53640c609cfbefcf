"""Growing and using the minutes model on a made-up league, against LightGBM called as one would without this code.

Plainly grown: each booster bins its rows anew and LightGBM's threads share the growing of one, where the model's grow side by
side on rows binned once. Plainly used: team by team, each text parsed anew.
Models must be the same at a second fit and with one thread or two, and scores team by team or together; else it fails.
"""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, TypeVar

import click
import lightgbm as lgb
import numpy as np
import polars as pl

from models.artifact import dump, load
from models.boosting import BoostRows, parse_booster, predict_booster, side_by_side
from models.fit import fit_minutes
from models.guards import KEY, matrix_of
from models.minutes import MinutesConfig, MinutesModel
from models.mixture import LEVELS, Floats
from models.predict import predict_minutes
from models.registry import current_features
from models.teams import SIDE

PLAYERS, NIGHT_GAMES = 18, 15
THREADS = 2
FIRST_DAY = date(2022, 10, 18)
# So few dates are made up that those of a true fit would leave none to grow on.
CONFIG = MinutesConfig(validation_dates=10, tuning_dates=10)
Made = TypeVar("Made")


def make_rows(games: int, seed: int = 1) -> pl.DataFrame:
    """A training frame with every declared feature: form drives minutes and playing, the rest is noise with holes."""
    rng = np.random.default_rng(seed)
    names = current_features().names
    count = games * 2 * PLAYERS
    at = np.arange(count)
    form = rng.uniform(2.0, 36.0, count)
    noise = np.where(rng.random((len(names), count)) < 0.2, np.nan, rng.normal(form, 8.0, (len(names), count)).round(1))
    played = rng.random(count) < 0.2 + form / 48.0
    days = at // (2 * PLAYERS * NIGHT_GAMES)
    start = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 23, 30, tzinfo=UTC)
    day = pl.duration(days=pl.lit(pl.Series(days)))
    flags = {"plays_center": at % 5 == 0, "plays_forward": at % 5 == 1, "starts_tonight": form > 24.0}
    return (
        pl.DataFrame(dict(zip(names, noise, strict=True)))
        .with_columns(pl.Series(name, flag).cast(pl.Float64) for name, flag in flags.items())
        .with_columns(
            game_id=pl.Series(at // (2 * PLAYERS)).cast(pl.String).str.zfill(10),
            cut_id=pl.lit(15, pl.Int32),
            team_id=pl.Series(at // PLAYERS),
            player_id=pl.Series(at),
            cut_ts=pl.lit(start, pl.Datetime("us", "UTC")) + day,
            feature_as_of_ts=pl.lit(start, pl.Datetime("us", "UTC")) + day - pl.duration(hours=1),
            game_date=pl.lit(FIRST_DAY) + day,
            status_text=pl.lit(None, pl.String),
            delisted=pl.lit(False),
            minutes=pl.Series(np.where(played, np.clip(rng.normal(form, 6.0), 0.5, 47.0), 0.0)),
            played=pl.Series(played),
            label_complete=pl.lit(True),
            dnp_complete=pl.lit(True),
        )
    )


def measure_training(rows: pl.DataFrame) -> tuple[MinutesModel, dict[str, Any]]:
    """The model, and seconds of a whole fit with two threads and one, memory, whether the texts are the same."""
    features = current_features()
    first, again, alone = (
        _timed(partial(fit_minutes, rows, features, CONFIG, threads)) for threads in (THREADS, THREADS, 1)
    )
    if len({dump(fit.model) for _, fit in (first, again, alone)}) > 1:
        raise click.ClickException("Fits on the same rows, with one thread and with two, gave different models.")
    best = min(first[0], again[0])
    return first[1].model, {
        "rows": len(rows),
        "fit_s": best,
        "fit_one_thread_s": alone[0],
        "one_thread_over_two": alone[0] / best,
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "different_models_of_three_fits": 0,
    }


def measure_quantiles(rows: pl.DataFrame) -> dict[str, float]:
    """Seconds the seven quantiles take side by side on rows binned once, and plainly."""
    features, config = current_features(), CONFIG.quantile
    played = rows.filter("played")
    matrix, target, weight = matrix_of(played, features), played["minutes"].to_numpy(), np.ones(len(played))

    def together() -> list[Floats]:
        data = BoostRows(matrix, target, weight, features.names, config)
        texts = side_by_side([partial(data.fit, "quantile", level) for level in LEVELS], THREADS)
        return [predict_booster(text, matrix, THREADS) for text in texts]

    def plainly() -> list[Floats]:
        said = []
        for level in LEVELS:
            data = lgb.Dataset(matrix, target, weight=weight, feature_name=list(features.names))
            parameters = config.parameters("quantile", level) | {"num_threads": THREADS}
            said.append(np.asarray(lgb.train(parameters, data, config.rounds).predict(matrix, num_threads=THREADS)))
        return said

    (ours, mine), (plain, theirs) = _timed(together), _timed(plainly)
    return {
        "quantiles_s": ours,
        "quantiles_plain_s": plain,
        "quantiles_plain_over_ours": plain / ours,
        # Threads that share the growing of a booster add up in another order.
        "quantiles_plain_largest_difference_min": float(np.abs(np.subtract(mine, theirs)).max()),
    }


def measure_scoring(model: MinutesModel, rows: pl.DataFrame, repeats: int) -> dict[str, float]:
    """Milliseconds a night's slate takes, its model read from a text (cold) and again (warm), and by plain means."""
    slate = rows.filter(pl.col("game_date") == rows["game_date"].max()).sort(KEY)
    text = dump(model)

    def cold() -> pl.DataFrame:
        parse_booster.cache_clear()
        return predict_minutes(load(text), slate, THREADS)

    def sides_singly() -> list[pl.DataFrame]:
        """Each team's few rows by themselves, every text parsed again; a team cannot be parted."""
        said = []
        for side in slate.partition_by(SIDE, maintain_order=True):
            parse_booster.cache_clear()
            said.append(predict_minutes(model, side, THREADS))
        return said

    cold_s = min(_timed(cold)[0] for _ in range(repeats))
    warm_s = min(_timed(lambda: predict_minutes(model, slate, THREADS))[0] for _ in range(repeats))
    plain_s, said = _timed(sides_singly)
    if not pl.concat(said).sort(KEY).equals(cold()):
        raise click.ClickException("Teams scored by themselves are not those scored as a slate.")
    return {
        "slate_rows": len(slate),
        "slate_cold_ms": 1000 * cold_s,
        "slate_warm_ms": 1000 * warm_s,
        "cold_over_warm": cold_s / warm_s,
        "team_by_team_ms": 1000 * plain_s,
        "team_by_team_over_cold": plain_s / cold_s,
    }


def _timed(work: Callable[[], Made]) -> tuple[float, Made]:
    begun = time.perf_counter()
    made = work()
    return time.perf_counter() - begun, made


@click.command()
@click.option("--games", default=600, show_default=True, help="Games to learn from; four seasons are 4,600.")
@click.option("--repeats", default=5, show_default=True, help="Times a slate is scored; the best counts.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def main(games: int, repeats: int, as_json: bool) -> None:
    """Measure growing and using the minutes model."""
    rows = make_rows(games)
    model, training = measure_training(rows)
    figures = {"training": training | measure_quantiles(rows), "scoring": measure_scoring(model, rows, repeats)}
    lines = [f"{part} {name}: {value:.4g}" for part, found in figures.items() for name, value in found.items()]
    click.echo(json.dumps(figures) if as_json else "\n".join(lines))


if __name__ == "__main__":
    main()
