"""What a doubtful listing takes off P(plays), where too few such listings are on record for the classifier to learn it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.mixture import Floats

# P(plays) of such a listing as a share of what it would be without. Declared, from how the words are used: a doubtful
# player seldom plays, a questionable one about every other time, a probable one nearly always.
DOUBTFUL, QUESTIONABLE, PROBABLE = 0.1, 0.55, 0.92
# Rows that the declaration is worth.
PRIOR_ROWS = 40.0
STATUSES = ("Doubtful", "Questionable", "Probable")


@dataclass(frozen=True)
class ListingFactors:
    """By what each listing multiplies P(plays)."""

    doubtful: float = DOUBTFUL
    questionable: float = QUESTIONABLE
    probable: float = PROBABLE

    def apply(self, prob: Floats, status: pl.Series) -> Floats:
        """The probabilities, multiplied where `status` is one of the listings, at most 1."""
        factor = np.ones(len(prob))
        for name, value in zip(STATUSES, (self.doubtful, self.questionable, self.probable), strict=True):
            factor[(status == name).fill_null(False).to_numpy()] = value
        return np.minimum(prob * factor, 1.0)


def fit_factors(prob: Floats, played: Floats, status: pl.Series) -> ListingFactors:
    """The factors after rows the classifier has not seen: the declared ones, worth PRIOR_ROWS rows, and what happened.

    Where the classifier has learned the listing by itself the factor tends to 1.
    """
    found = []
    for name, declared in zip(STATUSES, (DOUBTFUL, QUESTIONABLE, PROBABLE), strict=True):
        chosen = (status == name).fill_null(False).to_numpy()
        found.append(float((PRIOR_ROWS * declared + played[chosen].sum()) / (PRIOR_ROWS + prob[chosen].sum())))
    return ListingFactors(*found)
