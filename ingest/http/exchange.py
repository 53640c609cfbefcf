"""One attempt: the request, its redirects, and the answer to it."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from ingest.http.accounts import Account, is_log_in_page
from ingest.http.body import ENCODINGS, read_body
from ingest.http.failures import Again, Trouble
from ingest.http.limits import Spacing
from ingest.http.request import Request
from ingest.http.sandbox import Addresses
from ingest.http.stamps import read_date, read_retry_after
from ingest.http.verdict import content_type, is_wanted, no_answer, refusal, unwanted
from lakehouse.clock import Clock, perf_seconds

_MOST_REDIRECTS = 5
# Time-outs are for each read; an answer that drips must come to an end too.
_WHOLE_ANSWER = 4
# What is read of an answer that is not wanted, so that the connection can be used again.
_PAGE_BYTES = 64 * 1024
_HTTPS_PORT = 443
_LOCATION = "pretip.location"
_OK, _NOT_MODIFIED, _FORBIDDEN = 200, 304, 403
_BROWSER = {
    "User-Agent": (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/131.0.0.0 Safari/537.36"
    ),
    "Accept": "*/*",
    "Accept-Language": "en-US,en;q=0.9",
}
# A source does not set these.
_OURS = ("cookie", "host", "accept-encoding", "if-none-match", "if-modified-since")


class Policy(Protocol):
    """What is known of a source, or of an account: how fast each host may be asked, and with which headers."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def rates(self) -> Mapping[str, float]:
        """Requests a second by host; other hosts are not talked to."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers of every request."""
        ...


@dataclass(frozen=True)
class Question:
    """A request with everything that goes into asking it."""

    request: Request
    policy: Policy
    etag: str | None = None
    last_modified: str | None = None
    account: Account | None = None
    cookie: SecretStr | None = None

    @property
    def is_conditional(self) -> bool:
        """Whether "not modified" would be an answer."""
        return bool(self.etag or self.last_modified)


@dataclass(frozen=True)
class Answer:
    """What came, as an answer to the question; `url` is the logical address it came from."""

    status: int
    url: str
    body: bytes
    headers: Mapping[str, str]
    date_ts: datetime | None
    skew_seconds: float | None


@dataclass(frozen=True)
class Exchange:
    """Asks once; raises Trouble. Nothing of an answer is remembered from one question to the next."""

    http: httpx.Client
    clock: Clock
    addresses: Addresses
    spacing: Spacing

    def ask(self, question: Question) -> Answer:
        """The answer, which is of status 200, 304 where conditional, or one of the request's `absent`."""
        url = question.request.url
        until = perf_seconds() + _WHOLE_ANSWER * question.request.timeout_seconds
        for _ in range(_MOST_REDIRECTS + 1):
            found = self._hop(question, url, until)
            if isinstance(found, Answer):
                return found
            url = found
        raise Trouble(f"{_host(question.request.url)} redirects more than {_MOST_REDIRECTS} times")

    def _hop(self, question: Question, url: str, until: float) -> Answer | str:
        """Asks at an address: the answer, or the address to go on to."""
        host, timeout = _host(url), question.request.timeout_seconds
        is_accounts = question.account is not None and host in question.account.hosts
        auth = _CookieAuth(question.cookie) if question.cookie is not None and is_accounts else None
        self.spacing.wait(host, question.policy.rates[host])
        try:
            where, headers = self.addresses.physical(url), _headers(question, host)
            asked = self.http.build_request("GET", where, headers=headers, timeout=timeout)
        except httpx.InvalidURL:
            raise Trouble(f"{host} was to be asked at something that is not an address") from None
        try:
            response = self.http.send(asked, stream=True, auth=auth)
        except httpx.HTTPError as error:
            raise no_answer(error, host, timeout) from None
        heard = _Heard(response, url, host, self.clock.now(), until)
        try:
            return self._judge(question, heard)
        except (httpx.HTTPError, Trouble) as error:
            trouble = error if isinstance(error, Trouble) else no_answer(error, host, timeout)
            trouble.status, trouble.skew_seconds = response.status_code, heard.skew_seconds
            raise trouble from None
        finally:
            response.close()

    def _judge(self, question: Question, heard: _Heard) -> Answer | str:
        request, response, status = question.request, heard.response, heard.response.status_code
        retry_after = read_retry_after(response.headers.get("retry-after"), heard.at)
        # "Forbidden" can mean that nothing is there, but not while it asks to be left alone.
        if status in request.absent and not (status == _FORBIDDEN and retry_after is not None):
            return heard.answer(heard.peek())
        if status == _NOT_MODIFIED and question.is_conditional:
            return heard.answer(b"")
        if 300 <= status < 400 and status != _NOT_MODIFIED:
            return self._redirect(question, heard)
        if status != _OK:
            raise refusal(response, heard.host, question.account, retry_after)
        is_page = question.account is not None and "html" in content_type(response)
        if not is_wanted(response, request):
            if is_page and is_log_in_page(heard.peek()):
                raise Trouble(f"{heard.host} answered with a log-in page", wants_session=True)
            raise unwanted(response, request, heard.host)
        body = heard.body(request.max_bytes)
        if is_page and is_log_in_page(body):
            raise Trouble(f"{heard.host} answered with a log-in page", wants_session=True)
        return heard.answer(body)

    def _redirect(self, question: Question, heard: _Heard) -> str:
        host, location = heard.host, heard.response.extensions.get(_LOCATION, "")
        try:
            target = self.addresses.logical(location, heard.url)
            parts, asked = urlsplit(target), urlsplit(heard.url)
            is_known = parts.hostname in question.policy.rates and parts.port in (None, _HTTPS_PORT, asked.port)
        except ValueError:
            raise Trouble(f"{host} redirects to something that is not an address") from None
        if not location or not parts.hostname:
            raise Trouble(f"{host} redirects to nowhere")
        if question.account is not None and question.account.is_log_in(target):
            raise Trouble(f"{host} redirects to the log-in at {parts.hostname}", wants_session=True)
        where = parts.netloc.rpartition("@")[2]
        if parts.scheme != "https":
            raise Trouble(f"{host} redirects to {parts.scheme}://{where}, which is not https; not followed")
        if not is_known:
            raise Trouble(f"{host} redirects to {where}, no host of {question.policy.name}; not followed")
        return target


