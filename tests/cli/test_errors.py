"""What a person gets wrong is one line that says what to do, with an exit code of its own."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main as command
from cli import run as running
from cli.main import pretip
from lakehouse.errors import BadInput, ClockError, LakeDamaged, PretipError, StorageFull, UnknownName
from lakehouse.lake import Lake
from tests.cli.conftest import Call
from tests.pipeline.league import DAY, EVENING

D = str(DAY)
CASES: list[tuple[type[PretipError], tuple[str, ...]]] = [
    (BadInput, ("run", "--date", D, "--as-of", "2025-12-01T23:30:00")),
    (BadInput, ("run", "--date", D, "--as-of", "yesterday")),
    (BadInput, ("run", "--date", "1 December")),
    (BadInput, ("run", "--date", D, "--play", "somebody=1")),
    (BadInput, ("run", "--date", D, "--play", "203999=1.5")),
    (BadInput, ("backfill", "--from", D, "--to", D, "--at", "L-15")),
    (BadInput, ("backfill", "--from", D, "--to", "2025-11-01")),
    (BadInput, ("evaluate", "minutes", "--from", "2020-01-01", "--to", "2020-01-02")),
    (BadInput, ("import", "history", "no-such-folder")),
    (ClockError, ("run", "--date", D, "--as-of", "2030-01-01T00:00:00Z")),
    (ClockError, ("run", "--date", D, "--as-of", "2025-12-01T23:30:00Z")),
    (ClockError, ("show", "results", "--as-of", "2020-01-01T00:00:00Z")),
    (UnknownName, ("show", "no_such_table")),
    (UnknownName, ("show", "projections")),
    (UnknownName, ("schema", "no_such_table")),
    (UnknownName, ("reproduce", "no-such-run")),
    (UnknownName, ("diff", "no-such-run", "nor-this")),
    (UnknownName, ("lag", "set", "nobody", "5", "--from", "2025-12-01T00:00:00Z", "--reason", "none")),
    (UnknownName, ("compact", "no.table")),
]


@pytest.mark.parametrize(
    ("error", "args"), CASES, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_one_line_and_its_exit_code(call: Call, error: type[PretipError], args: tuple[str, ...]) -> None:
    result = call(*args)
    assert result.exit_code == error.exit_code, result.output
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("pretip: ")
    assert result.stderr.rstrip().endswith(".")
    assert "Traceback" not in result.output


def test_a_folder_without_a_lake_says_how_to_make_one(tmp_path: Path) -> None:
    result = CliRunner().invoke(pretip, ["--lake", str(tmp_path / "none"), "runs"])
    assert result.exit_code == UnknownName.exit_code
    assert "import" in result.stderr


@pytest.mark.parametrize("name", ["PRETIP_LAKE"])
def test_the_environment_names_the_lake(lake: Lake, name: str) -> None:
    result = CliRunner().invoke(pretip, ["log", "--json"], env={name: str(lake.root)})
    assert result.exit_code == 0


def test_a_naive_now_is_refused(lake: Lake) -> None:
    result = CliRunner().invoke(pretip, ["--lake", str(lake.root), "--now", "2025-12-01T10:00:00", "log"])
    assert result.exit_code == BadInput.exit_code
    assert "time zone" in result.stderr


def test_a_full_disk_is_one_line(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(running, "list_records", full)
    result = call("runs")
    assert result.exit_code == StorageFull.exit_code
    assert result.stderr.startswith("pretip: The disk under ")


def test_a_defect_is_one_line_too(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("division by zero\nand more")

    monkeypatch.setattr(running, "list_records", broken)
    result = call("runs")
    assert result.exit_code == command.DEFECT
    assert result.stderr.count("\n") == 1
    monkeypatch.setenv("PRETIP_TRACEBACK", "1")
    assert isinstance(call("runs").exception, ZeroDivisionError)


def test_a_damaged_lake_is_red(call: Call, lake: Lake) -> None:
    path = next(lake.storage.table_path("silver.players").glob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    result = call("doctor")
    assert result.exit_code == LakeDamaged.exit_code
    assert "silver.players" in result.stdout


def test_a_run_that_cannot_be_made_again_fails(call: Call, lake: Lake) -> None:
    args = ("run", "--date", D, "--as-of", EVENING.isoformat(), "--knowledge", "published", "--worlds", "64", "--json")
    assert call(*args).exit_code == 0
    path = next(lake.storage.table_path("silver.players").glob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    result = call("reproduce", "2025-12-01")
    assert result.exit_code == 10
    assert "differs" in result.stdout
    assert result.stderr.count("\n") == 1
