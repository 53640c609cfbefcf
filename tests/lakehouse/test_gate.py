from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakehouse.clock import FixedClock
from lakehouse.commit import Batch
from lakehouse.errors import BadInput, ClockError, UnknownName
from lakehouse.gate import Knowledge, known_by, newest
from lakehouse.lake import Lake
from lakehouse.schemas.columns import QUALITIES
from lakehouse.tables import TABLES, get_table
from tests.lakehouse.samples import IDENTITY, REPORTS, RESULTS, SECOND, commit_pairs, report, result
from tests.strategies import MINUTE, T0, facts, frame

BOTH: tuple[Knowledge, ...] = ("observed", "published")
US = timedelta(microseconds=1)
DAY = timedelta(days=1)


def _entries(lake: Lake, run_ts: datetime, knowledge: Knowledge = "published") -> list[str]:
    return lake.as_of(run_ts, knowledge).rows(REPORTS).collect()["entry"].to_list()


def _first_seen(lake: Lake, name: str, knowledge: Knowledge, low: datetime, high: datetime) -> datetime:
    """The first instant at which a table has a row."""
    while high - low > US:
        middle = low + (high - low) // 2
        seen = not lake.as_of(middle, knowledge).rows(name).collect().is_empty()
        low, high = (low, middle) if seen else (middle, high)
    return high


def _commit(lake: Lake, make: Callable[..., pl.DataFrame], batch_id: str = "a", **stamped: Any) -> None:
    frame = make(batch_id, **stamped)
    name = REPORTS if "entry" in frame.columns else RESULTS
    assert lake.commit(Batch(batch_id, "scrape", {name: frame})) is not None


def test_observed_is_what_the_lake_held(lake: Lake, clock: FixedClock) -> None:
    commit_pairs(lake, 1)
    clock.advance(DAY)
    _commit(lake, report)
    entry = lake.log.newest()
    assert entry is not None
    assert _first_seen(lake, REPORTS, "observed", T0 + SECOND, clock.now()) == entry.instant == T0 + DAY + SECOND


def test_a_fact_stamped_later_than_its_commit_waits_for_its_stamp(lake: Lake, clock: FixedClock) -> None:
    _commit(lake, result, as_of=T0 + 9 * MINUTE)
    clock.advance(DAY)
    lake.begin_run("later")
    for knowledge in BOTH:
        assert _first_seen(lake, RESULTS, knowledge, T0, clock.now()) == T0 + 9 * MINUTE


@pytest.mark.parametrize(
    ("make", "quality", "ingested", "expected"),
    [
        (report, "exact", T0 + SECOND, 5 * MINUTE),
        (report, "bounded", T0 + SECOND, 5 * MINUTE),
        (report, "assumed", T0 + SECOND, timedelta(0)),
        (report, "proxy", T0 + SECOND, timedelta(0)),
        (report, "exact", T0, timedelta(0)),
        (result, "exact", T0 + SECOND, timedelta(0)),
    ],
)
def test_published_adds_the_lag_of_the_source(
    lake: Lake,
    clock: FixedClock,
    make: Callable[..., pl.DataFrame],
    quality: str,
    ingested: datetime,
    expected: timedelta,
) -> None:
    clock.advance(DAY)
    _commit(lake, make, quality=quality, ingested=ingested)
    name = REPORTS if make is report else RESULTS
    assert _first_seen(lake, name, "published", T0 - DAY, clock.now()) == T0 + expected
    (available,) = lake.as_of(clock.now(), "published").rows(name).collect()["available_ts"]
    assert available == T0 + expected


def test_a_configured_lag_holds_from_its_start(lake: Lake, clock: FixedClock) -> None:
    clock.advance(DAY)
    for hour in (0, 2, 4):
        _commit(lake, report, f"hour {hour}", entry=f"hour {hour}", as_of=T0 + timedelta(hours=hour))
    changes = [("injuries", T0 + timedelta(hours=h), seconds) for h, seconds in ((4, 0), (1, 1200))]
    rows = [{"lag_source": s, "from_ts": at, "lag_seconds": n, "reason": "test"} for s, at, n in changes]
    lake.commit(Batch("lags", "configuration", {"ops.lags": pl.DataFrame(rows, schema=get_table("ops.lags").columns)}))
    rows_now = lake.as_of(clock.now(), "published").rows(REPORTS).collect()
    lags = dict(zip(rows_now["entry"], rows_now["available_ts"] - rows_now["as_of_ts"], strict=True))
    assert lags == {"hour 0": 5 * MINUTE, "hour 2": 20 * MINUTE, "hour 4": timedelta(0)}
    assert _entries(lake, T0 + timedelta(hours=2, minutes=19)) == ["hour 0"]
    # A pinned reading keeps the lags of its pins.
    before = lake.pins(3)
    assert lake.as_of(clock.now(), "published", pins=before).lags == ()


def test_each_audience_reads_its_own_tables(lake: Lake, clock: FixedClock) -> None:
    commit_pairs(lake, 1)
    for audience in ("run", "training", "evaluation"):
        view = lake.as_of(clock.now(), audience=audience)
        for name, table in TABLES.items():
            if audience in table.audience:
                view.rows(name)
            else:
                with pytest.raises(BadInput, match=f"{name} is for"):
                    view.rows(name)
    with pytest.raises(UnknownName):
        view.rows("silver.weather")


