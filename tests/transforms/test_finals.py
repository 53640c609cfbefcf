"""Versions of final games against a plain loop over what came in, and the flaws that keep one from being a label."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.league import ATL, BOS, HOUR, OPENING, MemoryView, Row, fact, game_key, game_row
from transforms.finals import find_finals
from transforms.label_days import label_days
from transforms.labels import player_labels

TIP = OPENING
SIDES = {1: ATL, 2: ATL, 3: BOS, 4: BOS}
# Minutes and points of a line: two of the first, or the second with the third, make 240 minutes and 20 points.
KINDS = ((120.0, 10), (110.0, 8), (130.0, 12), (120.0, 11))
SCORES = ((20, 20, 0), (20, 21, 0), (20, 20, 1))


@dataclass(frozen=True)
class Step:
    """What came in at one instant: the kind of line of some players, and a result."""

    lines: tuple[tuple[int, int], ...]
    score: int | None


WHOLE = Step(tuple((player, 0) for player in SIDES), 0)


@st.composite
def stories(draw: st.DrawFn, most: int = 7) -> list[Step]:
    """A game's facts in the order in which they came: often right at first, then corrections, some right, some back."""
    begun = (Step(WHOLE.lines[:3], 0), Step(WHOLE.lines, None), Step((), 0))
    first = draw(st.sampled_from((WHOLE, WHOLE, WHOLE, *begun)))
    one = st.tuples(st.sampled_from(tuple(SIDES)), st.integers(0, 3)).map(lambda told: (told,))
    pair = st.sampled_from((((1, 1), (2, 2)), ((1, 0), (2, 0)), ((3, 2), (4, 1)), ((3, 0), (4, 0)), WHOLE.lines))
    drawn = st.one_of(
        st.builds(Step, st.one_of(pair, pair, one), st.none()),
        st.builds(Step, st.one_of(st.just(()), one), st.sampled_from((0, 0, 1, 2))),
    )
    return [first, *draw(st.lists(drawn, max_size=most - 1))]


def stated(story: list[Step], game: int = 1) -> list[dict[str, list[Row]]]:
    """The steps as silver rows, an hour apart."""
    return [
        {
            "boxscores": [line_row(player, kind, known(at), game) for player, kind in step.lines],
            "results": [] if step.score is None else [result_row(step.score, known(at), game)],
        }
        for at, step in enumerate(story)
    ]


def known(step: int) -> timedelta:
    """How long after the tip a step came."""
    return (3 + step) * HOUR


def line_row(player: int, kind: int, after: timedelta, game: int = 1) -> Row:
    minutes, points = KINDS[kind]
    team = SIDES[player]
    return fact(
        "boxscores", TIP + after, game_id=game_key(game), player_id=player, season="2024-25",
        season_type="Regular Season", game_date=(TIP - 5 * HOUR).date(), tip_ts=TIP, team_id=team,
        opponent_team_id=BOS if team == ATL else ATL, is_home=team == BOS, starter=True, played=True, minutes=minutes,
        minutes_is_seconds=True, pts=points,
    )  # fmt: skip


def result_row(score: int, after: timedelta, game: int = 1) -> Row:
    home, away, overtimes = SCORES[score]
    return fact("results", TIP + after, game_id=game_key(game), home_score=home, away_score=away, ot_periods=overtimes)


def view_of(story: list[Step], shuffled: bool = False) -> MemoryView:
    told = stated(story)
    rows = {name: [row for step in told for row in step[name]] for name in ("boxscores", "results")}
    schedule = [game_row(1, BOS, ATL, TIP, OPENING - timedelta(days=60))]
    return MemoryView({**rows, "schedule": schedule}, TIP + timedelta(days=3), shuffled)


def loop(story: list[Step]) -> list[tuple[int, int, timedelta]]:
    """(player, kind of line, known since) of each version, worked out step by step."""
    lines: dict[int, int] = {}
    score: int | None = None
    frozen: dict[int, int] = {}
    found = []
    for at, step in enumerate(story):
        lines |= dict(step.lines)
        score = step.score if step.score is not None else score
        if score is None or not sums(lines, score):
            continue
        for player, kind in sorted(lines.items()):
            if frozen.get(player) != kind:
                found.append((player, kind, known(at)))
                frozen[player] = kind
    return sorted(found, key=lambda one: (one[0], one[2]))


def sums(lines: dict[int, int], score: int) -> bool:
    home, away, overtimes = SCORES[score]
    for team, points in ((BOS, home), (ATL, away)):
        mine = [KINDS[kind] for player, kind in lines.items() if SIDES[player] == team]
        if sum(one[1] for one in mine) != points or sum(one[0] for one in mine) != 240 + 25 * overtimes:
            return False
    return True


