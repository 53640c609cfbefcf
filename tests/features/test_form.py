"""The team's fives and overtimes, road trips, stays, fouls, and the chance of a blowout, on small leagues."""

from __future__ import annotations

from datetime import timedelta
from statistics import NormalDist

import polars as pl
import pytest

from features.market import build_market
from features.minutes import MINUTES_FEATURES, build_minutes_features
from tests.transforms.league import ATL, BOS, CLE, HOUR, OPENING, Line, MemoryView, Season, fact

DAY = timedelta(days=1)


def features(season: Season) -> pl.DataFrame:
    """The features of the last game's rows at its tip, by team and player."""
    view = MemoryView(season.rows(), season.games[-1][2])
    return build_minutes_features(view, season.cut_frame()).sort("team_id", "player_id")


def five(game: int, starters: range, tip_at: int = 3, minutes: int = 40) -> list[Line]:
    """Lines of ATL: those named play so long (and so start), players 1 to 6 who are not, 20 or half a reserve's time."""
    tip = OPENING + game * DAY
    return [Line(game, p, ATL, minutes if p in starters else 20, tip + tip_at * HOUR) for p in range(1, 8)]


def test_a_teams_fives_bench_rotation_and_overtimes() -> None:
    """Six games: 1 to 5 start in the first four, 2 to 6 in the last two; 240 minutes, but the last has an overtime."""
    fives = [range(1, 6)] * 4 + [range(2, 7)] * 2
    lines = [line for n, who in enumerate(fives) for line in five(n, who, minutes=45 if n == 5 else 40)]
    meetings = tuple((ATL, (BOS, CLE)[n % 2], OPENING + n * DAY) for n in range(7))
    row = features(Season(meetings, tuple(lines), (meetings[-1][2],))).filter(team_id=ATL).to_dicts()[0]
    assert row["team_starters_stable"] == pytest.approx(4 / 5)
    assert row["team_bench_minutes10"] == pytest.approx(6 * 40 / (5 * 240 + 265))
    assert row["team_rotation_std10"] == 0
    assert row["team_last_overtimes"] == 1


def test_road_trips_are_counted_from_the_last_game_at_home() -> None:
    """ATL at home, then away three times; BOS is at home tonight."""
    meetings = (
        (ATL, BOS, OPENING),
        (CLE, ATL, OPENING + DAY),
        (CLE, ATL, OPENING + 2 * DAY),
        (BOS, ATL, OPENING + 3 * DAY),
    )
    lines = tuple(Line(0, 1 + n, team, 30, OPENING + 3 * HOUR) for n, team in enumerate((ATL, BOS)))
    rows = features(Season(meetings, lines, (meetings[-1][2],)))
    assert dict(rows.select("team_id", "road_trip_no").rows()) == {ATL: 3.0, BOS: 0.0}


def test_minutes_of_his_stay_begin_with_the_team_he_came_to() -> None:
    """Ten games of 40 minutes with CLE, then three of 16 with ATL; the first do not count."""
    meetings = tuple((CLE, BOS, OPENING + n * DAY) for n in range(10)) + tuple(
        (ATL, BOS, OPENING + n * DAY) for n in range(10, 14)
    )
    lines = [
        Line(n, 1, CLE if n < 10 else ATL, 40 if n < 10 else 16, m[2] + 3 * HOUR) for n, m in enumerate(meetings[:13])
    ]
    rows = features(Season(meetings, tuple(lines), (meetings[-1][2],)))
    row = rows.filter(player_id=1).to_dicts()[0]
    assert row["min_stay"] == pytest.approx((3 * 16 + 5 * row["min_ewm15"]) / 8)
    # Before a line with the team his recent minutes stand for those of the stay.
    came = fact("rosters", OPENING + 11 * DAY, report_ts=OPENING + 11 * DAY, team_id=ATL, player_id=1)
    before = Season(meetings, tuple(lines[:10]), (meetings[-1][2],))
    view = MemoryView({**before.rows(), "rosters": [came]}, meetings[-1][2])
    assert build_minutes_features(view, before.cut_frame())["min_stay"].to_list() == [40.0]


def test_foul_trouble_is_a_share_of_the_games_whose_fouls_are_known() -> None:
    """Four games: 5, 6 and 2 fouls, and one where they are not told."""
    meetings = tuple((ATL, BOS, OPENING + n * DAY) for n in range(5))
    season = Season(
        meetings, tuple(Line(n, 1, ATL, 30, m[2] + 3 * HOUR) for n, m in enumerate(meetings[:4])), (meetings[-1][2],)
    )
    rows = season.rows()
    for line, fouls in zip(rows["boxscores"], (5, 6, 2, None), strict=True):
        line["pf"] = fouls
    found = build_minutes_features(MemoryView(rows, meetings[-1][2]), season.cut_frame())
    assert found["foul_trouble10"].to_list() == [pytest.approx(2 / 3)]


def test_the_chance_of_a_blowout_is_the_normal_one() -> None:
    spreads = [n * 0.5 for n in range(-60, 61)]
    games = [f"002{n:07d}" for n in range(len(spreads))]
    keys = {"game_id": games, "cut_id": [0] * len(games)}
    spine = pl.LazyFrame({"row": list(range(len(games))), **keys, "is_home": [True] * len(games)})
    lines = pl.LazyFrame({**keys, "spread_home": spreads, "total": [220.0] * len(games)}).with_columns(
        odds_as_of_ts=pl.lit(OPENING), odds_age_minutes=1.0
    )
    found = build_market(spine, lines).sort("row").collect()["p_blowout"].to_list()
    normal = [NormalDist(-spread, 13) for spread in spreads]
    assert found == pytest.approx([margin.cdf(-15) + 1 - margin.cdf(15) for margin in normal], abs=3e-7)


def test_every_feature_says_since_when_it_can_be_known() -> None:
    said = {feature.name: feature.earliest for feature in MINUTES_FEATURES}
    assert all(said.values())
    assert said["min_ewm6"] == "after the last game"
    assert said["team_rest_days"] == "with the schedule"
    assert said["vacated_minutes"].startswith("when reports are public")
    assert said["garbage_risk"].startswith("when lines are posted")
    assert said["min_role_tonight"].startswith("after the last game; with tonight's five")
