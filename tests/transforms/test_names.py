"""Whom a name means at an instant, with decisions that come late, clash and are taken back, against a plain loop."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.league import HOUR, MemoryView, fact
from transforms.names import name_keys, resolve_players

T0 = datetime(2025, 12, 1, tzinfo=UTC)
decisions = st.lists(
    st.tuples(st.sampled_from(("jovale", "alrest")), st.integers(1, 3), st.integers(0, 6), st.booleans()), max_size=8
)


@given(
    decisions, st.lists(st.tuples(st.sampled_from(("Jo Vale", "Rest, Al", "", None)), st.integers(-1, 7)), max_size=6)
)
def test_a_name_means_one_person_or_nobody(
    drawn: list[tuple[str, int, int, bool]], asked: list[tuple[str | None, int]]
) -> None:
    rows = [
        {
            **fact(
                "identity", T0 + hour * HOUR, kind="player", source_key=key, nba_id=nba,
                rule="alias: so it is" if stands else "alias-withdrawn: so it is not",
            ),
            "ingested_ts": T0 + (10 + number) * HOUR,
        }
        for number, (key, nba, hour, stands) in enumerate(drawn)
    ]  # fmt: skip
    view = MemoryView({"identity": rows}, T0 + 24 * HOUR)
    frame = pl.LazyFrame(
        {"name": [name for name, _ in asked], "at": [T0 + hour * HOUR for _, hour in asked]},
        schema={"name": pl.String, "at": pl.Datetime("us", "UTC")},
    )
    found = resolve_players(frame, name_keys(view), "name", "at").collect()
    assert found.drop("player_id").equals(frame.collect())
    keys = {"Jo Vale": "jovale", "Rest, Al": "alrest"}
    expected = []
    for name, hour in asked:
        standing: dict[int, bool] = {}
        # Of two decisions of one hour the later ingested holds.
        for _, number in sorted((drawn[n][2], n) for n in range(len(drawn))):
            key, nba, since, stands = drawn[number]
            if since <= hour and key == keys.get(name or ""):
                standing[nba] = stands
        people = [nba for nba, stands in standing.items() if stands]
        expected.append(people[0] if len(people) == 1 else None)
    assert found["player_id"].to_list() == expected
