"""Linestar: the periods, and of each its slates, salaries, projections, and ownership once contests are over.

Game times are Pacific wall times labelled Eastern, as the real feed has them.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np

from lakehouse.errors import BadInput
from sandbox.books import linestar_period, linestar_player, linestar_salary_id
from sandbox.contests import ContestBook
from sandbox.fixtures import HOUR, MINUTE
from sandbox.health import OUT
from sandbox.offers import Contest
from sandbox.people import POSITIONS
from sandbox.rotation import Floats
from sandbox.season import Game
from sandbox.serve.routes import HTML, Ask, Reply, Route, bytes_reply, json_reply, not_found
from sandbox.serve.standings import slate_ends
from sandbox.serve.world import FINAL, World, stage_of
from sandbox.slates import SALARY_CAP, Kind, Seat, Slate, Slot, planned_days, published_at
from sandbox.times import eastern, eastern_wall, instant

SESSION = ("ls", "sandbox")
_SETTLED_S = 30 * HOUR
_LABEL_S, _RESULTS_AFTER_S, _REVISED_EVERY_S = 3 * HOUR, HOUR, 15 * MINUTE
_TICKS_AT_EPOCH, _TICKS_A_SECOND = 621_355_968_000_000_000, 10_000_000
_GPP, _DOUBLE_UP = 4, 1
_OUT_STATUS, _IN_STATUS = 4, 2
_LOGIN = b"<!DOCTYPE html><html><head><title>Login</title></head><body><form method='post'></form></body></html>"
_MODES = {Kind.SHOWDOWN: 4}


def salaries(world: World, ask: Ask) -> Reply:
    """GetSalariesV5: a period, by default that of today or the next; the login page without a session."""
    name, value = SESSION
    if ask.cookies.get(name) != value:
        return bytes_reply(_LOGIN, HTML)
    if (ask.query.get("site", "1"), ask.query.get("sport", "2")) != ("1", "2"):
        return not_found()
    days = planned_days(world.league, ask.at)
    wanted = ask.query.get("periodId")
    day = _default(days, eastern_wall(ask.at).date()) if wanted is None else _asked(days, wanted)
    return not_found() if day is None else json_reply(_payload(world, days, day, ask.at))


ROUTES: tuple[Route, ...] = (
    Route("www.linestarapp.com", "/DesktopModules/DailyFantasyApi/API/Fantasy/GetSalariesV5", salaries),
)


def _default(days: list[date], today: date) -> date | None:
    """Today's period; else the next one that is out, else the last one."""
    coming = [day for day in days if day >= today]
    return coming[0] if coming else days[-1] if days else None


def _asked(days: list[date], period: str) -> date | None:
    return next((day for day in days if str(linestar_period(day)) == period), None)


def _payload(world: World, days: list[date], day: date, at: int) -> dict[str, Any]:
    slates = world.contests.slates(day)
    return {
        "PositionFilters": [{"PositionName": name, "FilterText": name} for name in POSITIONS],
        "LineupRequirements": [_requirement(slot) for slot in slates[0].slots],
        "LineupBudget": SALARY_CAP,
        "Lineups": [],
        "Sets": [],
        "MatchupData": [],
        "ProjectionChanges": [],
        "Periods": [_period_line(each) for each in reversed(days)],
        "HasTeams": True,
        "Sites": [{"Name": "DraftKings", "Site": 1, "SupportedSports": [2]}],
        "Ownership": {
            "Site": 1,
            "Sport": 2,
            "PeriodId": linestar_period(day),
            "ContestResults": _contest_results(world, slates, at),
            "Salaries": [],
            "Slates": [_slate(slate, f"{_labelled(slate.start):%Y-%m-%dT%H:%M:%S}") for slate in slates],
            "Projected": {str(_slate_id(slate)): _projected_ownership(world, slate, at) for slate in slates},
        },
        "Sport": 2,
        "PeriodId": linestar_period(day),
        "SalaryContainerJson": json.dumps(_container(world, slates, day, at), separators=(",", ":")),
        "Mods": [],
    }


