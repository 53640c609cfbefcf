"""Queries of gold about people: who is hurt, who is on the team, who starts, who has been away."""

from __future__ import annotations

import polars as pl

from transforms.absences import ABSENCE_COLUMNS, absences_known, read_absences
from transforms.boxscores import load_histories
from transforms.facts import CUT, Facts
from transforms.injuries import injuries_known
from transforms.query import Query
from transforms.rosters import rosters_known
from transforms.schedule import games_known, team_sides
from transforms.status import lineups_known


def injuries(view: Facts, cuts: pl.LazyFrame) -> pl.LazyFrame:
    """`injuries_known` at the cuts, with the absences of the players listed (`ABSENCE_COLUMNS`)."""
    sides = _sides(view, cuts)
    listed = injuries_known(view, sides).collect().lazy()
    days = sides.select(*CUT, "team_id", "cut_ts", "game_date")
    people = listed.filter(pl.col("player_id").is_not_null()).join(days, on=[*CUT, "team_id"])
    keys = [*CUT, "team_id", "entry"]
    absences = read_absences(load_histories(view), people).select(*keys, *ABSENCE_COLUMNS, "absence_as_of_ts")
    return listed.join(absences, on=keys, how="left").sort(keys)


def rosters(view: Facts, cuts: pl.LazyFrame) -> pl.LazyFrame:
    """`rosters_known` at the cuts."""
    return rosters_known(view, _sides(view, cuts))


def lineups(view: Facts, cuts: pl.LazyFrame) -> pl.LazyFrame:
    """`lineups_known` at the cuts."""
    return lineups_known(view, _sides(view, cuts))


def _sides(view: Facts, cuts: pl.LazyFrame) -> pl.LazyFrame:
    return team_sides(games_known(view, cuts)).collect().lazy()


QUERIES: dict[str, Query] = {
    query.name: query
    for query in (
        Query(
            "injuries",
            "the official report's word on each player it lists: status and since when, reason in parts, games missed; "
            "a team that lists nobody has one row",
            injuries,
        ),
        Query("rosters", "the players of each team's newest roster report", rosters),
        Query("lineups", "each team's projected and confirmed five, since when, and what changed", lineups),
        Query(
            "absences", "games missed, and games and days since his return, of everyone who may play", absences_known
        ),
    )
}
