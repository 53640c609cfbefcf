"""Histories at the very instant an epoch begins, and what must not begin one."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from tests.transforms.edges import TIP, US, by_cut
from tests.transforms.league import ATL, BOS, HOUR, OPENING, Line, MemoryView, Season
from transforms.boxscores import load_histories, team_games
from transforms.epochs import Epochs, look_up


def epochs_of(lines: list[Line], games: int = 3, of: str = "players") -> Epochs:
    pairs = tuple((ATL, BOS, OPENING + n * 24 * HOUR) for n in range(games))
    histories = load_histories(MemoryView(Season(pairs, tuple(lines), ()).rows(), TIP))
    return histories.players if of == "players" else histories.teams


def known_at(games: int, hours: int = 3) -> datetime:
    return OPENING + games * 24 * HOUR + hours * HOUR


def test_what_comes_in_the_order_of_tips_makes_no_epoch() -> None:
    """Games that end in one batch, and lines that come together, are in order too."""
    together = [Line(n, player, ATL, 20, known_at(2)) for n in range(3) for player in (1, 2)]
    in_turn = [Line(n, player, ATL, 20, known_at(n)) for n in range(3) for player in (1, 2)]
    for of in ("players", "teams"):
        for lines in (together, in_turn):
            assert epochs_of(lines, of=of).starts.is_empty()


def test_a_row_of_an_epoch_is_known_before_it_ends() -> None:
    """A game that comes in with the correction of an older one is in the epoch that the correction begins."""
    lines = [Line(0, 1, ATL, 20, known_at(0)), Line(0, 1, ATL, 30, known_at(1)), Line(1, 1, ATL, 10, known_at(1))]
    epochs = epochs_of(lines)
    assert epochs.starts.select("epoch_start", "epoch").rows() == [(known_at(1), 1)]
    rows = epochs.rows.select("epoch", "tip_ts", "minutes", "effective_ts", "epoch_end").rows()
    assert rows == [
        (0, OPENING, 20.0, known_at(0), known_at(1)),
        (1, OPENING, 30.0, known_at(1), None),
        (1, OPENING + 24 * HOUR, 10.0, known_at(1), None),
    ]


def test_a_history_is_known_in_the_order_of_its_tips_and_a_game_of_a_team_at_one_instant() -> None:
    """The first game comes in after the second and before the third, one of its lines later still."""
    lines = [
        Line(0, 1, ATL, 20, known_at(1, 9)), Line(0, 2, ATL, 20, known_at(2, 9)), Line(1, 1, ATL, 30, known_at(1)),
        Line(2, 1, ATL, 40, known_at(2)), Line(2, 2, ATL, 40, known_at(2)),
    ]  # fmt: skip
    for of, group in (("players", "player_id"), ("teams", "team_id")):
        rows = epochs_of(lines, of=of).rows
        earlier = pl.col("effective_ts").shift(1).over(group, "epoch")
        assert rows.select((pl.col("effective_ts") >= earlier).all()).item()
        by_game = rows.group_by(group, "epoch", "game_id")
        assert by_game.agg(pl.col("effective_ts").n_unique())["effective_ts"].unique().to_list() == [1]


def test_an_epoch_begins_at_its_instant_and_holds_nothing_that_came_later() -> None:
    corrected = [known_at(1), known_at(1, 5)]
    lines = [Line(0, 1, ATL, 20, known_at(0)), *(Line(0, 1, ATL, 21 + n, at) for n, at in enumerate(corrected))]
    epochs = epochs_of([*lines, Line(1, 1, ATL, 10, known_at(1, 4))])
    asked = {"cut_id": list(range(5)), "player_id": [1] * 5}
    stamps = [corrected[0] - US, corrected[0], known_at(1, 4), corrected[1] - US, corrected[1]]
    frame = pl.LazyFrame({**asked, "cut_ts": stamps}, schema_overrides={"cut_ts": pl.Datetime("us", "UTC")})
    assert by_cut(epochs.place(frame), "epoch") == {0: [0], 1: [1], 2: [1], 3: [1], 4: [2]}
    history = epochs.rows.lazy().with_columns(total=pl.col("minutes").cum_sum().over("player_id", "epoch"))
    found = look_up(
        epochs.place(frame), history.select("player_id", "epoch", "effective_ts", "total"), ["player_id", "epoch"]
    )
    assert by_cut(found, "total") == {0: [20.0], 1: [21.0], 2: [31.0], 3: [31.0], 4: [32.0]}
    strictly = look_up(
        epochs.place(frame), history.select("player_id", "epoch", "effective_ts", "total"), ["player_id", "epoch"],
        strictly=True,
    )  # fmt: skip
    assert by_cut(strictly, "total") == {0: [20.0], 1: [None], 2: [21.0], 3: [31.0], 4: [None]}


def test_a_teams_game_is_what_was_known_of_it_and_stamped_by_the_newest_of_its_lines_so_far() -> None:
    """Two players of the first game, one told hours later and corrected after the second game."""
    lines = [
        Line(0, 1, ATL, 20, known_at(0)), Line(0, 2, ATL, 5, known_at(0, 6)), Line(1, 1, ATL, 30, known_at(1)),
        Line(0, 2, ATL, 6, known_at(2)),
    ]  # fmt: skip
    epochs = epochs_of(lines, of="teams")
    games = team_games(epochs).select("team_id", "epoch", "effective_ts", "game_no", "as_of_ts", "team_ms", "top_ms")
    stamps = [known_at(0), known_at(0, 6) - US, known_at(0, 6), known_at(1), known_at(2)]
    frame = pl.LazyFrame(
        {"cut_id": list(range(5)), "team_id": [ATL] * 5, "cut_ts": stamps},
        schema_overrides={"cut_ts": pl.Datetime("us", "UTC")},
    )
    found = look_up(epochs.place(frame), games, ["team_id", "epoch"])
    minute = 60_000
    assert by_cut(found, "game_no", "as_of_ts", "team_ms") == {
        0: [(1, known_at(0), 20 * minute)],
        1: [(1, known_at(0), 20 * minute)],
        2: [(1, known_at(0, 6), 25 * minute)],
        3: [(2, known_at(1), 30 * minute)],
        # The second game's row vouches for what lies before it: a correction of the first is newer than its own line.
        4: [(2, known_at(2), 30 * minute)],
    }
