"""One question over a socket and its answer: headers, conditions, encodings, and the ways in which it can go wrong."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import socket
import struct
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler
from threading import Event
from urllib.parse import urlsplit

from lakehouse.clock import parse_instant
from lakehouse.errors import BadInput, PretipError
from sandbox.fixtures import DAY
from sandbox.serve.clock import MovingClock
from sandbox.serve.faults import Fault, FaultPlan, Kind, empty_lists, read_faults, rename_field
from sandbox.serve.routes import HTML, TEXT, Reply, Route, bytes_reply, dump_json, json_reply, refuse
from sandbox.serve.site import answer
from sandbox.serve.world import World
from sandbox.times import instant

_CONTROL = "/_sandbox/"
_HELD_STEPS, _HELD_STEP_S = 1200, 0.1
_BOMB_BYTES, _BOMB_CHUNK = 256 * 1024 * 1024, 1024 * 1024
_SMALLEST_GZIP = 512
_DATE = re.compile(r"(?<!\d)(20\d\d)(-?)(\d\d)(-?)(\d\d)(?!\d)")


@dataclass(frozen=True)
class Exchange:
    """What the handlers of a server share."""

    world: World
    clock: MovingClock
    faults: FaultPlan
    routes: tuple[Route, ...]
    stopping: Event
    log: bool

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """A handler class of this exchange."""
        return type("Handler", (_Handler,), {"exchange": self})

    def answer(self, url: str, at: int, headers: dict[str, str]) -> Reply:
        """What the site says to a question at an instant."""
        return answer(self.world, self.routes, at, url, headers)


class _Handler(BaseHTTPRequestHandler):
    exchange: Exchange
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def version_string(self) -> str:
        return "sandbox"

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(self.exchange.clock.now().replace(microsecond=0), usegmt=True)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        # A client asks for the time again and again.
        if not self.path.startswith(_CONTROL):
            super().log_request(code, size)

    def log_message(self, format: str, *args: object) -> None:
        if self.exchange.log:
            print(f"{self.exchange.clock.now():%Y-%m-%d %H:%M:%SZ} {format % args}", file=sys.stderr, flush=True)

    def do_GET(self) -> None:
        if self.path.startswith(_CONTROL):
            self._control()
            return
        url, at = f"https:/{self.path}", int(self.exchange.clock.now().timestamp())
        asked = {name.lower(): value for name, value in self.headers.items()}
        fault = self.exchange.faults.choose(url)
        if fault is None:
            self._send(self.exchange.answer(url, at, asked), asked)
        else:
            self.log_message("%s goes wrong: %s", url, fault.fault.value)
            self._fail(fault, url, at, asked)

    do_HEAD = do_GET  # noqa: N815 - the library's own name

    def do_POST(self) -> None:
        self._control()

    def do_DELETE(self) -> None:
        self._control()

    def _control(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        try:
            told: object = _command(self.exchange, self.command, urlsplit(self.path).path, body)
            reply = json_reply(told) if told is not None else refuse(404, "Not Found")
        except PretipError as error:
            reply = Reply({"error": str(error)}, dump_json, status=400)
        self._send(reply, {})

    def _send(self, reply: Reply, asked: dict[str, str], encoding: str | None = None, cut: bool = False) -> None:
        body, status = reply.body, reply.status
        headers = {"Content-Type": reply.content_type, **reply.headers}
        if "Location" in headers:
            headers["Location"] = self._mapped(headers["Location"])
        if status == 200 and encoding is None:
            etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            headers |= {"ETag": etag, "Cache-Control": "no-cache"}
            if reply.modified is not None:
                headers["Last-Modified"] = format_datetime(instant(reply.modified), usegmt=True)
            if _is_known(asked, etag, reply.modified):
                status, body = 304, b""
            elif "gzip" in asked.get("accept-encoding", "") and len(body) >= _SMALLEST_GZIP and _is_text(reply):
                encoding, body = "gzip", gzip.compress(body, 5, mtime=0)
        if encoding is not None:
            headers |= {"Content-Encoding": encoding, "Vary": "Accept-Encoding"}
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self.close_connection = True

    def _mapped(self, location: str) -> str:
        """A real address as this server's own."""
        return re.sub(r"^https://", f"http://127.0.0.1:{self.connection.getsockname()[1]}/", location)

    def _fail(self, fault: Fault, url: str, at: int, asked: dict[str, str]) -> None:
        kind = fault.fault
        if kind is Kind.FORBIDDEN:
            self._send(refuse(403, "Access Denied"), {})
        elif kind is Kind.TOO_MANY:
            wait = {"Retry-After": str(fault.retry_after)}
            self._send(replace(refuse(429, "Too Many Requests"), headers=wait), {})
        elif kind is Kind.SERVER_ERROR:
            self._send(refuse(fault.status, "Service Unavailable"), {})
        elif kind is Kind.TIME_OUT:
            self._hold()
        elif kind is Kind.RESET:
            self._reset()
        elif kind is Kind.GZIP_BOMB:
            whole = self.exchange.answer(url, at, asked)
            self._send(bytes_reply(_bomb(), whole.content_type), {}, encoding="gzip")
        elif kind is Kind.TRUNCATED:
            self._send(self.exchange.answer(url, at, asked), _without_conditions(asked), cut=True)
        else:
            self._send(_spoiled(fault, self.exchange.answer, url, at, asked), _without_conditions(asked))

    def _hold(self) -> None:
        """Says nothing until the client goes away or the server stops."""
        self.close_connection = True
        self.connection.settimeout(_HELD_STEP_S)
        for _ in range(_HELD_STEPS):
            try:
                if not self.connection.recv(1, socket.MSG_PEEK):
                    return
            except TimeoutError:
                pass
            except OSError:
                return
            if self.exchange.stopping.wait(0.0):
                return

    def _reset(self) -> None:
        """Ends the connection with a reset instead of an answer."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # The socket is shut down, politely, by whoever handed it to us; closing it first keeps the reset.
        self.connection.close()


def _spoiled(
    fault: Fault, ask: Callable[[str, int, dict[str, str]], Reply], url: str, at: int, asked: dict[str, str]
) -> Reply:
    """An answer that looks like one and is none."""
    kind = fault.fault
    if kind is Kind.YESTERDAY:
        earlier = _day_before(url)
        return ask(earlier, at, asked) if earlier != url else ask(url, at - DAY, asked)
    reply = ask(url, at, asked)
    if reply.status != 200:
        return reply
    if kind is Kind.CONTENT_TYPE:
        return bytes_reply(reply.body, HTML if reply.content_type != HTML else TEXT)
    if kind is Kind.EMPTY_LIST:
        return reply.of(empty_lists(reply.document))
    return reply.of(rename_field(reply.document, fault.field))


def _day_before(url: str) -> str:
    """The address with every date in it a day earlier."""

    def earlier(found: re.Match[str]) -> str:
        year, one, month, other, day = found.groups()
        try:
            before = datetime(int(year), int(month), int(day)) - timedelta(days=1)
        except ValueError:
            return found[0]
        return f"{before:%Y}{one}{before:%m}{other}{before:%d}"

    return _DATE.sub(earlier, url)


def _bomb() -> bytes:
    """A small gzip stream that is a quarter of a gigabyte unpacked."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    chunk = bytes(_BOMB_CHUNK)
    parts = [packer.compress(chunk) for _ in range(_BOMB_BYTES // _BOMB_CHUNK)]
    return b"".join([*parts, packer.flush()])


def _without_conditions(asked: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if not name.startswith("if-")}


def _is_text(reply: Reply) -> bool:
    return reply.content_type.startswith(("text/", "application/json"))


def _is_known(asked: dict[str, str], etag: str, modified: int | None) -> bool:
    """Whether the client has these bytes already; an ETag that it sends decides alone."""
    if (known := asked.get("if-none-match")) is not None:
        return known.strip() == "*" or etag in re.findall(r'"[^"]*"', known)
    if modified is None or (since := asked.get("if-modified-since")) is None:
        return False
    try:
        return modified <= int(parsedate_to_datetime(since).timestamp())
    except ValueError:
        return False


def _command(exchange: Exchange, method: str, path: str, body: bytes) -> object | None:
    """Does what a control address is for; None where there is none."""
    if path == f"{_CONTROL}clock" and method in ("GET", "HEAD", "POST"):
        if method == "POST":
            _move(exchange.clock, _read(body))
        return exchange.clock.tell()
    if path == f"{_CONTROL}faults" and method in ("GET", "HEAD", "POST", "DELETE"):
        if method == "POST":
            exchange.faults.add(read_faults(_read(body)))
        elif method == "DELETE":
            exchange.faults.clear()
        return exchange.faults.tell()
    return None


def _read(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        raise BadInput(
            f"The sandbox was sent {body[:40]!r}, which is not JSON: send what sandbox/serve/README.md says."
        ) from None


def _move(clock: MovingClock, wish: object) -> None:
    advice = 'send {"now": TS}, {"advance_seconds": S} or {"speed": X}'
    if not isinstance(wish, dict) or not wish or wish.keys() - {"now", "advance_seconds", "speed"}:
        raise BadInput(f"The clock does not know {wish!r}: {advice}.")
    seconds, speed = wish.get("advance_seconds", 0), wish.get("speed", clock.speed)
    if not all(isinstance(value, (int, float)) for value in (seconds, speed)):
        raise BadInput(f"The clock does not know {wish!r}: {advice}, in numbers.")
    if "now" in wish:
        clock.set(parse_instant(str(wish["now"])))
    if seconds:
        clock.advance(timedelta(seconds=seconds))
    if speed != clock.speed:
        clock.run(speed)
