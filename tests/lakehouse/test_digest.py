from __future__ import annotations

import math
import random
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakehouse.digest import canonical_json, frame_digest, text_digest

SCHEMA: dict[str, Any] = {
    "key": pl.Int64,
    "number": pl.Float64,
    "small": pl.Float32,
    "word": pl.String,
    "flag": pl.Boolean,
    "day": pl.Date,
    "at": pl.Datetime("us", "UTC"),
    "raw": pl.Binary,
}
FLOATS = st.one_of(st.sampled_from((0.0, -0.0, math.nan, math.inf)), st.floats(width=32))


def _maybe(drawn: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), drawn)


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "key": st.integers(-5, 50),
            "number": _maybe(FLOATS),
            "small": _maybe(FLOATS),
            "word": _maybe(st.text(st.characters(codec="utf-8"), max_size=3)),
            "flag": _maybe(st.booleans()),
            "day": _maybe(st.dates(date(1900, 1, 1), date(2100, 1, 1))),
            "at": _maybe(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))),
            "raw": _maybe(st.binary(max_size=3)),
        }
    ),
    max_size=12,
    unique_by=lambda row: row["key"],
)


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA)


def _digest(frame: pl.DataFrame) -> str:
    return frame_digest(frame, ["key"])


@given(ROWS, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(rows: list[dict[str, Any]], chance: random.Random) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert _digest(_frame(shuffled)) == _digest(_frame(rows))


@given(ROWS, st.integers(0, 12))
def test_chunks_and_slices_do_not_matter(rows: list[dict[str, Any]], cut: int) -> None:
    whole = _frame(rows)
    pieces = pl.concat([whole.head(cut), whole.slice(cut)], rechunk=False)
    padded = pl.concat([_frame([{"key": 99, "word": "pad", "flag": True}]), whole], rechunk=True).slice(1)
    assert _digest(pieces) == _digest(whole)
    assert _digest(padded) == _digest(whole)


@given(ROWS, st.floats(allow_nan=False), st.text(max_size=3))
def test_what_lies_under_a_null_does_not_matter(rows: list[dict[str, Any]], garbage: float, word: str) -> None:
    clean = _frame(rows)
    # Arithmetic leaves other bytes under its nulls than a build from rows does.
    dirty = clean.with_columns(
        pl.when(pl.col("number").is_not_null()).then(pl.col("number")).otherwise(pl.lit(None) + garbage),
        pl.when(pl.col("word").is_not_null()).then(pl.col("word")).otherwise(pl.lit(None) + pl.lit(word)),
        pl.when(pl.col("at").is_null()).then(pl.col("at")).otherwise(pl.col("at")),
    )
    assert _digest(dirty.cast(pl.Schema(SCHEMA))) == _digest(clean)


@given(ROWS)
def test_minus_zero_is_zero_and_every_nan_is_one(rows: list[dict[str, Any]]) -> None:
    def other(value: float | None) -> float | None:
        if value is None:
            return None
        return -value if value == 0.0 or math.isnan(value) else value

    turned = [{**row, "number": other(row["number"]), "small": other(row["small"])} for row in rows]
    assert _digest(_frame(turned)) == _digest(_frame(rows))


@given(ROWS.filter(bool), st.data())
def test_any_changed_value_changes_the_digest(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from([name for name in SCHEMA if name != "key"]))
    ours = rows[index][column]
    blank = {"number": 0.0, "small": 0.0, "word": "", "flag": False, "raw": b""}
    # The hardest change to see: a null against the value that is written in its place.
    theirs = None if ours is not None else blank.get(column, date(1970, 1, 1))
    if column == "at" and ours is None:
        theirs = datetime(1970, 1, 1, tzinfo=UTC)
    changed = [{**row, column: theirs} if at == index else row for at, row in enumerate(rows)]
    assert _digest(_frame(changed)) != _digest(_frame(rows))


def test_names_types_and_chosen_columns_are_part_of_the_digest() -> None:
    frame = pl.DataFrame({"a": [1, 2], "b": [3, 4]})
    assert frame_digest(frame, ["a"]) != frame_digest(frame.rename({"b": "c"}), ["a"])
    assert frame_digest(frame, ["a"]) != frame_digest(frame.cast({"b": pl.Int32}), ["a"])
    assert frame_digest(frame, ["a"], ["a"]) == frame_digest(frame.with_columns(b=pl.lit(0)), ["a"], ["a"])


def test_a_nested_column_is_refused() -> None:
    with pytest.raises(TypeError, match="canonical"):
        frame_digest(pl.DataFrame({"a": [1], "b": [[1]]}), ["a"])


def test_digests_stay_what_they_were() -> None:
    # Digests are kept in manifests: another value here makes every stored run irreproducible.
    frame = _frame([{"key": 2, "number": -0.0, "word": "b"}, {"key": 1, "number": None, "flag": True}])
    assert _digest(frame) == "d3bf43f883779af8761aac878d8242c7c2200cc529b4f41fe2ecce8c71d0ebe7"
    assert text_digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(st.dictionaries(st.text(max_size=3), st.one_of(st.integers(), st.text(max_size=3)), max_size=4))
def test_canonical_json_does_not_depend_on_insertion(value: dict[str, Any]) -> None:
    assert canonical_json(dict(reversed(value.items()))) == canonical_json(value)


def test_canonical_json_writes_instants_and_refuses_what_has_no_one_spelling() -> None:
    instant = datetime(2025, 1, 1, tzinfo=UTC)
    assert canonical_json({"b": instant, "a": instant.date()}) == '{"a":"2025-01-01","b":"2025-01-01T00:00:00Z"}'
    with pytest.raises(TypeError):
        canonical_json({1, 2})
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(math.nan)
