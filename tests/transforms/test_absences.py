"""Absences against a plain loop, on seasons with trades, late games and corrections."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
from hypothesis import given

from tests.transforms.league import ATL, BOS, CLE, HOUR, OPENING, Line, MemoryView, Season, eastern_day, seasons
from transforms.absences import ABSENCE_COLUMNS, absences_known, number_games, read_absences
from transforms.boxscores import load_histories
from transforms.spine import spine

Said = tuple[int | None, ...]


def expected(season: Season, cut: datetime, player: int, team: int) -> Said:
    """games_missed, games_since_return, days_since_return, days_since_played, last_absence_games."""
    known = season.known(cut)
    mine = [line for line in known if line.player == player]
    if not mine:
        return (None,) * len(ABSENCE_COLUMNS)
    stays: list[list[Line]] = []
    for line in mine:
        if not stays or stays[-1][-1].team != line.team:
            stays.append([])
        stays[-1].append(line)
    own: list[int] = []
    for stay in stays:
        last = stay is stays[-1] and stay[-1].team == team
        for number, (_, _, tip) in enumerate(season.games):
            is_theirs = any(line.game == number and line.team == stay[0].team for line in known)
            until = cut if last else season.games[stay[-1].game][2]
            if is_theirs and season.games[stay[0].game][2] <= tip <= until:
                own.append(number)
    played = {line.game for line in mine if line.minutes is not None}
    tonight = eastern_day(season.games[-1][2])
    missed = since = run = 0
    returned = after = latest = None
    for number in own:
        if number not in played:
            missed += 1
            continue
        latest = eastern_day(season.games[number][2])
        if missed:
            after, returned, since = missed, latest, 0
        since, missed = since + 1, 0
    run = missed or (after or 0)
    return (
        missed,
        0 if missed else (since if returned else None),
        None if missed or returned is None else (tonight - returned).days,
        None if latest is None else (tonight - latest).days,
        run or None,
    )


def people(season: Season) -> pl.LazyFrame:
    """Every player at every cut, once on either team's side, whoever he plays for."""
    rows = [
        {
            "cut_id": n, "cut_ts": cut, "team_id": team, "player_id": player,
            "game_date": eastern_day(season.games[-1][2]),
        }
        for n, cut in enumerate(season.cuts)
        for player in range(1, 8)
        for team in (ATL, BOS)
    ]  # fmt: skip
    return pl.LazyFrame(rows, schema_overrides={"cut_ts": pl.Datetime("us", "UTC")})


@given(seasons())
def test_absences_are_those_of_a_plain_loop(season: Season) -> None:
    view = MemoryView(season.rows(), season.cuts[0] + HOUR, shuffled=True)
    said = read_absences(load_histories(view), people(season)).collect()
    assert said.height == len(season.cuts) * 14
    for row in said.iter_rows(named=True):
        wanted = expected(season, row["cut_ts"], row["player_id"], row["team_id"])
        assert tuple(row[name] for name in ABSENCE_COLUMNS) == wanted
        stamp = row["absence_as_of_ts"]
        assert (stamp is None) == (wanted[0] is None)
        if stamp is not None:
            known = season.known(row["cut_ts"])
            mine = [line for line in known if line.player == row["player_id"]]
            seen = [line.known for line in mine]
            if mine[-1].team == row["team_id"]:
                seen += first_seen(season, row["cut_ts"], row["team_id"]).values()
            assert max(seen) <= stamp <= row["cut_ts"]


def first_seen(season: Season, cut: datetime, team: int) -> dict[int, datetime]:
    """The games of a team known at a cut, each with the instant at which the first line of it was."""
    lines = sorted((line for line in season.lines if line.team == team), key=lambda line: line.known, reverse=True)
    return {line.game: line.known for line in lines if line.known <= cut}


@given(seasons())
def test_a_correction_alone_numbers_no_games_anew(season: Season) -> None:
    """Each era rewrites the history of all who had a line with the team."""
    starts, _ = number_games(load_histories(MemoryView(season.rows(), season.cuts[0] + 100 * HOUR)))
    for team, start in starts.select("team_id", "era_start").collect().iter_rows():
        assert start in first_seen(season, start, team).values()


@given(seasons())
def test_the_spine_keeps_its_rows_and_says_the_same_of_each(season: Season) -> None:
    view = MemoryView(season.rows(), season.cuts[0] + HOUR)
    history = load_histories(view)
    told = absences_known(view, season.cut_frame(), history).collect()
    keys = ["game_id", "cut_id", "team_id", "player_id"]
    assert told.select(keys).equals(spine(view, season.cut_frame(), history).select(keys).sort(keys).collect())
    asked = people(season).join(
        told.lazy().select("cut_id", "team_id", "player_id"), on=["cut_id", "team_id", "player_id"]
    )
    again = read_absences(history, asked).sort("cut_id", "team_id", "player_id").collect()
    assert again.select(ABSENCE_COLUMNS).equals(told.sort(keys[1:]).select(ABSENCE_COLUMNS))


def line(game: int, player: int, team: int, minutes: int | None) -> Line:
    return Line(game, player, team, minutes, OPENING + timedelta(days=game) + 3 * HOUR)


def test_a_trade_and_a_summer_do_not_end_an_absence_and_a_new_team_has_none_of_it() -> None:
    """He plays, sits twice, is traded while ATL plays on, sits once for BOS, and comes back after the summer."""
    days = (0, 1, 2, 3, 4, 200, 202)
    games = [(ATL, CLE) if n < 4 else (BOS, CLE) for n in range(6)] + [(ATL, BOS)]
    season = Season(
        tuple((home, away, OPENING + timedelta(days=day)) for (home, away), day in zip(games, days, strict=True)),
        (
            line(0, 1, ATL, 30), line(1, 1, ATL, None), line(2, 1, ATL, None), line(3, 9, ATL, 10),
            line(4, 1, BOS, None), Line(5, 1, BOS, 20, OPENING + timedelta(days=200, hours=3)),
        ),
        tuple(OPENING + timedelta(days=day) for day in (202, 199, 4, 3, 1)),
    )  # fmt: skip
    said = {}
    for team in (ATL, BOS):
        rows = people(season).filter((pl.col("player_id") == 1) & (pl.col("team_id") == team))
        view = MemoryView(season.rows(), season.cuts[0] + HOUR)
        told = read_absences(load_histories(view), rows).sort("cut_id").select(ABSENCE_COLUMNS).collect()
        said[team] = told.rows()
    # Back for one game, two days before tonight, after three own games: the one ATL played without him does not count.
    assert said[BOS][0] == (0, 1, 2, 2, 3)
    # Through the summer he had missed three; before the trade was seen, ATL's four less the one he played.
    assert said[BOS][1][0] == 3
    assert said[ATL][2][0] == 3
    assert said[ATL][3][0] == 2
    # He had never been away.
    assert said[ATL][4] == (0, None, None, 202, None)
