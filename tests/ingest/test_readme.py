"""The matrix of sources in the room's README is what the registry says."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.sources import COLUMNS, describe
from ingest.registry import NAMES, get_source

README = Path(__file__).parents[2] / "ingest" / "README.md"


@pytest.mark.parametrize("name", NAMES)
def test_a_source_is_in_the_matrix_as_it_is_declared(name: str) -> None:
    told = describe(get_source(name))
    row = "| " + " | ".join(str(told[column]) for column in COLUMNS) + " |"
    assert row in README.read_text(encoding="utf-8")