@given(stories(), st.booleans())
def test_versions_are_those_of_a_plain_loop(story: list[Step], shuffled: bool) -> None:
    versions = find_finals(view_of(story, shuffled)).versions
    kinds = {values: kind for kind, values in enumerate(KINDS)}
    found = [
        (player, kinds[minutes, points], as_of - TIP)
        for player, minutes, points, as_of in versions.select("player_id", "minutes", "pts", "as_of_ts").iter_rows()
    ]
    assert found == loop(story)
    assert (versions["ingested_ts"] == versions["as_of_ts"]).all()


@given(stories())
def test_labels_at_a_cut_are_the_last_version_before_it(story: list[Step]) -> None:
    rows = pl.LazyFrame({"game_id": [game_key(1)] * 4, "team_id": list(SIDES.values()), "player_id": list(SIDES)})
    for at in range(len(story)):
        told = player_labels(view_of(story[: at + 1]), rows).collect()
        frozen = {player: kind for player, kind, _ in loop(story[: at + 1])}
        expected = [KINDS[frozen[player]][0] if player in frozen else 0.0 if frozen else None for player in SIDES]
        assert told["minutes"].to_list() == expected
        assert told["label_complete"].to_list() == [bool(frozen)] * 4


@pytest.mark.parametrize(
    ("story", "flaw"),
    [
        ([WHOLE], None),
        ([Step(WHOLE.lines, 1)], f"the points of team {ATL} add up to 20, not to its score of 21"),
        ([Step(WHOLE.lines, 2)], f"the minutes of team {BOS} add up to 240.0 with 1 overtimes"),
        ([Step(WHOLE.lines[:2], 0)], "it is not of two teams, home and away"),
        ([WHOLE, Step(((4, 2),), None)], f"the points of team {BOS} add up to 22, not to its score of 20"),
        ([WHOLE, Step(((4, 2),), None), Step(((3, 1),), None)], None),
    ],
)  # fmt: skip
def test_a_game_that_does_not_add_up_says_why(story: list[Step], flaw: str | None) -> None:
    flaws = find_finals(view_of(story)).flaws
    assert flaws["flaw"].to_list() == ([] if flaw is None else [flaw])


@pytest.mark.parametrize(("is_seconds", "is_frozen"), [(True, False), (False, True)])
def test_whole_minutes_may_miss_by_more(is_seconds: bool, is_frozen: bool) -> None:
    rows = [line_row(player, 0, 3 * HOUR) for player in SIDES]
    # Of one who sat nobody knows minutes to the second, which must not make the rest lenient.
    sat = {"played": False, "minutes": 0.0, "pts": None, "minutes_is_seconds": False}
    told = [{**row, "minutes": 121.0, "minutes_is_seconds": is_seconds} for row in rows]
    told += [{**line_row(player, 0, 3 * HOUR), **sat, "player_id": player + 10} for player in SIDES]
    view = MemoryView({"boxscores": told, "results": [result_row(0, 3 * HOUR)]}, TIP + timedelta(days=1))
    assert bool(len(find_finals(view).versions)) == is_frozen


def test_a_correction_is_counted_on_its_day() -> None:
    corrected = [WHOLE, Step(((1, 1), (2, 2)), None)]
    assert label_days(view_of(corrected)).rows() == [((TIP - 5 * HOUR).date(), 1, 1, 1, None)]
    assert label_days(view_of([Step((), 0)])).rows() == [((TIP - 5 * HOUR).date(), 1, 0, 0, None)]


def test_a_version_is_stamped_by_the_facts_that_made_it() -> None:
    imported = {"as_of_quality": "assumed", "ingested_ts": TIP + 60 * HOUR}
    lines = [{**line_row(player, 0, 3 * HOUR), **imported} for player in SIDES]
    mended = [{**line_row(player, kind, 50 * HOUR), "as_of_quality": "bounded"} for player, kind in ((1, 1), (2, 2))]
    view = MemoryView({"boxscores": [*lines, *mended], "results": [result_row(0, 3 * HOUR)]}, TIP + timedelta(days=3))
    mine = find_finals(view).versions.filter(pl.col("player_id") == 1)
    assert mine.select("as_of_ts", "as_of_quality", "ingested_ts").rows() == [
        (TIP + 3 * HOUR, "assumed", TIP + 60 * HOUR),
        (TIP + 50 * HOUR, "bounded", TIP + 50 * HOUR),
    ]
