from __future__ import annotations

import shutil
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake

from lakehouse import delta
from lakehouse.clock import FixedClock, floor_ms
from lakehouse.commit import Batch
from lakehouse.doctor import examine
from lakehouse.errors import BadInput, ClockError, ForeignWriter, LakeDamaged, UnknownName
from lakehouse.lake import Lake
from lakehouse.log import LOG
from lakehouse.tables import TABLES
from tests.lakehouse.samples import IDENTITY, RESULTS, SECOND, commit_pairs, held, identity, pair, result
from tests.strategies import T0

MS = timedelta(milliseconds=1)


def test_a_batch_shows_in_all_its_tables_at_one_instant(lake: Lake) -> None:
    entries = commit_pairs(lake, 3)
    for count, entry in enumerate(entries, 1):
        batches = {f"test:{number}" for number in range(count)}
        view = lake.as_of(entry.instant)
        before = lake.pins(entry.seq - 1) if entry.seq > 1 else None
        for name in (IDENTITY, RESULTS):
            assert held(lake, name, entry.version(name)) == batches
            assert set(view.rows(name).collect()["bronze_batch"]) == batches
            assert before is None or before.versions[name] == entry.version(name) - 1


def test_the_same_batch_is_in_once(lake: Lake, clock: FixedClock) -> None:
    (entry,) = commit_pairs(lake, 1)
    clock.advance(SECOND)
    assert lake.commit(pair(0)) is None
    # Its id decides, not its content, nor which handle asks.
    other = Batch("test:0", "scrape", {IDENTITY: identity("test:0", "another")})
    assert Lake.open(lake.root, clock).commit(other) is None
    assert lake.log.newest() == entry
    assert lake.scan(IDENTITY).collect().height == 1


def test_the_same_content_in_another_batch_is_in_twice(lake: Lake) -> None:
    for batch_id in ("a", "b"):
        assert lake.commit(Batch(batch_id, "scrape", {RESULTS: result(batch_id)})) is not None
    assert held(lake, RESULTS) == {"a", "b"}


def test_instants_are_whole_milliseconds_and_strictly_rise(lake: Lake, clock: FixedClock) -> None:
    steps = [timedelta(0), timedelta(microseconds=999), timedelta(0), MS, -SECOND, 5 * SECOND]
    instants = []
    for number, step in enumerate(steps):
        clock.advance(step)
        entry = lake.commit(Batch(str(number), "scrape", {RESULTS: result(str(number))}))
        assert entry is not None
        assert entry.instant == floor_ms(entry.instant) >= floor_ms(clock.now())
        assert entry.clock == floor_ms(clock.now())
        instants.append(entry.instant)
    assert all(before < after for before, after in pairwise(instants))
    assert instants[:2] == [T0, T0 + MS]
    assert instants[-1] == floor_ms(clock.now())


def test_an_empty_frame_writes_no_version(lake: Lake) -> None:
    entry = lake.commit(Batch("a", "scrape", {IDENTITY: identity("a").clear(), RESULTS: result("a")}))
    assert entry is not None
    assert entry.versions == {RESULTS: 1}


def test_a_clock_that_stepped_back_leaves_an_alert(lake: Lake, clock: FixedClock) -> None:
    (entry,) = commit_pairs(lake, 1)
    assert not lake.is_clock_behind()
    clock.advance(timedelta(seconds=-2))
    assert lake.is_clock_behind()
    late = lake.commit(pair("late"))
    assert late is not None
    assert late.instant == entry.instant + MS
    alert = lake.scan("ops.alerts").collect().row(0, named=True)
    assert (alert["kind"], alert["alert_ts"]) == ("clock-behind", late.instant)
    assert examine(lake).healthy
    run_ts = lake.begin_run("run")
    assert set(lake.as_of(run_ts).rows(RESULTS).collect()["bronze_batch"]) == {"test:0", "test:late"}


def test_a_step_back_of_a_second_is_no_alert(lake: Lake, clock: FixedClock) -> None:
    commit_pairs(lake, 1)
    clock.advance(-SECOND)
    assert lake.commit(pair("late")) is not None
    assert lake.scan("ops.alerts").collect().is_empty()


@pytest.mark.parametrize(("back", "refused"), [(timedelta(minutes=5), False), (timedelta(minutes=5) + MS, True)])
def test_a_clock_more_than_five_minutes_behind_is_refused(
    lake: Lake, clock: FixedClock, back: timedelta, refused: bool
) -> None:
    commit_pairs(lake, 1)
    clock.advance(-back)
    if refused:
        with pytest.raises(ClockError, match="five minutes"):
            lake.commit(pair("late"))
        assert lake.pending_plan() is None
        assert held(lake, RESULTS) == {"test:0"}
    else:
        assert lake.commit(pair("late")) is not None


def test_rows_must_carry_the_batch_they_come_with(lake: Lake) -> None:
    with pytest.raises(BadInput, match="must carry the batch"):
        lake.commit(Batch("a", "scrape", {RESULTS: result("b")}))
    with pytest.raises(UnknownName, match=r"silver\.result"):
        lake.commit(Batch("a", "scrape", {"silver.result": result("a")}))
    assert lake.log.newest() is None


def test_one_bad_frame_keeps_the_whole_batch_out(lake: Lake) -> None:
    bad = result("a").with_columns(pl.lit("x").alias("game_id"))
    with pytest.raises(BadInput):
        lake.commit(Batch("a", "scrape", {IDENTITY: identity("a"), RESULTS: bad}))
    assert lake.log.newest() is None
    assert lake.commit(Batch("a", "scrape", {IDENTITY: identity("a"), RESULTS: result("a")})) is not None