@dataclass(frozen=True)
class _Heard:
    """An answer whose head has come, at an instant of our clock; its body comes until a reading of the timer."""

    response: httpx.Response
    url: str
    host: str
    at: datetime
    until: float

    @property
    def date_ts(self) -> datetime | None:
        return read_date(self.response.headers.get("date"))

    @property
    def skew_seconds(self) -> float | None:
        if self.date_ts is None:
            return None
        # A cache hands on the Date of the origin, and says how long ago it took it (RFC 9111, 5.1).
        age = self.response.headers.get("age", "")
        seconds = int(age[:9]) if age.isascii() and age.isdigit() else 0
        return (self.date_ts - self.at + timedelta(seconds=seconds)).total_seconds()

    def body(self, max_bytes: int) -> bytes:
        size = self.response.headers.get("content-length", "")
        if size.isascii() and size.isdigit() and int(size[:19]) > max_bytes:
            raise Trouble(f"{self.host} answered with more than {max_bytes:,} bytes")
        return read_body(self._chunks(), self.response.headers.get("content-encoding"), max_bytes, self.host)

    def peek(self) -> bytes:
        """The body of a small page; nothing of a larger one, or of one that breaks."""
        try:
            return self.body(_PAGE_BYTES)
        except (httpx.HTTPError, Trouble):
            return b""

    def answer(self, body: bytes) -> Answer:
        return Answer(self.response.status_code, self.url, body, self.response.headers, self.date_ts, self.skew_seconds)

    def _chunks(self) -> Iterator[bytes]:
        for chunk in self.response.iter_raw():
            if perf_seconds() > self.until:
                raise Trouble(f"{self.host} took too long over its answer", again=Again.ONCE, is_hosts_fault=True)
            yield chunk


def hide_location(response: httpx.Response) -> None:
    """A hook of the HTTP library: without it, the library reads where a redirect leads even where it is not to follow,
    and stumbles over what is no address."""
    response.extensions[_LOCATION] = response.headers.pop("location", "")


class _CookieAuth(httpx.Auth):
    """Puts the cookie into the request at the last moment: no frame or value of ours ever holds it in clear."""

    def __init__(self, cookie: SecretStr) -> None:
        self._cookie = cookie

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Cookie"] = self._cookie.get_secret_value()
        yield request


def _headers(question: Question, host: str) -> dict[str, str]:
    found = dict(_BROWSER)
    # What a request carries, such as a short-lived permission, is for the host that it is made to.
    own = question.request.headers if host == _host(question.request.url) else {}
    for given in (question.policy.headers, own):
        found.update({name.title(): value for name, value in given.items() if name.lower() not in _OURS})
    found["Accept-Encoding"] = ENCODINGS
    if question.etag:
        found["If-None-Match"] = question.etag
    if question.last_modified:
        found["If-Modified-Since"] = question.last_modified
    return found


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
