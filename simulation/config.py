"""What a simulation is told besides its players and games."""

from __future__ import annotations

from dataclasses import dataclass

from lakehouse.errors import BadInput


@dataclass(frozen=True)
class SimConfig:
    """Size, seed and the declared shape of the shared shocks; all of it belongs in a run's manifest.

    The defaults are declared constants, set with real seasons in view: margin_sd is the error of closing spreads in
    regular seasons 2022-25, the overtime figures give the share of games with one and with more up to November 2025,
    log2_sizes are rounded from the variance of counts around rate x minutes in 2023-24 with rates of the whole season,
    pace_sd and make_script were picked by hand. They know those seasons: a run before their end uses later knowledge.
    Raises `BadInput` for a value that cannot be used.
    """

    worlds: int = 10_000
    seed: int = 20221018
    threads: int | None = None
    """Worker threads, all that numba is allowed where None; the bytes do not depend on it."""
    min_players: int = 8
    """Players a team has in every world, where it lists that many."""
    margin_sd: float = 13.2
    """Points; the latent margin at the end of regulation is -spread_home + margin_sd x a near-normal draw."""
    overtime_width: float = 1.05
    """Points; a latent margin smaller than this goes to overtime: 6.3 % at a spread of 0, 4.7 % at 10."""
    overtime_again: float = 0.12
    """Chance that an overtime is followed by another, up to four."""
    pace_sd: float = 0.04
    """Relative; one draw a game multiplies the means of all counts of both teams."""
    make_script: float = 0.05
    """Strength, 0 to 1, with which the margin's level pulls the makes of the side ahead up and of the other down."""
    market_weight: float = 0.5
    """How far the means of shots and assists move towards the points the odds imply, at most 15 %; 0 ignores them."""
    log2_sizes: tuple[int, ...] = (6, 6, 2, 4, 6, 5, 6, 4, 6)
    """log2 of the negative binomial's size by head, in the order of `kernel.HEADS`: variance = mean + mean^2 / size."""

    def __post_init__(self) -> None:
        if not 1 <= self.worlds <= 10_000_000:
            raise BadInput(f"worlds is {self.worlds}: give a number from 1 to 10,000,000.")
        if self.threads is not None and self.threads < 1:
            raise BadInput(f"threads is {self.threads}: give at least 1, or none for all.")
        if not 5 <= self.min_players <= 15:
            raise BadInput(f"min_players is {self.min_players}: give a number from 5 to 15.")
        if len(self.log2_sizes) != 9 or not all(0 <= size <= 10 for size in self.log2_sizes):
            raise BadInput("log2_sizes must be nine whole numbers from 0 to 10, one a counted head.")
        bounds = {
            "margin_sd": (0.1, 50.0),
            "overtime_width": (0.0, 10.0),
            "overtime_again": (0.0, 0.9),
            "pace_sd": (0.0, 0.2),
            "make_script": (0.0, 1.0),
            "market_weight": (0.0, 1.0),
        }
        for name, (low, high) in bounds.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise BadInput(f"{name} is {value}: give a number from {low} to {high}.")
