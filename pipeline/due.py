"""What each table is due, by rule: how many rows, games, teams or days, and how many of them it holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import polars as pl

from features.rates_training import rates_days, rates_rows
from features.training import minutes_days, minutes_rows
from lakehouse.clock import EASTERN
from lakehouse.errors import UnknownName
from lakehouse.gate import View, newest
from lakehouse.lake import Lake
from lakehouse.tables import get_table
from transforms.due import games_due, team_games_due
from transforms.facts import HISTORIC_KINDS
from transforms.finals import Finals, find_finals
from transforms.labels import TABLE as LABELS

UNIT = pl.Schema({"game_date": pl.Date(), "due": pl.Int64(), "present": pl.Int64(), "flawed": pl.Int64()})
# A training set's coverage is counted at the last instant before tip that it is built for.
HORIZONS = (15,)
# Games that make a classic slate.
FEWEST_GAMES = 2
# Where a table's rows have no date of their own: the table that dates them, and by which key.
_DATED_BY = {
    "silver.dk_draftables": ("silver.dk_draft_groups", "draft_group"),
    "silver.dk_payouts": ("silver.dk_contests", "contest_id"),
    "silver.dk_standings": ("silver.dk_contests", "contest_id"),
    "silver.dk_ownership": ("silver.dk_contests", "contest_id"),
    "silver.linestar_ownership": ("silver.linestar_slates", "slate_id"),
}


@dataclass(frozen=True)
class Held:
    """Every row that a lake holds of its newest versions, public by `run_ts`; of some games only, where they are named.

    Rows come in no order and without lags, and only the columns asked for are read: for counting, never for runs.
    """

    lake: Lake
    run_ts: datetime
    games: pl.DataFrame | None = None

    def rows(self, table_name: str, /) -> pl.LazyFrame:
        """Rows of a table of facts; of a table whose rows have a game, where games are named."""
        rows = self.lake.scan(table_name).filter(pl.col("as_of_ts") <= self.run_ts)
        known = rows.with_columns(available_ts="as_of_ts")
        return known if self.games is None else known.join(self.games.lazy(), on="game_id", how="semi")


@dataclass(frozen=True)
class Desk:
    """What a lake holds, what a training set may read of it, and the Eastern dates asked about."""

    view: Held
    training: View
    first: date
    last: date

    @cached_property
    def finals(self) -> Finals:
        """`transforms.finals.find_finals` of the games of the dates that are not frozen: those that are, add up."""
        frozen = self.view.rows(LABELS).select("game_id").unique()
        games = self.rows("silver.boxscores").select("game_id").unique().join(frozen, on="game_id", how="anti")
        return find_finals(Held(self.view.lake, self.view.run_ts, games.collect()))

    @cached_property
    def team_games(self) -> pl.DataFrame:
        """`transforms.due.team_games_due` of the dates; complete are games that add up, frozen or not."""
        sound = self.finals.versions.lazy().select("game_id")
        complete = pl.concat([self.view.rows(LABELS).select("game_id"), sound])
        return team_games_due(self.view, complete).filter(self.asked)

    @cached_property
    def games(self) -> pl.DataFrame:
        """`transforms.due.games_due` of the dates."""
        return games_due(self.view).filter(self.asked).collect()

    @cached_property
    def postponed(self) -> pl.DataFrame:
        """Games of the dates that are postponed or cancelled: game_id, game_date, season."""
        current = newest(self.view.rows("silver.schedule"), ["game_id"])
        off = (pl.col("status") != "scheduled") & pl.col("season_type").is_in(HISTORIC_KINDS)
        return current.filter(off, self.asked).select("game_id", "game_date", "season").collect()

    @property
    def asked(self) -> pl.Expr:
        """Whether `game_date` is one of the dates."""
        return pl.col("game_date").is_between(self.first, self.last)

    def rows(self, name: str) -> pl.LazyFrame:
        """The rows of a table on the dates, with `game_date`: its own, its game's, its slate's or its report's."""
        return self._dated(name).filter(self.asked)

    def _dated(self, name: str) -> pl.LazyFrame:
        rows, columns = self.view.rows(name), get_table(name).columns
        if "game_date" in columns:
            return rows
        if "game_id" in columns:
            games = newest(self.view.rows("silver.schedule"), ["game_id"]).select("game_id", "game_date")
            return rows.join(games, on="game_id", how="left")
        if "slate_date" in columns:
            return rows.with_columns(game_date="slate_date")
        if name in _DATED_BY:
            other, key = _DATED_BY[name]
            dates = self._dated(other).select(key, "game_date").unique(key, keep="last", maintain_order=True)
            return rows.join(dates, on=key, how="left")
        stamp = next(column for column in ("start_ts", "report_ts") if column in columns)
        return rows.with_columns(game_date=pl.col(stamp).dt.convert_time_zone(EASTERN.key).dt.date())


