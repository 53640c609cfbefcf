"""Law 9: a run uses no model that knows something later than the run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakehouse.errors import RunBlocked, UnknownName
from models.choice import choose_model, find_model

START = datetime(2025, 1, 1, tzinfo=UTC)
INSTANT = pl.Datetime("us", "UTC")


def at(day: int) -> datetime:
    return START + timedelta(days=day)


def tables(rows: list[tuple[int, int]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Models and promotions from (knowledge day, promotion day); promotion days must differ."""
    names = [f"m{place}" for place in range(len(rows))]
    models = pl.DataFrame(
        {"model_id": names, "head": "minutes", "knowledge_until": [at(known) for known, _ in rows]},
        schema={"model_id": pl.String, "head": pl.String, "knowledge_until": INSTANT},
    )
    promotions = pl.DataFrame(
        {"promoted_ts": [at(day) for _, day in rows], "head": "minutes", "model_id": names},
        schema={"promoted_ts": INSTANT, "head": pl.String, "model_id": pl.String},
    )
    return models, promotions


days = st.integers(0, 20)
histories = st.lists(st.tuples(days, days), max_size=6, unique_by=lambda row: row[1])


@given(histories, days)
def test_published_takes_the_last_promoted_of_those_that_know_nothing_later(
    rows: list[tuple[int, int]], day: int
) -> None:
    models, promotions = tables(rows)
    best = max(((promoted, place) for place, (known, promoted) in enumerate(rows) if known <= day), default=None)
    if best is None:
        with pytest.raises(RunBlocked):
            choose_model(models, promotions, "minutes", at(day), "published")
    else:
        assert choose_model(models, promotions, "minutes", at(day), "published")["model_id"] == f"m{best[1]}"


@given(histories, days)
def test_observed_takes_the_model_in_use_or_none(rows: list[tuple[int, int]], day: int) -> None:
    models, promotions = tables(rows)
    best = max(((promoted, place) for place, (_, promoted) in enumerate(rows) if promoted <= day), default=None)
    if best is None or rows[best[1]][0] > day:
        with pytest.raises(RunBlocked):
            choose_model(models, promotions, "minutes", at(day), "observed")
    else:
        assert choose_model(models, promotions, "minutes", at(day), "observed")["model_id"] == f"m{best[1]}"


@given(
    histories, days, st.lists(st.tuples(st.integers(0, 20), st.integers(21, 40)), max_size=3, unique_by=lambda r: r[1])
)
def test_what_is_learned_or_promoted_later_changes_nothing(
    rows: list[tuple[int, int]], day: int, later: list[tuple[int, int]]
) -> None:
    def answer(history: list[tuple[int, int]], knowledge: str) -> str | None:
        try:
            return str(choose_model(*tables(history), "minutes", at(day), knowledge)["model_id"])  # type: ignore[arg-type]
        except RunBlocked:
            return None

    unknowable = [(day + 1 + known, promoted) for known, promoted in later]
    assert answer(rows, "published") == answer(rows + unknowable, "published")
    assert answer(rows, "observed") == answer(rows + unknowable, "observed")


def test_a_rollback_is_a_later_row() -> None:
    models, promotions = tables([(1, 2), (3, 4)])
    back = pl.DataFrame({"promoted_ts": [at(6)], "head": ["minutes"], "model_id": ["m0"]}, schema=promotions.schema)
    rolled = pl.concat([promotions, back])
    assert choose_model(models, rolled, "minutes", at(5), "observed")["model_id"] == "m1"
    assert choose_model(models, rolled, "minutes", at(7), "observed")["model_id"] == "m0"


def test_other_heads_are_others() -> None:
    models, promotions = tables([(1, 2)])
    with pytest.raises(RunBlocked, match="No rates model"):
        choose_model(models, promotions, "rates", at(9), "published")


def test_a_model_named_by_hand_may_not_know_later_facts() -> None:
    models, _ = tables([(5, 6)])
    assert find_model(models, "m0", "minutes", at(5))["model_id"] == "m0"
    with pytest.raises(RunBlocked, match="later than"):
        find_model(models, "m0", "minutes", at(4))
    with pytest.raises(UnknownName):
        find_model(models, "m7", "minutes", at(9))
