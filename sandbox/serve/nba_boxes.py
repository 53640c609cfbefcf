"""A game's count at an instant: the final box score scaled by the share that has been played, exact at the end.

While a game is on, every count is the whole part of its share, so it never falls and never exceeds the final one; points
follow from the made shots, and a team's score is the sum of its players' points.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sandbox.boxes import STATS
from sandbox.rotation import Ints
from sandbox.season import Game, Side
from sandbox.serve.nba_teams import period_at
from sandbox.serve.world import elapsed_seconds

_ROW = {name: k for k, name in enumerate(STATS)}
_COUNTS = {
    "assists": "ast", "blocks": "blk", "fieldGoalsAttempted": "fga", "fieldGoalsMade": "fgm", "foulsPersonal": "pf",
    "freeThrowsAttempted": "fta", "freeThrowsMade": "ftm", "points": "pts", "reboundsDefensive": "dreb",
    "reboundsOffensive": "oreb", "reboundsTotal": "reb", "steals": "stl", "threePointersAttempted": "fg3a",
    "threePointersMade": "fg3m", "turnovers": "tov",
}  # fmt: skip
_SHARES = (("fieldGoals", "fgm", "fga"), ("freeThrows", "ftm", "fta"), ("threePointers", "fg3m", "fg3a"))


def counts_at(side: Side, gone: int, length: int) -> Ints:
    """A row for each of `STATS`, a column a player, after `gone` of `length` seconds of play."""
    if gone >= length:
        return side.stats
    made = np.sign(side.stats) * (np.abs(side.stats) * gone // length)
    made[_ROW["reb"]] = made[_ROW["oreb"]] + made[_ROW["dreb"]]
    fgm, fg3m, ftm = made[_ROW["fgm"]], made[_ROW["fg3m"]], made[_ROW["ftm"]]
    made[_ROW["pts"]] = 2 * fgm + fg3m + ftm
    return np.asarray(made, dtype=np.int64)


def played_length(game: Game) -> int:
    """Seconds of play in the whole game."""
    return 2880 + 300 * game.overtimes


def points_at(game: Game, side: Side, at: int) -> int:
    """A team's score at an instant; 0 before the tip."""
    return _points(side, elapsed_seconds(game, at), played_length(game))


def period_scores(game: Game, side: Side, at: int) -> list[dict[str, Any]]:
    """A team's points by period: the four of regulation, 0 where not yet played, and the overtimes begun."""
    gone, length = elapsed_seconds(game, at), played_length(game)
    periods = max(4, period_at(game, at))
    ends = [720 * k if k <= 4 else 2880 + 300 * (k - 4) for k in range(periods + 1)]
    totals = [_points(side, min(end, gone), length) for end in ends]
    return [
        {
            "period": k,
            "periodType": "REGULAR" if k <= 4 else "OVERTIME",
            "score": totals[k] - totals[k - 1],
        }
        for k in range(1, periods + 1)
    ]


def _points(side: Side, gone: int, length: int) -> int:
    return int(counts_at(side, gone, length)[_ROW["pts"]].sum()) if gone else 0


def iso_minutes(seconds: float) -> str:
    """'PT34M12.00S'."""
    return f"PT{int(seconds // 60):02d}M{seconds % 60:05.2f}S"


def player_statistics(counts: Ints, seconds: int, k: int) -> dict[str, Any]:
    """A player's statistics in the wire's names; `k` is his column of `counts`."""
    line: dict[str, Any] = {wire: int(counts[_ROW[name], k]) for wire, name in _COUNTS.items()}
    line |= {
        f"{wire}Percentage": _share(counts[_ROW[made], k], counts[_ROW[tried], k]) for wire, made, tried in _SHARES
    }
    twos = (
        line["fieldGoalsMade"] - line["threePointersMade"],
        line["fieldGoalsAttempted"] - line["threePointersAttempted"],
    )
    line |= {"twoPointersMade": twos[0], "twoPointersAttempted": twos[1], "twoPointersPercentage": _share(*twos)}
    line |= {"minutes": iso_minutes(seconds), "minutesCalculated": f"PT{round(seconds / 60):02d}M"}
    return line | {"plusMinusPoints": float(counts[_ROW["plus_minus"], k])}


def team_statistics(counts: Ints, seconds: int) -> dict[str, Any]:
    """A team's totals in the wire's names; `seconds` is the sum of its players' playing time."""
    totals = counts.sum(axis=1, keepdims=True)
    line = player_statistics(totals, seconds, 0)
    del line["plusMinusPoints"]
    return line | {"turnoversTotal": line["turnovers"], "reboundsPersonal": line["reboundsTotal"]}


def _share(made: int, tried: int) -> float:
    return float(made / tried) if tried else 0.0
