"""What counts as new: a state that differs from the last one, a report that differs from the one before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from ingest.news import REPORTS, find_news
from ingest.provenance import Provenance
from lakehouse.schemas.columns import Fact
from lakehouse.tables import get_table

T0 = datetime(2026, 1, 14, 17, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ESPN = get_table("silver.espn_injuries")
DRAFTABLES = get_table("silver.dk_draft_groups")


def provenance(at: datetime) -> Provenance:
    return Provenance(at, f"batch {at}", "0" * 64, "test", 1)


def told(statuses: dict[int, str], at: datetime) -> pl.DataFrame:
    rows = [
        {
            "report_ts": at, "espn_team_id": 1, "team": "ATL", "espn_player_id": player, "player_name": f"P {player}",
            "status": status, "status_printed": status, "detail": None, "updated_ts": None, "as_of_ts": at,
            "as_of_quality": "exact",
        }
        for player, status in statuses.items()
    ]  # fmt: skip
    columns = {k: v for k, v in ESPN.columns.items() if k not in Fact.columns() or k.startswith("as_of")}
    return pl.DataFrame(rows, schema=columns)


reports = st.dictionaries(st.integers(1, 3), st.sampled_from(["Out", "Questionable"]), min_size=1)


@given(st.lists(reports, min_size=1, max_size=6))
def test_a_report_is_told_whole_whenever_it_differs_from_the_one_before(series: list[dict[int, str]]) -> None:
    held = pl.DataFrame(schema=ESPN.columns)
    expected: list[tuple[datetime, int, str]] = []
    before: dict[int, str] | None = None
    for number, statuses in enumerate(series):
        at = T0 + number * HOUR
        held = pl.concat([held, find_news(ESPN, told(statuses, at), lambda _, h=held: h.lazy(), provenance(at)).rows])
        if statuses != before:
            expected += [(at, player, status) for player, status in sorted(statuses.items())]
        before = statuses
    assert held.select("report_ts", "espn_player_id", "status").sort("report_ts", "espn_player_id").rows() == expected


def test_a_cleared_player_who_is_listed_again_is_out_again() -> None:
    held = pl.DataFrame(schema=ESPN.columns)
    for number, statuses in enumerate([{1: "Out", 2: "Out"}, {2: "Out"}, {1: "Out", 2: "Out"}]):
        at = T0 + number * HOUR
        held = pl.concat([held, find_news(ESPN, told(statuses, at), lambda _, h=held: h.lazy(), provenance(at)).rows])
    newest = held.filter(pl.col("report_ts") == pl.col("report_ts").max())
    assert newest["espn_player_id"].to_list() == [1, 2]
    assert held["report_ts"].n_unique() == 3


def test_a_report_older_than_the_one_held_is_left_out_and_counted() -> None:
    held = find_news(ESPN, told({1: "Out"}, T0), lambda _: pl.LazyFrame(schema=ESPN.columns), provenance(T0)).rows
    late = find_news(ESPN, told({1: "Questionable"}, T0 - HOUR), lambda _: held.lazy(), provenance(T0 + HOUR))
    assert late.rows.is_empty()
    assert late.stale == 1


def group(label: str, at: datetime) -> pl.DataFrame:
    row = {
        "draft_group": 7, "game_type_id": 70, "start_ts": T0, "games": 3, "label": label, "as_of_ts": at,
        "as_of_quality": "exact",
    }  # fmt: skip
    columns = {k: v for k, v in DRAFTABLES.columns.items() if k not in Fact.columns() or k.startswith("as_of")}
    return pl.DataFrame([row], schema=columns)


@given(st.lists(st.sampled_from("AB"), min_size=1, max_size=6))
def test_a_state_is_stored_whenever_it_differs_from_the_last(series: list[str]) -> None:
    held = pl.DataFrame(schema=DRAFTABLES.columns)
    for number, label in enumerate(series):
        at = T0 + number * HOUR
        rows = find_news(DRAFTABLES, group(label, at), lambda _, h=held: h.lazy(), provenance(at)).rows
        held = pl.concat([held, rows])
    runs = [label for at, label in enumerate(series) if at == 0 or series[at - 1] != label]
    assert held.sort("ingested_ts")["label"].to_list() == runs
    assert held["as_of_ts"].is_sorted()


def test_a_later_version_without_a_stamp_of_its_own_is_public_from_when_it_was_fetched() -> None:
    empty = pl.LazyFrame(schema=DRAFTABLES.columns)
    first = find_news(DRAFTABLES, group("A", T0), lambda _: empty, provenance(T0 + HOUR)).rows
    second = find_news(DRAFTABLES, group("B", T0), lambda _: first.lazy(), provenance(T0 + 2 * HOUR)).rows
    assert first["as_of_ts"].to_list() == [T0]
    assert second["as_of_ts"].to_list() == [T0 + 2 * HOUR]


def test_every_report_table_has_a_report_ts() -> None:
    for name, scope in REPORTS.items():
        assert {"report_ts", *scope} <= set(get_table(name).columns)


def test_what_a_payload_does_not_say_stays_as_it_was_known() -> None:
    empty = pl.LazyFrame(schema=DRAFTABLES.columns)
    first = find_news(DRAFTABLES, group("A", T0), lambda _: empty, provenance(T0)).rows
    silent = group("A", T0 + HOUR).with_columns(games=pl.lit(None, pl.Int32))
    assert find_news(DRAFTABLES, silent, lambda _: first.lazy(), provenance(T0 + HOUR)).rows.is_empty()
    renamed = silent.with_columns(label=pl.lit("B"))
    second = find_news(DRAFTABLES, renamed, lambda _: first.lazy(), provenance(T0 + HOUR)).rows
    assert second["games"].to_list() == [3]


def test_a_rules_stamp_never_dates_a_change() -> None:
    empty = pl.LazyFrame(schema=DRAFTABLES.columns)
    first = find_news(DRAFTABLES, group("A", T0), lambda _: empty, provenance(T0)).rows
    ruled = group("B", T0 + HOUR).with_columns(as_of_quality=pl.lit("assumed"))
    later = find_news(DRAFTABLES, ruled, lambda _: first.lazy(), provenance(T0 + 2 * HOUR)).rows
    assert later.select("as_of_ts", "as_of_quality").rows() == [(T0 + 2 * HOUR, "exact")]
