"""JSON embedded in a page's scripts: finding it, and keeping the secrets in it out of what is stored."""

from __future__ import annotations

import json
import re
from typing import Any

from lakehouse.errors import ShapeChanged, Unreadable

REDACTED = "redacted"
# A string is one token whatever braces it holds; one that is never closed runs to the end.
_TOKENS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[{}\[\]]|\bundefined\b', re.DOTALL)
_OPENING, _CLOSING = "{[", "}]"
_HEADERS = re.compile(rb'"?headers"?\s*:\s*\{([^{}]*)', re.IGNORECASE)
_PAIR = re.compile(rb"""((?<![\w-])[\w-]++"?\s*+:\s*+["'])((?:[^"'\\]++|\\.)++)""", re.DOTALL)
# A name is looked at once, from its beginning: a long text without separators takes no longer than another.
_SECRET_NAMES = re.compile(
    rb"""((?<![\w-])(?=[\w-]*?(?:authori[sz]ation|access-?policy|api-?key|token|secret|cookie))[\w-]++"?\s*+:\s*+["'])"""
    rb"""((?:[^"'\\]++|\\.)++)""",
    re.IGNORECASE | re.DOTALL,
)
# Shorter values, such as a version, are found everywhere and are no secrets.
_SHORTEST_SECRET = 8


def read_embedded(page: str, name: str, what: str) -> Any:
    """The JSON value that a page's script assigns to `window.<name>`.

    Braces in strings do not count; a bare `undefined` is null. Raises ShapeChanged where nothing is assigned, and
    Unreadable where the value is cut off or is not JSON.
    """
    start = re.search(rf"window\.{name}\s*=\s*(?=[{{\[])", page)
    if start is None:
        raise ShapeChanged(what, f"window.{name}", "the page assigns no object to it")
    pieces: list[str] = []
    depth, at = 0, start.end()
    for token in _TOKENS.finditer(page, start.end()):
        text = token.group()
        pieces += (page[at : token.start()], "null" if text == "undefined" else text)
        at = token.end()
        depth += (text in _OPENING) - (text in _CLOSING)
        if depth == 0:
            return _load("".join(pieces), name, what)
    raise Unreadable(f"{what} is cut off within window.{name}; it is fetched again at the next scrape.")


def redact_secrets(body: bytes) -> bytes:
    """The page with every value of its gateway headers, and of anything named like a secret, replaced by 'redacted'.

    Works on bytes of any shape, also cut off; a value found once is replaced wherever else it stands.
    """
    found: list[bytes] = []

    def blank(pair: re.Match[bytes]) -> bytes:
        found.append(pair.group(2))
        return pair.group(1) + REDACTED.encode()

    def blank_headers(headers: re.Match[bytes]) -> bytes:
        kept = headers.group(0)[: headers.start(1) - headers.start(0)]
        return kept + _PAIR.sub(blank, headers.group(1))

    redacted = _SECRET_NAMES.sub(blank, _HEADERS.sub(blank_headers, body))
    for value in sorted(dict.fromkeys(found), key=lambda value: (-len(value), value)):
        if len(value) >= _SHORTEST_SECRET and value != REDACTED.encode():
            redacted = redacted.replace(value, REDACTED.encode())
    return redacted


def _load(text: str, name: str, what: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable(f"{what} has no JSON in window.{name}; the page is not what it was.") from None
