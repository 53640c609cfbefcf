"""Box scores, schedules and news agree with each other."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakehouse.errors import BadInput
from sandbox.fixtures import fixtures
from sandbox.franchises import franchises
from sandbox.health import OUT, status_at
from sandbox.league import League, generate

Archive = dict[str, pl.DataFrame]


def test_box_scores_add_up(archive: Archive) -> None:
    rows = archive["player_boxscores"].join(archive["games"], on="game_id", suffix="_game")
    home = pl.col("is_home")
    sides = rows.group_by("game_id", "team_id", maintain_order=True).agg(
        (pl.col("minutes") * 60).round().sum().cast(pl.Int64).alias("seconds"),
        pl.col("pts", "plus_minus").sum(),
        pl.col("starter").sum(),
        pl.col("ot_periods").first(),
        pl.when(home).then("home_score").otherwise("away_score").first().alias("score"),
        pl.when(home).then("away_score").otherwise("home_score").first().alias("against"),
        (pl.col("starter") & ~pl.col("played")).sum().alias("absent_starters"),
        pl.col("position").n_unique().alias("places"),
    )
    assert sides.filter(pl.col("seconds") != 14_400 + 1_500 * pl.col("ot_periods")).is_empty()
    assert sides.filter(pl.col("pts") != pl.col("score")).is_empty()
    assert sides.filter(pl.col("plus_minus") != 5 * (pl.col("score") - pl.col("against"))).is_empty()
    assert sides.filter(
        (pl.col("starter") != 5) | (pl.col("absent_starters") != 0) | (pl.col("places") != 6)
    ).is_empty()
    played = rows.filter("played")
    assert played.filter(
        pl.col("pts") != 2 * (pl.col("fgm") - pl.col("fg3m")) + 3 * pl.col("fg3m") + pl.col("ftm")
    ).is_empty()
    for made, tried in (("fgm", "fga"), ("fg3m", "fg3a"), ("ftm", "fta")):
        assert played.filter(pl.col(made) > pl.col(tried)).is_empty()
    assert played.filter((pl.col("reb") != pl.col("oreb") + pl.col("dreb")) | (pl.col("pf") > 6)).is_empty()
    assert played.filter(pl.col("minutes") > 48 + 5 * pl.col("ot_periods")).is_empty()
    assert played.filter(pl.col("roster_status") == "INACTIVE").is_empty()
    idle = rows.filter(~pl.col("played"))
    assert idle["pts"].null_count() == idle.height
    assert set(idle["roster_status"].unique()) == {"ACTIVE", "INACTIVE"}


def test_players_have_one_name_and_one_row_a_game(archive: Archive) -> None:
    players = archive["players"]
    assert players["player_id"].is_unique().all()
    assert players["player_name"].is_unique().all()
    assert archive["player_boxscores"].select("game_id", "player_id").is_unique().all()
    assert archive["player_boxscores"].join(players, on=["player_id", "player_name"], how="anti").is_empty()


def test_a_stated_absence_is_kept(small: League) -> None:
    for season in small.seasons:
        for game in season.games:
            for side in (game.home, game.away):
                for k, said in enumerate(side.notices):
                    assert [n.stamp for n in said] == sorted(n.stamp for n in said)
                    assert all(n.stamp < game.fixture.tip for n in said)
                    if status_at(said, game.fixture.tip) == OUT:
                        assert not side.sheet.dressed[k]
                        assert side.seconds[k] == 0


def test_every_report_is_whole(archive: Archive) -> None:
    reports = archive["injury_reports"]
    key = ["report_ts", "game_date", "matchup", "team"]
    kinds = reports.group_by(key).agg(pl.col("row_kind").n_unique(), pl.len(), pl.col("row_kind").first().alias("kind"))
    assert kinds.filter(pl.col("row_kind") > 1).is_empty()
    assert kinds.filter((pl.col("kind") == "team_not_yet_submitted") & (pl.col("len") > 1)).is_empty()
    players = reports.filter(pl.col("row_kind") == "player")
    assert players.select(*key, "player_name").is_unique().all()
    assert set(players["current_status"].unique()) == {"Out", "Doubtful", "Questionable", "Probable", "Available"}


def test_lineups_are_whole_and_honest(archive: Archive) -> None:
    lineups = archive["lineups"].join(archive["games"].select("game_id", "tip_ts"), on="game_id")
    assert lineups.filter(pl.col("as_of_ts") >= pl.col("tip_ts")).is_empty()
    fives = lineups.group_by("game_id", "team_id", "as_of_ts").agg(pl.col("role").str.ends_with("_starter").sum())
    assert (fives["role"] == 5).all()
    last = lineups.filter(pl.col("as_of_ts") == pl.col("as_of_ts").max().over("game_id", "team_id"))
    seen = last.join(archive["player_boxscores"], on=["game_id", "player_id"]).filter(
        pl.col("role") == "confirmed_starter"
    )
    assert seen.height > 0
    assert seen["starter"].mean() == 1.0


@given(st.integers(0, 2**40), st.sampled_from((4, 8, 30)), st.sampled_from((6, 15)))
@settings(max_examples=8, deadline=None)
def test_fixtures_are_fair_and_possible(seed: int, teams: int, each: int) -> None:
    games = fixtures(seed, 2024, franchises(teams), each, None)
    assert [g.tip for g in games] == sorted(g.tip for g in games)
    assert len({g.game_id for g in games}) == teams * each // 2
    days: Counter[tuple[int, date]] = Counter()
    hosted: Counter[int] = Counter()
    for game in games:
        days[game.home, game.day] += 1
        days[game.away, game.day] += 1
        hosted[game.home] += 1
    assert max(days.values()) == 1
    assert all(abs(2 * hosted[team] - each) <= 4 for team in range(teams))


def test_games_move_and_say_so() -> None:
    league = generate(5, 1, date(2025, 4, 1), teams=30, games_per_team=20)
    moved = [game.fixture for game in league.seasons[0].games if game.fixture.changes]
    assert {change.status for fixture in moved for change in fixture.changes} <= {"scheduled", "postponed"}
    for fixture in moved:
        stamps = [change.stamp for change in fixture.changes]
        assert stamps == sorted(stamps)
        assert fixture.known(fixture.tip - 1).tip == fixture.tip
        assert fixture.known(stamps[0] + 1).tip == fixture.changes[0].tip


@pytest.mark.parametrize(
    "wrong", [{"seasons": 0}, {"teams": 5}, {"teams": 40}, {"games_per_team": 0}, {"days": 3}, {"seed": -1}]
)
def test_impossible_leagues_are_refused(wrong: dict[str, int]) -> None:
    asked = {"seed": 1, "seasons": 1, "teams": 4, "games_per_team": 12, **wrong}
    with pytest.raises(BadInput, match=r"\.$"):
        generate(until=date(2025, 11, 1) + timedelta(days=1), **asked)  # type: ignore[arg-type]
