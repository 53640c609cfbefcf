"""A server over a real socket that answers exactly what it is told to, and remembers what it was asked."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType

Reply = bytes | Callable[[socket.socket], None]
_LONGEST = 10.0


@dataclass(frozen=True)
class Asked:
    """A request as it came: the path with its query, and the headers by lower-case name."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


def reply(
    status: int = 200, body: bytes = b"{}", content_type: str | None = "application/json", **headers: str
) -> bytes:
    """The bytes of a whole answer; a header's underscores are hyphens, and an empty content length is left out."""
    lines = [f"HTTP/1.1 {status} Whatever", "Connection: close"]
    if content_type is not None:
        lines.append(f"Content-Type: {content_type}")
    given = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    if not given.setdefault("content-length", str(len(body))):
        del given["content-length"]
    lines += [f"{name}: {value}" for name, value in given.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def reset(connection: socket.socket) -> None:
    """Breaks the connection off without a word."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@dataclass
class Wire:
    """Answers each path with the replies scripted for it, one after the other, the last of them for ever."""

    tls: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)
    _scripts: dict[str, list[Reply]] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Wire:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.05)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopping.set()
        self._thread.join()
        self._socket.close()

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._socket.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def script(self, path: str, *replies: Reply) -> None:
        """What a path answers, in order; the last of them again and again."""
        self._scripts[path] = list(replies)

    def stopped_within(self, seconds: float) -> bool:
        """Waits; true where the server is being stopped meanwhile."""
        return self._stopping.wait(seconds)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(_LONGEST)
                try:
                    self._answer(connection)
                except OSError:
                    # The other side gave up, which many a test is about.
                    continue

    def _answer(self, plain: socket.socket) -> None:
        if self.tls is None:
            self._speak(plain)
            return
        with self.tls.wrap_socket(plain, server_side=True) as connection:
            self._speak(connection)

    def _speak(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            more = connection.recv(65536)
            if not more:
                return
            head += more
        head, _, body = head.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += connection.recv(65536)
        self.asked.append(Asked(method, path, headers, body))
        script = self._scripts.get(path, [reply(404)])
        found = script.pop(0) if len(script) > 1 else script[0]
        if callable(found):
            found(connection)
        else:
            connection.sendall(found)
