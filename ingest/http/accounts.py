"""The accounts that open what a source does not show to everybody."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ingest.http.request import Request
from lakehouse.errors import UnknownName

_LOG_IN_PATH = re.compile(r"/(account/)?(log|sign)[-_]?in\b", re.IGNORECASE)
_LOG_IN_PAGE = re.compile(rb"""type=["']?password\b|<title>[^<]*(log|sign)[ -]?in""", re.IGNORECASE)
_LOOKED_AT = 256 * 1024


@dataclass(frozen=True)
class Account:
    """A log-in: the only hosts its cookie goes to, and how a cookie is tried.

    `check` is a question that only a logged-in browser gets an answer to, and `is_answer` knows that answer.
    `rates` and `headers` are for the check, as in `ingest.source.Source`.
    """

    name: str
    hosts: tuple[str, ...]
    log_in_hosts: tuple[str, ...]
    check: Request
    is_answer: Callable[[bytes], bool]
    rates: Mapping[str, float]
    headers: Mapping[str, str] = field(default_factory=dict)

    def is_log_in(self, url: str) -> bool:
        """Whether a redirect leads to where one logs in."""
        parts = urlsplit(url)
        return parts.hostname in self.log_in_hosts or bool(_LOG_IN_PATH.search(parts.path))


def is_log_in_page(body: bytes) -> bool:
    """Whether a page asks for a password."""
    return _LOG_IN_PAGE.search(body[:_LOOKED_AT]) is not None


def get_account(name: str) -> Account:
    """The account of that name; raises UnknownName with the names there are."""
    if name not in ACCOUNTS:
        raise UnknownName(f"There is no account {name!r}; the accounts are {', '.join(ACCOUNTS)}.")
    return ACCOUNTS[name]


def _is_entry_history(body: bytes) -> bool:
    first = body.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0]
    return b"Entry_Key" in first and b"Contest_Key" in first


def _is_salaries(body: bytes) -> bool:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return False
    found = found.get("data", found) if isinstance(found, dict) else None
    return isinstance(found, dict) and bool(found.get("SalaryContainerJson") or found.get("Periods"))


# One's own entry history as CSV, from the page of one's contests. No sample of it was served to us; the address and
# the column names are as other public clients of the site use them.
_DRAFTKINGS = Account(
    name="draftkings",
    hosts=("www.draftkings.com", "api.draftkings.com"),
    log_in_hosts=("myaccount.draftkings.com",),
    check=Request(
        source="draftkings",
        key="own entry history",
        url="https://www.draftkings.com/mycontests/historycsv?sortField=ContestEndDate&sortOrder=Desc&searchTerm=",
        auth="draftkings",
        accept=("text/csv", "application/csv", "application/octet-stream", "application/vnd.ms-excel", "text/plain"),
    ),
    is_answer=_is_entry_history,
    rates={"www.draftkings.com": 1.0},
)
# The salaries of the default slate, with the list of periods.
_LINESTAR = Account(
    name="linestar",
    hosts=("www.linestarapp.com",),
    log_in_hosts=(),
    check=Request(
        source="linestar",
        key="salaries of the default slate",
        url="https://www.linestarapp.com/DesktopModules/DailyFantasyApi/API/Fantasy/GetSalariesV5?site=1&sport=2",
        auth="linestar",
        accept=("application/json", "text/json"),
    ),
    is_answer=_is_salaries,
    rates={"www.linestarapp.com": 0.125},
    headers={"Accept": "application/json"},
)
ACCOUNTS: Mapping[str, Account] = {account.name: account for account in (_DRAFTKINGS, _LINESTAR)}
