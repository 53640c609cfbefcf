"""The page of a date: its events, and the gateway that answers questions about their lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, Field

from ingest.odds.events import Event, read_events
from ingest.odds.state import REDACTED, read_embedded
from ingest.payload import Parsed, Stamp
from ingest.shapes import check, describe
from lakehouse.errors import ShapeChanged, StalePayload, Unreadable

WHAT = "The odds page"
_SERVICE = "/odds-v2-service"


class _Gateway(BaseModel):
    proto: str = Field(pattern=r"^https?:?(//)?$")
    domain: str = Field(pattern=r"^[A-Za-z0-9.-]+$")
    port: int | str | None = None
    # Never checked in a way that could show a value: these are secrets.
    headers: Any = None


class _Endpoints(BaseModel):
    oddsv2Service: str = "/odds-v2"  # noqa: N815 - as the page names it


class _Config(BaseModel):
    apigateway: _Gateway
    endpoints: _Endpoints = _Endpoints()


@dataclass(frozen=True)
class Gateway:
    """Where lines are asked for. `headers` hold short-lived secrets and are never shown."""

    host: str
    address: str
    headers: dict[str, str] = field(repr=False)

    @property
    def is_open(self) -> bool:
        """Whether the page still had its headers: a stored page has them redacted."""
        return REDACTED not in self.headers.values()

    def url(self, query: str) -> str:
        """The address of a query."""
        return f"{self.address}?query={quote(query, safe='{}(),:[]')}"


@dataclass(frozen=True)
class Page:
    """What the page of a date says."""

    events: tuple[Event, ...]
    gateway: Gateway


def parse_page(body: bytes, stamp: Stamp) -> Parsed:
    """No facts: a page names events and the gateway, and is read for them by `read_page`.

    Raises Unreadable for what is no such page, ShapeChanged for one that names no events or gateway, and StalePayload
    where every event is on another Eastern date than `asked["date"]`.
    """
    page = read_page(body)
    asked = stamp.asked.get("date")
    if asked and page.events and all(event.day.isoformat() != asked for event in page.events):
        raise StalePayload(f"{WHAT} asked for {asked} is of {page.events[0].day.isoformat()}: an old copy, not used.")
    nameless = [str(event.eid) for event in page.events if event.home_team is None or event.away_team is None]
    doubts = (f"events of unknown teams on the odds page: {', '.join(nameless[:5])}",) if nameless else ()
    return Parsed({}, doubts=doubts)


def read_page(body: bytes) -> Page:
    """The events and the gateway of a page."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Unreadable(
            f"{WHAT} is not a page but {describe(body)}; the source answered with something else."
        ) from None
    if "window." not in text:
        raise Unreadable(f"{WHAT} has no scripts but is {describe(body)}; the source answered with something else.")
    state = read_embedded(text, "__INITIAL_STATE__", WHAT)
    config = check(_Config, read_embedded(text, "__config", WHAT), WHAT, "window.__config")
    found = state.get("events") if isinstance(state, dict) else None
    events = found.get("events") if isinstance(found, dict) else None
    if events is None:
        raise ShapeChanged(WHAT, "window.__INITIAL_STATE__.events.events", "it is not there")
    return Page(read_events(events, WHAT, "window.__INITIAL_STATE__.events.events"), _gateway(config))


def looks_like_page(body: bytes) -> bool:
    """Whether the bytes look like a page of the odds site."""
    return b"window.__INITIAL_STATE__" in body and b"window.__config" in body


def _gateway(config: _Config) -> Gateway:
    gateway = config.apigateway
    secrets = gateway.headers if gateway.headers is not None else {}
    if not isinstance(secrets, dict):
        raise ShapeChanged(WHAT, "window.__config.apigateway.headers", "it is not an object")
    host = gateway.domain.lower().rstrip(".")
    port = str(gateway.port or "")
    if port and not (port.isascii() and port.isdigit()):
        raise ShapeChanged(WHAT, "window.__config.apigateway.port", "it is not a number")
    proto = gateway.proto.split(":")[0]
    place = host if port in ("", "443" if proto == "https" else "80") else f"{host}:{port}"
    path = config.endpoints.oddsv2Service.strip("/")
    headers = {str(name): value for name, value in secrets.items() if isinstance(value, str)}
    return Gateway(host, f"{proto}://{place}{'/' + path if path else ''}{_SERVICE}", headers)
