from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from cli.main import pretip
from lakehouse.clock import iso
from lakehouse.lake import Lake
from tests.pipeline.conftest import built, lake
from tests.pipeline.league import NOW

Call = Callable[..., Result]
__all__ = ["built", "lake"]


@pytest.fixture
def call(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Calls pretip on the small league's lake, an hour after it was made."""
    monkeypatch.delenv("PRETIP_TRACEBACK", raising=False)

    def invoke(*args: str) -> Result:
        return CliRunner().invoke(pretip, ["--lake", str(lake.root), "--now", iso(NOW.replace(hour=7)), *args])

    return invoke
