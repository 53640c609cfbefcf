"""Rosters and line-ups at a cut, against plain loops over their reports and over the feed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.league import ATL, BOS, HOUR, MemoryView, Row, fact, game_key, one_game
from transforms.rosters import rosters_known
from transforms.schedule import games_known, team_sides
from transforms.status import FIVE, lineups_known, starters

CUTS = (1.0, 7.0, 20.0)
GAME = {"game_id": game_key(1)}
ROLES = ("bench", "projected_starter", "confirmed_starter", "confirmed_starter", "out")

rosters = st.lists(
    st.tuples(
        st.integers(0, 30), st.sampled_from((0, 0, 6)), st.sampled_from((ATL, BOS)),
        st.dictionaries(st.integers(1, 4), st.sampled_from(("active", "two_way", None)), min_size=1),
    ),
    max_size=6,
    unique_by=lambda report: (report[0], report[2]),
)  # fmt: skip


@given(rosters)
def test_a_roster_is_the_newest_report_of_its_team_and_no_other(drawn: list[tuple[Any, ...]]) -> None:
    schedule, cuts, tip = one_game(*CUTS)
    rows = [
        fact(
            "rosters", tip - (hours - late) * HOUR, report_ts=tip - hours * HOUR, team_id=team, player_id=player,
            role=role, game_date=tip.date(),
        )
        for hours, late, team, players in drawn
        for player, role in players.items()
    ]  # fmt: skip
    view = MemoryView({"schedule": schedule, "rosters": rows}, tip, shuffled=True)
    told = rosters_known(view, team_sides(games_known(view, cuts))).collect()
    wanted = []
    for cut_id, before in enumerate(CUTS):
        for team in (ATL, BOS):
            known = [report for report in drawn if report[2] == team and report[0] - report[1] >= before]
            for hours, _, _, players in sorted(known)[:1]:
                wanted += [
                    (cut_id, team, player, None if role is None else role == "two_way", tip - hours * HOUR)
                    for player, role in sorted(players.items())
                ]
    assert told.select("cut_id", "team_id", "player_id", "is_two_way", "report_ts").rows() == wanted


reports = st.lists(
    st.tuples(st.integers(0, 30), st.dictionaries(st.integers(1, 8), st.sampled_from(ROLES), min_size=1)),
    max_size=5,
    unique_by=lambda report: report[0],
)
events = st.lists(
    st.tuples(
        st.integers(0, 30), st.integers(1, 8), st.sampled_from((ATL, ATL, ATL, BOS)), st.booleans(), st.booleans()
    ),
    max_size=14,
    unique_by=lambda event: event[:2],
)


def test_a_player_added_to_a_report_later_is_not_on_it_before() -> None:
    schedule, cuts, tip = one_game(1.0, 7.0)
    stamp = tip - 20 * HOUR
    rows = [
        fact("rosters", at, report_ts=stamp, team_id=ATL, player_id=player, role=None, game_date=tip.date())
        for player, at in ((1, stamp), (2, tip - 3 * HOUR))
    ]
    view = MemoryView({"schedule": schedule, "rosters": rows}, tip)
    told = rosters_known(view, team_sides(games_known(view, cuts))).collect()
    assert told.select("cut_id", "player_id").rows() == [(0, 1), (0, 2), (1, 1)]


def drawn_rows(
    told: list[tuple[int, dict[int, str]]], seen: list[tuple[int, int, int, bool, bool]], tip: datetime
) -> dict[str, list[Row]]:
    lineups = [
        fact("lineups", at, **GAME, report_ts=at, team_id=ATL, player_id=player, role=role, source="desk")
        for at, players in ((tip - hours * HOUR, players) for hours, players in told)
        for player, role in players.items()
    ]
    feed = [
        fact(
            "status_events", tip - hours * HOUR, **GAME, observed_ts=tip - hours * HOUR, team_id=team, player_id=player,
            listed=True, projected_starter=projected or None, confirmed_starter=confirmed or None, source="feed",
        )
        for hours, player, team, projected, confirmed in seen
    ]  # fmt: skip
    return {"lineups": lineups, "status_events": feed}


Five = frozenset[int]


def tellings(
    told: list[tuple[int, dict[int, str]]], seen: list[tuple[int, int, int, bool, bool]], before: float
) -> list[tuple[float, int, Five, Five]]:
    """ATL's tellings known so many hours before tip, oldest first: (-hours, rank, projected, confirmed)."""
    found = []
    for hours, players in told:
        confirmed = frozenset(p for p, role in players.items() if role == "confirmed_starter")
        projected = frozenset(p for p, role in players.items() if role == "projected_starter")
        if hours >= before:
            found.append((-hours, 1, projected | confirmed, confirmed))
    known = sorted((event for event in seen if event[0] >= before), key=lambda event: -event[0])
    ours = {event[1] for event in known if event[2] == ATL}
    for hours in {event[0] for event in known if event[1] in ours}:
        latest = {event[1]: event for event in known if event[0] >= hours}
        state = [event for event in latest.values() if event[2] == ATL]
        projected, confirmed = (frozenset(event[1] for event in state if event[at]) for at in (3, 4))
        found.append((-hours, 0, projected, confirmed))
    return sorted(found, key=lambda telling: telling[:2])


