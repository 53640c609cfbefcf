"""The questions to DraftKings.

The address of one's own entries is documented nowhere and is not verified: an answer of another kind than the list is
an error of that question alone, and 404 means none.
"""

from __future__ import annotations

from datetime import date

from ingest.http.request import Request

SESSION = "draftkings"
WWW, API = "www.draftkings.com", "api.draftkings.com"
_JSON = ("application/json", "text/json")
_SHEET = ("text/csv", "application/csv", "application/vnd.ms-excel", "application/octet-stream", "text/plain")
_EXPORT = ("application/zip", "application/x-zip", *_SHEET)


def ask_lobby(day: date) -> Request:
    """What can be entered now; `day` is the earliest date that would not be stale."""
    url = f"https://{WWW}/lobby/getcontests?sport=NBA"
    return Request("draftkings", "lobby", url, {"date": day.isoformat()}, accept=_JSON)


def ask_draftables(draft_group: int, day: date) -> Request:
    """The pool of a draft group that has a game on `day` or later."""
    return Request(
        "draftkings",
        f"draftables/{draft_group}",
        f"https://{API}/draftgroups/v1/draftgroups/{draft_group}/draftables",
        {"draft_group": str(draft_group), "date": day.isoformat()},
        absent=(404,),
        accept=_JSON,
    )


def ask_contest(contest_id: int) -> Request:
    """A contest's terms and payouts."""
    url = f"https://{API}/contests/v1/contests/{contest_id}"
    asked = {"contest_id": str(contest_id)}
    return Request("draftkings", f"contest/{contest_id}", url, asked, absent=(404,), accept=_JSON)


def ask_standings(contest_id: int) -> Request:
    """A contest's standings export."""
    return Request(
        "draftkings",
        f"standings/{contest_id}",
        f"https://{WWW}/contest/exportfullstandingscsv/{contest_id}",
        {"contest_id": str(contest_id)},
        absent=(404,),
        accept=_EXPORT,
        auth=SESSION,
        timeout_seconds=60.0,
    )


def ask_entries(draft_group: int) -> Request:
    """One's own entries on a draft group."""
    return Request(
        "draftkings",
        f"entries/{draft_group}",
        f"https://{WWW}/entry/export?draftGroupId={draft_group}",
        {"draft_group": str(draft_group)},
        absent=(404,),
        accept=_SHEET,
        auth=SESSION,
    )
