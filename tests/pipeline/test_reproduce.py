"""A run made again from its manifest is the same bytes, or says what is not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from ingest.history.importer import import_history
from lakehouse.clock import FixedClock, iso
from lakehouse.commit import Batch
from lakehouse.errors import LakeDamaged, UnknownName
from lakehouse.lake import Lake
from lakehouse.provenance import ROOMS, code_version
from lakehouse.tables import get_table
from pipeline import reproduce as reproducing
from pipeline.code import KeptCode, running_code
from pipeline.environment import cache_folder
from pipeline.record import read_record
from pipeline.reproduce import Reproduction, largest_difference, reproduce, reproduce_recorded
from pipeline.run import MadeRun, make_run
from tests.pipeline.league import DAY, EVENING, NOW, WORLDS, copy_lake, evening_request

# Appended to a copy of the sources: code of another time, whose numbers are others.
OTHER_RATES = """
_rate = steps.rate
steps.rate = lambda view, inputs: _rate(view, inputs).with_columns(pl.col("ast_rate") * 2)
"""


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


@pytest.fixture
def cached(lake_root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, and a pip that asks nobody."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(lake_root / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return cache_folder()


def _run_under_other_code(lake: Lake, folder: Path) -> str:
    """Id of a run that a changed copy of the sources made, in a process of its own."""
    sources = Path(reproducing.__file__).parents[1]
    for room in ROOMS:
        # Compiled kernels come along, so that they need not be compiled again.
        shutil.copytree(sources / room, folder / room)
    with (folder / "pipeline" / "compute.py").open("a") as compute:
        compute.write(OTHER_RATES)
    run = ["run", "--date", str(DAY), "--as-of", iso(EVENING), "--knowledge", "published", "--worlds", str(WORLDS)]
    asked = ["--lake", str(lake.root), "--now", iso(lake.clock.now()), *run, "--json"]
    done = subprocess.run(
        [sys.executable, "-c", "from cli.main import main; main()", *asked],
        env={**os.environ, "PYTHONPATH": str(folder)},
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["run_id"])


def test_code_of_another_time_differs_here_and_is_identical_as_recorded(
    lake: Lake, lake_root: Path, cached: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = _run_under_other_code(lake, lake_root / "other")
    record = read_record(lake, run_id)
    before = sorted((path, path.stat().st_mtime_ns) for path in lake.root.rglob("*") if path.is_file())
    here = reproduce(lake, run_id)
    assert here.verdict == "code differs"
    assert "gold.rates" in {difference.output for difference in here.differences}
    assert all(said in here.note for said in (record.code_version, code_version(), "--recorded"))
    # A variable that would lead the kept code elsewhere, were it to reach it.
    monkeypatch.setenv("PYTHONPATH", str(Path(reproducing.__file__).parents[1]))
    monkeypatch.setenv("PRETIP_SANDBOX", "http://127.0.0.1:9")
    then = reproduce_recorded(lake, run_id)
    assert then.is_identical, then
    assert then.recorded
    assert not then.has_failed
    assert dict(then.digests) == dict(record.digests)
    assert len(list(cached.iterdir())) == 1
    assert sorted((path, path.stat().st_mtime_ns) for path in lake.root.rglob("*") if path.is_file()) == before


def test_a_run_that_this_code_cannot_make_is_of_other_code_and_not_corrupt(
    own: tuple[Lake, MadeRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise KeyError("a column of another time")

    monkeypatch.setattr(reproducing, "Processes", _Here)
    monkeypatch.setattr(reproducing, "_recompute", fail)
    lake, made = own
    other = replace(made.record, run_id="other-code", code_version="0" * 16)
    lake.commit(Batch("test:other", "run", {"ops.runs": other.to_frame()}))
    found = reproduce(lake, "other-code")
    assert (found.verdict, found.made, found.has_failed) == ("code differs", False, True)
    assert "a column of another time" in found.note
    with pytest.raises(KeyError):
        reproduce(lake, made.record.run_id)


def test_code_that_is_not_kept_is_said_and_never_called_identical(own: tuple[Lake, MadeRun], cached: Path) -> None:
    lake, made = own
    other = replace(made.record, run_id="other-code", code_version="0" * 16)
    lake.commit(Batch("test:other", "run", {"ops.runs": other.to_frame()}))
    found = reproduce_recorded(lake, "other-code")
    assert (found.verdict, found.made, found.has_failed) == ("code differs", False, True)
    assert f"{'0' * 16}, is not kept" in found.note
    assert not cached.exists()


def test_libraries_that_are_not_to_be_had_are_named_and_the_code_differs(
    own: tuple[Lake, MadeRun], cached: Path
) -> None:
    lake, made = own
    _plant_code(lake, made, replace(running_code(NOW), code_version="0" * 16, libraries={"polars": "0.0.1"}))
    found = reproduce_recorded(lake, "other-code")
    assert (found.verdict, found.made, found.has_failed) == ("code differs", False, True)
    assert "polars 0.0.1" in found.note


def test_a_kept_wheel_that_was_altered_is_refused(own: tuple[Lake, MadeRun], cached: Path) -> None:
    lake, made = own
    _plant_code(lake, made, replace(running_code(NOW), code_version="0" * 16, wheel=b""))
    with pytest.raises(LakeDamaged, match=r"pretip-.*whl of code 0{16}"):
        reproduce_recorded(lake, "other-code")
    assert not cached.exists()


def test_the_result_comes_back_from_its_plain_form_and_from_another_version(own: tuple[Lake, MadeRun]) -> None:
    changed = {"libm": ("a", "b")}
    differences = (reproducing.Difference("gold.rates", "0", "1", "ast_rate", 0.5),)
    found = Reproduction("run", "fingerprint differs", differences, changed, (), {"a": "b"}, {"open": 0.1}, "0" * 16)
    plain = json.loads(json.dumps(found.to_dict()))
    assert Reproduction.from_dict(plain) == found
    older = {name: plain[name] for name in plain if name not in ("code_version", "recorded", "made", "note")}
    assert Reproduction.from_dict({**older, "of_a_later_version": 1}) == replace(found, code_version="")


def _plant_code(lake: Lake, made: MadeRun, code: KeptCode) -> None:
    """Another code version, and a run `other-code` made by it."""
    run = replace(made.record, run_id="other-code", code_version=code.code_version)
    lake.commit(Batch("test:other", "run", {"ops.runs": run.to_frame(), "ops.code": code.to_frame()}))


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
