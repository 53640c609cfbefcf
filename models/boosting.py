"""LightGBM, made to give the same bytes whatever the number of threads.

A booster grows on one thread, and several grow side by side. Threads that share the growing of one add up in another
order, which may change the last bits of a leaf, and wait for each other at every split, most of all on a busy machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar

import lightgbm as lgb
import numpy as np

from models.mixture import Floats

SEED = 20221018
# Below so many rows a second thread takes longer to wake than it saves.
ROWS_A_THREAD = 2_000
# Parsed boosters at hand: those of a model in use and of one that is judged against it.
BOOSTERS_KEPT = 32
Made = TypeVar("Made")


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
    bins: int = 63

    def parameters(self, objective: str, level: float | None = None) -> dict[str, Any]:
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
            "max_bin": self.bins,
            "seed": SEED,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": 1,
            "verbosity": -1,
            **quantile,
        }

    def to_dict(self) -> dict[str, Any]:
        """The configuration as plain data."""
        return asdict(self)


class BoostRows:
    """Training rows, binned once for boosters of one configuration; their order is part of the fit.

    Boosters may be fitted from several threads at a time: they only read the rows.
    """

    def __init__(
        self, matrix: Floats, target: Floats, weight: Floats, names: tuple[str, ...], config: BoostConfig
    ) -> None:
        self._config = config
        data = lgb.Dataset(matrix, target, weight=weight, feature_name=list(names), params=config.parameters("none"))
        self._data = data.construct()

    def fit(self, objective: str, level: float | None = None, slowness: float = 1.0) -> str:
        """The text of a booster fitted on the rows; `level` is the quantile's, `slowness` divides the learning rate."""
        config = replace(self._config, learning_rate=self._config.learning_rate / slowness)
        booster = lgb.train(
            config.parameters(objective, level), self._data, self._config.rounds, keep_training_booster=True
        )
        return _without_parameters(booster.model_to_string())


def side_by_side(works: Iterable[Callable[[], Made]], threads: int) -> Iterator[Made]:
    """What each work returns, in their order; `threads` of them run at a time.

    A work may not use more than one thread of LightGBM's, whose number of threads is one for all that is running.
    """
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(lambda work: work(), works)


def predict_booster(text: str, matrix: Floats, threads: int) -> Floats:
    """What a booster's text says of each row."""
    if not len(matrix):
        return np.zeros(0)
    enough = min(threads, 1 + len(matrix) // ROWS_A_THREAD)
    return np.asarray(parse_booster(text).predict(matrix, num_threads=enough), dtype=np.float64)


@lru_cache(maxsize=BOOSTERS_KEPT)
def parse_booster(text: str) -> lgb.Booster:
    """The booster of a text, parsed once for as long as it is in use; only to predict with."""
    return lgb.Booster(model_str=text)


def _without_parameters(text: str) -> str:
    # The block repeats what the registry row says and holds the number of threads, which is no part of the model.
    start, end = text.index("\nparameters:"), text.index("end of parameters") + len("end of parameters\n")
    return text[:start] + text[end:]
