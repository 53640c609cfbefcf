"""A question to a source, and the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Request:
    """A question. `key` names it among the source's questions, without secrets, and is equal for the same question.

    `asked` is what the parser may know of it. `absent` are statuses that mean there is nothing there (yet). `accept`
    are the content types it may be answered with (beginnings of them); empty allows any. `auth` names the session it
    needs. `max_bytes` bounds the body after decompression. `headers` may hold short-lived secrets and are never shown.
    `redact` is for a payload that carries a secret of its own: the bytes that are kept, and digested, are those it
    gives back, while the parser and the source's next question read the ones that came. It is pure, changes nothing
    but the secret, and its parser must read both alike. Such a question is never asked conditionally: an answer
    without a body could not be made whole from what was kept.
    """

    source: str
    key: str
    url: str
    asked: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    absent: tuple[int, ...] = ()
    accept: tuple[str, ...] = ()
    auth: str | None = None
    max_bytes: int = 64 * 1024 * 1024
    timeout_seconds: float = 30.0
    redact: Callable[[bytes], bytes] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Attempt:
    """One try at a question: what came of it. `status` is None where no answer came; `reason` one sentence."""

    number: int
    attempted_ts: datetime
    elapsed_seconds: float
    status: int | None = None
    reason: str | None = None
    body_bytes: int | None = None
    skew_seconds: float | None = None


@dataclass(frozen=True)
class Response:
    """The answer to a question. `status` is 200, 304 (not modified, no body) or one of the request's `absent`.

    `published_ts` is Last-Modified as an instant, `date_ts` the server's Date; `attempts` are all tries, the last one
    this answer.
    """

    request: Request
    status: int
    url: str
    fetched_ts: datetime
    body: bytes = b""
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    published_ts: datetime | None = None
    date_ts: datetime | None = None
    attempts: tuple[Attempt, ...] = ()

    @property
    def is_absent(self) -> bool:
        """Whether the source says that there is nothing there."""
        return self.status in self.request.absent
