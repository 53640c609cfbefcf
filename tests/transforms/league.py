"""A tiny league in memory: views over hand-made silver rows, and drawn seasons with corrections and late lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from lakehouse.tables import get_table
from lakehouse.teams import FRANCHISES
from transforms.finals import find_finals

OPENING = datetime(2024, 10, 22, 23, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
ATL, BOS, CLE = (team.team_id for team in FRANCHISES[:3])
TRICODES = {team.team_id: team.tricode for team in FRANCHISES}
NAMES = {team.team_id: team.name for team in FRANCHISES}
TABLES = (
    "schedule", "results", "boxscores", "players", "injury_reports", "status_events", "rosters", "lineups",
    "odds_lines", "identity", "proxy_status", "proxy_starters", "espn_injuries",
)  # fmt: skip

Row = dict[str, Any]


def fact(table: str, as_of: datetime, **values: Any) -> Row:
    """A silver row known at `as_of`; what is not given is null, false or empty."""
    columns = get_table(f"silver.{table}").columns
    stamps = {
        "as_of_ts": as_of, "as_of_quality": "exact", "ingested_ts": as_of, "source": "t", "bronze_batch": "t",
        "body_sha256": "0" * 64, "parser_version": 1,
    }  # fmt: skip
    return {name: {**stamps, **values}.get(name) for name in columns}


class MemoryView:
    """A view over rows in memory: what was available by `run_ts`, with no lags; `shuffled` hands rows out in disorder.

    Its labels are those that its facts give, frozen the moment they were known.
    """

    def __init__(self, rows: Mapping[str, Sequence[Row]], run_ts: datetime, shuffled: bool = False) -> None:
        self.run_ts = run_ts
        self._frames = {}
        for name in TABLES:
            table = get_table(f"silver.{name}")
            frame = pl.DataFrame(list(rows.get(name, ())), schema=table.columns, orient="row")
            known = frame.with_columns(available_ts="as_of_ts").filter(pl.col("available_ts") <= run_ts)
            ordered = known.sort(list(table.key), nulls_last=True, maintain_order=True)
            self._frames[table.name] = ordered.sample(fraction=1, shuffle=True, seed=7) if shuffled else ordered

    def rows(self, table_name: str) -> pl.LazyFrame:
        """The table's rows."""
        if table_name == "gold.labels" and table_name not in self._frames:
            self._frames[table_name] = frozen_labels(self)
        return self._frames[table_name].lazy()


def frozen_labels(view: MemoryView) -> pl.DataFrame:
    """The labels of a view's facts as rows of gold.labels; without DraftKings points."""
    player = ["game_id", "player_id"]
    return (
        find_finals(view)
        .versions.with_columns(
            dk_fpts=pl.lit(None, pl.Float64),
            version=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over(player),
            bronze_batch=pl.lit("t"),
            label_frozen_ts="as_of_ts",
            available_ts="as_of_ts",
        )
        .select(*get_table("gold.labels").columns, "available_ts")
    )


def game_row(number: int, home: int, away: int, tip: datetime, as_of: datetime, **values: Any) -> Row:
    """A version of game `number` in the schedule."""
    stated = {
        "game_id": game_key(number), "announcement": as_of.isoformat(), "season": "2024-25",
        "season_type": "Regular Season", "game_date": (tip - 5 * HOUR).date(), "tip_ts": tip, "home_team_id": home,
        "away_team_id": away, "home_team": TRICODES[home], "away_team": TRICODES[away], "status": "scheduled",
    }  # fmt: skip
    return fact("schedule", as_of, **{**stated, **values})


def game_key(number: int) -> str:
    """The id of game `number`."""
    return f"00224{number:05d}"


@dataclass(frozen=True)
class Line:
    """A version of a player's line: `minutes` None is a listed player who did not play."""

    game: int
    player: int
    team: int
    minutes: int | None
    known: datetime


