from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from ingest.http.client import Client
from ingest.http.sessions import Sessions
from lakehouse.clock import FixedClock
from tests.ingest.http.asking import SECRET
from tests.ingest.http.wire import Wire


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A server that answers what it is told to."""
    with Wire() as found:
        yield found


@pytest.fixture
def client(wire: Wire, clock: FixedClock) -> Iterator[Client]:
    """A client whose real hosts are that server, with a session of draftkings."""
    sessions = Sessions.of(clock, {"draftkings": SecretStr(f"dk={SECRET}; other=1")})
    with Client(clock, sessions, sandbox=wire.url, jitter=lambda: 0.0) as found:
        yield found