def _container(world: World, slates: tuple[Slate, ...], day: date, at: int) -> dict[str, Any]:
    games = {game.fixture.game_id: game for slate in slates for game in slate.games}
    rows: dict[int, dict[str, Any]] = {}
    for slate in slates:
        news = _informed(slate, at)
        projected = world.contests.projected(slate, news).tolist()
        averages = world.contests.average(slate).tolist()
        for k, seat in enumerate(slate.pool):
            row_id = _salary_id(world.contests, slate, k)
            if row_id not in rows:
                rows[row_id] = _salary(world, slate, seat, row_id, projected[k], averages[k], at)
    return {
        "Games": [_game(world, game, at) for game in games.values()],
        "IsTruncated": False,
        "OpponentCount": len(games) * 2,
        "Period": _period(day, at),
        "Salaries": sorted(rows.values(), key=lambda row: (-row["SAL"], row["Id"])),
        "SalariesMap": _salaries_map(world.contests, slates),
        "Site": 1,
        "Slates": [_slate(slate, _dotnet(slate.start - _LABEL_S)) for slate in slates],
        "Sport": 2,
        "TruncatedSalaryCount": 0,
    }


def _informed(slate: Slate, at: int) -> int:
    """What its projections know: the news of the last full quarter-hour before now or the slate's start."""
    now = min(at, slate.start)
    return slate.published + (now - slate.published) // _REVISED_EVERY_S * _REVISED_EVERY_S


def _slate_id(slate: Slate) -> int:
    return slate.draft_group - 80_000


def _salary_id(book: ContestBook, slate: Slate, k: int) -> int:
    return linestar_salary_id(linestar_period(slate.day), _player_id(book, slate.pool[k]))


def _player_id(book: ContestBook, seat: Seat) -> int:
    return linestar_player(book.league.people[seat.index])


def _salary(
    world: World, slate: Slate, seat: Seat, row_id: int, projected: float, average: float, at: int
) -> dict[str, Any]:
    person, fixture = world.person(seat.index), seat.game.fixture
    home, away = world.teams_of(seat.game)
    team = world.team(seat.side.team)
    known = fixture.known(at)
    is_out = seat.status(at) == OUT
    over = stage_of(seat.game, at) == FINAL and not slate.is_off(seat.game, at)
    scored = float(world.contests.points_of(seat.game, seat.side)[seat.row]) if over else 0.0
    points = round(projected, 2)
    return {
        "Id": row_id,
        "AggProj": 0,
        "Ceil": round(points * 1.4, 2),
        "Conf": 50 + int(points) % 45,
        "Floor": round(points * 0.6, 2),
        "GI": _matchup(away.code, home.code, known.tip),
        "GID": _game_id(seat.game),
        "GT": _dotnet(known.tip - _LABEL_S),
        "HTEAM": home.code,
        "HTID": home.team_id % 100,
        "IS": int(is_out),
        "Lock": 0,
        "Name": person.name,
        "Notes": json.dumps([{"Alert": 12, "Note": "Out"}]) if is_out else "[]",
        "OTEAM": away.code if team is home else home.code,
        "OTID": (away if team is home else home).team_id % 100,
        "PID": _player_id(world.contests, seat),
        "POS": POSITIONS[person.position],
        "PP": points,
        "PPG": round(average, 2),
        "PS": scored,
        "PTEAM": team.code,
        "PTID": team.team_id % 100,
        "S": 1,
        "SAL": seat.salary,
        "STAT": _OUT_STATUS if is_out else _IN_STATUS,
    }


def _matchup(away: str, home: str, tip: int) -> str:
    """'WAS@MIL 5:00 PM': the clock in the Pacific."""
    wall = _labelled(tip)
    return f"{away}@{home} {wall.hour % 12 or 12}:{wall:%M %p}"


def _labelled(seconds: int) -> Any:
    return eastern_wall(seconds - _LABEL_S)


def _game_id(game: Game) -> int:
    return int(game.fixture.game_id[3:])