Counted = Callable[[Desk, str], pl.DataFrame]


def count_schedule(desk: Desk, name: str) -> pl.DataFrame:
    """A game that the schedule, a result or a box score names: the schedule must have it."""
    played = desk.rows("silver.boxscores").filter(pl.col("season_type").is_in(HISTORIC_KINDS))
    named = pl.concat([frame.select("game_id", "game_date") for frame in (desk.games.lazy(), played)])
    return _held(named.unique("game_id").collect(), desk.view.rows(name).select("game_id"), ["game_id"])


def count_games(desk: Desk, name: str) -> pl.DataFrame:
    """A game that is over: the table must name it."""
    return _held(desk.games, desk.view.rows(name).select("game_id"), ["game_id"])


def count_teams(desk: Desk, name: str) -> pl.DataFrame:
    """A team of a game that is over, two a game: the table must have a report of it for the game."""
    on = ["game_id", "team_id"]
    return _held(desk.team_games, desk.view.rows(name).select(on), on)


def count_rosters(desk: Desk, name: str) -> pl.DataFrame:
    """A team of a game that is over, two a game: a roster report of the team by the tip; one that stands is not told again."""
    first = desk.view.rows(name).group_by("team_id").agg(pl.col("report_ts").min())
    found = desk.team_games.lazy().join(first, on="team_id", how="left").collect()
    return _units(found, pl.col("report_ts") <= pl.col("tip_ts"))


def count_lines(desk: Desk, name: str) -> pl.DataFrame:
    """A player's line in a final box score: of a game that adds up as many as it has, else the median of its season's."""
    on = ["game_id", "team_id"]
    counts = desk.view.rows(name).select(*on, "player_id").unique().group_by(on).agg(present=pl.len().cast(pl.Int64))
    present, lacking = pl.col("present").fill_null(0), (pl.col("lines_due") - pl.col("present").fill_null(0)).clip(0)
    return (
        desk.team_games.lazy()
        .join(counts, on=on, how="left")
        .select("game_date", present, due="lines_due", flawed=pl.when("is_flawed").then(lacking).otherwise(0))
        .collect()
    )


def count_reports(desk: Desk, name: str) -> pl.DataFrame:
    """A game that is over: an official report printed before its tip must cover its date."""
    told = desk.rows(name).group_by("game_date").agg(pl.col("report_ts").min())
    found = desk.games.lazy().join(told, on="game_date", how="left").collect()
    return _units(found, pl.col("report_ts") <= pl.col("tip_ts"))


