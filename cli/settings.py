"""What every command is told: where the lake is, and what time it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import rich_click as click

from lakehouse.clock import Clock
from lakehouse.lake import Lake


@dataclass(frozen=True)
class Settings:
    """The options before the command."""

    root: Path
    clock: Clock

    def open_lake(self) -> Lake:
        """The lake; raises UnknownName where there is none."""
        return Lake.open(self.root, self.clock)

    def open_or_create_lake(self) -> Lake:
        """The lake, made where there is none."""
        return Lake.open_or_create(self.root, self.clock)


pass_settings = click.make_pass_decorator(Settings)
