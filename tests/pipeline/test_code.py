"""The lake keeps the code of its runs: once a version, as a wheel that installs as that very version."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from lakehouse.commit import Batch
from lakehouse.doctor import examine
from lakehouse.errors import LakeDamaged, NotReproduced
from lakehouse.lake import Lake
from lakehouse.provenance import LIBRARIES, ROOMS, code_version, locked_versions, read_sources
from pipeline import code as keeping
from pipeline.at import Offset
from pipeline.backfill import BackfillRequest, backfill
from pipeline.code import KeptCode, make_wheel, read_code, running_code
from pipeline.environment import cache_folder, open_environment
from pipeline.run import MadeRun, make_run
from tests.pipeline.league import DAY, NOW, copy_lake, evening_request

SAY_CODE = """
from datetime import UTC, datetime
from pipeline.code import running_code
code = running_code(datetime.now(UTC))
print(code.code_version, code.wheel_sha256)
"""


@pytest.fixture(scope="module")
def code() -> KeptCode:
    return running_code(NOW)


@pytest.fixture(autouse=True)
def cache(lake_root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, and a pip that asks nobody."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(lake_root / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return cache_folder()


@pytest.fixture
def own(ran: tuple[Lake, MadeRun], lake_root: Path) -> Lake:
    """A copy of a lake with a run, to write to."""
    return copy_lake(ran[0].root.parent, lake_root / "copy")


def _keep(lake: Lake, code: KeptCode) -> None:
    lake.commit(Batch(f"test:code:{code.code_version}", "run", {"ops.code": code.to_frame()}))


def test_a_run_keeps_its_code_in_its_own_batch_and_the_next_does_not(ran: tuple[Lake, MadeRun], own: Lake) -> None:
    lake, made = ran
    kept = read_code(lake, made.record.code_version)
    assert kept is not None
    assert kept.libraries == locked_versions()
    assert {"ops.runs", "ops.code", "gold.rates"} <= set(lake.log.entry(lake.log.head()).changes)
    again = make_run(own, evening_request(seed=8))
    assert again.record.code_version == made.record.code_version
    assert own.scan("ops.code").collect()["code_version"].to_list() == [made.record.code_version]


def test_a_backfill_keeps_its_code(lake: Lake) -> None:
    (made,) = backfill(lake, BackfillRequest(DAY, DAY, (Offset(60),), worlds=64))
    assert read_code(lake, made.code_version) is not None


def test_a_blocked_run_keeps_its_code(lake: Lake) -> None:
    made = make_run(lake, replace(evening_request(), slate_date=DAY.replace(year=2026)))
    assert made.record.status == "blocked"
    assert read_code(lake, made.record.code_version) is not None


def test_every_version_is_kept_beside_the_others(own: Lake, code: KeptCode, monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(code, code_version="0" * 16)
    monkeypatch.setattr(keeping, "running_code", lambda kept_ts: replace(other, kept_ts=kept_ts))
    assert keeping.unkept_code(own, [code.code_version]) is None
    kept = keeping.unkept_code(own, [code.code_version, "0" * 16])
    assert kept is not None
    _keep(own, kept)
    assert own.scan("ops.code").collect().height == 2


def test_sources_changed_under_a_run_are_not_kept_as_the_code_that_made_it(own: Lake) -> None:
    assert keeping.unkept_code(own, ["0" * 16]) is None


def test_the_same_sources_give_the_same_wheel_in_any_order(code: KeptCode) -> None:
    sources = read_sources()
    assert make_wheel(dict(reversed(sources.items()))) == make_wheel(sources) == (code.wheel_name, code.wheel)


def test_the_record_vouches_for_every_file_of_the_wheel(code: KeptCode) -> None:
    with zipfile.ZipFile(io.BytesIO(code.wheel)) as wheel:
        held = {name: wheel.read(name) for name in wheel.namelist()}
    record = next(name for name in held if name.endswith(".dist-info/RECORD"))
    rows = list(csv.reader(held[record].decode().splitlines()))
    assert [path for path, _, _ in rows] == list(held)
    for path, digest, size in rows:
        if path != record:
            plain = base64.urlsafe_b64encode(hashlib.sha256(held[path]).digest()).rstrip(b"=").decode()
            assert (digest, size) == (f"sha256={plain}", str(len(held[path])))


def test_the_installed_wheel_is_the_same_code_version_and_makes_the_same_wheel(code: KeptCode, lake_root: Path) -> None:
    (lake_root / code.wheel_name).write_bytes(code.wheel)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target"]
    subprocess.run([*pip, lake_root / "target", lake_root / code.wheel_name], check=True)
    assert (lake_root / "target" / "bin" / "pretip").exists()
    found = subprocess.run(
        [sys.executable, "-c", SAY_CODE],
        cwd=lake_root / "target",
        env={"PYTHONPATH": str(lake_root / "target")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.split() == [code.code_version, code.wheel_sha256]


def test_the_rooms_hold_nothing_that_the_code_version_leaves_out() -> None:
    root = Path(keeping.__file__).parents[1]
    files = [path for room in ROOMS for path in (root / room).rglob("*") if path.is_file()]
    others = {path.name for path in files if "__pycache__" not in path.parts and path.suffix != ".py"}
    assert others <= {"README.md"}
    assert len([path for path in files if path.suffix == ".py"]) == len(read_sources())


def test_the_locked_versions_are_those_of_a_run_and_not_of_the_tests() -> None:
    locked = locked_versions()
    assert set(LIBRARIES) <= set(locked)
    assert {"polars-runtime-32", "wrapt"} <= set(locked), "what is needed through others is missing"
    assert not {"pytest", "ruff", "pretip"} & set(locked)


def test_a_wheel_with_an_altered_byte_is_refused_by_name(own: Lake, code: KeptCode) -> None:
    altered = code.wheel[:4000] + bytes([code.wheel[4000] ^ 1]) + code.wheel[4001:]
    _keep(own, replace(code, code_version="0" * 16, wheel=altered))
    with pytest.raises(LakeDamaged, match=rf"{code.wheel_name} of code {'0' * 16}"):
        read_code(own, "0" * 16)


def test_a_file_of_kept_code_with_an_altered_byte_is_refused_unread(own: Lake, code: KeptCode) -> None:
    path = next(own.storage.table_path("ops.code").glob("*.parquet"))
    whole = path.read_bytes()
    path.write_bytes(whole[:4000] + bytes([whole[4000] ^ 1]) + whole[4001:])
    with pytest.raises(LakeDamaged, match=rf"ops\.code: {path.name}"):
        read_code(own, code.code_version)


def test_the_doctor_compares_wheels_with_their_digests(own: Lake, code: KeptCode) -> None:
    assert examine(own).findings == ()
    _keep(own, replace(code, code_version="0" * 16, wheel=code.wheel[:-1]))
    (finding,) = examine(own).findings
    assert (finding.check, finding.table, finding.red) == ("digest", "ops.code", True)
    assert "0" * 16 in finding.message


def test_the_doctor_notes_runs_of_code_that_is_not_kept(own: Lake, ran: tuple[Lake, MadeRun]) -> None:
    older = replace(ran[1].record, run_id="older", code_version="0" * 16)
    own.commit(Batch("test:older", "run", {"ops.runs": older.to_frame()}))
    diagnosis = examine(own)
    assert diagnosis.healthy
    assert [(finding.check, finding.table) for finding in diagnosis.findings] == [("code", "ops.code")]
    assert "0" * 16 in diagnosis.findings[0].message


def test_an_environment_is_made_once_however_many_ask_at_once(code: KeptCode, cache: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        homes = set(pool.map(open_environment, [code, code]))
    assert [path.name for path in cache.iterdir()] == [home.name for home in homes]
    assert open_environment(code) in homes


def test_an_environment_that_was_changed_is_refused(code: KeptCode) -> None:
    home = open_environment(code)
    next(home.rglob("lakehouse/gate.py")).write_text("")
    with pytest.raises(NotReproduced, match="remove that folder"):
        open_environment(code)


def test_a_wheel_of_other_code_is_refused_and_leaves_no_environment(code: KeptCode, cache: Path) -> None:
    with pytest.raises(NotReproduced, match=f"is not code {'0' * 16}: {code.code_version}"):
        open_environment(replace(code, code_version="0" * 16))
    assert list(cache.iterdir()) == []


def test_versions_that_are_not_to_be_had_are_named(code: KeptCode, cache: Path) -> None:
    wanted = replace(code, libraries={**code.libraries, "numpy": "0.0.1", "no-such-library": "7"})
    with pytest.raises(NotReproduced, match=r"numpy 0\.0\.1 \(\d.* here\), no-such-library 7 \(none here\)"):
        open_environment(wanted)
    assert list(cache.iterdir()) == []


def test_pip_installs_only_the_versions_that_are_not_here(
    code: KeptCode, lake_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = "pretip_probe-7.dist-info"
    with zipfile.ZipFile(lake_root / "pretip_probe-7-py3-none-any.whl", "w") as wheel:
        wheel.writestr("pretip_probe.py", "")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: pretip-probe\nVersion: 7\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_FIND_LINKS", str(lake_root))
    home = open_environment(replace(code, libraries={**code.libraries, "pretip-probe": "7"}))
    assert [path.name for path in home.rglob("*.dist-info")].count(info) == 1
    assert len(list(home.rglob("*.dist-info"))) == 2


def test_the_code_here_is_the_code_kept(code: KeptCode) -> None:
    assert code.code_version == code_version()
