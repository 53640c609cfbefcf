"""The training set of the rates: a row a player who played, whatever else is known, and a wall at its threshold."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.due import Threshold, label_sides, require_whole, thin_days
from features.rates import HEADS, build_rates
from features.rates_training import HORIZON, KEYS, UNSEEN, build_rates_training, count_name, rates_rows
from features.training import build_minutes_training, finished_games
from lakehouse.clock import eastern_midnight
from lakehouse.errors import BadInput, TrainingIncomplete
from lakehouse.holes import Hole
from tests.features.test_training import UNTIL, league, tables, view_of
from tests.transforms.league import ATL, BOS, HOUR, MemoryView, Season, fact, game_key
from transforms.due import games_due
from transforms.schedule import cuts_before_tip

NAMES = [head.name for head in HEADS]
DAY = date(2024, 10, 22)


def test_a_row_is_a_player_who_played_with_what_was_known_before_and_what_he_did() -> None:
    view = view_of(tables(league()))
    rows = build_rates_training(view, UNTIL)
    labels = view.rows("gold.labels").filter("played").collect()
    assert rows.select(KEYS).equals(rows.select(KEYS).sort(KEYS))
    assert set(rows.select("game_id", "player_id").rows()) == set(labels.select("game_id", "player_id").rows())
    assert rows.height == labels.height == 30
    assert (rows["feature_as_of_ts"] <= rows["cut_ts"]).all()
    assert (rows["cut_ts"] == rows["tip_ts"] - timedelta(minutes=HORIZON)).all()
    assert rows.filter(pl.col("tip_ts") >= pl.col("label_as_of_ts")).is_empty()
    assert set(rows["minutes"]) == {48.0}
    # One of each count a player and game: no twos, nothing but threes.
    counts = {name: set(rows[count_name(name)]) for name in NAMES}
    assert counts == {name: {0} if name in ("fga2_rate", "fg2_prob") else {1} for name in NAMES}


def test_priors_are_the_rates_as_known_at_the_cut_or_null_with_a_reason() -> None:
    view = view_of(tables(league()))
    games = finished_games(view, UNTIL)
    rows = rates_rows(view, games)
    known = build_rates(view, cuts_before_tip(games, (HORIZON,)))
    both = rows.join(known, on=[*KEYS], suffix="_known")
    assert both.height == 20
    assert both.select(NAMES).equals(both.select(pl.col(f"{name}_known").alias(name) for name in NAMES))
    # Nothing says before the first game of a history who may play in it.
    first = rows.filter(pl.col("game_id") == game_key(0))
    assert set(first["rates_reason"]) == {UNSEEN}
    assert first.select(pl.col(NAMES).null_count()).row(0) == (first.height,) * len(NAMES)
    assert rows.filter(pl.col("game_id") != game_key(0))["rates_reason"].null_count() == 20


def test_odds_that_lack_lose_no_row() -> None:
    rows = tables(league())
    bare = build_rates_training(view_of(rows), UNTIL)
    tip = league().games[1][2]
    line = {"feed": "morning", "event_key": "e", "line_key": "l", "game_id": game_key(1), "book": "b"}
    rows["odds_lines"] = [
        fact("odds_lines", tip - 2 * HOUR, market=market, line=value, **line)
        for market, value in (("spread", -4.0), ("total", 220.0))
    ]
    priced = build_rates_training(view_of(rows), UNTIL)
    assert priced.select(KEYS).equals(bare.select(KEYS))
    with_line = priced.filter(pl.col("odds_reason").is_null())
    assert set(with_line.select("game_id", "is_home", "team_spread", "total").rows()) == {
        (game_key(1), True, -4.0, 220.0),
        (game_key(1), False, 4.0, 220.0),
    }
    assert set(bare["odds_reason"]) == {"no line for the game was known"}


def without(season: Season, *games: int) -> MemoryView:
    lines = tuple(line for line in season.lines if line.game not in games)
    return view_of(tables(Season(season.games, lines, ())))


def test_a_date_without_its_box_score_is_refused_unless_it_is_declared() -> None:
    view = without(league(4), 2)
    day = DAY + timedelta(days=2)
    said = f"holds 0 rows where 10 are due on {day}, and 1 of its 4 dates lack rows, from {day} to {day}; import what"
    with pytest.raises(TrainingIncomplete, match=f"rates training set {said}"):
        build_rates_training(view, UNTIL)
    with pytest.raises(TrainingIncomplete, match="minutes training set holds 0 rows where 10 are due"):
        build_minutes_training(view, UNTIL, (60, 15))
    for name in ("silver.boxscores", "gold.labels"):
        hole = Hole(name, day, day, "lost")
        assert build_rates_training(view, UNTIL, holes=(hole,)).height == 30
        assert build_minutes_training(view, UNTIL, (15,), holes=(hole,)).height > 0
    with pytest.raises(TrainingIncomplete):
        build_rates_training(view, UNTIL, holes=(Hole("minutes", day, day, "lost"),))
    assert build_rates_training(view, UNTIL, threshold=Threshold(0.0, 1.0)).height == 30


def test_a_game_just_played_is_not_due_yet() -> None:
    season = league(3)
    tip = season.games[-1][2]
    view = MemoryView(tables(season), tip + 2 * HOUR)
    assert build_rates_training(view, (tip + 12 * HOUR).date()).height == 20
    assert label_sides(view)["game_id"].unique().sort().to_list() == [game_key(0), game_key(1)]


@pytest.mark.parametrize(("late", "due"), [(-1, 0), (0, 1), (1, 1)])
def test_a_game_is_due_twelve_hours_after_its_tip(late: int, due: int) -> None:
    season = league(1)
    view = MemoryView(tables(season), season.games[0][2] + 12 * HOUR + timedelta(microseconds=late))
    assert games_due(view).collect().height == due


def test_what_a_game_without_labels_is_due_is_what_the_others_have() -> None:
    sides = label_sides(without(league(4), 2)).filter(pl.col("game_id") == game_key(2))
    assert set(sides.select("team_id", "lines", "lines_due", "played_due", "complete", "is_flawed").rows()) == {
        (team, 0, 6, 5, False, False) for team in (ATL, BOS)
    }
    nothing = label_sides(without(league(2), 0, 1))
    assert set(nothing.select("lines_due", "played_due").rows()) == {(5, 5)}


def test_a_view_past_midnight_of_until_is_refused() -> None:
    with pytest.raises(BadInput, match="Eastern midnight"):
        build_rates_training(MemoryView(tables(league()), eastern_midnight(UNTIL) + HOUR), UNTIL)


DAYS = st.lists(
    st.tuples(
        st.sampled_from(("2023-24", "2024-25")),
        st.integers(1, 12),
        st.integers(0, 12),
        st.integers(0, 12),
        st.booleans(),
    ).map(lambda row: (row[0], row[1], min(row[1], row[2]), min(row[1], row[2], row[3]), row[4])),
    max_size=40,
)


@given(DAYS, st.sampled_from((0.0, 0.5, 0.8, 1.0)), st.sampled_from((0.0, 0.1, 1.0)))
def test_the_threshold_is_what_a_loop_over_the_dates_says(
    drawn: list[tuple[str, int, int, int, bool]], share: float, dates: float
) -> None:
    days = pl.DataFrame(
        [
            {
                "game_date": DAY + timedelta(days=at),
                "season": season,
                "due": due,
                "lacking": lacking,
                "flawed": flawed,
                "declared": "why" if declared else None,
            }
            for at, (season, due, lacking, flawed, declared) in enumerate(drawn)
        ],
        schema={
            "game_date": pl.Date,
            "season": pl.String,
            "due": pl.Int64,
            "lacking": pl.Int64,
            "flawed": pl.Int64,
            "declared": pl.String,
        },
    )
    expected = []
    for row in days.to_dicts():
        season = [other for other in days.to_dicts() if other["season"] == row["season"] and not other["declared"]]
        many = sum(other["lacking"] > 0 for other in season) > max(1.0, dates * len(season))
        short = row["lacking"] - row["flawed"] > (1 - share) * row["due"]
        if not row["declared"] and (short or (many and row["lacking"] > 0)):
            expected.append(row["game_date"])
    threshold = Threshold(share, dates)
    assert thin_days(days, threshold)["game_date"].to_list() == expected
    if expected:
        with pytest.raises(TrainingIncomplete, match=f"from {expected[0]} to {expected[-1]}"):
            require_whole("rates", days, threshold)
    else:
        require_whole("rates", days, threshold)
