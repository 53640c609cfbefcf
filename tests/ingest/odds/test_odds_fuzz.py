"""Mutated payloads of the odds site: a typed error or rows that fit their table, never anything else."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.odds import SOURCE
from ingest.odds.events import dump_events
from ingest.odds.lines import TABLE
from ingest.odds.state import redact_secrets
from ingest.payload import Stamp
from ingest.provenance import Provenance, attribute
from lakehouse.errors import PretipError
from lakehouse.frames import conform
from lakehouse.tables import get_table
from tests.ingest.mutations import mutated
from tests.ingest.odds.samples import GAME, WIRE, answer, event, market_lines, page

AFTER = datetime(2027, 1, 1, tzinfo=UTC)
STAMP = Stamp(AFTER, asked={"events": dump_events([GAME])})
EXCERPT = WIRE / "oddstrader_eventsByDate_NFL_excerpt_1event_1book.json"
HISTORY = json.dumps({"data": {"lineHistory": [{"lines": market_lines()}, {"lines": market_lines()[:2]}]}}).encode()
BY_DATE = json.dumps(
    {"data": {"eventsByDateByLeagueGroup": {"events": [{**event(), "currentLines": market_lines()}]}}}
).encode()


def check(body: bytes) -> None:
    redact_secrets(body)
    for kind in SOURCE.kinds:
        kind.is_like(body)
        try:
            parsed = kind.parse(body, STAMP)
        except PretipError:
            continue
        for name, frame in parsed.frames.items():
            table = get_table(name)
            conform(attribute(table, frame, Provenance(AFTER, "b", "0" * 64, "odds", kind.version)), table)
        assert all(json.loads(row.row_json) for row in parsed.rejected)


@settings(max_examples=150)
@given(st.one_of(*(mutated(body) for body in (answer(market_lines()), page(event()), HISTORY, BY_DATE))))
def test_mutated_bytes_are_an_error_or_rows(body: bytes) -> None:
    check(body)


@pytest.mark.skipif(not EXCERPT.is_file(), reason="the wire samples are not at hand")
@settings(max_examples=100)
@given(st.data())
def test_a_mutated_real_event_is_an_error_or_rows(data: st.DataObject) -> None:
    check(data.draw(mutated(EXCERPT.read_bytes())))


def test_the_samples_parse_as_they_are() -> None:
    counts = []
    for body in (answer(market_lines()), HISTORY, BY_DATE):
        (kind,) = (kind for kind in SOURCE.kinds if kind.is_like(body))
        counts.append(len(kind.parse(body, STAMP).frames[TABLE]))
    assert counts == [3, 3, 3]
