"""LightGBM, made to give the same bytes whatever the number of threads."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import lightgbm as lgb
import numpy as np

from models.mixture import Floats

SEED = 20221018


@dataclass(frozen=True)
class BoostConfig:
    """How one booster is grown."""

    rounds: int = 120
    learning_rate: float = 0.08
    leaves: int = 24
    min_rows_leaf: int = 150
    feature_share: float = 0.5
    row_share: float = 0.8
    l2: float = 1.0

    def parameters(self, objective: str, threads: int, level: float | None = None) -> dict[str, Any]:
        """LightGBM's parameters for an objective; `level` is the quantile's."""
        quantile = {} if level is None else {"alpha": level}
        return {
            "objective": objective,
            "learning_rate": self.learning_rate,
            "num_leaves": self.leaves,
            "min_data_in_leaf": self.min_rows_leaf,
            "feature_fraction": self.feature_share,
            "bagging_fraction": self.row_share,
            "bagging_freq": 1,
            "lambda_l2": self.l2,
            "seed": SEED,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": threads,
            "verbosity": -1,
            **quantile,
        }

    def to_dict(self) -> dict[str, Any]:
        """The configuration as plain data."""
        return asdict(self)


class BoostRows:
    """Training rows, binned once and used for every booster of one head; their order is part of the fit."""

    def __init__(self, matrix: Floats, target: Floats, weight: Floats, names: tuple[str, ...]) -> None:
        self._data = lgb.Dataset(matrix, target, weight=weight, feature_name=list(names), free_raw_data=True)

    def fit(self, parameters: dict[str, Any], rounds: int) -> str:
        """The text of a booster fitted on the rows."""
        booster = lgb.train(parameters, self._data, num_boost_round=rounds)
        return _without_parameters(booster.model_to_string())


def predict_booster(text: str, matrix: Floats, threads: int) -> Floats:
    """What a booster's text says of each row."""
    if not len(matrix):
        return np.zeros(0)
    booster = lgb.Booster(model_str=text)
    return np.asarray(booster.predict(matrix, num_threads=threads), dtype=np.float64)


def _without_parameters(text: str) -> str:
    # The block repeats what the registry row says and holds the number of threads, which is no part of the model.
    start, end = text.index("\nparameters:"), text.index("end of parameters") + len("end of parameters\n")
    return text[:start] + text[end:]
