"""Roster slots, and what kind of slate a pool is for; the slots say so, a contest's name does not.

Source: the line-up templates of game types 70 and 81, and the pools of eight kinds of slate.
"""

from __future__ import annotations

from collections.abc import Iterable

CLASSIC = {458: "PG", 459: "SG", 460: "SF", 461: "PF", 462: "C", 463: "F", 464: "G", 465: "UTIL"}
SHOWDOWN = {475: "UTIL", 476: "CPT"}
SINGLE_GAME = {569: "CPT", 570: "UTIL"}
TIERS = {415: "T1", 416: "T2", 417: "T3", 418: "T4", 419: "T5", 420: "T6"}
FLAT_LIST = {672: "UTIL"}
NAMES = {**CLASSIC, **SHOWDOWN, **SINGLE_GAME, **TIERS, **FLAT_LIST}
# Snake drafts borrow slots of the classic game and add their own.
_SNAKE = frozenset({464, 465, 633, 636})
CLASSIC_GAME_TYPE = 70
GAME_TYPES = {70: "Classic", 73: "Tiers", 81: "Showdown Captain Mode"}


def slate_type(slots: Iterable[int]) -> str | None:
    """classic, showdown, single-game, tiers, snake or list by the slots of a pool; None for slots not seen before."""
    found = frozenset(slots)
    kinds = {"showdown": SHOWDOWN, "single-game": SINGLE_GAME, "tiers": TIERS, "list": FLAT_LIST}
    if not found:
        return None
    if 458 in found and found <= CLASSIC.keys():
        return "classic"
    return next((kind for kind, known in kinds.items() if found <= known.keys()), "snake" if found <= _SNAKE else None)
