"""Bytes that were a good payload once: cut, flipped, keys gone, values of another type."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from typing import Any

from hypothesis import strategies as st

ODD: tuple[Any, ...] = (
    None, True, -1, 0, 1e308, 10**30, 2**63, float("nan"), float("inf"), "", "x", "NaN", "9" * 400, "\ud800", [], {},
    [[]], {"a": 1},
)  # fmt: skip


def mutated(body: bytes) -> st.SearchStrategy[bytes]:
    """Mutations of a payload's bytes, and of the JSON value in them where they are JSON."""
    ways = [_cut(body), _flipped(body)]
    with suppress(ValueError):
        ways.append(_reshaped(json.loads(body)))
    return st.one_of(*ways)


def _cut(body: bytes) -> st.SearchStrategy[bytes]:
    spans = st.tuples(st.integers(0, len(body)), st.integers(0, len(body)))
    return spans.map(lambda span: body[: min(span)] + body[max(span) :])


def _flipped(body: bytes) -> st.SearchStrategy[bytes]:
    flips = st.lists(st.tuples(st.integers(0, max(0, len(body) - 1)), st.integers(0, 255)), min_size=1, max_size=4)

    def flip(drawn: list[tuple[int, int]]) -> bytes:
        changed = bytearray(body)
        for at, byte in drawn:
            changed[at : at + 1] = bytes([byte])
        return bytes(changed)

    return flips.map(flip)


def _reshaped(value: Any) -> st.SearchStrategy[bytes]:
    changes = st.lists(
        st.tuples(st.randoms(use_true_random=False), st.sampled_from(("drop", *ODD))), min_size=1, max_size=3
    )

    def change(drawn: list[tuple[Any, Any]]) -> bytes:
        changed = copy.deepcopy(value)
        for random, what in drawn:
            place = _walk(changed, random)
            if place is None:
                continue
            holder, key = place
            if isinstance(what, str) and what == "drop":
                del holder[key]
            else:
                holder[key] = copy.deepcopy(what)
        return json.dumps(changed).encode()

    return changes.map(change)


def _walk(value: Any, random: Any) -> tuple[Any, Any] | None:
    """A place in a value: its holder and key, at any depth."""
    place: tuple[Any, Any] | None = None
    while isinstance(value, dict | list) and value:
        key = random.choice(sorted(value)) if isinstance(value, dict) else random.randrange(len(value))
        place = (value, key)
        value = value[key]
        if random.random() < 0.15:
            break
    return place
