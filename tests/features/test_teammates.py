"""Minutes without absent teammates, against a plain loop."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.teammates import DRAWN_GAMES, MATES, build_teammates
from tests.features.table import own_games, played_minutes, team_games, windows
from tests.transforms.league import ATL, BOS, CLE, HOUR, OPENING, Line, Season, seasons

STATUSES = ("Unknown", "Out", "Doubtful", "Questionable", "Clear", "Off List", "Not Submitted")
COLUMNS = ("row", "game_id", "cut_id", "team_id", "delisted", "status_text", "missed_streak", "min_mean10")


def is_absent(row: dict[str, object], said: bool) -> bool:
    """Whether he counts as an absent teammate, by his row."""
    missed = row["missed_streak"]
    if not isinstance(missed, float) or missed > 15 or not row["min_mean10"]:
        return False
    gone = bool(row["delisted"]) or row["status_text"] in ("Out", "Doubtful", "Off List")
    return gone if said else missed >= 1


def expected(season: Season, row: dict[str, object], team: list[dict[str, object]]) -> dict[str, object]:
    """The features of a row by a loop; `team` are the rows of his side."""
    said = any(mate["delisted"] or mate["status_text"] not in ("Unknown", "Not Submitted") for mate in team)
    absent = [mate for mate in team if mate is not row and is_absent(mate, said)]
    absent.sort(key=lambda mate: (-float(str(mate["min_mean10"])), mate["row"]))
    games = team_games(season, season.cuts[int(str(row["cut_id"]))], int(str(row["team_id"])))
    me, delta, seen, firsts = int(str(row["player_id"])), 0.0, set(), []
    for number, mate in enumerate(absent[:MATES]):
        him = int(str(mate["player_id"]))
        own = own_games(games, him)
        without, together = [], []
        for back, game in enumerate(games):
            minutes = played_minutes(game, me)
            if minutes is None:
                continue
            if played_minutes(game, him) is not None:
                together.append(minutes)
            elif back < len(own):
                without.append(minutes)
                seen.add(back)
        firsts = without if number == 0 else firsts
        if without and together:
            n, m = len(without), len(together)
            delta += (sum(without) / n - sum(together) / m) * n * m / (n * m + DRAWN_GAMES * (n + m))
    own_mean = row["min_mean10"]
    drawn = None if own_mean is None else (sum(firsts) + 4 * float(str(own_mean))) / (len(firsts) + 4)
    return {
        "row": row["row"],
        "without_delta": delta,
        "without_games": float(len(seen)),
        "without_minutes": drawn,
    }


@given(seasons(), st.data())
def test_minutes_without_the_absent_are_what_a_loop_gives(season: Season, data: st.DataObject) -> None:
    rows, _, window = windows(season)
    size = rows.height
    some = st.sampled_from(STATUSES if data.draw(st.booleans()) else ("Unknown", "Not Submitted"))
    minutes = st.none() | st.integers(0, 48).map(float)
    frame = rows.drop("delisted").with_columns(
        pl.Series("delisted", [data.draw(st.integers(0, 9)) == 0 for _ in range(size)], pl.Boolean),
        pl.Series("status_text", [data.draw(some) for _ in range(size)], pl.String),
        pl.Series("missed_streak", [data.draw(st.none() | st.integers(0, 17).map(float)) for _ in range(size)], pl.Float64),
        pl.Series("min_mean10", [data.draw(minutes) for _ in range(size)], pl.Float64),
    )  # fmt: skip
    found = build_teammates(frame.lazy(), window).collect().to_dicts()
    told = frame.to_dicts()
    for row, values in zip(told, found, strict=True):
        team = [mate for mate in told if (mate["cut_id"], mate["team_id"]) == (row["cut_id"], row["team_id"])]
        assert values == pytest.approx(expected(season, row, team))


def league() -> Season:
    """Eight games of ATL: player 1 plays 30 minutes with player 2 and 38 in the last three, which 2 misses."""
    meetings = tuple((ATL, (BOS, CLE)[n % 2], OPENING + timedelta(days=2 * n)) for n in range(9))
    lines = [
        Line(n, p, ATL, 38 if p == 1 and n >= 5 else 30, tip + 3 * HOUR)
        for n, (_, _, tip) in enumerate(meetings[:8])
        for p in (1, 2, 3)
        if p != 2 or n < 5
    ]
    return Season(meetings, tuple(lines), (meetings[-1][2],))


@pytest.mark.parametrize(("status", "delta"), [("Unknown", 8.0 * 15 / 47), ("Clear", 0.0), ("Out", 8.0 * 15 / 47)])
def test_one_absent_teammate(status: str, delta: float) -> None:
    rows, _, window = windows(league())
    mine = rows.filter(pl.col("team_id") == ATL)
    assert mine["player_id"].to_list() == [1, 2, 3]
    frame = mine.with_columns(
        status_text=pl.when(pl.col("player_id") == 2).then(pl.lit(status)).otherwise(pl.lit("Unknown")),
        missed_streak=pl.when(pl.col("player_id") == 2).then(3.0).otherwise(0.0),
        min_mean10=pl.lit(30.0),
    ).select(COLUMNS)
    found = build_teammates(frame.lazy(), window).collect().to_dicts()[0]
    games = 3.0 if delta else 0.0
    without = (38 * games + 4 * 30) / (games + 4)
    expected = {"row": 0, "without_delta": delta, "without_games": games, "without_minutes": without}
    assert found == pytest.approx(expected)
