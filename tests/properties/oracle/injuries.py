"""Injuries at a cut: the newest report that covers the game's date, whole."""

from __future__ import annotations

from collections.abc import Sequence

from tests.properties.oracle.drawn.scene import PEOPLE, TEAM_NAMES
from tests.properties.oracle.facts import Knowledge, Row, newest, newest_report
from tests.properties.oracle.names import named

KEYS = {printed: key for printed, _, key in PEOPLE.values()}


def team_reports(view: Knowledge, sides: Sequence[Row]) -> list[Row]:
    """Whether each team had submitted; unknown without a report that prints the game's date."""
    found = []
    for side in sides:
        report, entries = _report(view, side)
        unsubmitted = any(entry["row_kind"] == "team_not_yet_submitted" for entry in entries)
        state = "unknown" if not report else "not_submitted" if unsubmitted else "submitted"
        stamp = min((row["as_of_ts"] for row in report), default=None)
        found.append({**_side(side), "report_state": state, "injury_as_of_ts": stamp})
    return sorted(found, key=lambda row: (row["game_id"], row["cut_id"], row["team_id"]))


def player_reports(view: Knowledge, sides: Sequence[Row]) -> list[Row]:
    """Whom the newest covering report lists; a name that stands for nobody, or for two, is left out."""
    found = []
    for side in sides:
        listed: dict[int, Row] = {}
        for entry in sorted(_report(view, side)[1], key=lambda entry: str(entry["entry"])):
            player = (
                None if entry["row_kind"] != "player" else named(view, "player", KEYS[entry["entry"]], side["cut_ts"])
            )
            if player is not None:
                listed[player] = {"injury_status": entry["current_status"], "reason": entry["reason"]}
        found += [{**_side(side), "player_id": player, **said} for player, said in listed.items()]
    return sorted(found, key=lambda row: (row["game_id"], row["cut_id"], row["team_id"], row["player_id"]))


def _report(view: Knowledge, side: Row) -> tuple[list[Row], list[Row]]:
    """The newest report printing the game's date, and the lines in it on this team in this game."""
    dated = [row for row in view.rows("injury_reports") if row["game_date"] == side["game_date"]]
    report = newest_report(dated, side["cut_ts"])
    matchup = f"{side['away_team']}@{side['home_team']}"
    name = TEAM_NAMES[side["team_id"]]
    own = [row for row in report if row["matchup"] == matchup and row["team"] == name]
    return report, newest(own, ["entry"])


def _side(side: Row) -> Row:
    return {name: side[name] for name in ("game_id", "cut_id", "team_id")}
