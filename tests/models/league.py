"""A small made-up training frame whose truth is known: form drives minutes and playing, one feature is noise."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl

from models.boosting import BoostConfig
from models.guards import FeatureSet
from models.minutes import MinutesConfig

FEATURES = FeatureSet(("form_minutes", "played_share", "noise"), "declared-by-the-test")
SMALL = BoostConfig(rounds=20, leaves=6, min_rows_leaf=20)
CONFIG = MinutesConfig(play=SMALL, quantile=SMALL, validation_days=20)
FIRST = date(2024, 11, 1)


def training_frame(
    games: int = 80, players: int = 10, horizons: tuple[int, ...] = (60, 15), seed: int = 5
) -> pl.DataFrame:
    """Rows of a league of one team a game."""
    rng = np.random.default_rng(seed)
    rows = []
    for game in range(games):
        day = FIRST + timedelta(days=game)
        tip = datetime(day.year, day.month, day.day, 23, tzinfo=UTC)
        for player in range(1, players + 1):
            form = 3.0 * player
            share = 0.3 + 0.065 * player
            played = bool(rng.random() < share)
            minutes = float(np.clip(form + rng.normal(0.0, 4.0), 0.5, 47.0)) if played else 0.0
            noise = float(rng.normal())
            rows += [
                {
                    "game_id": f"{game:010d}",
                    "cut_id": horizon,
                    "horizon": horizon,
                    "team_id": 1,
                    "player_id": player,
                    "game_date": day,
                    "cut_ts": tip - timedelta(minutes=horizon),
                    "feature_as_of_ts": tip - timedelta(hours=5),
                    "label_as_of_ts": tip + timedelta(hours=3),
                    "status_text": None,
                    "delisted": False,
                    "form_minutes": form,
                    "played_share": share,
                    "noise": noise,
                    "minutes": minutes,
                    "played": played,
                    "label_complete": True,
                    "dnp_complete": True,
                }
                for horizon in horizons
            ]
    stamps = dict.fromkeys(("cut_ts", "feature_as_of_ts", "label_as_of_ts"), pl.Datetime("us", "UTC"))
    return pl.DataFrame(rows, schema_overrides={**stamps, "status_text": pl.String, "cut_id": pl.Int32})
