"""Training sets: labels, what proxies may do, and the wall at midnight of `until`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.minutes import KEYS, MINUTES_FEATURES, build_minutes_features
from features.training import HORIZONS, build_minutes_training, cuts_in_turn, finished_games, minutes_rows
from lakehouse.clock import eastern_midnight
from lakehouse.errors import BadInput
from tests.transforms.league import ATL, BOS, HOUR, OPENING, Line, MemoryView, Row, Season, fact, game_key
from transforms.boxscores import STATS

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


def test_rows_are_the_features_at_each_games_horizon_with_labels_beside_them() -> None:
    season = league(6)
    view = view_of(tables(season))
    rows = build_minutes_training(view, UNTIL, (60, 15))
    cuts = cuts_in_turn(finished_games(view, UNTIL), (60, 15))
    assert rows.select(*KEYS, *NAMES).equals(build_minutes_features(view, cuts).select(*KEYS, *NAMES), null_equal=True)
    assert rows["horizon"].unique().sort().to_list() == [15, 60]
    assert (rows["cut_ts"] == rows["tip_ts"] - pl.Series([timedelta(minutes=m) for m in rows["horizon"]])).all()
    assert rows["label_complete"].all()
    assert not rows["is_proxy"].any()
    by_player = rows.group_by("player_id").agg(pl.col("minutes").unique(), pl.col("played").unique())
    assert {p: (m, played) for p, m, played in by_player.iter_rows()} == {
        base + p: ([48.0 if p < 6 else 0.0], [p < 6]) for base in (0, 10) for p in range(1, 7)
    }


def games_frame(numbers: list[int]) -> pl.LazyFrame:
    rows = [{"game_id": game_key(n), "tip_ts": OPENING + n * HOUR} for n in numbers]
    return pl.LazyFrame(rows, schema={"game_id": pl.String, "tip_ts": pl.Datetime("us", "UTC")})


@given(st.lists(st.integers(0, 5000), unique=True, max_size=30), st.data())
def test_a_game_has_one_horizon_the_same_in_every_training_set(numbers: list[int], data: st.DataObject) -> None:
    some = data.draw(st.lists(st.sampled_from(numbers), unique=True)) if numbers else []
    whole = cuts_in_turn(games_frame(numbers)).collect()
    assert whole["game_id"].to_list() == sorted(game_key(n) for n in numbers)
    part = cuts_in_turn(games_frame(some), (0, 15, 360, 60)).collect()
    assert part.equals(whole.filter(pl.col("game_id").is_in([game_key(n) for n in some])))


def test_every_horizon_is_learned_from_as_often() -> None:
    counts = cuts_in_turn(games_frame(list(range(4000)))).collect()["cut_id"].value_counts()
    assert set(counts["cut_id"]) == set(HORIZONS)
    assert counts["count"].is_between(900, 1100).all()


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


def with_proxies(season: Season) -> dict[str, list[Row]]:
    """The season; of ATL box scores tell that 6 was inactive, and who started."""
    rows = tables(season)
    for number, (_, _, tip) in enumerate(season.games):
        keys = {"game_id": game_key(number), "team_id": ATL}
        stamp = tip - HOUR / 2
        rows.setdefault("proxy_status", []).append(fact("proxy_status", stamp, player_id=6, status="Out", **keys))
        rows.setdefault("proxy_starters", []).extend(
            fact("proxy_starters", stamp, player_id=p, starter=p < 6, **keys) for p in range(1, 7)
        )
    return rows


def test_proxies_speak_of_the_sides_that_have_some_and_of_nobody_else() -> None:
    view = view_of(with_proxies(league(6)))
    made = build_minutes_training(view, UNTIL, (15,), proxies=True)
    bare = build_minutes_training(view, UNTIL, (15,))
    assert bare.select(pl.col("starts_tonight", "status_out").null_count()).row(0) == (bare.height, bare.height)
    theirs = made.filter(pl.col("team_id") == ATL)
    assert theirs["is_proxy"].all()
    # Nobody is left to be wrongly projected: the sixth is out.
    assert set(theirs.select("player_id", "status_text", "play_rule", "starts_tonight").unique().rows()) == {
        *((p, "Clear", "model", 1.0) for p in range(1, 6)),
        (6, "Out", "out", 0.0),
    }
    others = pl.col("team_id") == BOS
    assert not made.filter(others)["is_proxy"].any()
    assert set(made.filter(others)["status_text"]) == {"Unknown"}
    labels = ["minutes", "played", "label_complete", "dnp_complete"]
    assert made.select(*KEYS, *labels).equals(bare.select(*KEYS, *labels))


def test_what_was_done_on_the_floor_becomes_no_proxy() -> None:
    """Other minutes, points, and a coach who plays the sixth man or not: what is told of the game before it stays."""
    season = league(6)
    told = ["status_text", "reason", "on_list", "play_rule", "starts_tonight", "five_confirmed", "is_proxy"]
    tonight = game_key(len(season.games) - 1)

    def tell(change: Callable[[Row], Row]) -> pl.DataFrame:
        rows = with_proxies(season)
        rows["boxscores"] = [change(row) if row["game_id"] == tonight else row for row in rows["boxscores"]]
        made = build_minutes_training(view_of(rows), UNTIL, (15,), proxies=True)
        return made.filter(pl.col("game_id") == tonight).select(*KEYS, *told, "minutes")

    def other_figures(row: Row) -> Row:
        minutes = {1: 40.0, 2: 56.0, 11: 47.0, 12: 49.0}.get(row["player_id"], row["minutes"])
        points = {1: 0, 2: 2, 11: 0, 12: 2}.get(row["player_id"], row["pts"])
        return {**row, "minutes": minutes, "pts": points, "plus_minus": row["player_id"]}

    def sixth_man(row: Row) -> Row:
        """Of BOS, the side without an inactive one."""
        none = {name: 0 if value is None else value for name, value in row.items() if name in STATS or name == "reb"}
        return {**row, **none, "minutes": 24.0, "played": True} if row["player_id"] in (15, 16) else row

    plain = tell(dict)
    assert len(plain) == 12
    for change in (other_figures, sixth_man):
        changed = tell(change)
        assert changed.drop("minutes").equals(plain.drop("minutes"))
        assert not changed["minutes"].equals(plain["minutes"])


def test_a_view_past_midnight_of_until_is_refused() -> None:
    late = MemoryView(tables(league()), eastern_midnight(UNTIL) + HOUR)
    with pytest.raises(BadInput, match="Eastern midnight"):
        build_minutes_training(late, UNTIL)
