"""What a source's file in this folder is made of: routes, the question asked of one, the reply, and the world it tells of.

A source's module has a value `ROUTES: tuple[Route, ...]` and is named in `sandbox.serve.site`. An answer is a pure
function of the world and the question, the clock's instant among it: nothing said after `ask.at` may reach a reply.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sandbox.serve.world import World

JSON, HTML, PDF, CSV, ZIP, TEXT = (
    "application/json; charset=utf-8", "text/html; charset=utf-8", "application/pdf", "text/csv; charset=utf-8",
    "application/zip", "text/plain; charset=utf-8",
)  # fmt: skip


def dump_json(document: Any) -> bytes:
    """The document as compact JSON in UTF-8, keys in their own order."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Reply:
    """An answer: `render(document)` is its body, so that a fault may change the document and keep the format.

    `modified` is the instant (epoch seconds) of the newest fact in it, where the source sends Last-Modified.
    """

    document: Any = b""
    render: Callable[[Any], bytes] = bytes
    content_type: str = JSON
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    modified: int | None = None

    @cached_property
    def body(self) -> bytes:
        """The bytes before any content encoding."""
        return self.render(self.document)

    def of(self, document: Any) -> Reply:
        """The same kind of answer about another document."""
        return replace(self, document=document)


def json_reply(document: Any, modified: int | None = None) -> Reply:
    """The document as a JSON answer."""
    return Reply(document, dump_json, JSON, modified=modified)


def bytes_reply(body: bytes, content_type: str, modified: int | None = None) -> Reply:
    """Bytes as they are."""
    return Reply(body, bytes, content_type, modified=modified)


def redirect(location: str) -> Reply:
    """A 302 to a real https address; the server maps it to its own."""
    return Reply(b"", bytes, HTML, 302, {"Location": location})


def refuse(status: int, title: str) -> Reply:
    """A small HTML page with an error status."""
    page = f"<HTML><HEAD>\n<TITLE>{title}</TITLE>\n</HEAD><BODY>\n<H1>{title}</H1>\n</BODY></HTML>\n"
    return Reply(page, str.encode, HTML, status)


def not_found() -> Reply:
    """A 404 page."""
    return refuse(404, "Not Found")


def denied() -> Reply:
    """The 403 page that the NBA's content network gives for what it does not have."""
    return refuse(403, "Access Denied")


@dataclass(frozen=True)
class Ask:
    """A question: the clock's instant (epoch seconds), the match of the route's path, the query (first values) and
    the headers, by lower-case name."""

    at: int
    match: re.Match[str]
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies sent, by name."""
        pairs = (part.strip().partition("=") for part in self.headers.get("cookie", "").split(";"))
        return {name: value for name, _, value in pairs if name}


Answer = Callable[[World, Ask], Reply]


@dataclass(frozen=True)
class Route:
    """Questions to a host whose whole path matches a pattern, and what answers them."""

    host: str
    path: str
    answer: Answer

    def match(self, host: str, path: str) -> re.Match[str] | None:
        """The match of the path, or None."""
        return re.fullmatch(self.path, path) if host == self.host else None