def _game(world: World, game: Game, at: int) -> dict[str, Any]:
    home, away = world.teams_of(game)
    known = game.fixture.known(at)
    over = stage_of(game, at) == FINAL and known.status == "scheduled"
    line = next((quote for quote in reversed(game.lines.moves) if quote.stamp <= at), None)
    return {
        "AwayTeam": away.code,
        "AwayTeamId": away.team_id % 100,
        "AwayTeamPoints": game.away.points if over else 0,
        "DateUtc": f"{instant(known.tip):%Y-%m-%dT%H:%M:%S}.0000000",
        "GameData": _matchup(away.code, home.code, known.tip),
        "GameId": _game_id(game),
        "HomeTeam": home.code,
        "HomeTeamId": home.team_id % 100,
        "HomeTeamPoints": game.home.points if over else 0,
        "Status": 4 if over else 1,
        "StatusText": "Final" if over else "Scheduled" if known.status == "scheduled" else "Postponed",
        "Time": _dotnet(known.tip - _LABEL_S),
        "TimeRemaining": 0 if over else 48,
        "VegasLineAway": -line.spread_home if line else 0.0,
        "VegasLineHome": line.spread_home if line else 0.0,
        "VegasOverUnder": line.total if line else 0.0,
    }


def _salaries_map(book: ContestBook, slates: tuple[Slate, ...]) -> dict[str, Any]:
    by_slate: dict[str, list[int]] = {}
    variants = []
    for slate in slates:
        listed = by_slate.setdefault(str(_slate_id(slate)), [])
        for k, seat in enumerate(slate.pool):
            variant = _slate_id(slate) * 1_000 + k
            listed.append(variant)
            row = _salary_id(book, slate, k)
            variants.append(
                {"Id": variant, "a": "0", "p": POSITIONS[book.league.people[seat.index].position], "pm": 0,
                 "ps": 0, "psid": row, "s": seat.salary, "sm": 0, "sp": 0, "t": 0}
            )  # fmt: skip
    return {"SlateSalaryMap": by_slate, "Variants": variants}


def _slate(slate: Slate, start: str) -> dict[str, Any]:
    requirements = [_requirement(slot) for slot in slate.slots]
    is_showdown = slate.kind is Kind.SHOWDOWN
    words = {Kind.MAIN: "Late Swap, Main", Kind.EARLY: "Early", Kind.LATE: "Late Swap, Night"}
    return {
        "Id": _slate_id(slate),
        "DailySite": 1,
        "DfsSlateId": slate.draft_group,
        "Games": len(slate.games),
        "IsTiered": False,
        "LineupRequirements": requirements,
        "LineupRequirementsJson": json.dumps(requirements, separators=(",", ":")),
        "Mode": _MODES.get(slate.kind, 0),
        "PeriodId": linestar_period(slate.day),
        "Players": len(slate.pool),
        "Restriction_MinGames": slate.fewest_games,
        "Restriction_MinTeams": 2,
        "SalaryCap": SALARY_CAP,
        "SlateGames": [
            {"Id": _slate_id(slate) * 100 + k, "GameId": _game_id(game), "SlateId": _slate_id(slate)}
            for k, game in enumerate(slate.games)
        ],
        "SlateName": slate.suffix.strip(" ()").replace(" vs ", " @ ") if is_showdown else words[slate.kind],
        "SlateStart": start,
        "SlateStartUtc": f"{instant(slate.start):%Y-%m-%dT%H:%M:%S}.0000000",
    }


def _requirement(slot: Slot) -> dict[str, Any]:
    name = f"CPTN {slot.times:g}x" if slot.times > 1 else slot.name
    return {
        "PositionName": name,
        "Positions": ",".join(slot.positions),
        "PointMultiplier": slot.times,
        "SalMult": slot.times,
        "DfsId": 0,
    }


def _projected_ownership(world: World, slate: Slate, at: int) -> list[dict[str, Any]]:
    """Everyone expected in at least one line-up in a hundred; nobody of a slate that cannot be played."""
    try:
        expected = world.contests.expected_ownership(slate, _informed(slate, at))
    except BadInput:
        return []
    return _owned(world.contests, slate, 0, np.round(expected, 1), 1.0)