@pytest.mark.parametrize("knowledge", BOTH)
def test_an_instant_nobody_can_know_is_refused(lake: Lake, clock: FixedClock, knowledge: Knowledge) -> None:
    commit_pairs(lake, 1)
    with pytest.raises(ClockError, match="future"):
        lake.as_of(clock.now() + US, knowledge)
    with pytest.raises(BadInput, match="time zone"):
        lake.as_of(clock.now().replace(tzinfo=None), knowledge)


def test_observed_before_the_lake_began_is_refused_and_published_is_not(lake: Lake, clock: FixedClock) -> None:
    with pytest.raises(ClockError):
        lake.as_of(clock.now())
    commit_pairs(lake, 1)
    with pytest.raises(ClockError, match="began at"):
        lake.as_of(T0)
    assert lake.as_of(T0 - DAY, "published").rows(RESULTS).collect().is_empty()


@pytest.mark.parametrize("knowledge", BOTH)
def test_a_table_that_does_not_exist_yet_is_empty_with_its_schema(
    lake: Lake, clock: FixedClock, knowledge: Knowledge
) -> None:
    commit_pairs(lake, 1)
    rows = lake.as_of(clock.now(), knowledge).rows("silver.odds_lines").collect()
    assert rows.is_empty()
    declared = get_table("silver.odds_lines").columns
    assert rows.schema == pl.Schema({**declared, "available_ts": pl.Datetime("us", "UTC")})


def test_nothing_can_later_land_at_or_before_an_instant_that_was_read(lake: Lake, clock: FixedClock) -> None:
    commit_pairs(lake, 1)
    clock.advance(SECOND + 900 * US)
    run_ts = clock.now()
    first = lake.as_of(run_ts).rows(RESULTS).collect()
    entry = lake.commit(Batch("x", "scrape", {RESULTS: result("x")}))
    assert entry is not None
    assert entry.instant > run_ts
    assert lake.as_of(run_ts).rows(RESULTS).collect().equals(first)


def test_a_source_can_be_read_as_another_view_knew_it(lake: Lake, clock: FixedClock) -> None:
    commit_pairs(lake, 1)
    early = lake.as_of(clock.now())
    commit_pairs(lake, 1, start=1)
    mixed = lake.as_of(clock.now()).with_source("boxscores", early)
    assert mixed.rows(RESULTS).collect().height == 1
    assert mixed.rows(IDENTITY).collect().height == 2
    with pytest.raises(BadInput, match="no source"):
        mixed.with_source("weather", early)


VERSIONS = st.lists(facts(RESULTS), max_size=8)


@given(VERSIONS)
def test_newest_equals_a_plain_loop(drawn: list[dict[str, Any]]) -> None:
    chosen: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(drawn):
        row = {**row, "home_score": number}
        held = chosen.get(row["game_id"])
        if held is None or _rank(row) < _rank(held):
            chosen[row["game_id"]] = row
    numbered = frame(RESULTS, drawn, "b").with_columns(pl.Series("home_score", range(len(drawn)), pl.Int32))
    found = newest(numbered.lazy(), ["game_id"]).collect()
    assert found["home_score"].to_list() == [chosen[game]["home_score"] for game in sorted(chosen)]


def _rank(row: dict[str, Any]) -> tuple[float, int, datetime]:
    return (-row["as_of_ts"].timestamp(), QUALITIES.index(row["as_of_quality"]), row["ingested_ts"])


@pytest.mark.parametrize("knowledge", BOTH)
def test_both_faces_of_the_gate_are_equal_row_for_row(lake: Lake, clock: FixedClock, knowledge: Knowledge) -> None:
    minutes = (0, 7, 3, 3, 11, 1)
    for number, minute in enumerate(minutes):
        batch_id = str(number)
        late: dict[str, Any] = {"as_of": T0 + minute * MINUTE, "quality": QUALITIES[number % 4]}
        frames = {REPORTS: report(batch_id, **late), RESULTS: result(batch_id, f"002250000{number % 2}", **late)}
        assert lake.commit(Batch(batch_id, "scrape", frames)) is not None
        clock.advance(2 * MINUTE)
    clock.advance(30 * MINUTE)
    late_view = lake.as_of(clock.now(), knowledge)
    ticks = {T0 + n * MINUTE + d * US for n in range(20) for d in (-1, 0, 1) if T0 + n * MINUTE + d * US >= T0}
    for name, key in ((RESULTS, "game_id"), (REPORTS, "team")):
        rows = late_view.rows(name)
        keys = rows.select(key).unique().collect()[key].sort()
        for cut in sorted(ticks):
            cuts = pl.LazyFrame({key: keys}).with_columns(pl.lit(cut).dt.cast_time_unit("us").alias("cut_ts"))
            second = known_by(rows, cuts, [key]).drop("cut_ts").collect()
            first = lake.as_of(cut, knowledge).rows(name).collect()
            order = [*get_table(name).key, "bronze_batch"]
            assert second.select(first.columns).sort(order).equals(first)


def test_two_batches_that_state_one_version_come_in_one_order(lake_root: Path) -> None:
    shown = []
    for order in ("ab", "ba"):
        lake = Lake.open_or_create(lake_root / order, FixedClock(T0 + DAY))
        for batch_id in order:
            home = 100 if batch_id == "a" else 90
            assert lake.commit(Batch(batch_id, "scrape", {RESULTS: result(batch_id, home=home)})) is not None
        for _ in range(2):
            rows = lake.as_of(T0 + DAY, "published").rows(RESULTS)
            shown.append([*rows.collect()["home_score"], *newest(rows, ["game_id"]).collect()["home_score"]])
            lake.compact()
    assert shown == [[100, 90, 100]] * 4