@dataclass(frozen=True)
class Season:
    """Games numbered from 0 (the last is to be played), the versions of their lines, and cuts before the last one."""

    games: tuple[tuple[int, int, datetime], ...]
    lines: tuple[Line, ...]
    cuts: tuple[datetime, ...]

    def rows(self) -> dict[str, list[Row]]:
        """The season as silver rows."""
        early = OPENING - timedelta(days=60)
        schedule = [game_row(n, home, away, tip, early) for n, (home, away, tip) in enumerate(self.games)]
        return {"schedule": schedule, "boxscores": [self._line(line) for line in self.lines]}

    def _line(self, line: Line) -> Row:
        home, away, tip = self.games[line.game]
        stats = dict.fromkeys(
            (
                "pts",
                "reb",
                "oreb",
                "dreb",
                "ast",
                "stl",
                "blk",
                "tov",
                "fgm",
                "fga",
                "fg3m",
                "fg3a",
                "ftm",
                "fta",
                "pf",
            ),
            1,
        )
        return fact(
            "boxscores",
            line.known,
            game_id=game_key(line.game),
            player_id=line.player,
            season="2024-25",
            season_type="Regular Season",
            game_date=(tip - 5 * HOUR).date(),
            tip_ts=tip,
            team_id=line.team,
            opponent_team_id=away if line.team == home else home,
            is_home=line.team == home,
            starter=(line.minutes or 0) > 20,
            played=line.minutes is not None,
            minutes=float(line.minutes or 0),
            minutes_is_seconds=True,
            plus_minus=0,
            **(stats if line.minutes is not None else {}),
        )

    @property
    def tonight(self) -> str:
        """Id of the game to be played."""
        return game_key(len(self.games) - 1)

    def cut_frame(self, *only: int) -> pl.LazyFrame:
        """The cuts (all, or those numbered) before the last game; cut_id is their number."""
        numbers = only or range(len(self.cuts))
        return pl.LazyFrame(
            [{"game_id": self.tonight, "cut_id": n, "cut_ts": self.cuts[n]} for n in numbers],
            schema={"game_id": pl.String, "cut_id": pl.Int32, "cut_ts": pl.Datetime("us", "UTC")},
        )

    def known(self, cut: datetime) -> list[Line]:
        """The lines in their newest versions at a cut, in the order of tips."""
        newest: dict[tuple[int, int], Line] = {}
        for line in sorted(self.lines, key=lambda line: line.known):
            if line.known <= cut:
                newest[line.game, line.player] = line
        return sorted(newest.values(), key=lambda line: (self.games[line.game][2], line.game, line.player))


@st.composite
def seasons(draw: st.DrawFn) -> Season:
    """Three teams; lines may come late, be corrected (minutes, or that he played at all), and players may be traded."""
    pairs = ((ATL, BOS), (CLE, ATL), (BOS, CLE))
    count = draw(st.integers(2, 9))
    games = [(*pairs[n % 3], OPENING + timedelta(days=n)) for n in range(count)]
    teams = {player: draw(st.sampled_from((ATL, BOS, CLE))) for player in range(1, 7)}
    lines: list[Line] = []
    for number, (home, away, tip) in enumerate(games):
        late = draw(st.sampled_from((3, 3, 3, 50)))
        for player in teams:
            if draw(st.integers(0, 11)) == 0:
                teams[player] = draw(st.sampled_from((ATL, BOS, CLE)))
            if teams[player] not in (home, away) or draw(st.integers(0, 5)) == 0:
                continue
            minutes = draw(st.one_of(st.none(), st.integers(1, 48)))
            hours = late + draw(st.sampled_from((0, 0, 0, 1, 30)))
            known = tip + hours * HOUR
            lines.append(Line(number, player, teams[player], minutes, known))
            if draw(st.integers(0, 6)) == 0:
                corrected = draw(st.one_of(st.none(), st.integers(1, 48)))
                lines.append(Line(number, player, teams[player], corrected, known + draw(st.integers(1, 90)) * HOUR))
    last = games[-1][2] + timedelta(days=draw(st.integers(1, 3)))
    games.append((ATL, BOS, last))
    cuts = tuple(last - hours * HOUR for hours in sorted({0, *draw(st.sets(st.integers(1, 150), max_size=4))}))
    return Season(tuple(games), tuple(lines), cuts)


def one_game(*hours_before: float) -> tuple[list[Row], pl.LazyFrame, datetime]:
    """A game of ATL against BOS, its schedule rows, cuts so many hours before it, and its tip."""
    tip = OPENING + timedelta(days=10)
    cuts = pl.LazyFrame(
        [{"game_id": game_key(1), "cut_id": n, "cut_ts": tip - HOUR * hours} for n, hours in enumerate(hours_before)],
        schema={"game_id": pl.String, "cut_id": pl.Int32, "cut_ts": pl.Datetime("us", "UTC")},
    )
    return [game_row(1, BOS, ATL, tip, OPENING)], cuts, tip


def eastern_day(instant: datetime) -> date:
    """The Eastern date of an evening instant (daylight time is near enough here)."""
    return (instant - 5 * HOUR).date()
