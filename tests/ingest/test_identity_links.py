"""Sources' names and numbers: linked by exact keys, spelled otherwise by the shipped table, else unresolved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.aliases import DRAFTKINGS_TEAMS, ESPN_TEAMS, PLAYER_NAMES, TEAM_VARIANTS, read_tricode
from ingest.identity import decide, find_unresolved
from ingest.links import DECISION, MET
from lakehouse.identity import in_force, normalise_name
from lakehouse.tables import get_table
from lakehouse.teams import FRANCHISES
from tests.ingest.archives import at

T0 = at("2025-12-01T12:00")
HOUR = timedelta(hours=1)
Row = dict[str, Any]


def rows(table: str, *values: Row, as_of: datetime = T0) -> pl.DataFrame:
    columns = get_table(f"silver.{table}").columns
    stamps = {"as_of_ts": as_of, "as_of_quality": "exact", "ingested_ts": as_of}
    return pl.DataFrame([{name: {**stamps, **row}.get(name) for name in columns} for row in values], schema=columns)


class Held:
    """What a lake of decisions holds, growing as `decide` finds more."""

    def __init__(self, *decisions: Row) -> None:
        given_ = {"rule": "exact-name", "kind": "player"}
        self.tables = {
            "silver.identity": rows("identity", *({**given_, **row} for row in decisions), as_of=T0 - HOUR),
            "silver.unresolved": rows("unresolved"),
        }

    def decide(self, facts: Mapping[str, pl.DataFrame], now: datetime = T0) -> tuple[list[tuple[Any, ...]], list[str]]:
        """The new decisions and the keys newly unresolved; both are kept."""
        found, missing = decide(lambda name: self.tables[name].lazy(), facts)
        assert tuple(found.columns) == DECISION
        assert tuple(missing.columns) == MET
        for name, news in (("silver.identity", found), ("silver.unresolved", missing)):
            kept = rows(name.split(".")[1], *news.to_dicts()).with_columns(
                ingested_ts=pl.lit(now, dtype=pl.Datetime("us", "UTC"))
            )
            self.tables[name] = pl.concat([self.tables[name], kept])
        again = decide(lambda name: self.tables[name].lazy(), facts)
        assert again[0].is_empty()
        assert again[1].is_empty()
        return found.select("kind", "source_key", "nba_id", "rule").rows(), missing["source_key"].to_list()


def draftable(number: int, name: str, team: str = "NYK", team_number: int = 18) -> Row:
    return {"dk_player_id": number, "player_name": name, "team": team, "dk_team_id": team_number}


NAMES = ("Jo Vale", "Al Rest", "Bo Rim", "Cy Key", "Vale, Jo")
KEYS = {"Jo Vale": "jovale", "Al Rest": "alrest", "Bo Rim": "borim", "Cy Key": "cykey", "Vale, Jo": "jovale"}


@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.integers(1, 3)), max_size=5),
    st.lists(st.tuples(st.integers(1, 5), st.sampled_from(NAMES)), max_size=6),
)
def test_a_number_is_linked_only_where_nothing_else_could_be_meant(
    known: Sequence[tuple[str, int]], met: Sequence[tuple[int, str]]
) -> None:
    held = Held(
        *({"source_key": key, "nba_id": nba} for key, nba in sorted({(KEYS[name], nba) for name, nba in known}))
    )
    facts = {"silver.dk_draftables": rows("dk_draftables", *(draftable(number, name) for number, name in met))}
    links, missing = held.decide(facts)
    ids = {key: {nba for name, nba in known if KEYS[name] == key} for key in KEYS.values()}
    # The first name printed for a number is the one that counts; the tie is settled by the name itself.
    printed = {number: min(name for other, name in met if other == number) for number, _ in met}
    named = {number: next(iter(ids[KEYS[name]])) for number, name in printed.items() if len(ids[KEYS[name]]) == 1}
    expected = {str(number): nba for number, nba in named.items() if sum(other == nba for other in named.values()) == 1}
    assert {key: nba for kind, key, nba, _ in links if kind == "player draftkings"} == expected
    assert set(missing) == {str(number) for number in printed} - set(expected)


def test_another_spelling_of_a_known_name_is_an_alias() -> None:
    held = Held({"source_key": "nicclaxton", "nba_id": 7})
    links, missing = held.decide({
        "silver.injury_reports": rows(
            "injury_reports",
            {"player_name": "Claxton, Nicolas", "team": "Brooklyn Nets"},
            {"player_name": "Body, No", "team": "Brooklyn Nets"},
            {"player_name": None, "entry": "NOT YET SUBMITTED"},
        ),
        "silver.dk_draftables": rows("dk_draftables", draftable(40, "Nicolas Claxton", "BKN", 17)),
    })  # fmt: skip
    assert [(kind, key, nba) for kind, key, nba, _ in links] == [
        ("player", "nicolasclaxton", 7), ("player draftkings", "40", 7), ("team draftkings", "17", 1610612751),
    ]  # fmt: skip
    assert links[0][3].startswith("alias")
    assert missing == ["nobody"]


def test_an_alias_holds_from_when_the_player_was_known() -> None:
    held = Held({"source_key": "nicclaxton", "nba_id": 7})
    held.decide({"silver.injury_reports": rows("injury_reports", {"player_name": "Claxton, Nicolas"})})
    alias = held.tables["silver.identity"].filter(pl.col("source_key") == "nicolasclaxton")
    assert alias["as_of_ts"].to_list() == [T0 - HOUR]


def test_two_known_players_of_one_group_name_nobody_else() -> None:
    held = Held({"source_key": "gregoryjacksonii", "nba_id": 7}, {"source_key": "ggjackson", "nba_id": 8})
    links, missing = held.decide({"silver.injury_reports": rows("injury_reports", {"player_name": "Jackson II, GG"})})
    assert (links, missing) == ([], ["ggjacksonii"])


def test_what_was_unresolved_is_linked_once_the_league_names_him() -> None:
    held = Held()
    assert held.decide({"silver.dk_draftables": rows("dk_draftables", draftable(40, "Jo Vale"))})[1] == ["40"]
    links, missing = held.decide(
        {"silver.players": rows("players", {"player_id": 5, "player_name": "Jo Vale"}, as_of=T0 + HOUR)}
    )
    assert (("player draftkings", "40", 5, "exact-name") in links, missing) == (True, [])
    stamp = held.tables["silver.identity"].filter(pl.col("source_key") == "40")["as_of_ts"].to_list()
    assert stamp == [T0 + HOUR]


def test_a_decision_taken_back_is_not_made_again() -> None:
    held = Held({"source_key": "jovale", "nba_id": 5})
    facts = {"silver.dk_draftables": rows("dk_draftables", draftable(40, "Jo Vale"))}
    held.decide(facts)
    link = held.tables["silver.identity"].filter(pl.col("source_key") == "40").to_dicts()
    taken_back = [{**link[0], "rule": "alias-withdrawn: another one", "ingested_ts": T0 + HOUR}]
    held.tables["silver.identity"] = pl.concat([held.tables["silver.identity"], rows("identity", *taken_back)])
    assert held.decide(facts) == ([], ["40"])
    assert in_force(held.tables["silver.identity"].lazy()).filter(pl.col("source_key") == "40").collect().is_empty()


def test_a_team_number_that_prints_another_team_is_not_linked() -> None:
    held = Held()
    links, missing = held.decide({
        "silver.dk_draftables": rows(
            "dk_draftables", draftable(1, "A", "CHA", 5312), draftable(2, "B", "NO", 3), draftable(3, "C", "BKN", 3000),
        ),
        "silver.espn_injuries": rows(
            "espn_injuries",
            {"espn_team_id": 17, "team": "Brooklyn Nets", "player_name": "D"},
            {"espn_team_id": 18, "team": "Boston Celtics", "player_name": "E"},
        ),
    })  # fmt: skip
    assert [(kind, key, nba) for kind, key, nba, _ in links] == [
        ("team draftkings", "3", 1610612740), ("team draftkings", "5312", 1610612766), ("team espn", "17", 1610612751),
    ]  # fmt: skip
    assert {"3000", "18"} <= set(missing)


def test_facts_that_print_nobody_decide_nothing() -> None:
    assert Held().decide({"silver.results": rows("results"), "silver.odds_lines": rows("odds_lines")}) == ([], [])


def test_unresolved_names_say_where_they_were_met() -> None:
    facts = [("silver.injury_reports", rows("injury_reports", {"player_name": "Body, No", "team": "Boston Celtics"}))]
    found = find_unresolved(facts, rows("identity")).to_dicts()
    assert found == [
        {
            "kind": "player", "source_key": "nobody", "printed": "Body, No", "team": "Boston Celtics",
            "met_in": "silver.injury_reports", "as_of_ts": T0, "as_of_quality": "exact",
        }
    ]  # fmt: skip


@pytest.mark.parametrize("team", FRANCHISES, ids=lambda team: team.tricode)
def test_a_tricode_is_itself(team: Any) -> None:
    assert read_tricode(team.tricode) == read_tricode(f" {team.tricode.lower()} ") == team.tricode


def test_the_declared_tables_hold_together() -> None:
    tricodes = {team.tricode for team in FRANCHISES}
    assert not tricodes & set(TEAM_VARIANTS)
    assert set(TEAM_VARIANTS.values()) | set(ESPN_TEAMS.values()) | set(DRAFTKINGS_TEAMS.values()) == tricodes
    names = [name for group in PLAYER_NAMES for name in group]
    keys = pl.DataFrame({"name": names}).select(normalise_name(pl.col("name"))).to_series()
    # No spelling is in two groups, and none is there twice.
    assert keys.null_count() == 0
    assert keys.n_unique() == len(keys)
