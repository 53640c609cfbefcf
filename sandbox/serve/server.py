"""The sandbox league's web server: every source under one address, as `/<host>/<path>`.

An answer is a pure function of the league, the clock's instant and the question; faults are asked for through
`/_sandbox/faults`, the clock is moved through `/_sandbox/clock`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from http.server import ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType
from typing import Any

from lakehouse.errors import BadInput
from sandbox.league import League
from sandbox.serve.clock import MovingClock
from sandbox.serve.exchange import Exchange
from sandbox.serve.faults import Fault, FaultPlan
from sandbox.serve.routes import Route
from sandbox.serve.site import load_routes
from sandbox.serve.world import World


class SandboxServer:
    """Serves a league on a loopback port (0: any free one) while the `with` block runs.

    Raises BadInput for a port that is taken.
    """

    def __init__(
        self,
        league: League | World,
        clock: MovingClock,
        port: int = 0,
        faults: Sequence[Fault] = (),
        *,
        log: bool = False,
    ) -> None:
        self.clock = clock
        self.faults = FaultPlan(faults)
        world = league if isinstance(league, World) else World(league)
        try:
            self._http = _Listener(("127.0.0.1", port), world, clock, self.faults, load_routes(), log)
        except OSError as error:
            raise BadInput(f"The sandbox cannot have port {port} ({error.strerror}): name another, or 0.") from None
        self._thread = Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """'http://127.0.0.1:PORT'."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> SandboxServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def wait(self) -> None:
        """Returns when the server has stopped."""
        self._thread.join()

    def stop(self) -> None:
        """Stops answering, and lets go of the port and of those who are kept waiting."""
        self._http.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self,
        address: tuple[str, int],
        world: World,
        clock: MovingClock,
        faults: FaultPlan,
        routes: tuple[Route, ...],
        log: bool,
    ) -> None:
        self.stopping = Event()
        exchange = Exchange(world, clock, faults, routes, self.stopping, log)
        super().__init__(address, exchange.handler())

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nobody's concern; anything else is said on stderr."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)
