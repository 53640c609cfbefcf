"""Listings and starters at a cut: a feed that carries forward within one game, and whole line-up reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tests.properties.oracle.facts import Knowledge, Row, grouped, known, newest, newest_report

FIVE = 5


def events(view: Knowledge, game_id: str, cut: datetime) -> list[Row]:
    """The newest event of each player of a game: by the time it was seen, in its newest version."""
    rows = [row for row in view.rows("status_events") if row["game_id"] == game_id]
    settled = newest(known(rows, cut), ["player_id", "observed_ts"])
    return [max(seen, key=lambda row: row["observed_ts"]) for seen in grouped(settled, ["player_id"]).values()]


def listings(view: Knowledge, games: Sequence[Row]) -> list[Row]:
    """The newest event of each player as a listing."""
    return [
        {
            **_cut(game),
            "team_id": event["team_id"],
            "player_id": event["player_id"],
            "listed": event["listed"],
            "feed_status": None if event["status"] == "Unknown" else event["status"],
            "feed_as_of_ts": event["as_of_ts"],
        }
        for game in games
        for event in events(view, game["game_id"], game["cut_ts"])
    ]


def places(view: Knowledge, game: Row, team_id: int) -> list[Row]:
    """The lines of the newest line-up report of a team for its game, each in its newest version."""
    rows = [row for row in view.rows("lineups") if row["game_id"] == game["game_id"] and row["team_id"] == team_id]
    return newest(newest_report(rows, game["cut_ts"]), ["player_id"])


def lineup_places(view: Knowledge, games: Sequence[Row]) -> list[Row]:
    """The places in the newest line-up report of each side."""
    return [
        {
            **_cut(game),
            "team_id": team_id,
            "player_id": place["player_id"],
            "role": place["role"],
            "lineup_as_of_ts": place["as_of_ts"],
        }
        for game in games
        for team_id in (game["home_team_id"], game["away_team_id"])
        for place in places(view, game, team_id)
    ]


def starters(view: Knowledge, games: Sequence[Row]) -> list[Row]:
    """Who is expected to start, from the feed or the line-up report of a team, whichever usable one is newer."""
    found = []
    for game in games:
        seen = events(view, game["game_id"], game["cut_ts"])
        teams = {event["team_id"] for event in seen} | {game["home_team_id"], game["away_team_id"]}
        for team_id in sorted(teams):
            feed = [
                (
                    event["player_id"],
                    bool(event["projected_starter"]),
                    bool(event["confirmed_starter"]),
                    event["as_of_ts"],
                )
                for event in seen
                if event["team_id"] == team_id
            ]
            reported = [
                (
                    place["player_id"],
                    place["role"] in ("projected_starter", "confirmed_starter"),
                    place["role"] == "confirmed_starter",
                    place["as_of_ts"],
                )
                for place in (
                    places(view, game, team_id) if team_id in (game["home_team_id"], game["away_team_id"]) else ()
                )
            ]
            found += _speaking(_cut(game), team_id, feed, reported)
    return sorted(found, key=lambda row: (row["game_id"], row["cut_id"], row["team_id"], row["player_id"]))


Said = list[tuple[int, bool, bool, datetime]]


def _speaking(cut: Row, team_id: int, feed: Said, reported: Said) -> list[Row]:
    usable = [said for said in (feed, reported) if _is_usable(said)]
    if not usable:
        return []
    # Of two as new the report speaks, which comes last here.
    speaks = max(enumerate(usable), key=lambda numbered: (max(row[3] for row in numbered[1]), numbered[0]))[1]
    projected, confirmed = sum(row[1] for row in speaks), sum(row[2] for row in speaks)
    stamp = max(row[3] for row in speaks)
    return [
        {
            **cut,
            "team_id": team_id,
            "player_id": player,
            "projected": True if is_projected else False if projected == FIVE else None,
            "confirmed": True if is_confirmed else False if confirmed == FIVE else None,
            "starters_as_of_ts": stamp,
        }
        for player, is_projected, is_confirmed, _ in speaks
    ]


def _is_usable(said: Said) -> bool:
    projected, confirmed = sum(row[1] for row in said), sum(row[2] for row in said)
    return projected <= FIVE and confirmed <= FIVE and projected + confirmed > 0


def _cut(game: Row) -> Row:
    return {name: game[name] for name in ("game_id", "cut_id")}
