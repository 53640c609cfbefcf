"""Instants in HTTP headers."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def read_date(text: str | None) -> datetime | None:
    """The instant an HTTP date names, UTC (RFC 9110, 5.6.7); None where there is none or it is not a date."""
    if not text:
        return None
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        # "-0000" gives a naive instant, which RFC 5322 says is UTC.
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_retry_after(text: str | None, now: datetime) -> float | None:
    """How many seconds a Retry-After header asks to wait: a count or a date (RFC 9110, 10.2.3); None without one."""
    if not text:
        return None
    text = text.strip()
    # More digits than any honest wait has; int() also refuses thousands of them.
    if text.isascii() and text.isdigit():
        return float(text[:9])
    until = read_date(text)
    return None if until is None else max(0.0, (until - now).total_seconds())
