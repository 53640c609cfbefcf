"""A scraper without a lake, what damages payloads, and where the real ones are."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import strategies as st

from ingest.http.request import Request
from ingest.payload import Parsed, PayloadKind, Stamp
from ingest.provenance import Provenance, attribute
from ingest.source import Collected
from ingest.stamping import value_types
from lakehouse.clock import FixedClock
from lakehouse.errors import PretipError
from lakehouse.tables import get_table

WIRE = Path(__file__).parents[4] / "shared" / "data" / "wire"
HISTORY = WIRE.parent / "history"
NOW = datetime(2026, 1, 14, 17, tzinfo=UTC)
STAMP = Stamp(NOW)
_JUNK = (None, "x", "", -1, 0, 10**30, 1.5, True, [], {}, [None], "\ud800", "NaN", "/Date(9999999999999999)/")


def load(path: Path) -> bytes:
    """A sample's bytes as they were served."""
    body = path.read_bytes()
    return gzip.decompress(body) if path.suffix == ".gz" else body


@dataclass
class Desk:
    """Answers by request key; what is collected is kept as the lake would, every version of it."""

    clock: FixedClock
    answers: dict[str, bytes] = field(default_factory=dict)
    sessions: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    schedule: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"tip_ts": pl.Datetime("us", "UTC")}))
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)

    def collect(self, request: Request, kind: PayloadKind) -> Collected | None:
        self.asked.append(request.key)
        body = self.answers.get(request.key)
        if body is None:
            return None
        now = self.clock.now()
        parsed = kind.parse(body, Stamp(now, asked=request.asked))
        for name, frame in parsed.frames.items():
            rows = attribute(get_table(name), frame, Provenance(now, request.key, "0" * 64, "test", kind.version))
            self.tables[name] = pl.concat([self.rows(name).collect(), rows])
        return Collected(parsed, body, now, True)

    def rows(self, table: str) -> pl.LazyFrame:
        return self.tables.get(table, pl.DataFrame(schema=get_table(table).columns)).lazy()

    def games(self, day: date) -> pl.DataFrame:
        return self.schedule

    def has(self, request: Request) -> bool:
        return request.key in self.asked

    def has_session(self, name: str) -> bool:
        return name in self.sessions

    def doubt(self, sentence: str) -> None:
        self.doubts.append(sentence)


def require_sound(parsed: Parsed) -> None:
    """Every frame has its table's columns and types, and stamps on every row."""
    for name, frame in parsed.frames.items():
        expected = {**value_types(name), "as_of_ts": pl.Datetime("us", "UTC"), "as_of_quality": pl.String()}
        assert dict(frame.schema) == expected
        assert not frame["as_of_ts"].null_count()
        key = [column for column in get_table(name).fact if column in frame.columns]
        assert frame.select(key).is_unique().all()
    assert all(each.reason and each.row_number >= 1 for each in parsed.rejected)


def require_parse_or_refusal(kind: PayloadKind, body: bytes) -> None:
    """The kind reads the bytes whole, or says in one sentence why not."""
    assert kind.is_like(body) in (True, False)
    try:
        parsed = kind.parse(body, STAMP)
    except PretipError as error:
        sentence = str(error)
    else:
        sentence = ""
        require_sound(parsed)
    assert "\n" not in sentence


@st.composite
def damaged_bytes(draw: st.DrawFn, bodies: Iterable[bytes]) -> bytes:
    """A payload cut, or with bytes changed, inserted or taken out."""
    body = bytearray(draw(st.sampled_from(list(bodies))))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, max(0, len(body) - 1)))
        how = draw(st.sampled_from(["cut", "flip", "drop", "insert"]))
        if how == "cut":
            del body[place:]
        elif how == "flip" and body:
            body[place] = draw(st.integers(0, 255))
        elif how == "drop":
            del body[place : place + draw(st.integers(1, 40))]
        else:
            body[place:place] = draw(st.binary(min_size=1, max_size=8) | st.sampled_from([b'"', b",", b"\n", b"\x00"]))
    return bytes(body)


@st.composite
def damaged_json(draw: st.DrawFn, bodies: Iterable[bytes]) -> bytes:
    """A payload with a key taken out, or a value somewhere changed for another type's."""
    value = json.loads(draw(st.sampled_from(list(bodies))))
    for _ in range(draw(st.integers(1, 2))):
        _damage(draw, value)
    return json.dumps(value).encode()


def _damage(draw: st.DrawFn, value: Any) -> None:
    holder = value
    while True:
        keys: list[Any] = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not keys:
            return
        key = draw(st.sampled_from(keys))
        inner = holder[key]
        if isinstance(inner, dict | list) and inner and draw(st.integers(0, 4)):
            holder = inner
            continue
        if draw(st.booleans()):
            holder[key] = draw(st.sampled_from(_JUNK))
        else:
            del holder[key]
        return
