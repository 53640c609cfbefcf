from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from email.message import Message
from http.client import HTTPConnection
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest

from sandbox.league import League, generate
from sandbox.serve.clock import MovingClock
from sandbox.serve.routes import Reply, Route
from sandbox.serve.server import SandboxServer
from sandbox.serve.site import answer, load_routes
from sandbox.serve.world import World
from sandbox.times import eastern, instant

DAY = date(2025, 11, 15)


@dataclass(frozen=True)
class Answer:
    """What a server said."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


@dataclass(frozen=True)
class Web:
    """Asks a running sandbox for real addresses, with the standard library."""

    server: SandboxServer

    def ask(self, url: str, headers: Mapping[str, str] | None = None, timeout: float = 10) -> Answer:
        path = quote(url.removeprefix("https://"), safe="/?&=%:,")
        return self._open(Request(f"{self.server.url}/{path}", headers=dict(headers or {})), timeout)

    def control(self, name: str, wish: object = None, method: str | None = None) -> Answer:
        data = None if wish is None else json.dumps(wish).encode()
        return self._open(Request(f"{self.server.url}/_sandbox/{name}", data=data, method=method), 10)

    def connect(self) -> HTTPConnection:
        return HTTPConnection(self.server.url.removeprefix("http://"), timeout=10)

    def _open(self, request: Request, timeout: float) -> Answer:
        try:
            with build_opener(_Stay).open(request, timeout=timeout) as found:
                return Answer(found.status, found.headers, found.read())
        except HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())


@pytest.fixture(scope="session")
def world() -> World:
    """Six teams, two seasons of twenty games; one game of the second is postponed, one is moved."""
    return World(generate(27, 2, date(2025, 11, 9), teams=6, games_per_team=20))


@pytest.fixture(scope="session")
def league(world: World) -> League:
    return world.league


@pytest.fixture(scope="session")
def routes() -> tuple[Route, ...]:
    return load_routes()


@pytest.fixture
def web(world: World) -> Iterator[Web]:
    """A server at noon of a day with games."""
    with SandboxServer(world, MovingClock(instant(eastern(DAY, 12.0)))) as server:
        yield Web(server)


def get(world: World, routes: tuple[Route, ...], at: int, url: str, headers: dict[str, str] | None = None) -> Reply:
    """What the site says, without a socket."""
    return answer(world, routes, at, url, headers)
