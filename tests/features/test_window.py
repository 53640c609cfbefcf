"""The window of a team's games, and what is taken from it, against a plain loop."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given

from features import window as window_module
from features.absence import build_absence
from features.minutes import MINUTES_FEATURES, build_minutes_features
from features.script import FEATURES, build_script
from features.window import GAMES, read_window
from tests.features.table import own_games, played_minutes, points, team_games, told_rows, windows
from tests.transforms.league import ATL, BOS, HOUR, OPENING, Line, MemoryView, Season, seasons


@given(seasons())
def test_a_row_of_the_window_is_what_the_known_lines_of_his_teams_games_say(season: Season) -> None:
    rows, _, window = windows(season)
    for row in rows.to_dicts():
        games = team_games(season, season.cuts[row["cut_id"]], row["team_id"])
        n, side, who = row["row"], window.side[row["row"]], row["player_id"]
        minutes = [played_minutes(game, who) for game in games]
        rest = [None] * (GAMES - len(games))
        assert window.ms[n].tolist() == [60_000 * (m or 0) for m in [*minutes, *rest]]
        assert window.played[n].tolist() == [m is not None for m in [*minutes, *rest]]
        assert window.his[n].sum() == len(own_games(games, who))
        assert window.his[n, : len(own_games(games, who))].all()
        told = [[points(line.game, line.team) for line in game.values()] for game in games]
        assert window.margin_known[side].tolist() == [None not in t for t in told] + [False] * len(rest)
        assert window.margin5[side].tolist() == [sum(p or 0 for p in t) for t in told] + [0] * len(rest)


@given(seasons())
def test_blocks_change_nothing(season: Season) -> None:
    rows, histories, whole = windows(season)
    small = {"_SIDES_AT_ONCE": 1, "_ROWS_AT_ONCE": 3}
    with pytest.MonkeyPatch.context() as patch:
        for name, size in small.items():
            patch.setattr(window_module, name, size)
        parts = read_window(histories, rows.lazy())
        frame = rows.lazy().with_columns(p_blowout=0.25)
        by_parts = build_script(frame, parts).collect()
    assert np.array_equal(parts.ms, whole.ms)
    assert np.array_equal(parts.his, whole.his)
    assert by_parts.equals(build_script(frame, whole).collect(), null_equal=True)


@given(seasons())
def test_close_games_and_blowouts_are_those_of_his_last_twenty(season: Season) -> None:
    rows, _, window = windows(season)
    found = build_script(rows.lazy().with_columns(p_blowout=0.25), window).collect()
    for row, values in zip(rows.to_dicts(), found.to_dicts(), strict=True):
        games = team_games(season, season.cuts[row["cut_id"]], row["team_id"])
        close, wide = [], []
        for game in [game for game in games if played_minutes(game, row["player_id"]) is not None][:20]:
            told = [points(line.game, line.team) for line in game.values()]
            if None in told:
                continue
            margin = abs(sum(p or 0 for p in told)) / 5
            minutes = played_minutes(game, row["player_id"]) or 0
            close += [minutes] if margin <= 10 else []
            wide += [minutes] if margin >= 15 else []
        share = None
        if close and wide:
            share = (np.mean(wide) - np.mean(close)) * len(wide) / (len(wide) + 3)
        expected = {
            "row": row["row"],
            "min_close10": np.mean(close) if close else None,
            "min_blowout15": np.mean(wide) if wide else None,
            "garbage_share": share,
            "garbage_risk": None if share is None else share * 0.25,
        }
        assert values == pytest.approx(expected)


@given(seasons())
def test_recent_minutes_count_games_he_missed_as_nought(season: Season) -> None:
    rows, histories, window = windows(season)
    found = build_absence(rows.lazy(), histories, window).collect()
    for row, value in zip(rows.to_dicts(), found["min_ewm3_all"], strict=True):
        games = team_games(season, season.cuts[row["cut_id"]], row["team_id"])
        own = [played_minutes(game, row["player_id"]) or 0 for game in own_games(games, row["player_id"])]
        weights = [0.5 ** (back / 3) for back in range(len(own))]
        assert value == (pytest.approx(np.average(own, weights=weights)) if own else None)


def test_only_forty_games_are_looked_back_on_and_twenty_that_he_played() -> None:
    """Fifty-one games, 10 minutes each; the 20 before the newest 11 he missed; margins of 20 points."""
    meetings = tuple((ATL, BOS, OPENING + n * 24 * HOUR) for n in range(52))
    lines = [
        Line(n, p, ATL, 10 + n if p == 1 else 40, tip + 3 * HOUR)
        for n, (_, _, tip) in enumerate(meetings[:51])
        for p in (1, 2)
        if p == 2 or not 20 <= n < 40
    ]
    season = Season(meetings, tuple(lines), (meetings[-1][2],))
    rows = told_rows(season)
    for row in rows["boxscores"]:
        row["plus_minus"] = 50
    view = MemoryView(rows, season.cuts[0])
    values = build_minutes_features(view, season.cut_frame()).filter(pl.col("player_id") == 1).to_dicts()[0]
    # Games 40 to 50, and of those before 20 the nine within forty games: 11 to 19.
    assert values["min_blowout15"] == pytest.approx(np.mean([10 + n for n in (*range(40, 51), *range(11, 20))]))
    assert values["min_close10"] is None
    assert {feature.name for feature in FEATURES} <= {feature.name for feature in MINUTES_FEATURES}
