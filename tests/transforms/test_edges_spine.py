"""Whose a player is at the very instant it becomes known, and where two claims are equally new."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl

from lakehouse.teams import FRANCHISES
from tests.transforms.edges import AROUND, AT, SCHEDULE, TIP, US, by_cut, cuts, view_of
from tests.transforms.league import (
    ATL,
    BOS,
    CLE,
    HOUR,
    OPENING,
    Line,
    MemoryView,
    Row,
    Season,
    fact,
    game_key,
    game_row,
)
from transforms.spine import RECENT_GAMES, spine

DAL = FRANCHISES[6].team_id


def roster(team: int, told: datetime, *players: int, known: datetime | None = None) -> list[Row]:
    return [
        fact(
            "rosters",
            known or told,
            report_ts=told,
            game_date=told.date(),
            team_id=team,
            player_id=player,
            role="active",
        )
        for player in players
    ]


def members(*rows: Row, **tables: list[Row]) -> dict[int, list[Any]]:
    """Atlanta's players at the cuts around AT."""
    view = view_of(rosters=list(rows), **tables)
    return by_cut(spine(view, AROUND).filter(pl.col("team_id") == ATL), "player_id")


def test_a_roster_and_its_correction_are_known_from_their_instants_on() -> None:
    told = AT - HOUR
    assert members(*roster(ATL, AT, 1)) == {1: [1], 2: [1]}
    assert members(*roster(ATL, told, 1), *roster(ATL, told, 2, known=AT)) == {0: [1], 1: [1, 2], 2: [1, 2]}


def test_of_two_rosters_of_one_stamp_neither_takes_the_player_and_an_older_one_that_comes_late_does_not() -> None:
    mine = roster(ATL, AT - HOUR, 1, 2)
    assert members(*mine, *roster(CLE, AT - HOUR, 1))[2] == [1, 2]
    assert members(*mine, *roster(CLE, AT - HOUR + US, 1))[2] == [2]
    # Cleveland's newest listing is known; one of its older reports, fetched later, says nothing new.
    late = [*roster(CLE, AT - HOUR + US, 1), *roster(ATL, AT - 3 * HOUR, 1, known=AT - HOUR / 2)]
    assert members(*mine, *late)[2] == [2]


def test_a_line_elsewhere_takes_the_player_only_from_an_older_roster() -> None:
    season = Season(((CLE, BOS, OPENING),), (Line(0, 1, CLE, 20, AT - HOUR),), ())
    lines = season.rows()["boxscores"]
    assert members(*roster(ATL, AT - HOUR, 1, 2), boxscores=lines)[2] == [1, 2]
    assert members(*roster(ATL, AT - HOUR - US, 1, 2), boxscores=lines)[2] == [2]


def test_the_newest_evidence_dates_a_player() -> None:
    keys = {"game_id": game_key(1), "team_id": ATL, "player_id": 1}
    view = view_of(
        rosters=roster(ATL, AT - 3 * HOUR, 1),
        lineups=[fact("lineups", AT - 2 * HOUR, report_ts=AT - 2 * HOUR, role="bench", **keys)],
        status_events=[fact("status_events", AT, observed_ts=AT, listed=True, **keys)],
    )
    assert by_cut(spine(view, AROUND), "spine_source", "evidence_ts") == {
        0: [("roster", AT - 2 * HOUR)], 1: [("roster", AT)], 2: [("roster", AT)],
    }  # fmt: skip


def test_a_claim_that_rests_on_what_came_after_a_cut_takes_nobody_at_it() -> None:
    """Two games of one date have cuts of one number at different instants."""
    late_tip = TIP + 3 * HOUR
    rows = [*SCHEDULE, game_row(2, CLE, DAL, late_tip, OPENING)]
    status = {"player_id": 1, "listed": True}

    def placed(at: datetime) -> list[tuple[int, int]]:
        """Who has the player, where Cleveland's event comes at an instant and Atlanta's game is cut at AT."""
        events = [
            fact("status_events", AT - HOUR, observed_ts=AT - HOUR, game_id=game_key(1), team_id=ATL, **status),
            fact("status_events", at, observed_ts=at, game_id=game_key(2), team_id=CLE, **status),
        ]
        view = MemoryView({"schedule": rows, "status_events": events}, late_tip)
        both = pl.concat([cuts(AT), cuts(AT + 3 * HOUR, game=2)])
        return spine(view, both).select("team_id", "player_id").sort("team_id").collect().rows()

    assert placed(AT) == [(CLE, 1)]
    assert placed(AT + US) == sorted([(ATL, 1), (CLE, 1)])
    # Of two claims of one stamp one stands, the other's team being the lower.
    assert placed(AT - HOUR) == [(min(ATL, CLE), 1)]


def test_a_box_score_places_a_player_from_the_instant_it_is_known_to_the_next() -> None:
    games = ((ATL, BOS, OPENING), (CLE, BOS, OPENING + 24 * HOUR), (ATL, BOS, TIP))
    lines = (Line(0, 1, ATL, 20, AT - HOUR), Line(0, 2, BOS, 20, AT - HOUR), Line(1, 1, CLE, 20, AT))
    season = Season(games, lines, (AT - US, AT, AT + US, AT - HOUR - US, AT - HOUR))
    view = MemoryView(season.rows(), TIP)
    people = spine(view, season.cut_frame()).filter(pl.col("team_id") == ATL)
    assert by_cut(people, "player_id") == {0: [1], 4: [1]}


def test_a_player_is_a_teams_until_thirty_of_its_games_later() -> None:
    pairs = [(ATL, BOS, OPENING + n * 24 * HOUR) for n in range(RECENT_GAMES + 1)]
    tip = pairs[-1][2] + 24 * HOUR
    lines = [Line(0, 1, ATL, 20, pairs[0][2] + HOUR)]
    lines += [Line(n, 2, ATL, 20, when + HOUR) for n, (_, _, when) in enumerate(pairs)]
    season = Season((*pairs, (ATL, BOS, tip)), tuple(lines), (tip, pairs[-1][2]))
    people = spine(MemoryView(season.rows(), tip), season.cut_frame())
    assert by_cut(people, "player_id") == {0: [2], 1: [1, 2]}
