"""Labels where the clock stands before the lake's last entry."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from lakehouse.clock import FixedClock
from lakehouse.lake import Lake
from pipeline.labels import freeze_labels
from tests.pipeline.test_labels import put
from tests.transforms.test_finals import TIP, WHOLE, known, stated


def test_what_came_in_before_the_clock_stepped_back_is_frozen(lake_root: Path) -> None:
    clock = FixedClock(TIP + known(0))
    lake = Lake.open_or_create(lake_root / "lake", clock)
    (told,) = stated([WHOLE])
    put(lake, "test:0", told)
    clock.advance(-timedelta(seconds=1))
    assert len(freeze_labels(lake).frozen) == 1
