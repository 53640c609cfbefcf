"""Injury reports every few minutes, told late, twice or corrected; and the decisions that say whom they name."""

from __future__ import annotations

from datetime import datetime

from hypothesis import strategies as st

from tests.properties.oracle.drawn.scene import (
    PEOPLE,
    TEAM_NAMES,
    TRICODES,
    Game,
    Scene,
    corrected,
    eastern_day,
    stamp,
    tagged,
)
from tests.properties.oracle.drawn.schedule import announced_schedule, early_stamp, moved
from tests.properties.oracle.facts import MINUTE, Row

STATUSES = ("Out", "Questionable", "Available")
# What a team says in a report, as its lines: nothing at all is also said.
CLEAR, SILENT = "clear", "not submitted"


def told_injuries(draw: st.DrawFn, scene: Scene) -> dict[str, list[Row]]:
    """A schedule with one game moved to the next day, reports of some stamps, and decisions on names."""
    schedule = announced_schedule(scene)
    if draw(st.booleans()):
        told = stamp(draw, scene)
        later = {**moved(schedule[0], 1440 * MINUTE), **told, "announcement": told["as_of_ts"].isoformat()}
        schedule.append(tagged(later, "postponed"))
    rows: list[Row] = []
    said: dict[tuple[str, int], list[str]] = {}
    for report_ts in draw(st.lists(st.sampled_from(scene.stamps), min_size=1, max_size=4, unique=True).map(sorted)):
        rows += _report(draw, scene, report_ts, said)
    return {"schedule": schedule, "injury_reports": rows, "identity": told_names(draw, scene)}


def told_names(draw: st.DrawFn, scene: Scene) -> list[Row]:
    """Decisions on each name: made early or late or never, taken back, given again, given to a second person too."""
    rows = []
    for player, (_, _, key) in PEOPLE.items():
        match draw(st.sampled_from(("early", "second", "early", "withdrawn", "late", "never", "early"))):
            case "early":
                rows.append(_decision(player, key, early_stamp(scene)))
            case "late":
                rows.append(_decision(player, key, stamp(draw, scene)))
            case "withdrawn":
                taken = tagged(_decision(player, key, stamp(draw, scene), "alias-withdrawn: wrong"), "name withdrawn")
                rows += [_decision(player, key, early_stamp(scene)), taken]
                if draw(st.booleans()):
                    rows.append(tagged(_decision(player, key, stamp(draw, scene), "alias: again"), "name given again"))
            case "second":
                second = tagged(_decision(player + 10, key, stamp(draw, scene)), "two of a name")
                rows += [_decision(player, key, early_stamp(scene)), second]
    # Of two decisions at one instant the one read last stands: each is read at an instant of its own.
    for number, row in enumerate(rows):
        row["ingested_ts"] += number * MINUTE / 60
    return rows


def _decision(player: int, key: str, told: Row, rule: str = "exact-name") -> Row:
    return {"kind": "player", "source_key": key, "nba_id": player, "rule": rule, **told}


def _report(draw: st.DrawFn, scene: Scene, report_ts: datetime, said: dict[tuple[str, int], list[str]]) -> list[Row]:
    """The lines of one report, which prints the games of some dates; sometimes told twice or corrected later."""
    whole = stamp(draw, scene, report_ts)
    days = draw(st.sampled_from(((0,), (0, 1), (1, 2), (0, 1, 2))))
    rows = []
    for game in scene.games:
        # A postponed game may be printed under its new date.
        for day in dict.fromkeys(
            (game.day, eastern_day(game.tip + 1440 * MINUTE)) if draw(st.booleans()) else (game.day,)
        ):
            if (day - scene.games[0].day).days in days:
                for team in (game.home, game.away):
                    rows += _team(draw, game, team, {**whole, "report_ts": report_ts, "game_date": day}, said)
    rows = list({(row["game_date"], row["matchup"], row["team"], row["entry"]): row for row in rows}.values())
    match draw(st.sampled_from(("once", "mended", "twice", "corrected", "mended"))):
        case "twice":
            rows += [
                tagged({**row, **stamp(draw, scene, report_ts), "states": row["states"]}, "told twice")
                for row in rows[:2]
            ]
        case "corrected" if rows:
            rows += [
                corrected(draw, scene, row, current_status="Doubtful") for row in rows if row["row_kind"] == "player"
            ]
        case "mended" if rows:
            # First only bounded, by a later stamp; then read with the stamp it bears.
            bounded = {
                "as_of_ts": report_ts + 10 * MINUTE,
                "as_of_quality": "bounded",
                "ingested_ts": report_ts + 20 * MINUTE,
            }
            first = [tagged({**row, **bounded}, "bounded first") for row in rows]
            rows = [{**row, "is_last": True} for row in rows] + first
    return rows


def _team(draw: st.DrawFn, game: Game, team: int, told: Row, said: dict[tuple[str, int], list[str]]) -> list[Row]:
    about = {
        **told,
        "game_time": "07:30 (ET)",
        "matchup": f"{TRICODES[game.away]}@{TRICODES[game.home]}",
        "team": TEAM_NAMES[team],
        "row_kind": "player",
        "reason": "Rest",
    }
    saying = draw(st.sampled_from((SILENT, CLEAR, *STATUSES, *STATUSES)))
    before = said.setdefault((game.game_id, team), [])
    before.append(saying)
    again = ("A-B-A",) if len(before) > 2 and before[-1] == before[-3] != before[-2] else ()
    if saying == CLEAR:
        return []
    if saying == SILENT:
        printed = {"entry": "NOT YET SUBMITTED", "row_kind": "team_not_yet_submitted", "reason": None}
        return [tagged({**about, **printed}, SILENT, *again)]
    listed = draw(st.lists(st.sampled_from(tuple(PEOPLE)), min_size=1, max_size=2, unique=True))
    return [
        tagged(
            {**about, "entry": PEOPLE[player][0], "player_name": PEOPLE[player][0], "current_status": saying}, *again
        )
        for player in listed
    ]