def is_usable(telling: tuple[float, int, Five, Five]) -> bool:
    return len(telling[2]) <= FIVE and len(telling[3]) <= FIVE and bool(telling[2] or telling[3])


@given(reports, events)
def test_the_five_and_their_course_are_those_of_a_plain_loop(
    told: list[tuple[int, dict[int, str]]], seen: list[tuple[int, int, int, bool, bool]]
) -> None:
    schedule, cuts, tip = one_game(*CUTS)
    view = MemoryView({"schedule": schedule, **drawn_rows(told, seen, tip)}, tip, shuffled=True)
    games = games_known(view, cuts)
    rows = lineups_known(view, team_sides(games)).collect()
    flags = starters(view, games).filter(pl.col("team_id") == ATL).collect()
    assert rows.height == 2 * len(CUTS)
    for cut_id, before in enumerate(CUTS):
        row = rows.row(by_predicate=(pl.col("cut_id") == cut_id) & (pl.col("team_id") == ATL), named=True)
        named = flags.filter(pl.col("cut_id") == cut_id)
        for kind in ("projected", "confirmed"):
            assert (row[f"{kind}_five"] or []) == named.filter(kind)["player_id"].to_list()
        every = tellings(told, seen, before)
        last = {telling[1]: telling for telling in every}
        standing = max(filter(is_usable, last.values()), key=lambda telling: telling[:2], default=None)
        if standing is None:
            assert all(value is None for name, value in row.items() if name not in ("game_id", "cut_id", "team_id"))
            continue
        assert (row["report_ts"], row["told_by"]) == (
            tip + standing[0] * HOUR, ("status_events", "lineups")[standing[1]],
        )  # fmt: skip
        assert row["source"] == ("feed", "desk")[standing[1]]
        course = [telling for telling in every if is_usable(telling) and telling[:2] <= standing[:2]]
        fives = [telling[2] | telling[3] for telling in course]
        moves = [n for n in range(1, len(fives)) if fives[n] != fives[n - 1]]
        at = len(course) - 1
        while at > 0 and course[at - 1][3] == standing[3]:
            at -= 1
        assert row["tellings"] == len(course)
        assert row["first_projected_ts"] == tip + course[0][0] * HOUR
        assert row["confirmed_since_ts"] == (tip + course[at][0] * HOUR if standing[3] else None)
        assert row["changes"] == len(moves)
        n = moves[-1] if moves else None
        assert row["changed_ts"] == (None if n is None else tip + course[n][0] * HOUR)
        assert row["came_in"] == (None if n is None else sorted(fives[n] - fives[n - 1]))
        assert row["went_out"] == (None if n is None else sorted(fives[n - 1] - fives[n]))


def atlanta(rows: dict[str, list[Row]]) -> dict[str, Any]:
    """What was known of ATL's five an hour before the tip."""
    schedule, cuts, tip = one_game(1.0)
    view = MemoryView({"schedule": schedule, **rows}, tip)
    told = lineups_known(view, team_sides(games_known(view, cuts))).collect()
    return told.row(by_predicate=pl.col("team_id") == ATL, named=True)


def test_a_source_whose_last_word_is_void_leaves_no_trace_in_the_course() -> None:
    _, _, tip = one_game()
    told = [(3, {1: "confirmed_starter"}), (2, {1: "bench"})]
    said = atlanta(drawn_rows(told, [(5, 2, ATL, True, False)], tip))
    assert (said["told_by"], said["projected_five"], said["tellings"], said["changes"]) == ("status_events", [2], 1, 0)


def test_of_two_tellings_of_one_instant_the_one_told_last_stands_alone() -> None:
    _, _, tip = one_game()
    rows = drawn_rows([(5, {1: "confirmed_starter"})], [(5, 2, ATL, True, True)], tip)
    late = {"as_of_ts": tip - 3 * HOUR, "ingested_ts": tip - 3 * HOUR}
    said = atlanta({**rows, "status_events": [{**row, **late} for row in rows["status_events"]]})
    assert (said["told_by"], said["confirmed_five"], said["tellings"]) == ("status_events", [2], 1)
    assert said["lineup_as_of_ts"] == tip - 3 * HOUR
