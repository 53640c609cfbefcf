"""Every moment of a batch at which a process can die: named points, and each step that Python itself takes on disk."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lakehouse import delta

# Steps of delta-rs pass no audit hook; these are the ways into it that write.
DELTA_STEPS = ("create", "append", "compact")
_STEPS = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.utime", "os.truncate", "os.link", "shutil.rmtree")


class Killed(BaseException):
    """Stands for a kill: no `except Exception` of the code under test sees it."""


class Moments:
    """Tells of each moment while it is on; `strike` may raise Killed there."""

    def __init__(self) -> None:
        self._strike: Callable[[str, str], None] | None = None
        sys.addaudithook(self._hear)

    @contextmanager
    def on(self, strike: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """Listens inside the block."""
        with monkeypatch.context() as patch:
            for name in DELTA_STEPS:
                patch.setattr(delta, name, self._announced(name, getattr(delta, name)))
            self._strike = strike
            try:
                yield
            finally:
                self._strike = None

    def point(self, name: str) -> None:
        """What Faults calls at a named point."""
        if self._strike is not None:
            self._strike("point", name)

    def _announced(self, name: str, step: Callable[..., None]) -> Callable[..., None]:
        def announced(*arguments: Any) -> None:
            if self._strike is not None:
                self._strike("step", f"delta.{name}")
            step(*arguments)

        return announced

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._strike is None:
            return
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR):
            self._strike("step", f"open {arguments[0]}")
        elif event in _STEPS:
            self._strike("step", f"{event} {arguments[0]}")
