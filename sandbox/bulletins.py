"""Archive files of the news: injury reports, status changes and line-ups, each with its own stamp."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from sandbox.cut import Cut
from sandbox.fixtures import HOUR, MINUTE, Fixture
from sandbox.formats import frame
from sandbox.health import DOUBTFUL, OUT, QUESTIONABLE, status_at
from sandbox.league import League, Season
from sandbox.ledger import SOURCE
from sandbox.season import Game, Side
from sandbox.times import eastern, eastern_wall

_EVERY_REPORT, _FEW_REPORTS, _MATINEE_REPORT = (13.5, 17.5, 18.5, 19.5, 21.5), (17.5, 18.5), 11.5
_MATINEE_BEFORE, _NEXT_DAY_FROM = 18.0, 17.5
_PROJECTED_S, _CONFIRMED_S = 90 * MINUTE, 30 * MINUTE
_FIRST_SCRAPE, _SCRAPE_EVERY_S = 8.17, 10 * MINUTE

ReportRow = tuple[object, ...]


def injury_reports(cut: Cut) -> pl.DataFrame:
    """`injury_reports`: whole reports; all of them of the season in progress, two an evening of those before."""
    rows: list[ReportRow] = []
    for season in cut.league.seasons:
        by_day = _games_by_day(season)
        hours = _EVERY_REPORT if season is cut.last else _FEW_REPORTS
        first, last = min(by_day) - timedelta(days=1), max(by_day)
        for day in (first + timedelta(days=k) for k in range((last - first).days + 1)):
            matinee = any(eastern_wall(g.fixture.tip).hour < _MATINEE_BEFORE for g in by_day.get(day, ()))
            for hour in (*((_MATINEE_REPORT,) if matinee else ()), *hours):
                if (stamp := eastern(day, hour)) <= cut.known:
                    for date_covered in covered_days(stamp):
                        for game in by_day.get(date_covered, ()):
                            rows += _report_rows(cut, season, game, date_covered, stamp)
    return frame("injury_reports", rows)


def _games_by_day(season: Season) -> dict[date, list[Game]]:
    """Games under every date they were ever scheduled for, in order of tip."""
    by_day: dict[date, list[Game]] = defaultdict(list)
    for game in season.games:
        for day in sorted({game.fixture.day, *(change.day for change in game.fixture.changes)}):
            by_day[day].append(game)
    return by_day


def _report_rows(cut: Cut, season: Season, game: Game, day: date, stamp: int) -> list[ReportRow]:
    """One game's part of a report; nothing where the game was not then scheduled for `day`."""
    issued, file = eastern_wall(stamp), eastern_wall(stamp - 30 * MINUTE)
    name = f"Injury-Report_{issued:%Y-%m-%d}_{file:%I%p}.pdf"
    tail = (season.name, SOURCE, name, stamp)
    rows: list[ReportRow] = []
    for line in report_lines(cut.league, game, day, stamp):
        kind = "player" if line.player is not None else "team_not_yet_submitted"
        told = (line.team, line.player, line.status, line.reason)
        rows.append((stamp, "exact_header", day, line.game_time, line.matchup, *told, kind, *tail))
    return rows


@dataclass(frozen=True)
class ReportLine:
    """One line of an injury report, as printed; a team that has not submitted has a line without a player."""

    game_time: str
    matchup: str
    team: str
    player: str | None
    status: str | None
    reason: str


def report_lines(league: League, game: Game, day: date, stamp: int) -> list[ReportLine]:
    """What the report of an instant says of a game; nothing where the game was not then scheduled for `day`."""
    fixture = game.fixture
    known = fixture.known(stamp)
    if known.day != day or known.status != "scheduled":
        return []
    home, away = league.teams[fixture.home], league.teams[fixture.away]
    time, matchup = f"{eastern_wall(known.tip):%I:%M} (ET)", f"{away.code}@{home.code}"
    lines: list[ReportLine] = []
    for side, team in ((game.away, away), (game.home, home)):
        if stamp < side.sheet.submitted or day != fixture.day:
            lines.append(ReportLine(time, matchup, team.name, None, None, "NOT YET SUBMITTED"))
            continue
        listed = []
        for index, said in zip(side.players, side.notices, strict=True):
            if spoken := [notice for notice in said if notice.stamp <= stamp]:
                listed.append((league.people[index].report_name, spoken[-1].status, spoken[-1].reason))
        lines += [ReportLine(time, matchup, team.name, *entry) for entry in sorted(listed)]
    return lines


def covered_days(stamp: int) -> tuple[date, ...]:
    """The game dates that a report covers: its own, and from late afternoon the next day's too."""
    wall = eastern_wall(stamp)
    day = wall.date()
    return (day, day + timedelta(days=1)) if wall.hour + wall.minute / 60 >= _NEXT_DAY_FROM else (day,)


