"""Which games, reports and runs a question about an instant is answered with, at that very instant."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from lakehouse.gate import View
from lakehouse.teams import FRANCHISES
from pipeline.at import Offset
from pipeline.health import find_reasons
from pipeline.history import LOOK_AHEAD, known_of, team_words
from pipeline.predictions import spine_before
from pipeline.slate import covered_games
from tests.transforms.edges import AROUND, AT, IDENTITY, TIP, US
from tests.transforms.league import ATL, BOS, NAMES, OPENING, MemoryView, Row, eastern_day, fact, game_key, game_row
from transforms.espn import SPEAKS_FOR

DAY = timedelta(days=1)
EARLY = OPENING - 30 * DAY
ROSTER = [
    fact("rosters", EARLY, report_ts=EARLY, game_date=EARLY.date(), team_id=ATL, player_id=2, role="active"),
]  # fmt: skip
GAME = game_row(1, BOS, ATL, TIP, EARLY)


def view_at(run_ts: datetime, **tables: list[Row]) -> View:
    """What was known at an instant of Atlanta's game, of player 2 on its roster, and of the rows given."""
    rows = {"schedule": [GAME], "identity": IDENTITY, "rosters": ROSTER, **tables}
    return MemoryView(rows, run_ts)  # type: ignore[return-value]


def listed(told: datetime, tip: datetime, entry: str = "Lee, Ray") -> Row:
    return fact(
        "injury_reports", told, report_ts=told, game_date=eastern_day(tip), matchup="ATL@BOS", team=NAMES[ATL],
        entry=entry, row_kind="player", current_status="Out",
    )  # fmt: skip


@pytest.mark.parametrize("after", [-LOOK_AHEAD - US, -LOOK_AHEAD, timedelta(0), US])
def test_the_next_game_of_a_player_is_one_of_the_ten_days_to_come(after: timedelta) -> None:
    known = known_of(view_at(TIP + after), 2)
    assert (known.game is not None) == (-LOOK_AHEAD <= after <= timedelta(0))


def test_the_words_on_a_team_are_of_today_and_the_days_to_come() -> None:
    tips = [TIP + n * DAY for n in (-1, 0, 1)]
    games = [game_row(n, BOS, ATL, tip, EARLY) for n, tip in enumerate(tips)]
    reports = [listed(EARLY, tip) for tip in tips]
    team = next(team for team in FRANCHISES if team.team_id == ATL)
    words = team_words(view_at(TIP, schedule=games, injury_reports=reports), team)
    assert [word.game["game_id"] for word in words] == [game_key(1), game_key(2)]


@pytest.mark.parametrize("older", [timedelta(0), US])
def test_a_list_of_espn_a_day_old_is_no_word(older: timedelta) -> None:
    told = AT - SPEAKS_FOR + US - older
    row = fact("espn_injuries", told, report_ts=told, player_name="Ray Lee", status="Out", status_printed="Out")
    said: dict[str, Any] = {}
    for one in known_of(view_at(AT, espn_injuries=[row]), 2).said.to_dicts():
        said[one["what"]] = one
    assert (said["espn"]["says"], said["espn"]["told_ts"]) == ((None, None) if older else ("Out", told))


def test_names_nobody_knows_are_those_of_the_newest_report() -> None:
    old, new = [listed(AT - 2 * US, TIP, "Who, Ever"), listed(AT - 2 * US, TIP)], [listed(AT - US, TIP, "No, Body")]
    for reports, name in ((old, "Who, Ever"), ([*old, *new], "No, Body")):
        reasons = find_reasons(view_at(AT, injury_reports=reports), AROUND, pl.DataFrame({"game_id": [game_key(1)]}))
        (nobody,) = [reason for reason in reasons if "nobody knows" in reason]
        assert nobody == f"injury report names nobody knows: {name}"


@pytest.mark.parametrize("after", [timedelta(0), US])
def test_a_game_is_covered_until_the_instant_of_its_tip(after: timedelta) -> None:
    assert covered_games(view_at(TIP + after), eastern_day(TIP)).height == (0 if after else 1)


def test_the_spine_before_a_date_holds_no_game_of_it() -> None:
    games = [game_row(n, BOS, ATL, TIP + n * DAY, EARLY) for n in range(3)]
    before = spine_before(view_at(TIP + 9 * DAY, schedule=games), eastern_day(TIP + DAY), Offset(15))
    assert before["game_id"].unique().to_list() == [game_key(0)]
