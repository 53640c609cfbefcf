"""How boosters are grown, chosen on days that come after those they are fitted on and before those they are judged on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models.boosting import SEED, BoostConfig

# What must be gained on the tuning days for a choice to stand against the declared one: less is luck.
LEAST_GAIN = 0.002
Loss = Callable[[BoostConfig], float]


@dataclass(frozen=True)
class Tuned:
    """The configuration chosen, and the mean losses of it and of the declared one."""

    config: BoostConfig
    loss: float
    declared_loss: float


def tune(declared: BoostConfig, loss: Loss, trials: int) -> Tuned:
    """The configuration of least loss among `trials` that optuna proposes, the declared one first.

    The proposals follow from SEED and the losses alone. The declared one stays unless another's loss is smaller by a
    share of LEAST_GAIN.
    """
    base = loss(declared)
    if trials < 1:
        return Tuned(declared, base, base)
    import optuna  # half a second, for those who train

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=SEED, n_startup_trials=max(trials // 2, 1)))
    best, least = declared, base * (1.0 - LEAST_GAIN)
    for _ in range(trials):
        trial = study.ask()
        tried = replace(
            declared,
            leaves=trial.suggest_int("leaves", 8, 40, log=True),
            min_rows_leaf=trial.suggest_int("min_rows_leaf", 150, 600, log=True),
            feature_share=trial.suggest_float("feature_share", 0.2, 0.6),
            l2=trial.suggest_float("l2", 0.1, 30.0, log=True),
        )
        found = loss(tried)
        study.tell(trial, found)
        if found < least:
            best, least = tried, found
    return Tuned(best, least if best is not declared else base, base)


def part(count: int, most: int) -> np.ndarray:
    """Places of at most `most` of `count` rows, evenly spread: enough to tell configurations apart."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.int64)) if count else np.zeros(0, np.int64)
