from __future__ import annotations

import pytest

from tests.pipeline.conftest import built
from tests.properties.machine.ground import Ground, build_ground

__all__ = ["built"]


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """A small league's lake at noon of a game day, not to be written to: copy it."""
    return build_ground(tmp_path_factory.mktemp("ground"))
