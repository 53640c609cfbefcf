from __future__ import annotations

from pathlib import Path

import pytest

from lakehouse.lake import Lake
from pipeline.run import MadeRun, make_run
from tests.pipeline.league import build_lake, copy_lake, evening_request


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the small league's lake and archives; copy the lake before writing to it."""
    return build_lake(tmp_path_factory.mktemp("league"))


@pytest.fixture
def lake(built: Path, lake_root: Path) -> Lake:
    """The small league's lake, to write to."""
    return copy_lake(built, lake_root / "lake")


@pytest.fixture(scope="session")
def ran(built: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, MadeRun]:
    """A lake with one published run of the evening; not to be written to."""
    lake = copy_lake(built, tmp_path_factory.mktemp("ran") / "lake")
    return lake, make_run(lake, evening_request())
