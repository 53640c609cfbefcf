"""What was not known when a run was made: each thing missing is a reason that degrades it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from lakehouse.gate import View
from transforms.facts import CUT
from transforms.injuries import NOT_SUBMITTED, SUBMITTED, UNKNOWN, team_reports
from transforms.names import name_keys, resolve_players
from transforms.odds import lines_known
from transforms.schedule import games_known, team_sides
from transforms.status import listings, starters

_SIDE = [*CUT, "team_id"]
NAMED = 6


def find_reasons(view: View, cuts: pl.LazyFrame, projections: pl.DataFrame) -> tuple[str, ...]:
    """Sentences on what was missing at the cuts, always in the same order; none for a run that knew everything."""
    games = games_known(view, cuts).with_columns(label=pl.format("{}@{}", "away_team", "home_team")).collect()
    return tuple(_reasons(view, games, projections))


def _reasons(view: View, games: pl.DataFrame, projections: pl.DataFrame) -> Iterator[str]:
    lines = lines_known(view, games.lazy()).filter(pl.all_horizontal(pl.col("spread_home", "total").is_not_null()))
    yield from _missing("no odds known for", games["label"], _labels(games, lines))
    sides = team_sides(games.lazy())
    teams = _teams(sides)
    reports = teams.join(team_reports(view, sides), on=_SIDE, how="left").collect()
    for state, words in ((UNKNOWN, "no injury report covers"), (NOT_SUBMITTED, "injury report not submitted by")):
        yield from _listed(words, reports.filter(pl.col("report_state") == state)["team"])
    everyone = teams.collect()["team"]
    # Where a team's report is in, its players' status is known without a feed.
    submitted = reports.filter(pl.col("report_state") == SUBMITTED).lazy()
    listed = pl.concat([listings(view, games.lazy()).select(_SIDE), submitted.select(_SIDE)])
    for words, known in (("status unknown for", listed), ("starters unknown for", starters(view, games.lazy()))):
        told = teams.join(known.select(_SIDE).unique(), on=_SIDE, how="semi").collect()["team"]
        yield from _missing(words, everyone, told)
    yield from _listed("injury report names nobody knows:", _unresolved(view, games))
    projected = games.join(projections.select("game_id").unique(), on="game_id", how="semi")["label"]
    yield from _missing("fewer than five players of a team known, so not simulated:", games["label"], projected)


def _labels(games: pl.DataFrame, known: pl.LazyFrame) -> pl.Series:
    return games.join(known.select("game_id").unique().collect(), on="game_id", how="semi")["label"]


def _teams(sides: pl.LazyFrame) -> pl.LazyFrame:
    own = pl.when("is_home").then("home_team").otherwise("away_team")
    return sides.select(*_SIDE, own.fill_null(pl.col("team_id").cast(pl.String)).alias("team"))


def _unresolved(view: View, games: pl.DataFrame) -> pl.Series:
    """Names, on the newest report of each date the games are on, that no decision of identity names."""
    dates = games.select(pl.col("game_date").unique()).lazy()
    newest = pl.col("report_ts") == pl.col("report_ts").max().over("game_date")
    rows = view.rows("silver.injury_reports").join(dates, on="game_date", how="semi").filter(newest)
    # Only the names of games of this slate matter to its run.
    entries = rows.filter((pl.col("row_kind") == "player") & pl.col("matchup").is_in(games["label"].to_list()))
    named = resolve_players(entries, name_keys(view), "entry", "available_ts")
    return named.filter(pl.col("player_id").is_null()).select("entry").unique().collect()["entry"]


def _missing(words: str, everything: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    there = frozenset(known)
    yield from _listed(words, [name for name in everything if name not in there])


def _listed(words: str, names: Iterable[str]) -> Iterator[str]:
    ordered = sorted(names)
    if ordered:
        more = f" and {len(ordered) - NAMED} more" if len(ordered) > NAMED else ""
        yield f"{words} {', '.join(ordered[:NAMED])}{more}"
