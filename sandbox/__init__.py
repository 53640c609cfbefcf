"""A seeded league, written as a history archive."""

from __future__ import annotations

from sandbox.history import write_history
from sandbox.league import League, generate

__all__ = ["League", "generate", "write_history"]
