"""Which model of a head is in use, and which was before it, by the promotions of a lake."""

from __future__ import annotations

import polars as pl

from lakehouse.errors import BadInput


def in_use(promotions: pl.DataFrame, head: str) -> str | None:
    """The model promoted last; None where none was."""
    line = _line(promotions, head)
    return line[-1] if line else None


def previous(promotions: pl.DataFrame, head: str) -> str:
    """The model that was in use before the one in use first was; raises BadInput where there is none.

    So a second rollback goes one further back, and not to the model that the first one took out of use.
    """
    line = _line(promotions, head)
    if len(line) < 2:
        raise BadInput(
            f"No {head} model was in use before the present one; `pretip models promote` puts another one to use."
        )
    return line[-2]


def _line(promotions: pl.DataFrame, head: str) -> list[str]:
    """The models that led to the one in use, oldest first: going back to one forgets what came after it."""
    line: list[str] = []
    for model_id in promotions.filter(pl.col("head") == head).sort("promoted_ts")["model_id"]:
        if model_id in line:
            del line[line.index(model_id) + 1 :]
        else:
            line.append(model_id)
    return line
