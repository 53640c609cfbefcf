"""Loading twice, shuffled, with a row more or a value less: only what is new enters, all of it or nothing."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from ingest.history import ImportSummary, TableReport, import_history
from lakehouse.errors import BadInput
from lakehouse.faults import Faults
from lakehouse.holes import standing_holes
from lakehouse.lake import Lake
from lakehouse.tables import TABLES
from tests.ingest.archives import (
    CUP,
    GAME,
    NOW,
    Bench,
    change,
    frame,
    line,
    make_archive,
    map_file,
    report_line,
    write_archive,
)

LATER = NOW + timedelta(hours=1)
HISTORY = Path(__file__).parents[3] / "shared" / "data" / "history"


# What no archive tells, only the sources themselves.
SCRAPED_ONLY = {
    f"silver.{name}"
    for name in (
        "live_boxscores", "espn_injuries", "dk_draft_groups", "dk_contests", "dk_draftables", "dk_payouts",
        "dk_standings", "dk_ownership", "dk_entries", "linestar_slates", "linestar_ownership", "linestar_contest_ids",
        "unresolved",
    )
}  # fmt: skip


def learned(summary: ImportSummary) -> dict[str, tuple[int, int]]:
    return {name: (got.new, got.corrections) for name, got in summary.tables.items() if got.new or got.corrections}


def test_every_file_fills_its_tables_in_one_commit(bench: Bench) -> None:
    summary = bench.load(make_archive())
    assert bench.lake.pins().seq == 1
    assert {report.status for report in summary.files} == {"new"}
    filled = {name for name in TABLES if name.startswith("silver.") and len(bench.rows(name))}
    assert filled == {name for name in TABLES if name.startswith("silver.")} - {"silver.rejected"} - SCRAPED_ONLY
    for name, report in summary.tables.items():
        assert report == TableReport(new=len(bench.rows(name)))
    bronze = bench.rows("bronze.imports")
    assert sorted(bronze["request"]) == sorted(make_archive())
    for name in filled - {"silver.identity"}:
        assert set(bench.rows(name)["body_sha256"]) <= set(bronze["body_sha256"])


def test_the_same_archive_again_in_any_order_is_nothing_new(bench: Bench) -> None:
    frames = make_archive()
    bench.load(frames)
    again = bench.load(frames, LATER)
    assert again.batch_id is None
    for seed in range(3):
        shuffled = {name: rows.sample(fraction=1.0, shuffle=True, seed=seed) for name, rows in frames.items()}
        shuffled = {
            name: rows.select(random.Random(seed).sample(rows.columns, len(rows.columns)))
            for name, rows in shuffled.items()
        }
        summary = bench.load(shuffled, LATER)
        assert {report.status for report in summary.files} == {"unchanged"}
        assert summary.batch_id is None
    assert bench.lake.pins().seq == 1


def test_one_row_added_is_one_fact(bench: Bench) -> None:
    frames = make_archive()
    bench.load(frames)
    added = frame("player_boxscores", [line(CUP, 11, "Jo Vale", "2025-12-16T20:00", starter=None)])
    more = map_file(frames, "player_boxscores", lambda rows: pl.concat([added, rows]))
    summary = bench.load(more, LATER)
    assert learned(summary) == {"silver.boxscores": (1, 0)}
    assert [report.name for report in summary.files if report.status != "unchanged"] == ["player_boxscores"]
    row = bench.rows("silver.boxscores", pl.col("game_id") == CUP).row(0, named=True)
    assert row["as_of_ts"] == row["tip_ts"] + timedelta(hours=3)
    assert row["ingested_ts"] == LATER


def test_one_value_changed_is_one_correction_public_at_the_import(bench: Bench) -> None:
    frames = make_archive()
    bench.load(frames)
    summary = bench.load(change(frames, "player_boxscores", 0, pts=21), LATER)
    assert learned(summary) == {"silver.boxscores": (0, 1)}
    versions = bench.rows("silver.boxscores", pl.col("player_id") == 11).sort("ingested_ts")
    assert versions["pts"].to_list() == [20, 21]
    assert versions["as_of_ts"].to_list()[1] == LATER == versions["ingested_ts"].to_list()[1]
    assert versions["as_of_quality"].to_list() == ["assumed", "bounded"]


def test_a_value_put_back_is_a_correction_again(bench: Bench) -> None:
    frames = make_archive()
    bench.load(frames)
    bench.load(change(frames, "games", 0, home_score=111), LATER)
    summary = bench.load(frames, LATER + timedelta(hours=1))
    assert learned(summary) == {"silver.results": (0, 1)}
    versions = bench.rows("silver.results", pl.col("game_id") == GAME).sort("ingested_ts")
    assert versions["home_score"].to_list() == [110, 111, 110]


def test_dates_without_a_box_score_are_declared_holes_until_one_comes(bench: Bench) -> None:
    without = map_file(make_archive(), "games", lambda rows: rows.with_columns(has_boxscore=pl.lit(False)))
    bench.load(without)
    declared = standing_holes(bench.lake)
    finals = without["games"].filter(pl.col("game_status") == 3)
    assert [hole.first_day for hole in declared] == sorted(set(finals["game_date"]))
    assert {hole.table_name for hole in declared} == {"silver.boxscores"}
    bench.load(map_file(without, "games", lambda rows: rows.with_columns(has_boxscore=pl.lit(True))), LATER)
    assert standing_holes(bench.lake) == ()


def test_a_corrected_proxy_stays_a_proxy(bench: Bench) -> None:
    frames = make_archive()
    bench.load(frames)
    bench.load(change(frames, "player_boxscores", 1, starter=True), LATER)
    assert set(bench.rows("silver.proxy_starters")["as_of_quality"]) == {"proxy"}


def test_a_row_taken_away_changes_nothing(bench: Bench) -> None:
    frames = make_archive()
    bench.load(frames)
    summary = bench.load(map_file(frames, "games", lambda rows: rows.head(3)), LATER)
    assert learned(summary) == {}


def test_a_column_nobody_reads_is_stored_but_teaches_nothing(bench: Bench) -> None:
    frames = make_archive()
    bench.load(frames)
    wider = map_file(frames, "games", lambda rows: rows.with_columns(pl.lit([["a"]]).list.first().alias("labels")))
    summary = bench.load(wider, LATER)
    assert learned(summary) == {}
    assert len(bench.rows("bronze.imports", pl.col("request") == "games")) == 2


def test_files_may_come_one_at_a_time_in_any_order(bench: Bench, tmp_path: Path) -> None:
    """The stamps that lean on another file find it in the lake: facts are those of one import of all.

    Only the changes of a schedule come with its games, whose own tips are the last ones.
    """
    frames = make_archive()
    first = ("games", "schedule_changes", "linestar_salaries")
    bench.load({name: frames[name] for name in first[:2]}, NOW)
    for hour, name in enumerate([first[2], *(name for name in frames if name not in first)], start=1):
        bench.load({name: frames[name]}, NOW + timedelta(hours=hour))
    whole = Bench(tmp_path / "whole")
    whole.load(frames)
    for name, table in TABLES.items():
        if name.startswith("silver.") and name != "silver.identity":
            facts = [column for column in table.columns if column not in ("ingested_ts", "bronze_batch")]
            ours = bench.rows(name).select(facts).sort(facts)
            assert ours.equals(whole.rows(name).select(facts).sort(facts)), name


def test_a_repeated_injury_line_is_rejected_with_its_reason(bench: Bench) -> None:
    twice = [report_line("Rest, Al"), report_line("Rest, Al", current_status="Doubtful"), report_line("Vale, Jo")]
    orders = [twice, twice[::-1]]
    kept = []
    for hour, lines in enumerate(orders):
        summary = bench.load({"injury_reports": frame("injury_reports", lines)}, NOW + timedelta(hours=hour))
        kept.append(summary.tables.get("silver.injury_reports"))
    assert kept == [TableReport(new=2, rejected=1), None]
    rejected = bench.rows("silver.rejected").row(0, named=True)
    assert rejected["table"] == "silver.injury_reports"
    assert "twice" in rejected["reason"]
    assert '"Rest, Al"' in rejected["row_json"]


def test_other_files_are_named_as_ignored(bench: Bench, tmp_path: Path) -> None:
    folder = write_archive(tmp_path / "odd", {"games": make_archive()["games"]})
    (folder / "notes.txt").write_text("hello")
    (folder / "weather.parquet").write_bytes(b"anything")
    summary = import_history(bench.lake, folder, now=NOW)
    assert [report.name for report in summary.files if report.status == "ignored"] == ["notes.txt", "weather.parquet"]


def test_an_import_after_a_killed_one_repeats_no_fact(tmp_path: Path) -> None:
    def die(point: str) -> None:
        if point == "table.appended":
            raise KeyboardInterrupt

    bench = Bench(tmp_path)
    folder = write_archive(tmp_path / "archive", make_archive())
    dying = Lake.open_or_create(tmp_path / "lake", bench.clock, Faults(die))
    with pytest.raises(KeyboardInterrupt):
        import_history(dying, folder, now=NOW)
    summary = import_history(bench.lake, folder, now=LATER)
    assert summary.batch_id is None
    assert len(bench.rows("silver.boxscores")) == 3


def test_progress_counts_the_files_up(bench: Bench, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    folder = write_archive(tmp_path / "archive", make_archive())
    for _ in range(2):
        import_history(bench.lake, folder, now=NOW, progress=lambda *step: told.append(step))
    assert [step[1:] for step in told] == [(done, 18) for done in range(1, 19)] * 2


def test_schedule_changes_take_teams_and_season_from_the_game(bench: Bench) -> None:
    bench.load(make_archive())
    versions = bench.rows("silver.schedule", pl.col("game_id") == GAME).sort("announcement")
    assert versions["announcement"].to_list() == ["2025-08-01T04:00:00Z", "2025-11-01T15:00:30.500Z"]
    assert set(versions["home_team"]) == {"BOS"}
    assert versions["game_date"].n_unique() == 1


@pytest.mark.skipif(not HISTORY.is_dir(), reason="the real history archive is not here")
def test_the_real_archive_loads_once(bench: Bench) -> None:
    bench.clock.instant = bench.clock.instant.replace(year=2027)
    summary = import_history(bench.lake, HISTORY, now=bench.clock.now())
    counts = {name: report.new for name, report in summary.tables.items()}
    assert counts["silver.schedule"] == 5439
    assert counts["silver.boxscores"] == 135_781
    assert counts["silver.injury_reports"] == 367
    assert summary.total.corrections == summary.total.unchanged == summary.total.rejected == 0
    assert import_history(bench.lake, HISTORY, now=bench.clock.now() + timedelta(hours=1)).batch_id is None
    identity = bench.rows("silver.identity")
    assert identity.filter(pl.col("kind") == "team")["nba_id"].n_unique() == 30
    assert identity.select("kind", "source_key").n_unique() == len(identity)


def test_a_refused_file_leaves_the_lake_as_it_was(bench: Bench) -> None:
    frames = make_archive()
    bench.load(frames)
    before = bench.lake.pins()
    bad = change(change(frames, "games", 0, home_score=112), "rosters", 0, team_id=None)
    with pytest.raises(BadInput):
        bench.load(bad, LATER)
    assert bench.lake.pins() == before
