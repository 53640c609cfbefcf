"""A run reads the tables that are declared, and no other."""

from __future__ import annotations

import pytest

from lakehouse.gate import View
from lakehouse.lake import Lake
from pipeline.compute import compute_run
from pipeline.reads import READ_BY_RUNS
from tests.pipeline.league import evening_request


def test_a_run_reads_exactly_what_is_declared(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[str] = set()
    rows = View.rows

    def remember(view: View, name: str) -> object:
        seen.add(name)
        return rows(view, name)

    monkeypatch.setattr(View, "rows", remember)
    compute_run(lake, evening_request())
    assert seen == set(READ_BY_RUNS)
