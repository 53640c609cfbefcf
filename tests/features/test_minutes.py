"""The minutes feature set against a plain loop, and the laws it must keep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.availability import build_lead
from features.declared import schema_digest
from features.minutes import KEYS, MINUTES_FEATURES, build_minutes_features
from tests.transforms.league import HOUR, Line, MemoryView, Season, game_key, seasons
from transforms.spine import spine


def expected_row(season: Season, cut: datetime, team: int, player: int) -> dict[str, float | None]:
    """A handful of features, by a loop over what was known at the cut."""
    known = season.known(cut)
    tips = {line.game: season.games[line.game][2] for line in known}
    played = [line for line in known if line.player == player and line.minutes is not None]
    minutes = [float(line.minutes or 0) for line in played]
    team_tips = sorted({tips[line.game] for line in known if line.team == team})
    window = team_tips[-5:]
    size = len(window)
    recent = [line for line in played if size == len(team_tips) < 5 or tips[line.game] >= window[0]]
    last = tips[played[-1].game] if played else None
    missed = None if last is None else float(sum(tip > last for tip in team_tips))
    return {
        "min_last1": minutes[-1] if minutes else None,
        "min_mean3": sum(minutes[-3:]) / len(minutes[-3:]) if minutes else None,
        "min_max5": max(minutes[-5:], default=None),
        "games_career": float(len(minutes)),
        "missed_streak": missed,
        "played_share5": min(1.0, len(recent) / size),
        "min_all5": sum(float(line.minutes or 0) for line in recent) / max(size, len(recent)),
        "dressed_streak": float(_trailing_dnp(known, player)),
    }


def _trailing_dnp(known: list[Line], player: int) -> int:
    streak = 0
    for line in known:
        if line.player == player:
            streak = streak + 1 if line.minutes is None else 0
    return streak


@given(seasons())
def test_histories_are_what_a_loop_over_known_versions_gives(season: Season) -> None:
    rows = build_minutes_features(MemoryView(season.rows(), season.cuts[0] + HOUR), season.cut_frame())
    for row in rows.to_dicts():
        expected = expected_row(season, season.cuts[row["cut_id"]], row["team_id"], row["player_id"])
        assert {name: row[name] for name in expected} == pytest.approx(expected)


@given(seasons())
def test_rows_are_the_spine_and_no_stamp_is_after_the_cut(season: Season) -> None:
    view = MemoryView(season.rows(), season.cuts[0] + HOUR)
    rows = build_minutes_features(view, season.cut_frame())
    assert rows.select(KEYS).equals(spine(view, season.cut_frame()).select(KEYS).collect())
    assert rows["feature_as_of_ts"].null_count() == 0
    assert (rows["feature_as_of_ts"] <= rows["cut_ts"]).all()
    assert all(rows.schema[feature.name] == pl.Float64 for feature in MINUTES_FEATURES)


@given(seasons(), st.data())
def test_nothing_after_the_cut_moves_a_bit(season: Season, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(season.cuts) - 1))
    cut = season.cuts[number]
    alone = build_minutes_features(MemoryView(season.rows(), cut), season.cut_frame(number))
    rows = season.rows()
    tonight = Season(season.games, (*season.lines, *_canary(season, cut)), season.cuts)
    rows["boxscores"] = tonight.rows()["boxscores"]
    later = MemoryView(rows, season.games[-1][2] + timedelta(days=3), shuffled=True)
    together = build_minutes_features(later, season.cut_frame()).filter(pl.col("cut_id") == number)
    assert together.equals(alone, null_equal=True)


def _canary(season: Season, cut: datetime) -> list[Line]:
    """Tonight's result, and corrections of every older line, all known just after the cut."""
    after = max(cut, season.games[-1][2]) + timedelta(microseconds=1)
    last = len(season.games) - 1
    home = season.games[last][0]
    known = [Line(line.game, line.player, line.team, 47, cut + HOUR) for line in season.known(cut)]
    return [*(Line(last, player, home, 48, after) for player in range(1, 7)), *known]


def test_the_lead_of_a_row_alone_is_that_among_others_to_the_last_bit() -> None:
    tip = datetime(2025, 1, 1, tzinfo=UTC)
    cuts = [tip - timedelta(seconds=seconds) for seconds in range(-60, 6000, 7)]
    many = pl.DataFrame({"row": range(len(cuts)), "cut_ts": cuts, "tip_ts": [tip] * len(cuts)})
    leads = build_lead(many.lazy()).collect()["minutes_to_tip"]
    assert leads.to_list() == pytest.approx([max(0.0, (tip - cut).total_seconds() / 60) for cut in cuts])
    for at in range(len(cuts)):
        assert build_lead(many[at : at + 1].lazy()).collect()["minutes_to_tip"][0] == leads[at]


def test_declarations_are_complete_and_digest_moves_with_them() -> None:
    names = [feature.name for feature in MINUTES_FEATURES]
    assert len(names) >= 40
    assert len(set(names)) == len(names)
    assert all(
        feature.meaning and feature.unit and feature.sources and feature.null_when for feature in MINUTES_FEATURES
    )
    # They are shown one at a time: none may lean on the one before it.
    assert not [feature.meaning for feature in MINUTES_FEATURES if "the same " in feature.meaning]
    assert schema_digest(MINUTES_FEATURES) != schema_digest(MINUTES_FEATURES[1:])


@given(seasons())
def test_every_null_has_a_declared_reason(season: Season) -> None:
    rows = build_minutes_features(MemoryView(season.rows(), season.cuts[0] + HOUR), season.cut_frame())
    never = [feature.name for feature in MINUTES_FEATURES if feature.null_when == "never"]
    assert not any(rows[name].null_count() for name in never)
    assert rows["game_id"].unique().to_list() in ([], [game_key(len(season.games) - 1)])