def test_a_foreign_commit_stops_the_writer_but_not_the_reader(lake: Lake) -> None:
    commit_pairs(lake, 1)
    path = str(lake.storage.table_path(RESULTS))
    write_deltalake(path, result("foreign").to_arrow(compat_level=pl.CompatLevel.oldest()), mode="append")
    with pytest.raises(ForeignWriter, match=f"{RESULTS} has a version 2"):
        lake.commit(pair("next"))
    assert held(lake, RESULTS) == {"test:0"}


def test_a_log_whose_end_is_lost_or_altered_stops_the_writer(lake: Lake, lake_root: Path, clock: FixedClock) -> None:
    commit_pairs(lake, 3)
    lost = Lake.open(Path(shutil.copytree(lake.root, lake_root / "lost")), clock)
    lost.storage.commit_path(LOG, 3).unlink()
    with pytest.raises(LakeDamaged, match="is missing"):
        lost.commit(pair("next"))
    path = lake.storage.commit_path(LOG, 3)
    path.write_bytes(path.read_bytes().replace(b'"kind":"scrape"', b'"kind":"scrapE"').replace(b"scrape", b"scrapE"))
    with pytest.raises(LakeDamaged, match="not what was written"):
        lake.commit(pair("next"))


def test_a_copy_with_new_file_times_resolves_the_same(lake: Lake, lake_root: Path, clock: FixedClock) -> None:
    entries = commit_pairs(lake, 4)
    copied = Lake.open(Path(shutil.copytree(lake.root, lake_root / "copy", copy_function=shutil.copyfile)), clock)
    for entry in entries:
        for instant in (entry.instant, entry.instant + MS) if entry is not entries[-1] else (entry.instant,):
            ours, theirs = lake.as_of(instant), copied.as_of(instant)
            assert theirs.pins == ours.pins
            assert theirs.rows(RESULTS).collect().equals(ours.rows(RESULTS).collect())
    assert not examine(copied).healthy, "a copy without its file times misleads native travel and must say so"


def test_native_time_travel_agrees_with_our_instants(lake: Lake) -> None:
    entries = commit_pairs(lake, 25)
    for name in (RESULTS, LOG):
        table = DeltaTable(str(lake.storage.table_path(name)))
        for entry in entries:
            version = entry.seq if name == LOG else entry.version(name)
            for instant, expected in ((entry.instant - MS, version - 1), (entry.instant, version)):
                table.load_as_version(instant)
                assert table.version() == expected
        table.load_as_version(T0 - timedelta(days=365))
        assert table.to_pyarrow_dataset().count_rows() == 0


def test_compaction_keeps_every_version_readable_and_equal(lake: Lake) -> None:
    entries = commit_pairs(lake, 22)
    before = [lake.scan_version(RESULTS, version).collect().sort("bronze_batch") for version in range(23)]
    compacted = lake.compact((RESULTS, IDENTITY))
    assert compacted is not None
    assert compacted.kind == "compaction"
    assert len(delta.active_files(lake.storage, RESULTS, compacted.version(RESULTS))) == 1
    commit_pairs(lake, 1, start=50)
    for version, rows in enumerate(before):
        assert lake.scan_version(RESULTS, version).collect().sort("bronze_batch").equals(rows)
    assert lake.scan_version(RESULTS, compacted.version(RESULTS)).collect().sort("bronze_batch").equals(before[-1])
    assert lake.as_of(entries[9].instant).pins.versions[RESULTS] == 10
    assert examine(lake).healthy


def test_compacting_what_is_compact_changes_nothing(lake: Lake) -> None:
    assert lake.compact() is None
    commit_pairs(lake, 2)
    assert lake.compact() is not None
    assert lake.compact() is None
    assert lake.pending_plan() is None
    commit_pairs(lake, 1, start=9)
    assert held(lake, RESULTS) == {"test:0", "test:1", "test:9"}


def test_a_hundred_versions_are_compacted_and_the_log_keeps_its_rows(lake: Lake) -> None:
    for number in range(105):
        assert lake.commit(Batch(str(number), "scrape", {RESULTS: result(str(number))})) is not None
    newest = lake.log.newest()
    assert newest is not None
    kinds = [lake.log.entry(seq).kind for seq in range(1, newest.seq + 1)]
    assert kinds.count("compaction") == 1
    assert kinds.count("log-compaction") == 1
    for name in (RESULTS, LOG):
        assert len(delta.active_files(lake.storage, name, newest.seq if name == LOG else newest.version(name))) < 10
    said = lake.scan(LOG).collect().sort("seq")
    assert said["seq"].to_list() == list(range(1, newest.seq + 1))
    assert said["batch_id"].to_list() == [lake.log.entry(seq).batch_id for seq in said["seq"]]
    assert lake.scan(RESULTS).collect().height == 105
    assert lake.scan_version(RESULTS, 60).collect().height == 60
    assert examine(lake).findings == ()


def test_a_lake_is_made_only_in_an_empty_place(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="no lake"):
        Lake.open(tmp_path / "absent")
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(BadInput, match=r"thesis\.txt"):
        Lake.open_or_create(tmp_path)
    with pytest.raises(BadInput, match="is a file"):
        Lake.open_or_create(tmp_path / "thesis.txt")


def test_every_declared_table_can_be_created_and_read_back(lake: Lake) -> None:
    for table in TABLES.values():
        delta.create(lake.storage, table)
        assert delta.table_configuration(lake.storage, table.name) == delta.PROPERTIES
        assert lake.scan_version(table.name, 0).collect_schema() == pl.Schema(table.columns)
        opened = pl.scan_delta(str(lake.storage.table_path(table.name)))
        assert dict(opened.collect_schema()) == table.columns
