"""Tips, moves and postponements at a cut, against a plain loop over the versions of the schedule."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from lakehouse.schemas.columns import QUALITIES
from tests.transforms.league import ATL, BOS, HOUR, OPENING, MemoryView, game_key, game_row
from transforms.schedule import games_known
from transforms.tips import tips_known

TIP = OPENING + timedelta(days=10)
# Two games of the same teams, so that one could be taken for the other.
GAMES = (1, 2)
CUTS = (0, 6, 30)
KINDS = ("Regular Season", "Preseason", "All-Star", "Play-In", "NBA Cup Final", "Playoffs")


class Version(NamedTuple):
    """A version of a game's schedule: hours before TIP, and by how many half hours the tip is off."""

    game: int
    told: int
    halves: int
    status: str
    quality: str
    ingested: int
    late: int
    kind: str

    def tip(self) -> Any:
        return TIP + timedelta(days=self.game) + self.halves * HOUR / 2

    def stamp(self) -> Any:
        return TIP - self.told * HOUR

    def available(self) -> Any:
        return self.stamp() + self.late * HOUR


drawn_versions = st.lists(
    st.builds(
        Version,
        game=st.sampled_from((1, 1, 1, 2)),
        told=st.sampled_from((0, 3, 6, 8, 12, 20, 30, 40)),
        halves=st.sampled_from((0, 0, 1, -1, 96)),
        status=st.sampled_from(("scheduled", "scheduled", "postponed", "scheduled", "postponed", "cancelled")),
        quality=st.sampled_from(("exact", "exact", "assumed")),
        ingested=st.integers(0, 1),
        late=st.sampled_from((0, 0, 0, 8)),
        kind=st.sampled_from(KINDS),
    ),
    min_size=6,
    max_size=14,
)


def view_of(versions: list[Version]) -> MemoryView:
    rows = [
        game_row(
            version.game, BOS, ATL, version.tip(), version.stamp(), announcement=f"{number:02}", status=version.status,
            as_of_quality=version.quality, ingested_ts=TIP + version.ingested * HOUR, season_type=version.kind,
        )
        for number, version in enumerate(versions)
    ]  # fmt: skip
    view = MemoryView({"schedule": rows}, TIP)
    late = {f"{number:02}": version.late for number, version in enumerate(versions)}
    delay = pl.col("announcement").replace_strict(late, default=0, return_dtype=pl.Int64)
    schedule = view._frames["silver.schedule"]
    view._frames["silver.schedule"] = schedule.with_columns(available_ts=pl.col("as_of_ts") + pl.duration(hours=delay))
    return view


def cut_frame() -> pl.LazyFrame:
    cuts = [
        {"game_id": game_key(game), "cut_id": hours, "cut_ts": TIP - hours * HOUR} for game in GAMES for hours in CUTS
    ]
    return pl.LazyFrame(cuts, schema={"game_id": pl.String, "cut_id": pl.Int32, "cut_ts": pl.Datetime("us", "UTC")})


def told_by_loop(versions: list[Version], game: int, hours: int) -> dict[str, Any] | None:
    """What a person who wrote down every version would say of a game."""
    known = [
        (v.stamp(), -QUALITIES.index(v.quality), -v.ingested, -number, v)
        for number, v in enumerate(versions)
        if v.game == game and v.available() <= TIP - hours * HOUR
    ]
    history = [entry[-1] for entry in sorted(known)]
    if not history:
        return None
    tips = [v for v in history if v.status == "scheduled"]
    moves = [(before, after) for before, after in pairwise(tips) if after.tip() != before.tip()]
    offs = [
        number
        for number, v in enumerate(history)
        if v.status == "postponed" and (number == 0 or history[number - 1].status != "postponed")
    ]
    lost = [v for v in history[: offs[-1]] if v.status == "scheduled"] if offs else []
    given_since = [v for v in history[offs[-1] :] if v.status == "scheduled"] if offs else []
    last = history[-1]
    return {
        "game_id": game_key(game),
        "cut_id": hours,
        "tip_ts": last.tip(),
        "status": last.status,
        "first_tip_ts": history[0].tip(),
        "n_tip_changes": len(moves),
        "tip_changed_ts": moves[-1][1].stamp() if moves else None,
        "tip_change_minutes": (moves[-1][1].tip() - moves[-1][0].tip()).total_seconds() / 60 if moves else None,
        "n_postponed": len(offs),
        "postponed_ts": history[offs[-1]].stamp() if offs else None,
        "postponed_from_ts": ((lost or [history[offs[-1]]])[-1]).tip() if offs else None,
        "postponed_to_ts": given_since[0].tip() if given_since else None,
        "season_type": last.kind,
        "enters_histories": last.kind not in ("Preseason", "All-Star"),
        "announced_ts": history[0].stamp(),
        "schedule_as_of_ts": last.stamp(),
    }


@given(drawn_versions)
@example([])
def test_tips_are_what_a_loop_over_the_known_versions_says(versions: list[Version]) -> None:
    view = view_of(versions)
    found = tips_known(view, cut_frame()).collect()
    expected = [told for game in GAMES for hours in CUTS if (told := told_by_loop(versions, game, hours)) is not None]
    assert found.select(list(expected[0]) if expected else found.columns).to_dicts() == expected
    assert (found["schedule_as_of_ts"] <= TIP - found["cut_id"] * HOUR).all()
    shared = ["game_id", "cut_id", "tip_ts", "status", "game_date", "home_team_id", "season_type", "schedule_as_of_ts"]
    assert found.select(shared).equals(games_known(view, cut_frame()).select(shared).collect())


def test_a_postponed_game_keeps_the_tip_it_lost_when_its_new_one_moves_too() -> None:
    first = Version(1, told=40, halves=0, status="scheduled", quality="exact", ingested=0, late=0, kind="Playoffs")
    versions = [
        first,
        first._replace(told=20, status="postponed"),
        first._replace(told=10, halves=96),
        first._replace(told=5, halves=98),
    ]
    by_cut = {row["cut_id"]: row for row in tips_known(view_of(versions), cut_frame()).collect().to_dicts()}
    lost = first.tip()
    assert [by_cut[hours]["status"] for hours in CUTS] == ["scheduled", "scheduled", "scheduled"]
    assert [by_cut[hours]["n_tip_changes"] for hours in CUTS] == [2, 1, 0]
    assert [by_cut[hours]["postponed_from_ts"] for hours in CUTS] == [lost, lost, None]
    assert [by_cut[hours]["postponed_to_ts"] for hours in CUTS] == [lost + 48 * HOUR, lost + 48 * HOUR, None]
    assert by_cut[0]["tip_change_minutes"] == 60
