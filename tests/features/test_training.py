"""Training sets: labels, what proxies may do, and the wall at midnight of `until`."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from features.minutes import KEYS, MINUTES_FEATURES, build_minutes_features
from features.training import build_minutes_training, finished_games, minutes_rows
from lakehouse.clock import eastern_midnight
from lakehouse.errors import BadInput
from tests.transforms.league import ATL, BOS, HOUR, OPENING, Line, MemoryView, Row, Season, fact, game_key
from transforms.schedule import cuts_before_tip

UNTIL = date(2024, 10, 30)
NAMES = [feature.name for feature in MINUTES_FEATURES]


def league(games: int = 3) -> Season:
    """Two teams of six; every team-game sums to 240 and 5 points; player 6 and 16 are listed and sit."""
    meetings = tuple((ATL, BOS, OPENING + timedelta(days=n)) for n in range(games))
    lines = [
        Line(n, base + p, team, 48 if p < 6 else None, tip + 3 * HOUR)
        for n, (_, _, tip) in enumerate(meetings)
        for team, base in ((ATL, 0), (BOS, 10))
        for p in range(1, 7)
    ]
    return Season(meetings, tuple(lines), ())


def tables(season: Season) -> dict[str, list[Row]]:
    results = [
        fact("results", tip + 3 * HOUR, game_id=game_key(n), home_score=5, away_score=5, ot_periods=0)
        for n, (_, _, tip) in enumerate(season.games)
    ]
    return {**season.rows(), "results": results}


def view_of(rows: dict[str, list[Row]]) -> MemoryView:
    return MemoryView(rows, eastern_midnight(UNTIL))


def test_rows_are_the_features_at_each_horizon_with_labels_beside_them() -> None:
    season = league()
    view = view_of(tables(season))
    rows = build_minutes_training(view, UNTIL, (60, 15))
    cuts = cuts_before_tip(finished_games(view, UNTIL), (60, 15))
    assert rows.select(*KEYS, *NAMES).equals(build_minutes_features(view, cuts).select(*KEYS, *NAMES), null_equal=True)
    assert rows["horizon"].unique().sort().to_list() == [15, 60]
    assert rows["label_complete"].all()
    by_player = (
        rows.filter(pl.col("cut_id") == 15)
        .group_by("player_id")
        .agg(pl.col("minutes").first(), pl.col("played").first())
    )
    assert {p: (m, played) for p, m, played in by_player.iter_rows()} == {
        base + p: (48.0 if p < 6 else 0.0, p < 6) for base in (0, 10) for p in range(1, 7)
    }


def test_a_spine_player_without_a_line_in_a_complete_game_played_nothing() -> None:
    season = league()
    without = Season(season.games, tuple(x for x in season.lines if (x.game, x.player) != (2, 6)), ())
    row = build_minutes_training(view_of(tables(without)), UNTIL, (15,)).filter(
        (pl.col("game_id") == game_key(2)) & (pl.col("player_id") == 6)
    )
    assert row.select("minutes", "played", "dressed", "label_complete").rows() == [(0.0, False, False, True)]


def test_a_game_that_does_not_add_up_is_not_a_label() -> None:
    season = league()
    short = Season(season.games, tuple(x for x in season.lines if (x.game, x.player) != (2, 5)), ())
    view = view_of(tables(short))
    rows = minutes_rows(view, finished_games(view, UNTIL), (15,))
    assert rows["game_id"].unique().to_list() == [game_key(1)]


def test_proxies_speak_only_from_half_an_hour_before_tip() -> None:
    season = league()
    rows = tables(season)
    for number, (_, _, tip) in enumerate(season.games):
        stamp = tip - HOUR / 2
        keys = {"game_id": game_key(number), "team_id": ATL}
        rows.setdefault("proxy_status", []).append(fact("proxy_status", stamp, player_id=6, status="Out", **keys))
        rows.setdefault("proxy_starters", []).extend(
            fact("proxy_starters", stamp, player_id=p, starter=p < 6, **keys) for p in range(1, 7)
        )
    view = view_of(rows)
    with_proxies = build_minutes_training(view, UNTIL, (60, 15), proxies=True)
    without = build_minutes_training(view, UNTIL, (60, 15))
    early = pl.col("horizon") == 60
    assert with_proxies.filter(early).select(NAMES).equals(without.filter(early).select(NAMES), null_equal=True)
    assert not with_proxies.filter(early)["is_proxy"].any()
    assert without.select(pl.col("starts_tonight", "status_out").null_count()).row(0) == (
        without.height,
        without.height,
    )
    late = with_proxies.filter(~early & (pl.col("team_id") == ATL))
    assert late["is_proxy"].all()
    assert set(late.select("player_id", "status_text", "play_rule", "starts_tonight").unique().rows()) == {
        *((p, "Clear", "model", 1.0) for p in range(1, 6)),
        (6, "Out", "out", 0.0),
    }
    assert not with_proxies.filter(~early & (pl.col("team_id") == BOS))["is_proxy"].any()


def test_a_view_past_midnight_of_until_is_refused() -> None:
    late = MemoryView(tables(league()), eastern_midnight(UNTIL) + HOUR)
    with pytest.raises(BadInput, match="Eastern midnight"):
        build_minutes_training(late, UNTIL)
