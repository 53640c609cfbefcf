"""Which contests are worth collecting: guaranteed classic tournaments with a real field."""

from __future__ import annotations

import re

LEAST_PRIZE_POOL = 1000.0
# Formats that pay a fixed share of the field, pay in tickets, or have one winner: their ownership is not a tournament's.
_OTHER_FORMATS = re.compile(
    r"double[ -]?up|triple[ -]?up|quadruple|quintuple|50\s*/\s*50|50-50|h2h|head[ -]to[ -]head|satellite|qualifier"
    r"|ticket|winner[ -]take[s]?[ -]all|multiplier|booster|\bfree\b|freeroll|micro",
    re.IGNORECASE,
)


def is_gpp(name: str, game_type: str | None, entry_fee: float, prize_pool: float, is_guaranteed: bool) -> bool:
    """Whether a contest is a guaranteed classic tournament for money, of at least $1,000, and none of the other formats."""
    is_tournament = game_type == "Classic" and is_guaranteed and entry_fee > 0 and prize_pool >= LEAST_PRIZE_POOL
    return is_tournament and not _OTHER_FORMATS.search(name)
