"""JSON payloads: bytes to values of a declared shape, or an error that names the place."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from lakehouse.errors import ShapeChanged, Unreadable

Model = TypeVar("Model", bound=BaseModel)
Value = TypeVar("Value")
_SHOWN = 60
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def read_json(body: bytes, what: str) -> Any:
    """The JSON value that the bytes hold; raises Unreadable, saying what they look like instead."""
    try:
        value = json.loads(body)
        if _SURROGATE.search(body):
            # Half a character has no UTF-8, and no table could hold it.
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except (ValueError, RecursionError):
        raise Unreadable(f"{what} is not JSON but {describe(body)}; the source answered with something else.") from None


def check(model: type[Model], value: Any, what: str, path: str = "$") -> Model:
    """The value as `model`; raises ShapeChanged with the JSON path, below `path`, of the first thing that is not."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _shape_changed(error, what, path) from None


def check_as(adapter: TypeAdapter[Value], value: Any, what: str, path: str = "$") -> Value:
    """The value as the adapter's type; the rest is as in `check`."""
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise _shape_changed(error, what, path) from None


def json_path(parts: Sequence[int | str], root: str = "$") -> str:
    """A place in a JSON value, such as $.games[3].homeTeam.teamId."""
    return root + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)


def describe(body: bytes) -> str:
    """What some bytes look like, in a few words."""
    head = body[:256].lstrip().lower()
    if not head:
        return "empty"
    if head.startswith((b"<!doctype", b"<html", b"<head", b"<body")):
        return "an HTML page"
    if head.startswith(b"%pdf"):
        return "a PDF"
    if head.startswith(b"pk"):
        return "a ZIP archive"
    if head.startswith((b"{", b"[")):
        return f"broken JSON of {len(body):,} bytes"
    return f"{len(body):,} bytes of something else"


def _shape_changed(error: ValidationError, what: str, path: str) -> ShapeChanged:
    first = error.errors(include_url=False, include_context=False)[0]
    found = repr(first.get("input"))
    shown = found if len(found) <= _SHOWN else f"{found[:_SHOWN]}..."
    where = json_path([part for part in first["loc"] if isinstance(part, int | str)], path)
    return ShapeChanged(what, where, f"{first['msg'].lower()}, found {shown}")