def lineups(cut: Cut) -> pl.DataFrame:
    """`lineups`: a team's projected five 90 minutes before tip, the confirmed five 30 minutes before, and corrections."""
    rows = []
    for _, game in cut.games():
        for side in (game.home, game.away):
            team_id = cut.league.teams[side.team].team_id
            for stamp in lineup_stamps(side):
                if stamp <= cut.known:
                    for index, role in zip(side.players, lineup_roles(side, stamp), strict=True):
                        person = cut.league.people[index]
                        rows.append((game.fixture.game_id, team_id, person.player_id, person.name, role, stamp))
    return frame("lineups", rows)


def lineup_stamps(side: Side) -> tuple[int, ...]:
    """When a team's line-up is reported: projected, confirmed, and again after each later scratch."""
    tip = side.sheet.tip
    scratched = [n.stamp + 2 * MINUTE for said in side.notices for n in said if tip - n.stamp < _CONFIRMED_S]
    return (tip - _PROJECTED_S, tip - _CONFIRMED_S, *sorted(set(scratched)))


def lineup_roles(side: Side, stamp: int) -> list[str]:
    """The role of each of a team's players in the line-up reported at `stamp`."""
    final = stamp > side.sheet.tip - _PROJECTED_S
    five = announced_five(side, stamp) if final else side.projected_late
    return [_lineup_role(side, k, five, stamp, final) for k in range(len(side.players))]


def announced_five(side: Side, stamp: int) -> frozenset[int]:
    """The confirmed five of an instant: the true one, save that a later scratch is still in his replacement's place."""
    unknown = [k for k, said in enumerate(side.notices) if said and said[-1].status == OUT and said[-1].stamp > stamp]
    due = [k for k in unknown if k in side.projected_late]
    stand_ins = [k for k in side.first_five if k not in side.projected_late]
    hidden = list(zip(due, stand_ins, strict=False))
    five = set(side.first_five) - {k for _, k in hidden} | {k for k, _ in hidden}
    return frozenset(five)


def _lineup_role(side: Side, k: int, five: frozenset[int], stamp: int, final: bool) -> str:
    if k in five:
        return "confirmed_starter" if final else "projected_starter"
    said = status_at(side.notices[k], stamp)
    unannounced = not side.sheet.dressed[k] and not side.notices[k]
    return "out" if said in (OUT, DOUBTFUL) or (unannounced and final) else "bench"


def pregame_status(cut: Cut) -> pl.DataFrame:
    """`pregame_status`: each change of a player's listing for a game that a scraper saw, of the season in progress."""
    rows: list[ReportRow] = []
    for game in cut.last.games:
        if eastern(game.fixture.day, _FIRST_SCRAPE) <= cut.known:
            for side in (game.home, game.away):
                rows += _status_rows(cut, game.fixture, side)
    return frame("pregame_status", sorted(rows, key=lambda row: (row[0], row[1], row[4], row[5])))


def _status_rows(cut: Cut, fixture: Fixture, side: Side) -> list[ReportRow]:
    first, tip = eastern(fixture.day, _FIRST_SCRAPE), fixture.tip
    confirmed = tip - _CONFIRMED_S
    rows: list[ReportRow] = []
    team_id = cut.league.teams[side.team].team_id
    late = [n.stamp for said in side.notices for n in said if n.stamp > confirmed and n.status == OUT]
    fives = {moment: announced_five(side, moment) for moment in sorted({confirmed, *late})}
    salt = int(fixture.game_id[5:])
    for k, (index, said) in enumerate(zip(side.players, side.notices, strict=True)):
        person = cut.league.people[index]
        before: tuple[object, ...] | None = None
        seen = 0
        for moment in sorted({first, tip - _PROJECTED_S, *fives, *(n.stamp for n in said if n.stamp > first)}):
            five = fives[max(at for at in fives if at <= moment)] if moment >= confirmed else frozenset[int]()
            state = _listing(side, k, moment, k in five)
            observed = max(_scrape(moment, tip, salt), seen + 1)
            if before is None and not state[0]:
                before = state
            if state != before and observed <= cut.known and observed < tip:
                shown = fixture.known(observed)
                rows.append(
                    (observed, fixture.game_id, shown.day, shown.tip, team_id, person.player_id, person.name, *state)
                )
                before, seen = state, observed
    return rows


def _listing(side: Side, k: int, moment: int, confirmed: bool) -> tuple[object, ...]:
    """Listed, status, projected and confirmed starter, as a system shows them at an instant."""
    said = status_at(side.notices[k], moment)
    if said == OUT or (not side.sheet.dressed[k] and not side.notices[k]):
        return (False, None, None, None)
    status = {None: "Available", DOUBTFUL: QUESTIONABLE}.get(said, said)
    late = moment >= side.sheet.tip - _PROJECTED_S
    projected = k in (side.projected_late if late else side.projected_morning)
    return (True, status, projected, confirmed)


def _scrape(moment: int, tip: int, salt: int) -> int:
    """The scrape that first sees what was said at `moment`: every ten minutes, every two in the last hour."""
    every = 2 * MINUTE if tip - moment < HOUR else _SCRAPE_EVERY_S
    return (moment // every + 1) * every + salt % 40
