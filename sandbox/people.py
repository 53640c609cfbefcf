"""The players: who they are, how good they are, and which team holds them when a season opens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sandbox.names import full_name, invent, origin
from sandbox.streams import Purpose, stream

POSITIONS = ("PG", "SG", "SF", "PF", "C")
STANDARD, TWO_WAY = 15, 2
FIRST_PLAYER_ID = 2_900_001
FREE_AGENTS_PER_TEAM = 2
RATES = ("fg2", "fg3", "ft", "miss2", "miss3", "ast", "oreb", "dreb", "stl", "blk", "tov", "pf")
_BY_POSITION = np.array(
    [
        # fg2   fg3   ft    miss2 miss3 ast   oreb  dreb  stl   blk   tov   pf
        [0.95, 1.15, 1.10, 1.10, 1.20, 2.10, 0.45, 0.75, 1.25, 0.45, 1.45, 0.90],
        [0.85, 1.25, 0.95, 0.95, 1.30, 1.15, 0.50, 0.75, 1.10, 0.55, 1.00, 0.90],
        [0.95, 1.05, 0.95, 0.95, 1.10, 0.85, 0.80, 0.95, 1.05, 0.80, 0.90, 1.00],
        [1.10, 0.90, 1.00, 1.00, 0.95, 0.75, 1.25, 1.15, 0.85, 1.20, 0.90, 1.10],
        [1.45, 0.35, 1.25, 0.95, 0.40, 0.65, 2.20, 1.45, 0.75, 2.30, 0.95, 1.25],
    ]
)
_HEIGHT_IN = (74, 77, 79, 81, 83)


@dataclass(frozen=True, eq=False)
class Person:
    """What never changes about a player."""

    player_id: int
    first: str
    last: str
    suffix: str
    position: int
    born: date
    height_in: int
    weight_lbs: int
    college: str | None
    country: str
    drafted: tuple[int, int, int] | None
    debut: int
    jersey: int
    durability: float
    talent: float
    rates: NDArray[np.float64]

    @cached_property
    def name(self) -> str:
        """The name that box scores print."""
        return full_name(self.first, self.last, self.suffix)

    @cached_property
    def report_name(self) -> str:
        """The name that injury reports print: 'Last Jr., First'."""
        return f"{self.last} {self.suffix}".rstrip() + f", {self.first}"

    @cached_property
    def appeal(self) -> float:
        """What a minute of his is worth in fantasy, as salaries see it; about 1."""
        return 0.78 + 0.12 * float(self.rates[:3].mean()) + 0.05 * float(self.rates[5])

    def skill(self, season: int) -> float:
        """Talent by age: it rises to 27 and falls from 30."""
        age = season - self.born.year
        return self.talent - 0.09 * max(0, 27 - age) - 0.10 * max(0, age - 30)


@dataclass
class Squads:
    """Who holds whom, as indexes into `people`; `standard` and `two_way` by team."""

    people: list[Person] = field(default_factory=list)
    standard: list[list[int]] = field(default_factory=list)
    two_way: list[list[int]] = field(default_factory=list)
    free: list[int] = field(default_factory=list)

    def copy(self) -> Squads:
        """The same squads in lists of their own."""
        return Squads(self.people, [list(t) for t in self.standard], [list(t) for t in self.two_way], list(self.free))

    def of(self, team: int) -> list[int]:
        """Everyone a team holds, standard contracts first."""
        return self.standard[team] + self.two_way[team]


def squads_by_season(seed: int, first: int, last: int, teams: int) -> Iterator[tuple[int, Squads]]:
    """Each season with its opening squads: a fifth change teams each summer, the old and the weak leave."""
    taken: set[str] = set()
    squads = Squads()
    for _ in range(teams):
        squads.standard.append([_join(seed, squads.people, taken, first, False) for _ in range(STANDARD)])
        squads.two_way.append([_join(seed, squads.people, taken, first, True) for _ in range(TWO_WAY)])
    squads.free = [_join(seed, squads.people, taken, first, False, 0.45) for _ in range(FREE_AGENTS_PER_TEAM * teams)]
    yield first, squads.copy()
    for season in range(first + 1, last + 1):
        _summer(seed, season, squads, taken)
        yield season, squads.copy()


def _summer(seed: int, season: int, squads: Squads, taken: set[str]) -> None:
    rng = stream(seed, Purpose.MOVES, season)
    for team, held in enumerate(squads.standard):
        for slot, index in enumerate(held):
            person = squads.people[index]
            retires = season - person.born.year > 36 or (person.skill(season) < -1.2 and rng.random() < 0.5)
            if retires:
                held[slot] = _join(seed, squads.people, taken, season, False, rookie=True)
        squads.two_way[team] = [
            _join(seed, squads.people, taken, season, True) if rng.random() < 0.6 else index
            for index in squads.two_way[team]
        ]
    slots = [(t, s) for t, held in enumerate(squads.standard) for s in range(len(held)) if rng.random() < 0.22]
    movers = [squads.standard[t][s] for t, s in slots]
    for (team, slot), who in zip(slots, rng.permutation(len(movers)), strict=True):
        squads.standard[team][slot] = movers[int(who)]
    squads.free = [
        _join(seed, squads.people, taken, season, False, 0.45) if rng.random() < 0.5 else index for index in squads.free
    ]


def _join(
    seed: int,
    people: list[Person],
    taken: set[str],
    season: int,
    two_way: bool,
    penalty: float = 0.0,
    rookie: bool = False,
) -> int:
    """Invents a player, adds him to `people` and returns his index there."""
    number = len(people)
    rng = stream(seed, Purpose.PERSON, number)
    first, last, suffix = invent(rng, taken)
    position = number % len(POSITIONS)
    age = int(rng.integers(20, 24)) if rookie or two_way else int(np.clip(rng.normal(27, 4), 19, 37))
    debut = season if rookie or two_way else season - max(0, age - 21)
    college, country = origin(rng)
    drafted = (debut, int(rng.integers(1, 3)), int(rng.integers(1, 61))) if rng.random() < 0.8 and not two_way else None
    height = _HEIGHT_IN[position] + int(rng.integers(-2, 3))
    talent = float(rng.normal(0, 1)) + 0.35 * float(rng.exponential()) - penalty - (1.2 if two_way else 0.0)
    spread = np.exp(rng.normal(0, 0.25, len(RATES)))
    use = np.exp(np.clip(0.24 * talent, -0.45, 0.7) + rng.normal(0, 0.12))
    load = np.array([use, use, use, use, use, use, 1, 1, 1, 1, use, 1])
    people.append(
        Person(
            player_id=FIRST_PLAYER_ID + number,
            first=first,
            last=last,
            suffix=suffix,
            position=position,
            born=date(season - age, 1, 1) + timedelta(days=int(rng.integers(365))),
            height_in=height,
            weight_lbs=int(height * 2.75 + rng.normal(0, 12)),
            college=college,
            country=country,
            drafted=drafted,
            debut=debut,
            jersey=int(rng.integers(0, 56)),
            durability=float(np.exp(rng.normal(0, 0.45))),
            talent=talent,
            rates=_BY_POSITION[position] * spread * load,
        )
    )
    return number
