"""A game type's rules: its line-up template, salary cap and limits.

Pure reference: it changes nothing that a table says, so it gives no rows; reading it checks that it still has the slots
and the cap that pools of the game type are read by. DraftKings' scoring is not in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.draftkings.slots import NAMES
from ingest.payload import Parsed, PayloadKind, Stamp
from ingest.shapes import check, read_json
from ingest.wire import Camel, Whole
from lakehouse.errors import StalePayload

_WHAT = "DraftKings' rules of a game type"
_NBA = 4


class _Slot(Camel):
    id: Whole
    name: str


class _Place(Camel):
    roster_slot: _Slot
    order: Whole


class _Cap(Camel):
    is_enabled: bool
    max_value: Whole | None = None


class _Rules(Camel):
    game_type_id: Whole
    game_type_name: str
    salary_cap: _Cap
    lineup_template: list[_Place]
    rules_url: str | None = None


@dataclass(frozen=True)
class Rules:
    """What a line-up of a game type looks like: `slots` are (slot id, name) in order, `salary_cap` dollars or None.

    `sport` is DraftKings' number of it, where the address of the rules says; the NBA is 4.
    """

    game_type_id: int
    game_type: str
    slots: tuple[tuple[int, str], ...]
    salary_cap: int | None
    sport: int | None


def read_rules(body: bytes) -> Rules:
    """The rules; raises Unreadable or ShapeChanged."""
    rules = check(_Rules, read_json(body, _WHAT), _WHAT)
    template = sorted(rules.lineup_template, key=lambda place: place.order)
    slots = tuple((place.roster_slot.id, place.roster_slot.name) for place in template)
    cap = rules.salary_cap.max_value if rules.salary_cap.is_enabled else None
    found = re.search(r"/rules/(\d{1,9})/", rules.rules_url or "", re.ASCII)
    return Rules(rules.game_type_id, rules.game_type_name, slots, cap, int(found[1]) if found else None)


def parse_rules(body: bytes, stamp: Stamp) -> Parsed:
    """No frames: doubts where a slot is not named as pools are read. Raises StalePayload for another game type."""
    rules = read_rules(body)
    asked = stamp.asked.get("game_type_id")
    if asked and int(asked) != rules.game_type_id:
        raise StalePayload(f"{_WHAT} is of {rules.game_type_id}, but {asked} was asked for.")
    if rules.sport not in (None, _NBA):
        return Parsed({}, doubts=(f"game type {rules.game_type_id} is of another sport than the NBA",))
    unknown = [f"{slot} {name}" for slot, name in dict(rules.slots).items() if NAMES.get(slot) != name]
    doubts = (f"game type {rules.game_type_id} has slots that are not known: {', '.join(unknown)}",) if unknown else ()
    return Parsed({}, doubts=doubts)


RULES = PayloadKind("rules", 1, parse_rules, lambda body: b'"lineupTemplate"' in body)
