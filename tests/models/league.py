"""A small made-up league whose truth is known: form drives minutes and playing, one feature is noise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import NormalDist

import numpy as np
import polars as pl

from models.boosting import BoostConfig
from models.guards import FeatureSet
from models.minutes import MinutesConfig, Predicted
from models.mixture import CAP_MINUTES, LEVELS, monotone
from models.play import PlayPriors, apply_priors

FEATURES = FeatureSet(
    ("form_minutes", "played_share", "noise", "starts_tonight", "abs_spread", "plays_center", "plays_forward"),
    "declared-by-the-test",
)
SMALL = BoostConfig(rounds=20, leaves=6, min_rows_leaf=20)
FEW = BoostConfig(rounds=10, leaves=6, min_rows_leaf=20)
CONFIG = MinutesConfig(
    first_play=FEW, first_minutes=FEW, play=SMALL, quantile=SMALL,
    folds=2, validation_dates=20, tuning_dates=15, trials=0,
)  # fmt: skip
FIRST = date(2024, 11, 1)
PLAYERS = 10
SPREAD = 4.0


def training_frame(games: int = 80, horizons: tuple[int, ...] = (60, 15), seed: int = 5) -> pl.DataFrame:
    """Rows of a game a day between two teams of ten, each at one of the horizons in turn."""
    rng = np.random.default_rng(seed)
    rows = []
    for game in range(games):
        day = FIRST + timedelta(days=game)
        tip = datetime(day.year, day.month, day.day, 23, tzinfo=UTC)
        horizon = horizons[game % len(horizons)]
        spread = float(rng.integers(0, 15))
        for player in range(1, 2 * PLAYERS + 1):
            rank = (player - 1) % PLAYERS + 1
            form, share = 3.0 * rank, 0.3 + 0.065 * rank
            played = bool(rng.random() < share)
            minutes = float(np.clip(form + rng.normal(0.0, SPREAD), 0.5, 47.0)) if played else 0.0
            rows.append(
                {
                    "game_id": f"{game:010d}",
                    "cut_id": horizon,
                    "horizon": horizon,
                    "team_id": 1 if player <= PLAYERS else 2,
                    "player_id": player,
                    "game_date": day,
                    "cut_ts": tip - timedelta(minutes=horizon),
                    "feature_as_of_ts": tip - timedelta(hours=7),
                    "label_as_of_ts": tip + timedelta(hours=3),
                    "status_text": "Available" if game % 3 == 0 else None,
                    "on_list": None,
                    "delisted": False,
                    "is_proxy": False,
                    "form_minutes": form,
                    "played_share": share,
                    "noise": float(rng.normal()),
                    "starts_tonight": float(rank > 5) if game % 4 else None,
                    "abs_spread": spread,
                    "plays_center": float(rank % 5 == 0),
                    "plays_forward": float(rank % 5 in (1, 2)),
                    "minutes": minutes,
                    "played": played,
                    "label_complete": True,
                    "dnp_complete": True,
                }
            )
    stamps = dict.fromkeys(("cut_ts", "feature_as_of_ts", "label_as_of_ts"), pl.Datetime("us", "UTC"))
    types = {
        **stamps,
        "status_text": pl.String,
        "on_list": pl.Boolean,
        "cut_id": pl.Int32,
        "starts_tonight": pl.Float64,
    }
    return pl.DataFrame(rows, schema_overrides=types)


@dataclass(frozen=True)
class Oracle:
    """A model that says what the league is made from, or something beside it.

    `width` scales its intervals, `late` is added to its minutes, `odds` to its log-odds of playing.
    """

    width: float = 1.0
    late: float = 0.0
    odds: float = 0.0
    cap: float = CAP_MINUTES

    def predict(self, frame: pl.DataFrame, threads: int = 2) -> Predicted:
        """The truth, so doctored."""
        share, form = frame["played_share"].to_numpy(), frame["form_minutes"].to_numpy()
        prob = 1.0 / (1.0 + np.exp(-(np.log(share / (1.0 - share)) + self.odds)))
        apart = SPREAD * self.width * np.array([NormalDist().inv_cdf(level) for level in LEVELS])
        quantiles = monotone(np.maximum(form[:, None] + self.late + apart, 0.5), self.cap)
        return Predicted(apply_priors(prob, frame, PlayPriors()), quantiles)
