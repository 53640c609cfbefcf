"""The sandbox league in the place of the real hosts: where it is, and what time it is there."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from types import TracebackType
from urllib.parse import urljoin, urlsplit

import httpx
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from lakehouse.clock import SystemClock, require_instant
from lakehouse.errors import BadInput, FetchFailed

_TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class Addresses:
    """Where a logical address, such as https://cdn.nba.com/x, is really asked: there, or in the sandbox at `base`."""

    base: str | None = None

    def physical(self, url: str) -> str:
        """The address to ask, for a logical one over https."""
        return url if self.base is None else f"{self.base}/{url[len('https://') :]}"

    def logical(self, location: str, asked: str) -> str:
        """Where a redirect given in answer to the logical address `asked` leads, as a logical address."""
        found = urljoin(asked, location.strip())
        if self.base is not None and found.startswith(f"{self.base}/"):
            return f"https://{found[len(self.base) + 1 :]}"
        return found


def sandbox_base(url: str) -> str:
    """The sandbox's address without a trailing slash; raises BadInput unless it is http on this machine."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadInput(f"{url!r} is not the address of a sandbox; write it like http://127.0.0.1:8123.") from None
    if parts.scheme != "http" or not _is_loopback(host) or parts.path not in ("", "/") or parts.query:
        raise BadInput(f"{url!r} is not the address of a sandbox on this machine; write it like http://127.0.0.1:8123.")
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}" if port is None else f"http://{shown}:{port}"


def trust_nobody() -> ssl.SSLContext:
    """Verification without any authority: quick to make, and no host but the sandbox can be reached by mistake."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class SandboxClock:
    """The sandbox's clock (`lakehouse.clock.Clock`), asked over HTTP; raises FetchFailed where nobody answers."""

    def __init__(self, url: str) -> None:
        self._url = f"{sandbox_base(url)}/_sandbox/clock"
        self._http = httpx.Client(verify=trust_nobody(), trust_env=False, timeout=_TIMEOUT_SECONDS)

    def now(self) -> datetime:
        """The instant in the sandbox, UTC."""
        return require_instant(self._read().now, "The sandbox's clock")

    def sleep(self, seconds: float) -> None:
        """Lets sandbox time pass: a clock that stands is moved, one that runs is waited for."""
        if seconds <= 0:
            return
        speed = self._read().speed
        if speed > 0:
            SystemClock().sleep(seconds / speed)
            return
        try:
            self._http.post(self._url, json={"advance_seconds": seconds}).raise_for_status()
        except httpx.HTTPError as error:
            raise self._silent(error) from None

    def close(self) -> None:
        """Ends the connection."""
        self._http.close()

    def __enter__(self) -> SandboxClock:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _read(self) -> _Reading:
        try:
            return _Reading.model_validate_json(self._http.get(self._url).raise_for_status().content)
        except (httpx.HTTPError, ValidationError) as error:
            raise self._silent(error) from None

    def _silent(self, error: Exception) -> FetchFailed:
        what, advice = type(error).__name__, "start it with `pretip sandbox serve`"
        return FetchFailed(f"The sandbox does not tell the time at {self._url} ({what}); {advice}.")


class _Reading(BaseModel):
    now: AwareDatetime
    speed: float = Field(default=0.0, ge=0.0)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
