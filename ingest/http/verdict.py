"""What to think of an answer that is not the one asked for, and of none at all."""

from __future__ import annotations

import re
import ssl

import httpx

from ingest.http.accounts import Account
from ingest.http.failures import Again, Trouble
from ingest.http.request import Request

_UNAUTHORISED, _FORBIDDEN, _TIMED_OUT, _THROTTLED = 401, 403, 408, 429


def refusal(response: httpx.Response, host: str, account: Account | None, retry_after: float | None) -> Trouble:
    """The trouble with a status that is no answer; what throttles or ails is worth another attempt, a 404 is not."""
    status = response.status_code
    reason = f"{host} answered {status}"
    asks = "" if retry_after is None else f", asking to be left alone for {retry_after:.0f} s"
    slowly = Again.SLOWLY if retry_after is None else Again.SOON
    if status == _UNAUTHORISED and account is not None:
        return Trouble(reason, wants_session=True)
    if status == _THROTTLED:
        return Trouble(reason + asks, again=slowly, is_hosts_fault=True, retry_after_seconds=retry_after)
    if status == _FORBIDDEN and _is_throttling(response, retry_after):
        what = asks or ", as to one who asks too often"
        return Trouble(reason + what, again=slowly, is_hosts_fault=True, retry_after_seconds=retry_after)
    if status == _FORBIDDEN and account is not None:
        return Trouble(reason, wants_session=True)
    if status == _TIMED_OUT or status >= 500:
        return Trouble(reason + asks, again=Again.SOON, is_hosts_fault=True, retry_after_seconds=retry_after)
    return Trouble(reason)


def is_wanted(response: httpx.Response, request: Request) -> bool:
    """Whether the content type is one that the request may be answered with; where none is given, it may be."""
    found = content_type(response)
    return not request.accept or not found or found.startswith(tuple(kind.lower() for kind in request.accept))


def unwanted(response: httpx.Response, request: Request, host: str) -> Trouble:
    """The trouble with a content type that was not asked for."""
    shown = re.sub(r"[^a-z0-9/.+-].*", "", content_type(response))[:60] or "something unnamed"
    return Trouble(f"{host} answered with {shown} instead of {' or '.join(request.accept)}")


def no_answer(error: Exception, host: str, timeout: float) -> Trouble:
    """The trouble with an exchange that broke; nothing of the error itself is told, as it may quote what was sent."""
    if isinstance(error, httpx.TimeoutException):
        return Trouble(f"{host} did not answer within {timeout:g} s", again=Again.ONCE, is_hosts_fault=True)
    if _is_certificate(error):
        return Trouble(f"{host} shows a certificate that does not hold")
    if isinstance(error, httpx.ConnectError | httpx.ProxyError):
        return Trouble(f"{host} cannot be reached", again=Again.SOON, is_hosts_fault=True)
    return Trouble(f"{host} broke off the answer", again=Again.SOON, is_hosts_fault=True)


def content_type(response: httpx.Response) -> str:
    """The content type in lower case; empty where there is none."""
    found: str = response.headers.get("content-type", "")
    return found.strip().lower()


def _is_throttling(response: httpx.Response, retry_after: float | None) -> bool:
    """Whether a 403 is a gatekeeper's page: an interface that refuses says so in JSON."""
    return retry_after is not None or "json" not in content_type(response)


def _is_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
