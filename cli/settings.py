"""What every command is told: where the lake is, and what time it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from lakehouse.clock import Clock
from lakehouse.lake import Lake

if TYPE_CHECKING:
    from ingest.http.client import Client


@dataclass(frozen=True)
class Settings:
    """The options before the command."""

    root: Path
    clock: Clock
    sandbox: str | None = None

    def open_lake(self) -> Lake:
        """The lake; raises UnknownName where there is none."""
        return Lake.open(self.root, self.clock)

    def open_or_create_lake(self) -> Lake:
        """The lake, made where there is none."""
        return Lake.open_or_create(self.root, self.clock)

    def client(self) -> Client:
        """The client that asks the sources, with the sessions stored for them."""
        from ingest.http.client import Client
        from ingest.http.sessions import Sessions

        sessions = Sessions.open(self.clock, self.root, is_sandbox=self.sandbox is not None)
        return Client(self.clock, sessions, sandbox=self.sandbox)


pass_settings = click.make_pass_decorator(Settings)
