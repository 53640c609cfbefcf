"""When injury reports come out, and under which names.

Until 2021-10-18 three a day; then every hour at half past, in a file named after the hour; from 2025-12-22 every
quarter of an hour, in a file that names its minutes. On that last day both names exist. Stamps are Eastern wall times:
those that the clocks skip in spring have no report, those that come twice in autumn have one, taken as the later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from ingest.http.request import Request
from ingest.nba import resolve_eastern

HOURLY_FROM, QUARTERLY_FROM = date(2021, 10, 18), date(2025, 12, 22)
_HALF_PAST = timedelta(minutes=30)
_QUARTER = timedelta(minutes=15)
_FEW = (time(13, 30), time(17, 30), time(20, 30))
_URL = "https://ak-static.cms.nba.com/referee/injury/{name}"
_ABSENT = (403, 404)
_MAX_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Slot:
    """A time at which a report comes out: its Eastern wall time, its instant, and the files it may be in."""

    wall: datetime
    instant: datetime
    requests: tuple[Request, ...]


def slots_of(day: date) -> tuple[Slot, ...]:
    """The slots of an Eastern date, in order."""
    slots = []
    for wall in _walls(day):
        instant, _ = resolve_eastern(wall)
        if instant is not None:
            slots.append(Slot(wall, instant, tuple(_requests(wall))))
    return tuple(slots)


def _walls(day: date) -> list[datetime]:
    midnight = datetime.combine(day, time())
    if day >= QUARTERLY_FROM:
        return [midnight + count * _QUARTER for count in range(96)]
    if day >= HOURLY_FROM:
        return [midnight + _HALF_PAST + timedelta(hours=hour) for hour in range(24)]
    return [datetime.combine(day, at) for at in _FEW]


def _requests(wall: datetime) -> list[Request]:
    day = wall.date()
    requests = []
    if day >= QUARTERLY_FROM:
        requests.append(_request(f"Injury-Report_{day}_{wall:%I_%M%p}.pdf", f"{wall:%Y-%m-%dT%H:%M}"))
    if day <= QUARTERLY_FROM and wall.minute == 30:
        requests.append(_request(f"Injury-Report_{day}_{wall:%I%p}.pdf", f"{wall:%Y-%m-%dT%H:%M}"))
    return requests


def _request(name: str, report: str) -> Request:
    return Request(
        "injuries",
        name.removeprefix("Injury-Report_").removesuffix(".pdf"),
        _URL.format(name=name),
        {"report": report},
        absent=_ABSENT,
        accept=("application/pdf", "application/octet-stream", "binary/octet-stream"),
        max_bytes=_MAX_BYTES,
    )
