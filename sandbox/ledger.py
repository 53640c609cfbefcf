"""Archive files of record: games, their changes, box scores and players."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sandbox.boxes import STATS
from sandbox.cut import Cut
from sandbox.deals import apply
from sandbox.fixtures import opening_day
from sandbox.formats import conform, frame
from sandbox.people import POSITIONS, TWO_WAY
from sandbox.season import Game, Side
from sandbox.times import eastern, season_name

SEASON_TYPE = "Regular Season"
SOURCE = "sandbox"
_CLASS = ("G", "G", "F", "F", "C")


def games(cut: Cut) -> pl.DataFrame:
    """`games`: the whole schedule as known, with results where a game is finished."""
    rows = []
    for season, game in cut.games():
        fixture, done = game.fixture, cut.finished(game)
        home, away = cut.league.teams[fixture.home], cut.league.teams[fixture.away]
        known = fixture.known(cut.known)
        week = (known.day - opening_day(season.year)).days // 7 + 1
        crowd = 16_500.0 + int(fixture.game_id[5:]) * 37 % 3_000
        result = (game.home.points, game.away.points, SOURCE, game.overtimes, 3, True) if done else (None,) * 6
        postponed = "Y" if known.status == "postponed" else "N"
        row: list[Any] = [fixture.game_id, season.name, SEASON_TYPE, known.day, known.tip, SOURCE]
        row += [home.team_id, home.code, away.team_id, away.code, *result, home.arena, home.city, home.state, False]
        row += [crowd if done else None, week, "", "", "", postponed]
        rows.append(tuple(row))
    return frame("games", rows)


def schedule_changes(cut: Cut) -> pl.DataFrame:
    """`schedule_changes`: for each game of these seasons that moves, its announcement and every change made so far."""
    return frame(
        "schedule_changes",
        [
            (game.fixture.game_id, change.tip, change.status, change.stamp)
            for _, game in cut.games()
            for change in game.fixture.changes
            if change.stamp <= cut.known
        ],
    )


def player_boxscores(cut: Cut) -> pl.DataFrame:
    """`player_boxscores`: a row for everyone a team held, of every finished game."""
    tables = [
        _box_rows(cut, game, side, other)
        for _, game in cut.games()
        if cut.finished(game)
        for side, other in ((game.home, game.away), (game.away, game.home))
    ]
    if not tables:
        return frame("player_boxscores", [])
    joined = {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}
    raw = pl.DataFrame(joined)
    teams = pl.DataFrame(
        [(t.team_id, t.code) for t in cut.league.teams], schema={"team_id": pl.Int64, "team": pl.String}, orient="row"
    )
    people = pl.DataFrame(
        [(p.player_id, p.name) for p in cut.league.people],
        schema={"player_id": pl.Int64, "player_name": pl.String},
        orient="row",
    )
    facts = pl.DataFrame(
        [(g.fixture.game_id, s.name, g.fixture.day, g.fixture.tip) for s, g in cut.games()],
        schema={"game_id": pl.String, "season": pl.String, "game_date": pl.Date, "tip_ts": pl.Int64},
        orient="row",
    )
    played, place = pl.col("played"), pl.col("place")
    table = (
        raw.join(teams, on="team_id", maintain_order="left")
        .join(
            teams.rename({"team_id": "opponent_team_id", "team": "opponent"}),
            on="opponent_team_id",
            maintain_order="left",
        )
        .join(people, on="player_id", maintain_order="left")
        .join(facts, on="game_id", maintain_order="left")
        .with_columns(
            season_type=pl.lit(SEASON_TYPE),
            starter=place >= 0,
            roster_status=pl.when("active").then(pl.lit("ACTIVE")).otherwise(pl.lit("INACTIVE")),
            position=place.replace_strict(dict(enumerate(POSITIONS)), default=None, return_dtype=pl.String),
            minutes=pl.col("seconds") / 60,
            minutes_is_seconds=played,
            wl=pl.when(played & pl.col("won")).then(pl.lit("W")).when(played).then(pl.lit("L")),
            stat_source=pl.when(played).then(pl.lit(SOURCE)),
            minutes_source=pl.when(played).then(pl.lit(SOURCE)).otherwise(pl.lit("dnp")),
            starter_source=pl.lit(SOURCE),
        )
        .with_columns(pl.when(played).then(pl.col(name)) for name in STATS)
    )
    return conform("player_boxscores", table)


def _box_rows(cut: Cut, game: Game, side: Side, other: Side) -> dict[str, NDArray[Any]]:
    count = len(side.players)
    place = np.full(count, -1, dtype=np.int64)
    place[list(side.first_five)] = np.arange(len(side.first_five))
    people, teams = cut.league.people, cut.league.teams
    return {
        "game_id": np.full(count, game.fixture.game_id, dtype=object),
        "player_id": np.array([people[k].player_id for k in side.players], dtype=np.int64),
        "team_id": np.full(count, teams[side.team].team_id),
        "opponent_team_id": np.full(count, teams[other.team].team_id),
        "is_home": np.full(count, side is game.home),
        "won": np.full(count, side.points > other.points),
        "active": side.sheet.dressed,
        "played": side.seconds > 0,
        "place": place,
        "seconds": side.seconds,
        **dict(zip(STATS, side.stats, strict=True)),
    }


def players(cut: Cut) -> pl.DataFrame:
    """`players`: everyone a roster has held so far; team, seasons and career years are those of the cut."""
    first: dict[int, date] = {}
    seasons: dict[int, list[str]] = {}
    team: dict[int, int] = {}
    for season in cut.league.seasons:
        for k in range(len(season.opening.standard)):
            team.update(dict.fromkeys(season.opening.of(k), k))
        for deal in season.deals:
            if deal.stamp <= cut.known:
                team.update(deal.joins)
    for season, game in cut.games():
        if cut.finished(game):
            for side in (game.home, game.away):
                for index in side.players:
                    first.setdefault(index, game.fixture.day)
                    names = seasons.setdefault(index, [])
                    if not names or names[-1] != season.name:
                        names.append(season.name)
    rows = []
    for index in sorted(team):
        person, held = cut.league.people[index], cut.league.teams[team[index]]
        letter = _CLASS[person.position]
        height = f"{person.height_in // 12}-{person.height_in % 12}"
        latest = seasons.get(index, [season_name(person.debut)])[-1][:4]
        row: list[Any] = [
            person.player_id,
            person.name,
            first.get(index),
            seasons.get(index, []),
            None,
            held.team_id,
            held.code,
        ]
        row += [str(person.jersey), letter, height, str(person.weight_lbs), person.college, person.country]
        row += [*(person.drafted or (None, None, None)), str(person.debut), latest, person.first, person.last]
        row += [str(person.born), person.height_in, person.weight_lbs, *(int(letter == kind) for kind in "GFC")]
        rows.append(tuple(row))
    return frame("players", rows)


def rosters(cut: Cut) -> pl.DataFrame:
    """`rosters`: a whole report of a team the day before opening night and after each deal that changes it."""
    rows = []
    for season in cut.league.seasons:
        squads = season.opening.copy()
        reports = [(opening_day(season.year), None, k) for k in range(len(squads.standard))]
        for day, deal, team in [*reports, *((d.day, d, t) for d in season.deals for t in d.teams)]:
            if deal is not None and team == deal.teams[0]:
                apply(squads, deal)
            stamp = eastern(opening_day(season.year) - timedelta(days=1), 12) if deal is None else deal.stamp + 300
            if stamp > cut.known:
                continue
            held = cut.league.teams[team]
            for place, index in enumerate(squads.of(team)):
                role = "two_way" if place >= len(squads.of(team)) - TWO_WAY else "active"
                person = cut.league.people[index]
                rows.append((day, held.team_id, held.code, person.player_id, person.name, role, stamp))
    return frame("rosters", rows)
