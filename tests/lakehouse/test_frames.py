from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakehouse.errors import BadInput
from lakehouse.frames import conform
from lakehouse.tables import TABLES, get_table
from tests.lakehouse.samples import IDENTITY, RESULTS, identity, result
from tests.strategies import READABLE, frame, rows

FRAME = result("b")
TABLE = get_table(RESULTS)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("home_score", pl.Series([1.5])),
        ("home_score", pl.Series(["7"])),
        ("home_score", pl.Series([7], dtype=pl.Int64)),
        ("as_of_ts", FRAME["as_of_ts"].dt.replace_time_zone(None)),
        ("as_of_ts", FRAME["as_of_ts"].dt.convert_time_zone("America/New_York")),
        ("as_of_ts", FRAME["as_of_ts"].dt.cast_time_unit("ms")),
        ("game_id", pl.Series(["0022500001"], dtype=pl.Categorical)),
        ("game_id", pl.Series([22500001])),
    ],
)
def test_a_type_that_is_not_the_declared_one_is_refused_not_cast(column: str, values: pl.Series) -> None:
    with pytest.raises(BadInput, match=f"silver.results.{column} must be"):
        conform(FRAME.with_columns(values.alias(column)), TABLE)


def test_missing_and_extra_columns_are_refused() -> None:
    with pytest.raises(BadInput, match="lacks column 'home_score'"):
        conform(FRAME.drop("home_score"), TABLE)
    with pytest.raises(BadInput, match="undeclared column 'extra'"):
        conform(FRAME.with_columns(extra=1), TABLE)


@pytest.mark.parametrize(
    ("column", "value"),
    [("game_id", "22500001"), ("as_of_quality", "certain"), ("body_sha256", "0" * 63), ("as_of_ts", None)],
)
def test_a_value_that_breaks_a_rule_is_refused(column: str, value: Any) -> None:
    broken = FRAME.with_columns(pl.lit(value, dtype=TABLE.columns[column]).alias(column))
    with pytest.raises(BadInput, match=f"1 rows break the rule '{column}"):
        conform(broken, TABLE)


def test_the_same_key_twice_in_one_batch_is_refused() -> None:
    with pytest.raises(BadInput, match="same key comes twice"):
        conform(pl.concat([FRAME, FRAME.with_columns(home_score=pl.lit(1, pl.Int32))]), TABLE)


def test_columns_in_another_order_are_put_in_order() -> None:
    rows = pl.concat([identity("b", key) for key in "cab"])
    conformed = conform(rows.select(reversed(rows.columns)), get_table(IDENTITY))
    assert conformed.columns == list(get_table(IDENTITY).columns)
    assert conformed["source_key"].to_list() == ["a", "b", "c"]


@given(st.data())
def test_what_conforms_keeps_every_row_and_value(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(READABLE))
    table = get_table(name)
    given_rows = frame(name, data.draw(rows(name)), "b")
    conformed = conform(given_rows, table)
    assert conformed.schema == pl.Schema(table.columns)
    assert conformed.equals(given_rows.sort(table.key, nulls_last=True))


def test_every_table_declares_a_key_of_its_own_columns() -> None:
    for table in TABLES.values():
        assert set(table.key) <= set(table.columns), table.name
        assert not any(table.schema.columns()[name].nullable for name in table.fact), table.name
        assert not table.audience or table.is_facts, table.name
