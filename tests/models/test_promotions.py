"""Which model was in use before: a rollback goes back, and never to what a rollback took out of use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakehouse.errors import BadInput
from models.promotions import in_use, previous

START = datetime(2025, 6, 1, tzinfo=UTC)


def table(names: str, head: str = "minutes") -> pl.DataFrame:
    """Promotions of models of one letter, in turn."""
    rows = [
        {"promoted_ts": START + timedelta(hours=at), "head": head, "model_id": name, "reason": "a test"}
        for at, name in enumerate(names)
    ]
    return pl.DataFrame(
        rows, {"promoted_ts": pl.Datetime("us", "UTC"), "head": str, "model_id": str, "reason": str}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("names", "before"), [("ab", "a"), ("abc", "b"), ("abcb", "a"), ("abba", None), ("aab", "a"), ("abac", "a")]
)
def test_the_model_before(names: str, before: str | None) -> None:
    promotions = table(names)
    assert in_use(promotions, "minutes") == names[-1]
    if before is not None:
        assert previous(promotions.reverse(), "minutes") == before
    else:
        with pytest.raises(BadInput, match="No minutes model was in use before"):
            previous(promotions, "minutes")


def test_heads_are_apart_and_none_is_in_use_of_a_new_one() -> None:
    promotions = table("ab", head="rates")
    assert in_use(promotions, "minutes") is None
    with pytest.raises(BadInput):
        previous(promotions, "minutes")


@given(st.text("abcd", min_size=1, max_size=12))
def test_rollbacks_end_and_never_come_back(names: str) -> None:
    seen = [names[-1]]
    while True:
        try:
            before = previous(table(names), "minutes")
        except BadInput:
            break
        assert before not in seen
        assert before in names
        seen.append(before)
        names += before
