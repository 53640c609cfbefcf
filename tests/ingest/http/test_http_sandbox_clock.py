"""The sandbox's clock is a clock like any other."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from ingest.http.sandbox import SandboxClock
from lakehouse.clock import perf_seconds
from lakehouse.errors import FetchFailed
from tests.ingest.http.wire import Wire, reply
from tests.strategies import T0

PATH = "/_sandbox/clock"


def tells(**values: object) -> bytes:
    return reply(200, json.dumps({"now": T0.isoformat(), "speed": 0, **values}).encode())


def test_it_tells_the_sandboxs_time(wire: Wire) -> None:
    wire.script(PATH, tells(), tells(now=(T0 + timedelta(hours=1)).isoformat()))
    with SandboxClock(wire.url) as clock:
        assert clock.now() == T0
        assert clock.now() == T0 + timedelta(hours=1)


def test_a_clock_that_stands_is_moved(wire: Wire) -> None:
    wire.script(PATH, tells())
    with SandboxClock(f"{wire.url}/") as clock:
        clock.sleep(7200)
        clock.sleep(0)
    assert [(asked.method, asked.body) for asked in wire.asked] == [("GET", b""), ("POST", b'{"advance_seconds":7200}')]


def test_a_clock_that_runs_is_waited_for(wire: Wire) -> None:
    wire.script(PATH, tells(speed=3600))
    with SandboxClock(wire.url) as clock:
        began = perf_seconds()
        clock.sleep(180)
        assert perf_seconds() - began >= 0.05
    assert [asked.method for asked in wire.asked] == ["GET"]


@pytest.mark.parametrize("answer", [
    reply(500), reply(200, b"{}"), reply(200, b"<html>"), tells(now="2025-01-01T00:00:00"), tells(speed=-1),
])  # fmt: skip
def test_a_sandbox_that_tells_no_time_is_a_failure(wire: Wire, answer: bytes) -> None:
    wire.script(PATH, answer)
    with SandboxClock(wire.url) as clock, pytest.raises(FetchFailed, match="sandbox serve"):
        clock.now()
