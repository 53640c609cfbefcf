"""The contests offered on a slate: names, fees, sizes and prizes."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.payouts import Payout, flat, top_heavy
from sandbox.slates import Kind, Slate

CONTESTS_A_GROUP = 1_000


@dataclass(frozen=True, eq=False)
class Contest:
    """A contest on a slate; `entries` is how many it holds when it starts, dollars are whole."""

    number: int
    slate: Slate
    name: str
    fee: int
    entries: int
    max_entries: int
    per_user: int
    payouts: tuple[Payout, ...]
    attributes: tuple[str, ...]

    @property
    def contest_id(self) -> int:
        """DraftKings' id of the contest."""
        return self.slate.draft_group * CONTESTS_A_GROUP + self.number

    @property
    def prize_pool(self) -> int:
        """Dollars paid out."""
        return sum(payout.total for payout in self.payouts)

    @property
    def is_guaranteed(self) -> bool:
        """Whether it is held, and pays, even if it does not fill."""
        return "IsGuaranteed" in self.attributes

    def entered(self, at: int) -> int:
        """Entries by an instant: none when it opens, most of them in the last hours, all at the start."""
        span = self.slate.start - self.slate.published
        gone = min(max(at - self.slate.published, 0), span)
        return self.entries * gone**3 // span**3


def contests_of(slate: Slate) -> tuple[Contest, ...]:
    """A slate's contests: tournaments large and small, a single entry, a double-up; the main slate has more.

    Entries divide 10,000, so that shares of them are exact in hundredths of a percent.
    """
    sport = "NBA Showdown" if slate.kind is Kind.SHOWDOWN else "NBA"
    sizes = {Kind.MAIN: (2_000, 1_000, 400), Kind.SHOWDOWN: (1_000, 400, 200)}.get(slate.kind, (500, 250, 125))
    starred = ("IsGuaranteed", "IsStarred")
    found = [
        _tournament(slate, 1, f"{sport} ${{pool}} Four Point Play [20 Entry Max]", 4, sizes[0], 20, starred),
        _tournament(slate, 2, f"{sport} ${{pool}} Fadeaway", 15, sizes[1], max(1, sizes[1] * 3 // 100), starred[:1]),
        _tournament(slate, 3, f"{sport} ${{pool}} Excellent 8's [Single Entry]", 8, sizes[2], 1, starred[:1]),
        _even(slate, 4, f"{sport} $5 Double Up", 5, 200, 90, ("IsGuaranteed", "IsDoubleUp")),
    ]
    if slate.kind is Kind.MAIN:
        seat = "NBA $15 Fadeaway Ticket"
        found += [
            _even(slate, 5, f"{sport} Satellite to Fadeaway (5x Tickets)", 1, 100, 5, (), per_user=3, ticket=seat),
            _even(slate, 6, f"{sport} $10 Head to Head", 10, 2, 1, ("Is H2H",), per_user=1),
        ]
    return tuple(found)


def _tournament(
    slate: Slate, number: int, name: str, fee: int, entries: int, per_user: int, attributes: tuple[str, ...]
) -> Contest:
    """A tournament that fills, or, one in three, stays a tenth short of its size and pays as if it had not."""
    short = (slate.day.toordinal() + number) % 3 == 0
    places = entries * 10 // 9 if short else entries
    pool = int(fee * places * 0.85) // 50 * 50
    shown = f"{pool / 1_000:g}K" if pool >= 1_000 else str(pool)
    title = name.format(pool=shown) + slate.suffix
    return Contest(number, slate, title, fee, entries, places, per_user, top_heavy(pool, places, fee), attributes)


def _even(
    slate: Slate,
    number: int,
    name: str,
    fee: int,
    entries: int,
    winners: int,
    attributes: tuple[str, ...],
    *,
    per_user: int = 1,
    ticket: str | None = None,
) -> Contest:
    """A contest that pays all winners alike: twice the fee, or a ticket of fifteen dollars."""
    prize = 15 if ticket else fee * 2 - fee // 10 * 2
    return Contest(
        number,
        slate,
        name + slate.suffix,
        fee,
        entries,
        entries,
        per_user,
        flat(prize * winners, winners, ticket),
        attributes,
    )
