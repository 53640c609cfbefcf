"""The client: politeness, patience and sessions around each question."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from random import Random
from types import TracebackType
from urllib.parse import urlsplit

import httpx
import stamina
import stamina.instrumentation

from ingest.http.accounts import get_account
from ingest.http.breaker import Breaker
from ingest.http.exchange import Answer, Exchange, Policy, Question, hide_location
from ingest.http.failures import SessionRefused, Trouble, Unanswered
from ingest.http.limits import Spacing
from ingest.http.request import Attempt, Request, Response
from ingest.http.retry import RetryPolicy
from ingest.http.sandbox import Addresses, sandbox_base, trust_nobody
from ingest.http.sessions import Sessions
from ingest.http.stamps import read_date
from lakehouse.clock import Clock, iso, perf_seconds


class Client:
    """Asks the sources: spaced, retried, bounded and verified; in the sandbox's place where one is named.

    All waiting and every instant are the clock's. For one thread. A context manager, or `close` it.
    """

    def __init__(
        self,
        clock: Clock,
        sessions: Sessions,
        *,
        sandbox: str | None = None,
        retry: RetryPolicy | None = None,
        breaker: Breaker | None = None,
        jitter: Callable[[], float] | None = None,
    ) -> None:
        """`jitter` gives numbers in [0, 1); in the sandbox they are always the same. Raises BadInput for a sandbox
        that is not on this machine."""
        base = None if sandbox is None else sandbox_base(sandbox)
        _quieten()
        self._clock = clock
        self._sessions = sessions
        self._retry = retry or RetryPolicy()
        self._breaker = breaker or Breaker(clock)
        self._jitter = jitter or (Random() if base is None else Random(0)).random
        # Cookies that servers set are for browsers: none is kept. A proxy is for the real hosts only.
        jar = CookieJar(DefaultCookiePolicy(allowed_domains=()))
        hooks = {"response": [hide_location]}
        self._http = httpx.Client(
            cookies=jar, follow_redirects=False, event_hooks=hooks, trust_env=base is None,
            verify=True if base is None else trust_nobody(),
        )  # fmt: skip
        self._exchange = Exchange(self._http, clock, Addresses(base), Spacing(clock))

    def fetch(
        self, request: Request, source: Policy, etag: str | None = None, last_modified: str | None = None
    ) -> Response:
        """The answer to a question; `etag` and `last_modified` are those of the bytes already held.

        Raises Unanswered (a FetchFailed) or SessionRefused (an AuthNeeded), each with its attempts; of number 0 is the
        one that was never made: for an address that is not https or of a host that the source does not name, for a
        session that is not stored, and for a host that failed too often.
        """
        host = self._host(request, source)
        question = self._question(request, source, _sendable(etag), _sendable(last_modified))
        resting = self._breaker.resting_until(host)
        if resting is not None:
            raise self._refused(request, f"{host} failed too often and is left alone until {iso(resting)}")
        attempts: list[Attempt] = []
        try:
            return self._persist(question, host, attempts)
        except Trouble as trouble:
            raise self._failure(request, trouble, tuple(attempts)) from None

    def has_session(self, name: str) -> bool:
        """Whether there is a session of that account."""
        return self._sessions.has(name)

    def close(self) -> None:
        """Ends the connections."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _host(self, request: Request, source: Policy) -> str:
        try:
            parts = urlsplit(request.url)
            scheme, host = parts.scheme, parts.hostname or ""
        except ValueError:
            raise self._refused(request, "what it is to be asked at is not an address") from None
        if scheme != "https":
            raise self._refused(request, f"{scheme}://{host} is not https")
        if host not in source.rates:
            raise self._refused(request, f"{host} is not one of its hosts")
        return host

    def _question(self, request: Request, source: Policy, etag: str | None, last_modified: str | None) -> Question:
        if request.auth is None:
            return Question(request, source, etag, last_modified)
        account, cookie = get_account(request.auth), self._sessions.cookie(request.auth)
        if cookie is None:
            advice = f"run `pretip auth {account.name}`"
            refused = self._unasked(f"no session of {account.name} is stored")
            raise SessionRefused(f"{_what(request)} needs a session of {account.name}; {advice}.", (refused,))
        return Question(request, source, etag, last_modified, account, cookie)

    def _persist(self, question: Question, host: str, attempts: list[Attempt]) -> Response:
        """Attempts until one answers: stamina counts and backs off, the waiting itself is the clock's."""
        policy, wait = self._retry, 0.0

        def again(error: Exception) -> bool | float:
            may = isinstance(error, Trouble) and policy.allows(error, len(attempts))
            # Zero is how long stamina is to wait by its own clock.
            return 0.0 if may and self._breaker.resting_until(host) is None else False

        context = stamina.retry_context(
            on=again, attempts=policy.attempts, timeout=None, wait_initial=policy.first_wait,
            wait_max=policy.longest_wait, wait_jitter=0.0,
        )  # fmt: skip
        for attempt in context:
            with attempt:
                self._clock.sleep(wait)
                try:
                    return self._attempt(question, host, attempts)
                except Trouble as trouble:
                    wait = policy.wait(trouble, attempt.next_wait, self._jitter)
                    raise
        raise AssertionError("the last attempt either answers or raises")

    def _attempt(self, question: Question, host: str, attempts: list[Attempt]) -> Response:
        number, began_ts, began = len(attempts) + 1, self._clock.now(), perf_seconds()
        try:
            answer = self._exchange.ask(question)
        except Trouble as trouble:
            seconds, why = perf_seconds() - began, self._sessions.scrub(trouble.reason)
            attempts.append(Attempt(number, began_ts, seconds, trouble.status, why, skew_seconds=trouble.skew_seconds))
            self._note(host, trouble)
            raise
        self._breaker.note_answer(host)
        # Bytes are kept as they came, so bytes that hold a secret are not kept at all.
        reason = f"{host} answered with the session itself" if self._sessions.is_echoed(answer.body) else None
        size, skew = len(answer.body), answer.skew_seconds
        attempts.append(Attempt(number, began_ts, perf_seconds() - began, answer.status, reason, size, skew))
        if reason is not None:
            raise Trouble(reason)
        return self._response(question.request, answer, tuple(attempts))

    def _note(self, host: str, trouble: Trouble) -> None:
        if not trouble.is_hosts_fault:
            self._breaker.note_answer(host)
            return
        self._breaker.note_failure(host)
        if self._retry.is_too_long(trouble):
            self._breaker.rest(host, min(trouble.retry_after_seconds or 0.0, self._retry.longest_rest))

    def _response(self, request: Request, answer: Answer, attempts: tuple[Attempt, ...]) -> Response:
        # A header that quotes the session is as good as none.
        told = {name: value for name, value in answer.headers.items() if self._sessions.scrub(value) == value}
        last_modified = told.get("last-modified")
        return Response(
            request=request,
            status=answer.status,
            url=self._sessions.scrub_url(answer.url),
            fetched_ts=self._clock.now(),
            body=answer.body,
            content_type=told.get("content-type"),
            etag=told.get("etag"),
            last_modified=last_modified,
            published_ts=read_date(last_modified),
            date_ts=answer.date_ts,
            attempts=attempts,
        )

    def _failure(
        self, request: Request, trouble: Trouble, attempts: tuple[Attempt, ...]
    ) -> Unanswered | SessionRefused:
        if trouble.wants_session:
            advice = f"run `pretip auth {request.auth}` again"
            sentence = f"{_what(request)} was not given to the session: {trouble.reason}; {advice}."
            return SessionRefused(self._sessions.scrub(sentence), attempts)
        count = "" if len(attempts) == 1 else f", after {len(attempts)} attempts"
        return Unanswered(self._sessions.scrub(f"{_what(request)}: {trouble.reason}{count}."), attempts)

    def _refused(self, request: Request, why: str) -> Unanswered:
        return Unanswered(self._sessions.scrub(f"{_what(request)} was not asked for: {why}."), (self._unasked(why),))

    def _unasked(self, why: str) -> Attempt:
        return Attempt(0, self._clock.now(), 0.0, None, why)


def _what(request: Request) -> str:
    return f"{request.source} ({request.key})"


def _sendable(validator: str | None) -> str | None:
    """A validator that can stand in a header; a server can send what cannot be sent back."""
    return validator if validator and validator.isascii() and validator.isprintable() else None


def _quieten() -> None:
    """Attempts are rows of ops.scrapes; the libraries' own lines would repeat them, and quote headers."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    stamina.instrumentation.set_on_retry_hooks(())
