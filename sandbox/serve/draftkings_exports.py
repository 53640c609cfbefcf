"""DraftKings' files: standings exports, and the list of one's own entries."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest

from sandbox.fixtures import HOUR
from sandbox.offers import Contest
from sandbox.serve.draftkings_pool import draftable_id, slots_of
from sandbox.serve.standings import LOCKED, entry_lines, player_lines, pool_state
from sandbox.serve.world import World
from sandbox.slates import Slate

_HEADINGS = (
    "Rank", "EntryId", "EntryName", "TimeRemaining", "Points", "Lineup", "", "Player", "Roster Position", "%Drafted",
    "FPTS",
)  # fmt: skip
_BOM = "\ufeff"
_NO_ENTRY, _NO_PLAYER = ("",) * 6, ("",) * 2
Row = tuple[str, ...]


def standings_rows(world: World, contest: Contest, at: int) -> list[Row]:
    """Headings, then entries and drafted players side by side; short lines where the players end."""
    state = pool_state(world.contests, contest.slate, at)
    left = [
        (str(line.rank), str(line.entry_id), line.name, _decimal(line.minutes_left), _decimal(line.points), line.lineup)
        for line in entry_lines(world.contests, contest, state)
    ]
    right = [
        (line.name, line.slot, f"{line.drafted_pct:.2f}%", _decimal(line.points))
        for line in player_lines(world.contests, contest, state)
    ]
    pairs = zip_longest(left, right)
    return [_HEADINGS, *((*(entry or _NO_ENTRY), "", *(player or _NO_PLAYER)) for entry, player in pairs)]


def entry_rows(world: World, slate: Slate, at: int) -> list[Row]:
    """Headings, then the account's entries in every contest of a slate."""
    headings: Row = ("Entry ID", "Contest Name", "Contest ID", "Entry Fee", *(slot.name for slot in slate.slots))
    contests = world.contests.contests(slate)
    return [headings, *(row for contest in contests for row in _own_rows(world, contest, at))]


def _own_rows(world: World, contest: Contest, at: int) -> Iterator[Row]:
    """The account's entries, once they are made: an hour before the start."""
    slate = contest.slate
    if at < slate.start - HOUR or slate.is_cancelled(at):
        return
    book = world.contests
    ids = book.entry_ids(contest)
    for k, lineup in enumerate(book.own_lineups(contest).tolist()):
        cells = [_own_cell(world, slate, row, place, at) for place, row in enumerate(lineup)]
        yield (str(ids[k]), contest.name, str(contest.contest_id), f"${contest.fee}", *cells)


def _own_cell(world: World, slate: Slate, k: int, place: int, at: int) -> str:
    seat = slate.pool[k]
    slot = next(first for first, slot in slots_of(slate, seat) if slot.slot_id == slate.slots[place].slot_id)
    locked = f" ({LOCKED})" if at >= seat.game.fixture.tip else ""
    return f"{world.person(seat.index).name} ({draftable_id(slate, k, slot)}){locked}"


def zipped(name: str, written: tuple[int, ...]) -> Callable[[list[Row]], bytes]:
    """Turns rows into a ZIP of one CSV of that name, with a byte order mark, dated as `written` (year to second)."""
    year, month, day, hour, minute, second = written

    def render(rows: list[Row]) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            info = zipfile.ZipInfo(name, (year, month, day, hour, minute, second))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, csv_bytes(rows, _BOM))
        return buffer.getvalue()

    return render


def csv_bytes(rows: Iterable[Row], mark: str = "") -> bytes:
    """Rows as CSV in UTF-8, after a mark."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return (mark + text.getvalue()).encode()


def _decimal(value: float) -> str:
    """At most two decimals, none where it is whole."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
