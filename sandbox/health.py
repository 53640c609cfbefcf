"""Who can play: spells of injury, rest and absence, and how each was announced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sandbox.people import Person
from sandbox.streams import Purpose, stream

SPELLS_PER_SEASON, SEASON_DAYS = 1.9, 174
OUT, DOUBTFUL, QUESTIONABLE, PROBABLE, AVAILABLE = "Out", "Doubtful", "Questionable", "Probable", "Available"
PLAYS = {OUT: 0.0, DOUBTFUL: 0.2, QUESTIONABLE: 0.55, PROBABLE: 0.9, AVAILABLE: 1.0}
TWO_WAY_REASON, ASSIGNED_REASON = "G League - Two-Way", "G League - On Assignment"
TRADE_REASON = "Trade Pending"
_LENGTHS = ((0.50, 1, 4), (0.33, 5, 15), (0.13, 16, 45), (0.04, 60, 190))
_PARTS = (
    ("Ankle", ("Sprain", "Soreness")),
    ("Knee", ("Soreness", "Contusion", "Sprain")),
    ("Hamstring", ("Strain", "Tightness")),
    ("Calf", ("Strain",)),
    ("Shoulder", ("Sprain", "Soreness")),
    ("Hip", ("Contusion", "Tightness")),
    ("Foot", ("Soreness",)),
    ("Groin", ("Strain",)),
    ("Wrist", ("Sprain",)),
    ("Achilles", ("Tendinopathy",)),
)
_GRAVE = (("Knee", ("ACL Tear", "Surgery")), ("Hand", ("Fracture",)), ("Foot", ("Stress Fracture",)))
_OTHER = ("Injury/Illness - N/A; Illness", "Personal Reasons", "League Suspension", "Concussion Protocol")


@dataclass(frozen=True)
class Spell:
    """Days of the season (0 is opening day) from `start` until before `end` on which a player cannot play."""

    start: int
    end: int
    reason: str
    hurt_in_game: bool


@dataclass(frozen=True)
class Notice:
    """One public statement about a player for one game, from `stamp` (epoch seconds) on."""

    stamp: int
    status: str
    reason: str


@dataclass(frozen=True)
class Moment:
    """When one team's news for one game can come: its submission, the tip, and midnight of the game's day."""

    midnight: int
    submitted: int
    tip: int


def spells(seed: int, season: int, person: Person) -> tuple[Spell, ...]:
    """A player's absences of one season, in order, never overlapping."""
    rng = stream(seed, Purpose.SPELLS, season, person.player_id)
    found: list[Spell] = []
    day = -20.0
    while (day := day + float(rng.exponential(SEASON_DAYS / (SPELLS_PER_SEASON * person.durability)))) < SEASON_DAYS:
        group = int(rng.choice(len(_LENGTHS), p=[share for share, _, _ in _LENGTHS]))
        length = int(rng.integers(_LENGTHS[group][1], _LENGTHS[group][2] + 1))
        start = int(day)
        if start + length > 0:
            reason, contact = _reason(rng, length)
            found.append(Spell(start, start + length, reason, contact and rng.random() < 0.45))
        day = start + length + 3.0
    return tuple(found)


def _reason(rng: np.random.Generator, length: int) -> tuple[str, bool]:
    if length <= 6 and rng.random() < 0.35:
        return _OTHER[int(rng.choice(4, p=(0.62, 0.24, 0.04, 0.10)))], False
    parts = _GRAVE if length >= 60 else _PARTS
    part, kinds = parts[int(rng.integers(len(parts)))]
    side = "Left" if rng.random() < 0.5 else "Right"
    return f"Injury/Illness - {side} {part}; {kinds[int(rng.integers(len(kinds)))]}", True


def announce_absence(rng: np.random.Generator, spell: Spell, day: int, moment: Moment) -> list[Notice]:
    """How a player who will not play was announced: plainly, doubtfully, or not until it was too late for a report."""
    left, lot = spell.end - day, rng.random()
    if day == spell.start:
        return _sudden(rng, spell.reason, moment, lot)
    if left > 3 or lot < 0.45:
        return [Notice(moment.submitted, OUT, spell.reason)]
    first = DOUBTFUL if lot < 0.6 else QUESTIONABLE
    return [Notice(moment.submitted, first, spell.reason), Notice(decide(rng, moment), OUT, spell.reason)]


def _sudden(rng: np.random.Generator, reason: str, moment: Moment, lot: float) -> list[Notice]:
    if lot < 0.12:
        return [Notice(moment.tip - int(rng.integers(600, 1800)), OUT, reason)]
    latest = moment.tip - 5_400
    seen = max(moment.submitted, min(moment.midnight + int(rng.uniform(10.5, 17.4) * 3600), latest))
    if lot < 0.45:
        return [Notice(seen, OUT, reason)]
    return [Notice(seen, QUESTIONABLE, reason), Notice(max(seen + 60, decide(rng, moment)), OUT, reason)]


def announce_return(rng: np.random.Generator, reason: str, moment: Moment) -> list[Notice]:
    """How a player who was in doubt and will play was announced."""
    lot = rng.random()
    if lot < 0.25:
        return [Notice(moment.submitted, AVAILABLE, reason)]
    if lot < 0.5:
        first = Notice(moment.submitted, PROBABLE, reason)
        return [first] if lot < 0.38 else [first, Notice(decide(rng, moment), AVAILABLE, reason)]
    return [Notice(moment.submitted, QUESTIONABLE, reason), Notice(decide(rng, moment), AVAILABLE, reason)]


def knock(rng: np.random.Generator) -> str:
    """The reason of a complaint that keeps nobody out."""
    part, kinds = _PARTS[int(rng.integers(len(_PARTS)))]
    return f"Injury/Illness - {'Left' if rng.random() < 0.5 else 'Right'} {part}; {kinds[-1]}"


def decide(rng: np.random.Generator, moment: Moment) -> int:
    """When a doubt is settled: in the last hours before tip, one in eight in the last half hour."""
    before = rng.uniform(480, 1_800) if rng.random() < 0.12 else rng.uniform(1_800, 19_800)
    return max(moment.submitted + 60, moment.tip - int(before))


def status_at(notices: Sequence[Notice], at: int) -> str | None:
    """The newest status at or before an instant; None where nothing had been said."""
    for notice in reversed(notices):
        if notice.stamp <= at:
            return notice.status
    return None
