"""The NBA's injury reports: a PDF at every slot, named as the league names it, and 403 for what has not been published.

Slots: 13:30, 17:30 and 20:30 Eastern before 2021-10-18; every hour at half past, in a file named after the hour, until
2025-12-22; from that day every quarter of an hour, in a file that names its minutes (the day itself has both names).
"""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sandbox.bulletins import ReportLine, covered_days, report_lines
from sandbox.serve.nba_teams import REPORTS
from sandbox.serve.routes import PDF, Ask, Reply, Route, denied
from sandbox.serve.world import World
from sandbox.times import eastern_wall

_HOURLY_FROM, _QUARTERLY_FROM = date(2021, 10, 18), date(2025, 12, 22)
_EARLY_HOURS = (13, 17, 20)
_EASTERN = ZoneInfo("America/New_York")
_LETTERS = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L"})
Row = tuple[str, str, str, str, str, str, str]


def injury_report(world: World, ask: Ask) -> Reply:
    """The report that a file name stands for; 403 before it is out, for no slot, or with no game to report on."""
    stamp = _stamp(ask.match["name"])
    if stamp is None or stamp > ask.at:
        return denied()
    return world.remember(("injury report", stamp), lambda: _report(world, stamp))


def _report(world: World, stamp: int) -> Reply:
    rows = report_rows(world, stamp)
    if not rows:
        return denied()
    return Reply(rows, partial(_write, stamp), PDF, modified=stamp)


def report_rows(world: World, stamp: int) -> list[Row]:
    """The rows of the report of an instant, each of the seven columns as printed."""
    rows: list[Row] = []
    for day in covered_days(stamp):
        for game in world.games_on(day, stamp):
            rows += [_printed(day, line) for line in report_lines(world.league, game, day, stamp)]
    return rows


def file_names(stamp: int) -> tuple[str, ...]:
    """The names under which the report of an instant is published; empty where the instant is no slot."""
    wall = eastern_wall(stamp)
    day = wall.date()
    names = []
    if day >= _QUARTERLY_FROM and wall.minute % 15 == 0:
        names.append(f"Injury-Report_{day}_{wall:%I_%M%p}.pdf")
    if day <= _QUARTERLY_FROM and wall.minute == 30 and (day >= _HOURLY_FROM or wall.hour in _EARLY_HOURS):
        names.append(f"Injury-Report_{day}_{wall:%I%p}.pdf")
    return tuple(names)


def _write(stamp: int, rows: list[Row]) -> bytes:
    # The PDF library takes a while to import, and most questions never need it.
    from sandbox.serve.injury_pdf import write_injury_pdf

    return write_injury_pdf(eastern_wall(stamp), rows)


def _stamp(name: str) -> int | None:
    """The instant of a file name, the later one in the hour that comes twice; None where the name is no slot's."""
    for shape, later in (("%I%p", timedelta(minutes=30)), ("%I_%M%p", timedelta())):
        try:
            wall = datetime.strptime(name, f"Injury-Report_%Y-%m-%d_{shape}.pdf") + later
        except ValueError:
            continue
        stamp = int(wall.replace(tzinfo=_EASTERN, fold=1).timestamp())
        return stamp if name in file_names(stamp) else None
    return None


def _printed(day: date, line: ReportLine) -> Row:
    head = (f"{day:%m/%d/%Y}", line.game_time, line.matchup, line.team)
    return (*head, _plain(line.player or ""), line.status or "", line.reason)


def _plain(name: str) -> str:
    """A name without its marks, as reports print it."""
    return unicodedata.normalize("NFKD", name.translate(_LETTERS)).encode("ascii", "ignore").decode()


ROUTES = (Route(REPORTS, r"/referee/injury/(?P<name>Injury-Report_[0-9A-Z_-]+\.pdf)", injury_report),)
