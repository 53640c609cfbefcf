"""Hypothesis profiles, a fast place for lakes, and a clock that stands still."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from lakehouse.clock import FixedClock
from lakehouse.lake import Lake
from tests.strategies import T0

_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
_PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
settings.register_profile(
    "ci", max_examples=20, deadline=None, derandomize=True, suppress_health_check=_SLOW, phases=_PHASES
)
settings.register_profile("soak", max_examples=500, deadline=None, suppress_health_check=_SLOW, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

SHM = Path("/dev/shm")


@pytest.fixture
def lake_root() -> Iterator[Path]:
    """A folder for lakes, in memory where the machine has such a place; syncing there costs nothing."""
    base = SHM if SHM.is_dir() and os.access(SHM, os.W_OK) else None
    root = Path(tempfile.mkdtemp(prefix="pretip-test-", dir=base))
    yield root
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def clock() -> FixedClock:
    """A clock at T0 that moves only when told."""
    return FixedClock(T0)


@pytest.fixture
def lake(lake_root: Path, clock: FixedClock) -> Lake:
    """An empty lake."""
    return Lake.open_or_create(lake_root / "lake", clock)
