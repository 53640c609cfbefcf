"""Instants and days at their very edges: what reading writes, entries of one instant, spans of a day, words in one."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from lakehouse.clock import FixedClock, to_ms
from lakehouse.doctor import examine
from lakehouse.errors import BadInput
from lakehouse.holes import Hole, declare_hole, declared_reason, standing_holes, withdraw_hole
from lakehouse.lake import Lake
from lakehouse.log import LOG
from tests.lakehouse.samples import commit_pairs


def test_reading_at_the_newest_entry_writes_nothing(lake: Lake, clock: FixedClock) -> None:
    (entry,) = commit_pairs(lake, 1)
    lake.as_of(entry.instant)
    assert lake.log.head() == 1


def test_two_entries_of_one_instant_are_red(lake: Lake) -> None:
    first, second = commit_pairs(lake, 2)
    path = lake.storage.commit_path(LOG, second.seq)
    stamps = [str(to_ms(entry.instant)) for entry in (first, second)]
    path.write_text(path.read_text().replace(stamps[1], stamps[0]))
    assert lake.log.entry(2).instant == first.instant
    assert ("instants", LOG) in {(finding.check, finding.table) for finding in examine(lake).findings if finding.red}


def test_a_hole_covers_its_first_and_its_last_day_and_those_between() -> None:
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(5)]
    hole = Hole("silver.results", days[1], days[3], "no archive")
    said = pl.DataFrame({"game_date": days}).select(declared_reason([hole], ["silver.results"]).alias("reason"))
    assert said["reason"].to_list() == [None, *["no archive"] * 3, None]


def test_a_hole_may_be_of_one_day_and_not_of_less(lake: Lake) -> None:
    day = date(2025, 1, 1)
    hole = Hole("silver.results", day, day, "no archive")
    declare_hole(lake, hole)
    assert standing_holes(lake) == (hole,)
    with pytest.raises(BadInput, match="before it begins"):
        declare_hole(lake, Hole("silver.results", day, day - timedelta(days=1), "no archive"))


def test_the_last_word_on_a_hole_stands_though_all_came_at_one_instant(lake: Lake) -> None:
    span = ("silver.results", date(2025, 1, 1), date(2025, 1, 2))
    for _ in range(2):
        declare_hole(lake, Hole(*span, "no archive"))
        assert len(standing_holes(lake)) == 1
        withdraw_hole(lake, *span, "found one")
        assert standing_holes(lake) == ()