def _contest_results(world: World, slates: tuple[Slate, ...], at: int) -> list[dict[str, Any]]:
    """The tournaments and double-ups of slates that have been over for an hour."""
    found = []
    for slate in slates:
        if at < slate_ends(slate, at) + _RESULTS_AFTER_S or slate.is_cancelled(at):
            continue
        held = [contest for contest in world.contests.contests(slate) if contest.is_guaranteed]
        found += [_contest_result(world.contests, contest) for contest in held]
    return found


def _contest_result(book: ContestBook, contest: Contest) -> dict[str, Any]:
    slate = contest.slate
    number = slate.draft_group * 10 + contest.number
    owned = np.round(book.drafted(contest), 2)
    return {
        "Contest": {
            "PeriodId": linestar_period(slate.day),
            "SlateId": _slate_id(slate),
            "ContestType": _DOUBLE_UP if "IsDoubleUp" in contest.attributes else _GPP,
            "Site": 1,
            "ContestId": contest.contest_id,
            "GroupId": slate.draft_group,
            "Purse": float(contest.prize_pool),
            "EntryFee": float(contest.fee),
            "EntryCount": contest.entries,
            "ContestName": contest.name,
            "OwnershipTracked": round(float(owned.sum()), 2),
            "Mode": _MODES.get(slate.kind, 0),
            "Id": number,
        },
        "OwnershipData": _owned(book, slate, number, owned, 0.0),
    }


def _owned(book: ContestBook, slate: Slate, contest: int, owned: Floats, least: float) -> list[dict[str, Any]]:
    rows = [
        {
            "DailyContestId": contest,
            "SalaryId": _salary_id(book, slate, k),
            "PlayerId": _player_id(book, slate.pool[k]),
            "Owned": share,
            "DoubleUp": 0.0,
            "Id": contest * 1_000 + k if contest else 0,
        }
        for k, share in enumerate(owned.tolist())
        if share > 0 and share >= least
    ]
    return sorted(rows, key=lambda row: (-float(row["Owned"]), row["SalaryId"]))


def _period_line(day: date) -> dict[str, Any]:
    midnight = f"{day:%Y-%m-%d}T00:00:00"
    stamp = f"{instant(published_at(day)):%Y-%m-%dT%H:%M:%S}"
    return {
        "Name": f"{day:%b} {day.day}, {day.year}",
        **dict.fromkeys(("LU", "SU", "PU", "OU", "PRU"), stamp),
        "Act": True,
        "TC": 2,
        "EventName": "",
        "LocationName": "",
        "StartDate": midnight,
        "EndDate": midnight,
        "StartDateTicks": _ticks(day),
        "EndDateTicks": _ticks(day),
        "Id": linestar_period(day),
    }


def _period(day: date, at: int) -> dict[str, Any]:
    midnight = _dotnet(eastern(day, 0))
    # What is printed is worked out anew every quarter of an hour, until the scores are in.
    last = min(at, eastern(day, 0) + _SETTLED_S)
    changed = max(published_at(day), last // _REVISED_EVERY_S * _REVISED_EVERY_S)
    return {
        **dict.fromkeys(("LU", "SU", "PU", "OU", "PRU"), _dotnet(changed - _LABEL_S)),
        "Id": linestar_period(day),
        "Act": True,
        "Name": f"{day:%b} {day.day}, {day.year}",
        "StartDate": midnight,
        "EndDate": midnight,
        "StartDateTicks": _ticks(day),
        "EndDateTicks": _ticks(day),
        "TC": 2,
    }


def _ticks(day: date) -> int:
    return _TICKS_AT_EPOCH + (day.toordinal() - date(1970, 1, 1).toordinal()) * 86_400 * _TICKS_A_SECOND


def _dotnet(seconds: int) -> str:
    """'/Date(1672610400000-0500)/': epoch milliseconds and the Eastern offset of the time."""
    return f"/Date({seconds * 1000}{eastern_wall(seconds):%z})/"
