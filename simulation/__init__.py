"""Slate simulation: a reproducible numba kernel, its slow twin, and DraftKings scoring."""

from __future__ import annotations

from simulation.config import SimConfig
from simulation.scoring import dk_fpts, dk_quarters, is_double_double, is_triple_double
from simulation.worlds import Worlds, simulate

__all__ = ["SimConfig", "Worlds", "dk_fpts", "dk_quarters", "is_double_double", "is_triple_double", "simulate"]