def count_odds(desk: Desk, name: str) -> pl.DataFrame:
    """A spread and a total of each game that is over, two a game, from any book at any time up to its tip."""
    priced = pl.col("market").is_in(["spread", "total"]) & pl.col("line").is_not_null()
    lines = desk.rows(name).filter(priced)
    by_name = ["game_date", "home_team", "away_team"]
    with_id = lines.filter(pl.col("game_id").is_not_null()).select("game_id", "market", "as_of_ts")
    named = desk.games.lazy().select("game_id", *by_name)
    by_teams = lines.filter(pl.col("game_id").is_null()).drop("game_id").join(named, on=by_name)
    both = pl.concat([with_id, by_teams.select("game_id", "market", "as_of_ts")])
    earliest = both.group_by("game_id", "market").agg(pl.col("as_of_ts").min())
    markets = pl.LazyFrame({"market": ["spread", "total"]})
    found = desk.games.lazy().join(markets, how="cross").join(earliest, on=["game_id", "market"], how="left").collect()
    return _units(found, pl.col("as_of_ts") <= pl.col("tip_ts"))


def count_days(desk: Desk, name: str) -> pl.DataFrame:
    """A date with games that are over, one a date: the table must have a row of it."""
    return _held(desk.games.select("game_date").unique().sort("game_date"), desk.rows(name), ["game_date"])


def count_slates(desk: Desk, name: str) -> pl.DataFrame:
    """A date with two games or more that are over, of which a slate is made, one a date: the table must have a row of it."""
    games = desk.games.group_by("game_date").agg(games=pl.len()).filter(pl.col("games") >= FEWEST_GAMES)
    return _held(games.sort("game_date"), desk.rows(name), ["game_date"])


# Every table that coverage can judge, and by which rule.
RULES: dict[str, Counted] = {
    "silver.schedule": count_schedule,
    "silver.results": count_games,
    "silver.boxscores": count_lines,
    "silver.injury_reports": count_reports,
    "silver.odds_lines": count_odds,
    "silver.lineups": count_teams,
    "silver.rosters": count_rosters,
    "silver.status_events": count_games,
    "silver.live_boxscores": count_games,
    "silver.espn_injuries": count_days,
    **dict.fromkeys(
        (
            "silver.dk_draft_groups", "silver.dk_contests", "silver.dk_draftables",
            "silver.dk_payouts", "silver.dk_standings", "silver.dk_ownership", "silver.linestar_slates",
            "silver.linestar_ownership", "silver.linestar_salaries", "silver.linestar_contests",
            "silver.linestar_actual_ownership", "silver.linestar_scored", "silver.linestar_projections",
        ),
        count_slates,
    ),
    "gold.labels": count_lines,
}  # fmt: skip
SETS = ("minutes", "rates")


def count_table(desk: Desk, name: str) -> pl.DataFrame:
    """A row a unit due of a table: game_date, due, present, and `flawed`, what no import can bring of it.

    Raises UnknownName for a table no rule speaks of.
    """
    if name not in RULES:
        raise UnknownName(
            f"{name} has no rule of what a day is due; coverage knows {', '.join(SETS)} and {', '.join(RULES)}."
        )
    return RULES[name](desk, name).select(UNIT.names())


def set_rows(desk: Desk, name: str) -> pl.DataFrame:
    """The rows of a training set on the dates, however few, as it would be built."""
    games = games_due(desk.training).filter(desk.asked)
    return rates_rows(desk.training, games) if name == "rates" else minutes_rows(desk.training, games, HORIZONS)


def count_set(desk: Desk, name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """`features.due.set_days` of a training set on the dates: a row a player who played, of a complete game."""
    days = rates_days(desk.training, rows) if name == "rates" else minutes_days(desk.training, rows)
    return days.filter(desk.asked).select(*UNIT, "lacking")


def _held(due: pl.DataFrame, rows: pl.LazyFrame, on: Sequence[str]) -> pl.DataFrame:
    held = rows.select(on).unique().with_columns(is_held=pl.lit(True)).collect()
    return _units(due.join(held, on=list(on), how="left"), pl.col("is_held"))


def _units(frame: pl.DataFrame, is_present: pl.Expr) -> pl.DataFrame:
    one, none = pl.lit(1, pl.Int64), pl.lit(0, pl.Int64)
    return frame.select("game_date", due=one, present=is_present.fill_null(False).cast(pl.Int64), flawed=none)
