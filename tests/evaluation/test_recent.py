"""Recent play equals a plain loop over box scores, and nothing later than the cut counts."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from evaluation.recent import recent_play
from tests.evaluation.league import BoxView, Line, spine_rows

games = st.lists(
    st.tuples(
        st.integers(0, 12),
        st.integers(1, 2),
        st.integers(1, 4),
        st.none() | st.floats(1.0, 40.0).map(lambda minutes: round(minutes, 1)),
    ),
    max_size=40,
    unique_by=lambda line: (line[0], line[2]),
)
delays = st.dictionaries(st.integers(0, 12), st.integers(0, 3).map(lambda days: timedelta(days=days)), max_size=4)


def plain(lines: list[Line], late: dict[int, timedelta], game: int, team: int, player: int) -> dict[str, float | None]:
    """The oracle: one row, by loops."""

    def known(past: int) -> bool:
        return timedelta(days=past, hours=3) + late.get(past, timedelta(0)) <= timedelta(days=game, minutes=-15)

    past = sorted({line[0] for line in lines if line[1] == team and known(line[0]) and line[0] != game}, reverse=True)
    by_game = {line[0]: line[3] for line in lines if line[2] == player}
    recent = [by_game.get(one) or 0.0 for one in past[:5]]
    # What a player did most recently is ordered by when it became known, as a person reading the news would.
    arrivals = [line for line in lines if line[2] == player and line[3] is not None and known(line[0])]
    newest = max(
        arrivals, key=lambda line: (line[0] * 24 + 3 + late.get(line[0], timedelta(0)).days * 24, line[0]), default=None
    )
    upto = sorted((line for line in lines if line[2] == player and line[3] is not None), key=lambda line: line[0])
    cond = [line[3] for line in upto if newest is not None and line[0] <= newest[0]][::-1]

    def mean(numbers: list[float]) -> float:
        return sum(numbers) / len(numbers) if numbers else 0.0

    return {
        "last_minutes": recent[0] if recent else 0.0,
        "mean3_minutes": mean(recent[:3]),
        "share5": mean([float(minutes > 0.0) for minutes in recent]),
        "share3": mean([float(minutes > 0.0) for minutes in recent[:3]]),
        "last_cond": cond[0] if cond else None,
        "mean3_cond": mean([x for x in cond[:3] if x]) if cond else None,
        "mean5_cond": mean([x for x in cond[:5] if x]) if cond else None,
    }


@given(games, st.integers(0, 13), st.integers(1, 2), st.integers(1, 4))
def test_recent_play_equals_a_plain_loop(lines: list[Line], game: int, team: int, player: int) -> None:
    row = recent_play(BoxView(lines), spine_rows([(game, team, player)])).row(0, named=True)
    for name, expected in plain(lines, {}, game, team, player).items():
        if expected is None:
            assert row[name] is None
        else:
            assert abs(row[name] - expected) < 1e-9, name


@given(games, delays, st.integers(0, 13), st.integers(1, 4))
def test_what_is_not_known_at_the_cut_changes_nothing(
    lines: list[Line], late: dict[int, timedelta], game: int, player: int
) -> None:
    wanted = spine_rows([(game, 1, player)])
    view = BoxView(lines, late)
    cut = wanted["cut_ts"][0]
    whole = recent_play(view, wanted)
    view.frame = view.frame.filter(view.frame["available_ts"] <= cut)
    assert recent_play(view, wanted).equals(whole)


def test_a_row_comes_out_for_every_row_that_went_in() -> None:
    lines: list[Line] = [(0, 1, 1, 30.0), (1, 1, 1, None), (1, 1, 2, 12.0)]
    wanted = spine_rows([(5, 1, 1), (5, 1, 2), (5, 2, 9), (2, 1, 1)])
    made = recent_play(BoxView(lines), wanted)
    assert made.height == wanted.height
    assert made.filter(made["player_id"] == 9)["mean5_cond"][0] is None
