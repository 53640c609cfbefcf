"""Faults on request: which questions go wrong, how, and how often; deterministic and counted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from lakehouse.errors import BadInput

_ID = re.compile(r"(?:^e?id|Id|ID|gid)$")


class Kind(StrEnum):
    """What can go wrong with an answer."""

    FORBIDDEN = "403"
    TOO_MANY = "429"
    SERVER_ERROR = "5xx"
    TIME_OUT = "time-out"
    RESET = "reset"
    TRUNCATED = "truncated"
    CONTENT_TYPE = "content-type"
    YESTERDAY = "yesterday"
    EMPTY_LIST = "empty-list"
    RENAMED_FIELD = "renamed-field"
    GZIP_BOMB = "gzip-bomb"


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from None
    return text


class Fault(BaseModel):
    """Questions whose logical address has a match of `match` go wrong in the way of `fault`: the first `after` of them
    pass, then `times` go wrong (null: all). `retry_after` goes with a 429, `status` with a 5xx, `field` names the
    field to rename (by default the first that is an id)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    match: Annotated[str, AfterValidator(_pattern)]
    fault: Kind
    times: Annotated[int, Field(ge=1)] | None = 1
    after: Annotated[int, Field(ge=0)] = 0
    retry_after: Annotated[int, Field(ge=0)] = 30
    status: Annotated[int, Field(ge=500, le=599)] = 503
    field: str | None = None


_FAULTS = TypeAdapter(list[Fault])


def read_faults(found: Any) -> tuple[Fault, ...]:
    """The faults of a JSON list; raises BadInput naming the first thing that is wrong."""
    try:
        return tuple(_FAULTS.validate_python(found))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the plan"
        kinds = ", ".join(Kind)
        raise BadInput(f"The fault plan is wrong at {where}: {first['msg']}; the faults are {kinds}.") from None


@dataclass
class _Count:
    seen: int = 0
    fired: int = 0


class FaultPlan:
    """Faults in order of rank, with what each has seen and done; the first that applies to a question has it."""

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self._lock = Lock()
        self._faults: list[tuple[Fault, _Count]] = [(fault, _Count()) for fault in faults]

    def add(self, faults: Sequence[Fault]) -> None:
        """More faults, ranked after those there are."""
        with self._lock:
            self._faults += [(fault, _Count()) for fault in faults]

    def clear(self) -> None:
        """No faults any more."""
        with self._lock:
            self._faults = []

    def choose(self, url: str) -> Fault | None:
        """The fault that a question for a logical address meets; every fault that matches it counts it."""
        chosen: Fault | None = None
        with self._lock:
            for fault, count in self._faults:
                if re.search(fault.match, url) is None:
                    continue
                count.seen += 1
                is_due = count.seen > fault.after and (fault.times is None or count.fired < fault.times)
                if chosen is None and is_due:
                    chosen = fault
                    count.fired += 1
        return chosen

    def tell(self) -> list[dict[str, object]]:
        """The plan with its counts, as `/_sandbox/faults` answers."""
        with self._lock:
            return [
                {**fault.model_dump(mode="json"), "seen": count.seen, "fired": count.fired}
                for fault, count in self._faults
            ]


def empty_lists(document: Any) -> Any:
    """The document with its outermost lists empty, and its objects by number too (the events of a page's state)."""
    if isinstance(document, list):
        return []
    if not isinstance(document, Mapping):
        return b"" if isinstance(document, bytes) else document
    if document and all(str(name).isdigit() for name in document):
        return {}
    return {
        name: empty_lists(child) if isinstance(child, (list, Mapping)) else child for name, child in document.items()
    }


def rename_field(document: Any, field: str | None = None) -> Any:
    """The document with one field under another name wherever it stands; rows that are tuples lose their order."""
    if isinstance(document, list) and document and isinstance(document[0], tuple):
        return [(*row[:-2], row[-1], row[-2]) for row in document]
    name = field if field is not None else _first_id(document)
    return _renamed(document, name) if name is not None else document


def _first_id(document: Any) -> str | None:
    """The first field, from the outside in, whose name ends like an id's and whose value is plain; in a list if any is.

    The headings of a table are fields too.
    """
    level, outer = [(document, False)], None
    while level:
        children: list[tuple[Any, bool]] = []
        for node, is_listed in level:
            if isinstance(node, Mapping):
                for name, child in node.items():
                    if _ID.search(name) and not isinstance(child, (list, dict)):
                        if is_listed:
                            return str(name)
                        outer = outer or str(name)
                children += [(child, is_listed) for child in node.values()]
            elif isinstance(node, list):
                headings = [text for text in node if isinstance(text, str) and _ID.search(text)]
                if headings:
                    return str(headings[0])
                children += [(child, True) for child in node[:1]]
        level = children
    return outer


def _renamed(node: Any, name: str) -> Any:
    if isinstance(node, Mapping):
        return {(f"{key}New" if key == name else key): _renamed(child, name) for key, child in node.items()}
    if isinstance(node, list):
        return [_renamed(child, name) for child in node]
    return f"{name}New" if node == name else node
