"""A run made again from its manifest is the same bytes, or says what is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from ingest.history.importer import import_history
from lakehouse.clock import FixedClock
from lakehouse.commit import Batch
from lakehouse.errors import UnknownName
from lakehouse.lake import Lake
from lakehouse.tables import get_table
from pipeline import reproduce as reproducing
from pipeline.reproduce import largest_difference, reproduce
from pipeline.run import MadeRun, make_run
from tests.pipeline.league import NOW, copy_lake, evening_request


@pytest.fixture
def own(ran: tuple[Lake, MadeRun], lake_root: Path) -> tuple[Lake, MadeRun]:
    """A copy of the lake with a run, to write to; its file times are not those of the original."""
    return copy_lake(ran[0].root.parent, lake_root / "copy"), ran[1]


def test_a_run_is_identical_after_later_facts_corrections_compaction_and_a_copy(
    built: Path, own: tuple[Lake, MadeRun]
) -> None:
    lake, made = own
    later = Lake.open(lake.root, FixedClock(NOW + timedelta(hours=30)))
    import_history(later, built / "archive-next", now=later.clock.now())
    assert later.compact() is not None
    before = sorted((path, path.stat().st_size) for path in later.root.rglob("*") if path.is_file())
    found = reproduce(later, made.record.run_id)
    assert found.verdict == "identical"
    assert dict(found.digests) == dict(made.record.digests)
    assert sorted((path, path.stat().st_size) for path in later.root.rglob("*") if path.is_file()) == before


def test_the_stored_outputs_are_not_read(own: tuple[Lake, MadeRun]) -> None:
    lake, made = own
    for table in made.outputs:
        for path in lake.storage.table_path(table).glob("*.parquet"):
            path.unlink()
    assert reproduce(lake, made.record.run_id).verdict == "identical"


def test_an_altered_silver_value_makes_it_fail(own: tuple[Lake, MadeRun]) -> None:
    lake, made = own
    path = next(lake.storage.table_path("silver.boxscores").glob("*.parquet"))
    frame = pl.read_parquet(path)
    frame.with_columns(minutes=pl.col("minutes") * 0.5).write_parquet(path)
    found = reproduce(lake, made.record.run_id)
    assert found.has_failed
    assert found.verdict == "differs"
    assert [name.split(":")[0] for name in found.altered] == ["silver.boxscores"]


def test_a_value_no_output_depends_on_makes_it_fail_too(own: tuple[Lake, MadeRun]) -> None:
    lake, made = own
    path = next(lake.storage.table_path("silver.linestar_salaries").glob("*.parquet"))
    frame = pl.read_parquet(path)
    frame.with_columns(salary=pl.col("salary") + 100.0).write_parquet(path)
    assert reproduce(lake, made.record.run_id).has_failed


def test_a_manifest_with_another_digest_names_the_output(
    own: tuple[Lake, MadeRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reproducing, "Processes", _Here)
    lake, made = own
    forged = replace(made.record, run_id="forged", digests={**made.record.digests, "gold.rates": "0" * 64})
    lake.commit(Batch("test:forged", "run", {"ops.runs": forged.to_frame()}))
    found = reproduce(lake, "forged")
    assert [difference.output for difference in found.differences] == ["gold.rates"]


def test_other_code_is_said_and_never_called_identical(
    own: tuple[Lake, MadeRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, made = own
    other = replace(made.record, run_id="other-code", code_version="0" * 16)
    elsewhere = replace(made.record, run_id="elsewhere", fingerprint={**made.record.fingerprint, "libm": "other"})
    lake.commit(Batch("test:other", "run", {"ops.runs": pl.concat([other.to_frame(), elsewhere.to_frame()])}))
    # Made again here: this test is about the verdict, not the process.
    monkeypatch.setattr(reproducing, "Processes", _Here)
    for run_id, verdict in (("other-code", "code differs"), ("elsewhere", "fingerprint differs")):
        found = reproduce(lake, run_id)
        assert found.verdict == verdict
        assert not found.is_identical
        assert not found.has_failed


def test_a_blocked_run_is_blocked_again(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reproducing, "Processes", _Here)
    made = make_run(lake, replace(evening_request(), slate_date=evening_request().slate_date.replace(year=2026)))
    assert made.record.status == "blocked"
    assert reproduce(lake, made.record.run_id).is_identical


def test_an_unknown_run_is_an_error(lake: Lake) -> None:
    with pytest.raises(UnknownName):
        reproduce(lake, "2020-01-01T000000-00000000")


def test_the_largest_difference_is_the_largest() -> None:
    schema = get_table("gold.rates").columns
    row = {"run_id": "a", "game_id": "0022500001", "team_id": 1, "player_id": 1, "run_ts": NOW}
    heads = {name: 0.1 for name in schema if name not in row}
    frame = pl.DataFrame([row | heads], schema=schema)
    other = frame.with_columns(ast_rate=pl.lit(0.4), stl_rate=pl.lit(0.2))
    column, largest = largest_difference(frame, other, "gold.rates")
    assert column == "ast_rate"
    assert largest == pytest.approx(0.3)


class _Here:
    """An executor that stays in this process."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def run(self, work, items):  # type: ignore[no-untyped-def]
        return map(work, items)
