"""Who may play at a cut: rosters, else recent lines; line-ups and listings besides; the newer evidence of two teams."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tests.properties.oracle.boxscores import lines_known
from tests.properties.oracle.facts import Knowledge, Row, grouped, known, newest_report
from tests.properties.oracle.status import events, places

SOURCES = ("roster", "boxscores", "lineup", "status")


def spine(view: Knowledge, sides: Sequence[Row], recent_games: int) -> list[Row]:
    """One row a player who may play, of the sides of the games at their cuts."""
    claims = [claim for side in sides for claim in _claims(view, side, recent_games)]
    found = []
    for rivals in grouped(claims, ["cut_id", "game_date", "player_id"]).values():
        found += [claim for claim in rivals if not any(_beats(rival, claim) for rival in rivals)]
    rows = [{name: value for name, value in claim.items() if name != "game_date"} for claim in found]
    return sorted(rows, key=lambda row: (row["game_id"], row["cut_id"], row["team_id"], row["player_id"]))


def _claims(view: Knowledge, side: Row, recent_games: int) -> list[Row]:
    """What one side claims: the evidence of each of its players."""
    cut, team = side["cut_ts"], side["team_id"]
    told: dict[int, dict[str, datetime]] = {}
    for player, source, stamp in _base(view, side, recent_games):
        told.setdefault(player, {})[source] = stamp
    for place in places(view, side, team):
        told.setdefault(place["player_id"], {})["lineup"] = place["as_of_ts"]
    seen = [event for event in events(view, side["game_id"], cut) if event["team_id"] == team]
    for event in seen:
        told.setdefault(event["player_id"], {})["status"] = event["as_of_ts"]
    off_the_list = {event["player_id"] for event in seen if not event["listed"]}
    about = {name: side[name] for name in ("game_id", "cut_id", "cut_ts", "team_id", "opponent_team_id", "is_home")}
    return [
        {
            **about,
            "player_id": player,
            "spine_source": next(source for source in SOURCES if source in evidence),
            "evidence_ts": max(evidence.values()),
            "delisted": player in off_the_list,
            "game_date": side["game_date"],
        }
        for player, evidence in told.items()
    ]


def _base(view: Knowledge, side: Row, recent_games: int) -> list[tuple[int, str, datetime]]:
    """The newest roster of a team, else its players of late; but for those whom newer evidence puts elsewhere."""
    cut, team = side["cut_ts"], side["team_id"]
    rosters = view.rows("rosters")
    lines = lines_known(view, cut)
    last = {player: of_player[-1] for (player,), of_player in grouped(lines, ["player_id"]).items()}
    report = newest_report([row for row in rosters if row["team_id"] == team], cut)
    if report:
        claimed = {row["player_id"]: ("roster", row["report_ts"]) for row in report}
    else:
        games = list(grouped([line for line in lines if line["team_id"] == team], ["tip_ts", "game_id"]))
        # A game at the same tip as the last that counts is as late as it.
        oldest = games[-recent_games:][0][0] if games else None
        claimed = {
            player: ("boxscores", line["as_of_ts"])
            for player, line in last.items()
            if line["team_id"] == team and oldest is not None and line["tip_ts"] >= oldest
        }
    found = []
    for player, (source, stamp) in claimed.items():
        line = last.get(player)
        plays_elsewhere = line is not None and line["team_id"] != team and line["as_of_ts"] > stamp
        is_listed_elsewhere = any(
            row["player_id"] == player and row["team_id"] != team and row["report_ts"] > stamp
            for row in known(rosters, cut)
        )
        if not plays_elsewhere and not is_listed_elsewhere:
            found.append((player, source, stamp))
    return found


def _beats(rival: Row, claim: Row) -> bool:
    """Whether another team's claim for the evening stands instead: newer and known then; of equal ones the lower id's."""
    if rival["team_id"] == claim["team_id"] or rival["evidence_ts"] > claim["cut_ts"]:
        return False
    mine, theirs = claim["evidence_ts"], rival["evidence_ts"]
    return bool(theirs > mine or (theirs == mine and rival["team_id"] < claim["team_id"]))
