"""A contest's standings at an instant: entries by points so far, and how often each player was drafted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sandbox.contests import ContestBook, dk_points, lineup_points
from sandbox.offers import Contest
from sandbox.payouts import competition_ranks
from sandbox.rotation import Bools, Floats
from sandbox.serve.nba_boxes import counts_at, played_length
from sandbox.serve.world import FINAL, elapsed_seconds, game_ends, stage_of
from sandbox.slates import Kind, Seat, Slate

LOCKED = "LOCKED"
_REGULATION_S = 2_880


@dataclass(frozen=True)
class EntryLine:
    """One entry: place, id, name, minutes its players have left, points, and its line-up as printed."""

    rank: int
    entry_id: int
    name: str
    minutes_left: float
    points: float
    lineup: str


@dataclass(frozen=True)
class PlayerLine:
    """One drafted player whose game has begun: percent of the entries and points."""

    name: str
    slot: str
    drafted_pct: float
    points: float


@dataclass(frozen=True, eq=False)
class PoolState:
    """The players of a slate's pool at an instant: may be shown, minutes left to play, points so far."""

    shown: Bools
    minutes_left: Floats
    points: Floats


def pool_state(book: ContestBook, slate: Slate, at: int) -> PoolState:
    """How far each player's game has come; a game called off is over at once, without points."""
    off = [slate.is_off(seat.game, at) for seat in slate.pool]
    shown = [gone or at >= seat.game.fixture.tip for gone, seat in zip(off, slate.pool, strict=True)]
    left = [
        0.0 if gone or stage_of(seat.game, at) == FINAL else max(0, _REGULATION_S - elapsed_seconds(seat.game, at)) / 60
        for gone, seat in zip(off, slate.pool, strict=True)
    ]
    points = _points_so_far(book, slate.pool, at)
    return PoolState(np.array(shown), np.array(left), np.where(off, 0.0, points))


def slate_ends(slate: Slate, at: int) -> int:
    """When the last of the games that are still on, as known at an instant, is over by its final box score."""
    ends = [game_ends(game) for game in slate.games if not slate.is_off(game, at)]
    return max(ends, default=slate.start)


def entry_lines(book: ContestBook, contest: Contest, state: PoolState) -> list[EntryLine]:
    """Every entry, best first; equals share a place and stand in order of their ids."""
    field, slate = book.field(contest), contest.slate
    points = lineup_points(slate, field.lineups, state.points)
    left = state.minutes_left[field.lineups].sum(axis=1)
    ranks = competition_ranks(points)
    people = book.league.people
    printed = [
        people[seat.index].name if open_ else LOCKED
        for seat, open_ in zip(slate.pool, state.shown.tolist(), strict=True)
    ]
    order = np.lexsort((field.entry_ids, ranks)).tolist()
    slots = _printed_order(slate)
    lineups = field.lineups.tolist()
    return [
        EntryLine(
            int(ranks[k]),
            int(field.entry_ids[k]),
            field.names[k],
            float(left[k]),
            float(points[k]),
            " ".join(f"{slate.slots[slot].name} {printed[lineups[k][slot]]}" for slot in slots),
        )
        for k in order
    ]


def player_lines(book: ContestBook, contest: Contest, state: PoolState) -> list[PlayerLine]:
    """The drafted players who may be shown, most drafted first.

    In a classic contest each has one line, under the slot he fills most often; in a showdown one as captain and one
    besides.
    """
    slate = contest.slate
    lineups = book.field(contest).lineups
    names = [slot.name for slot in slate.slots]
    kinds = sorted(set(names), key=names.index)
    counts = np.zeros((len(kinds), len(slate.pool)), dtype=np.int64)
    for place, name in enumerate(names):
        counts[kinds.index(name)] += np.bincount(lineups[:, place], minlength=len(slate.pool))
    people = book.league.people
    lines = []
    for k in np.flatnonzero(state.shown & (counts.sum(axis=0) > 0)).tolist():
        name, column = people[slate.pool[k].index].name, counts[:, k]
        if slate.kind is Kind.SHOWDOWN:
            pairs = [(kind, int(held), slate.slots[names.index(kinds[kind])].times) for kind, held in enumerate(column)]
        else:
            pairs = [(int(column.argmax()), int(column.sum()), 1.0)]
        lines += [
            PlayerLine(name, kinds[kind], 100.0 * held / len(lineups), float(state.points[k]) * times)
            for kind, held, times in pairs
            if held
        ]
    return sorted(lines, key=lambda line: (-line.drafted_pct, line.name, line.slot))


def _printed_order(slate: Slate) -> list[int]:
    """The slots as a printed line-up has them: by name."""
    return sorted(range(len(slate.slots)), key=lambda slot: slate.slots[slot].name)


def _points_so_far(book: ContestBook, pool: Sequence[Seat], at: int) -> Floats:
    found = np.zeros(len(pool), dtype=np.float64)
    for game in {seat.game.fixture.game_id: seat.game for seat in pool}.values():
        for side in (game.away, game.home):
            scored = dk_points(counts_at(side, elapsed_seconds(game, at), played_length(game)))
            for k, seat in enumerate(pool):
                if seat.side is side:
                    found[k] = scored[seat.row]
    return found
