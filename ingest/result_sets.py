"""Tables of the league's statistics service: `resultSets[]{name, headers, rowSet}`, as rows of a declared shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter

from ingest.nba import Text, Told
from ingest.shapes import check, check_as, read_json
from lakehouse.errors import ShapeChanged

Row = TypeVar("Row", bound="TableRow")


class TableRow(BaseModel):
    """A row; `person_id` is read from the column PERSON_ID. Columns that are not declared are not looked at."""

    model_config = ConfigDict(alias_generator=str.upper, frozen=True)


@dataclass(frozen=True)
class ResultSet(Generic[Row]):
    """The rows of one table, and the season the question was about, where it named one."""

    rows: list[Row]
    season: str | None


class _Parameters(BaseModel):
    Season: Text | None = None


class _Set(Told):
    name: Text
    headers: list[Text]
    row_set: list[list[Any]]


class _Answer(Told):
    parameters: _Parameters = _Parameters()
    result_sets: list[_Set]


def read_result_set(body: bytes, name: str, model: type[Row], what: str) -> ResultSet[Row]:
    """The table `name` of an answer; raises Unreadable, and ShapeChanged for a table or column that is not there."""
    answer = check(_Answer, read_json(body, what), what)
    at = next((number for number, told in enumerate(answer.result_sets) if told.name == name), None)
    if at is None:
        raise ShapeChanged(what, "$.resultSets", f"no table {name} among {len(answer.result_sets)}")
    table, path = answer.result_sets[at], f"$.resultSets[{at}]"
    wanted = {field.alias or key for key, field in model.model_fields.items() if field.is_required()}
    missing = sorted(wanted - set(table.headers))
    if missing:
        raise ShapeChanged(what, f"{path}.headers", f"no column {missing[0]}")
    short = next((number for number, row in enumerate(table.row_set) if len(row) != len(table.headers)), None)
    if short is not None:
        found = f"{len(table.row_set[short])} values for {len(table.headers)} columns"
        raise ShapeChanged(what, f"{path}.rowSet[{short}]", found)
    named = [dict(zip(table.headers, row, strict=True)) for row in table.row_set]
    adapter = TypeAdapter(list[model])  # type: ignore[valid-type]
    return ResultSet(check_as(adapter, named, what, f"{path}.rowSet"), answer.parameters.Season)


def is_result_set(body: bytes, name: str) -> bool:
    """Whether some bytes look like an answer with the table `name`."""
    head = body[:8192].replace(b" ", b"")
    return b'"resultSets"' in head and f'"name":"{name}"'.encode() in head
