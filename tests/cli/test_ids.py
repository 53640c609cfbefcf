"""`pretip ids`: decisions are made by a person, show at once, can be taken back, and are never guessed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result

from cli.main import pretip
from lakehouse.clock import iso
from lakehouse.commit import Batch
from lakehouse.errors import BadInput, UnknownName
from lakehouse.tables import get_table
from tests.ingest.archives import NOW, Bench, make_archive
from transforms.names import name_keys, resolve_players

Call = Callable[..., Result]
UNRESOLVED = "silver.unresolved"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.load(make_archive())
    row = {
        "kind": "player", "source_key": "aresto", "printed": "Resto, Al", "team": "Boston Celtics",
        "met_in": "silver.injury_reports", "as_of_ts": NOW, "as_of_quality": "exact", "ingested_ts": NOW, "source": "t",
        "bronze_batch": "t", "body_sha256": "0" * 64, "parser_version": 1,
    }  # fmt: skip
    made.lake.commit(Batch("t", "scrape", {UNRESOLVED: pl.DataFrame([row], schema=get_table(UNRESOLVED).columns)}))
    return made


@pytest.fixture
def call(bench: Bench) -> Call:
    calls = iter(range(1, 100))

    def invoke(*args: str) -> Result:
        now = iso(NOW + timedelta(minutes=next(calls)))
        return CliRunner().invoke(pretip, ["--lake", str(bench.lake.root), "--now", now, "ids", *args])

    return invoke


def printed(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_review_suggests_and_decides_nothing(call: Call, bench: Bench) -> None:
    before = bench.lake.pins()
    (found,) = printed(call("review", "--json"))
    assert (found["source_key"], found["met_in"]) == ("aresto", "silver.injury_reports")
    best = found["suggestions"][0]
    assert (best["nba_id"], best["name"], best["same_team"]) == (13, "Al Rest", True)
    assert 60 <= best["score"] < 100
    assert "Al Rest 13" in call("review").output
    assert bench.lake.pins() == before


def named(bench: Bench) -> list[int | None]:
    """Whom the name means, to an observed reading now and to a published one of the past."""
    found = []
    for knowledge, instant in (("observed", bench.lake.log.newest().instant), ("published", NOW)):  # type: ignore[union-attr]
        view = bench.lake.as_of(instant, knowledge)  # type: ignore[arg-type]
        frame = pl.LazyFrame({"name": ["Aresto"], "at": [instant]}).cast({"at": pl.Datetime("us", "UTC")})
        found.append(resolve_players(frame, name_keys(view), "name", "at").collect()["player_id"][0])
    return found


def test_an_alias_is_added_taken_back_and_added_again(call: Call, bench: Bench) -> None:
    bench.lake.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
    assert named(bench) == [None, None]
    row = printed(call("add", "player", "Aresto", "13", "--reason", "a nickname", "--json"))
    assert (row["source_key"], row["rule"]) == ("aresto", "alias: a nickname")
    assert named(bench) == [13, 13]
    assert printed(call("review", "--json")) == []
    assert [(one["source_key"], one["nba_id"]) for one in printed(call("list", "--aliases", "--json"))] == [
        ("aresto", 13)
    ]
    printed(call("withdraw", "player", "Aresto", "13", "--reason", "it is not he", "--json"))
    assert named(bench) == [None, None]
    assert len(printed(call("review", "--json"))) == 1
    assert printed(call("list", "--aliases", "--json")) == []
    printed(call("add", "player", "Aresto", "13", "--reason", "it is he", "--json"))
    assert named(bench) == [13, 13]


def test_a_sources_number_can_be_decided(call: Call) -> None:
    printed(call("add", "player draftkings", "12345", "13", "--reason", "his page", "--json"))
    found = printed(call("list", "--kind", "player draftkings", "--json"))
    assert [(one["source_key"], one["nba_id"]) for one in found] == [("12345", 13)]
    assert "12345" in call("list", "--kind", "player draftkings").output


@pytest.mark.parametrize(
    ("error", "args"),
    [
        (UnknownName, ("add", "player", "Aresto", "999")),
        (BadInput, ("add", "player", "Al Rest", "13")),
        (BadInput, ("add", "player", "--- ...", "13")),
        (BadInput, ("withdraw", "player", "Al Rest", "13")),
        (UnknownName, ("withdraw", "player", "Aresto", "13")),
    ],
)
def test_what_cannot_be_decided_is_one_line(
    call: Call, bench: Bench, error: type[BadInput] | type[UnknownName], args: tuple[str, ...]
) -> None:
    before = bench.lake.pins()
    result = call(*args[:1], "--reason", "none", "--", *args[1:])
    assert result.exit_code == error.exit_code, result.output
    assert result.stderr.count("\n") == 1
    assert bench.lake.pins() == before
