"""Histories at a cut: the lines known by then, each in its newest version, in the order of tips."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tests.properties.oracle.facts import HISTORIC, Knowledge, Row, grouped, known, newest


def lines_known(view: Knowledge, cut: datetime) -> list[Row]:
    """Every player's line in the games that count, by (tip, game, player)."""
    if cut in view.remembered:
        found: list[Row] = view.remembered[cut]
        return found
    counting = [row for row in view.rows("boxscores") if row["season_type"] in HISTORIC]
    lines = newest(known(counting, cut), ["game_id", "player_id"])
    view.remembered[cut] = sorted(lines, key=lambda row: (row["tip_ts"], row["game_id"], row["player_id"]))
    return lines_known(view, cut)


def player_histories(view: Knowledge, cuts: Sequence[Row]) -> list[Row]:
    """The lines of each player at each cut [cut_id, cut_ts]."""
    return [
        {"player_id": player, "cut_id": cut["cut_id"], **{name: line[name] for name in _LINE}}
        for cut in cuts
        for (player,), lines in grouped(lines_known(view, cut["cut_ts"]), ["player_id"]).items()
        for line in lines
    ]


def team_histories(view: Knowledge, cuts: Sequence[Row]) -> list[Row]:
    """The games of each team at each cut, numbered, with their sums."""
    found = []
    for cut in cuts:
        for (team,), lines in grouped(lines_known(view, cut["cut_ts"]), ["team_id"]).items():
            latest: datetime | None = None
            for number, ((game_id,), of_game) in enumerate(grouped(lines, ["game_id"]).items(), 1):
                stamps = [line["as_of_ts"] for line in of_game]
                latest = max(stamps) if latest is None else max(*stamps, latest)
                about = {
                    "team_id": team,
                    "cut_id": cut["cut_id"],
                    "game_id": game_id,
                    "game_no": number,
                    "as_of_ts": latest,
                }
                found.append({**about, **_sums(of_game)})
    return found


def _sums(lines: Sequence[Row]) -> Row:
    played = [round(line["minutes"] * 60_000) if line["played"] else 0 for line in lines]
    margins = [line["plus_minus"] for line in lines if line["plus_minus"] is not None]
    return {
        "has_dnp": any(not line["played"] for line in lines),
        "margin5": sum(margins) if margins else None,
        "possessions100": sum(
            100 * (line["fga"] or 0) + 44 * (line["fta"] or 0) + 100 * (line["tov"] or 0) for line in lines
        ),
        "rotation": sum(spent >= 600_000 for spent in played),
        "top_ms": sum(sorted(played, reverse=True)[:5]),
        "team_ms": sum(played),
    }


_LINE = ("game_id", "team_id", "minutes", "played", "as_of_ts")
