"""Names to ids: exact keys only, never a wrong player, and every row kept in its place."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.identity import identity_rows
from lakehouse.identity import normalise_name, resolve
from lakehouse.teams import FRANCHISES
from tests.ingest.archives import BOS, NYK, Bench, at, make_archive

parts = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=8)


def key(name: str | None) -> str | None:
    names = pl.DataFrame({"name": [name]}, schema={"name": pl.String()})
    return names.select(normalise_name(pl.col("name"))).to_series().to_list()[0]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Payton II, Gary", "garypaytonii"),
        ("Gary Payton II", "garypaytonii"),
        ("Gary Payton", "garypayton"),
        ("A.J. O'Neal-Smith Jr.", "ajonealsmithjr"),
        ("Şükrü Łoś-Đorđe", "sukrulosdorde"),
        (" , ", None),
        ("", None),
        (None, None),
    ],
)
def test_a_printed_name_has_one_key(printed: str | None, expected: str | None) -> None:
    assert key(printed) == expected


@given(parts, parts)
def test_the_order_on_paper_does_not_matter(first: str, last: str) -> None:
    assert key(f"{last}, {first}") == key(f"{first} {last}")


@given(parts, parts)
def test_a_key_is_its_own_key(first: str, last: str) -> None:
    once = key(f"{first} {last}")
    assert key(once) == once


@given(st.lists(st.sampled_from(["Jo Vale", "Vale, Jo", "Al Rest", "No One", None]), max_size=8))
def test_resolving_keeps_every_row_in_its_place(names: list[str | None]) -> None:
    identity = pl.DataFrame(
        {
            "kind": ["player", "player", "player", "player", "team"],
            "source_key": ["jovale", "jovale", "alrest", "alrest", "noone"],
            "nba_id": [1, 1, 2, 3, 4],
        }
    )
    frame = pl.DataFrame({"name": names}, schema={"name": pl.String()})
    found = resolve(frame.lazy(), identity.lazy(), "name", "player").collect()
    # Al Rest is two players, and so none; No One is a team's key.
    expected = [1 if name in ("Jo Vale", "Vale, Jo") else None for name in names]
    assert found["player_id"].to_list() == expected
    assert found.drop("player_id").equals(frame)


def test_a_decision_carries_the_earliest_stamp_that_taught_it() -> None:
    early, late = at("2025-01-01T00:00"), at("2025-02-01T00:00")
    games = pl.DataFrame(
        {
            "home_team": ["BOS", "NYK"],
            "home_team_id": [BOS, NYK],
            "away_team": ["NYK", "BOS"],
            "away_team_id": [NYK, BOS],
            "as_of_ts": [late, early],
            "as_of_quality": ["exact", "assumed"],
        }
    )
    rows = identity_rows([("silver.schedule", games)])
    stamps = {
        row["source_key"]: (row["nba_id"], row["as_of_ts"], row["as_of_quality"]) for row in rows.iter_rows(named=True)
    }
    assert stamps == {
        "bos": (BOS, early, "assumed"),
        "nyk": (NYK, early, "assumed"),
        "bostonceltics": (BOS, early, "assumed"),
        "newyorkknicks": (NYK, early, "assumed"),
    }


def test_nothing_teaches_nothing() -> None:
    assert identity_rows([]).is_empty()


def test_the_injury_report_finds_its_players_and_teams(bench: Bench) -> None:
    bench.load(make_archive())
    identity = bench.lake.scan("silver.identity")
    reports = bench.lake.scan("silver.injury_reports").sort("entry")
    named = resolve(resolve(reports, identity, "player_name", "player"), identity, "team", "team").collect()
    assert named.select("entry", "player_id", "team_id").rows() == [
        ("NOT YET SUBMITTED", None, NYK),
        ("Rest, Al", 13, BOS),
    ]


def test_the_franchises_are_thirty_different_ones() -> None:
    for field in ("team_id", "tricode", "name"):
        assert len({getattr(team, field) for team in FRANCHISES}) == 30
