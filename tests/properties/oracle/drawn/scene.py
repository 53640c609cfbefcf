"""Where and when a history plays: three teams, four games over three Eastern days, and the instants of its stamps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, seed, settings
from hypothesis import strategies as st

from tests.properties.oracle.facts import (
    DECLARED,
    HOUR,
    MICROSECOND,
    MILLISECOND,
    MINUTE,
    History,
    LagRow,
    Row,
    Told,
)

EASTERN = ZoneInfo("America/New_York")
ATL, BOS, CLE = 1610612737, 1610612738, 1610612739
TEAMS = (ATL, BOS, CLE)
TRICODES = {ATL: "ATL", BOS: "BOS", CLE: "CLE"}
TEAM_NAMES = {ATL: "Atlanta Hawks", BOS: "Boston Celtics", CLE: "Cleveland Cavaliers"}
# Player: as a report prints him, as a list prints him, and the key of either.
PEOPLE = {
    1: ("Moss, Ada", "Ada Moss", "adamoss"),
    2: ("Pöltl, Jakob", "Jakob Pöltl", "jakobpoltl"),
    3: ("Payton II, Gary", "Gary Payton II", "garypaytonii"),
    4: ("Reed, Cal", "Cal Reed", "calreed"),
}
# The day before the clocks go back (25 hours), before they go forward (23), and an ordinary one.
NIGHTS = {"fall back": date(2024, 11, 2), "spring forward": date(2025, 3, 8), "ordinary": date(2025, 1, 7)}
# Minutes to a tip.
OFFSETS = (-2880, -1500, -1440, -1380, -600, -90, -75, -65, -60, -30, -15, -10, -5, 0, 1, 180, 185)
JITTERS = (timedelta(0), timedelta(0), timedelta(0), MICROSECOND, MILLISECOND)


@dataclass(frozen=True)
class Game:
    """A game as first announced."""

    game_id: str
    home: int
    away: int
    tip: datetime

    @property
    def day(self) -> date:
        """Eastern date of the tip."""
        return eastern_day(self.tip)


@dataclass(frozen=True)
class Scene:
    """The games of a history, and the few instants that its stamps are taken from, so that many are the same.

    One of them, `tonight`, lies between the first two tips.
    """

    night: str
    games: tuple[Game, ...]
    stamps: tuple[datetime, ...]
    tonight: datetime

    @property
    def start(self) -> datetime:
        """Before everything."""
        return self.games[0].tip - 10 * 24 * HOUR

    @property
    def end(self) -> datetime:
        """After everything."""
        return self.games[0].tip + 60 * 24 * HOUR

    @property
    def night_hours(self) -> list[datetime]:
        """Some instants of the night."""
        return [self.tonight + number * 5 * MINUTE for number in range(4)]

    def is_in_the_night(self, instant: datetime) -> bool:
        """Whether the clocks change in the night of an instant: between two tips 25 or 23 hours apart."""
        return self.night != "ordinary" and self.games[0].tip <= instant <= self.games[1].tip


def eastern_day(instant: datetime) -> date:
    """The Eastern date of an instant."""
    return instant.astimezone(EASTERN).date()


def evening(day: date, at: time) -> datetime:
    """The instant of an Eastern wall time."""
    return datetime.combine(day, at, EASTERN).astimezone(UTC)


@st.composite
def scenes(draw: st.DrawFn, night: str, stamps: int = 6) -> Scene:
    """BOS at ATL on two days in a row, and two games of CLE."""
    first = NIGHTS[night]
    hour = draw(st.sampled_from((time(18), time(19, 30))))
    swapped = draw(st.booleans())
    games = (
        Game("0022400001", ATL, BOS, evening(first, hour)),
        Game("0022400002", *((BOS, ATL) if swapped else (ATL, BOS)), evening(first + timedelta(days=1), hour)),
        Game("0022400003", CLE, ATL, evening(first + timedelta(days=2), time(19, 30))),
        Game("0022400004", BOS, CLE, evening(first + timedelta(days=2), time(22))),
    )
    tips = st.sampled_from([game.tip for game in games])
    instant = st.builds(
        lambda tip, offset, jitter: tip + offset * MINUTE + jitter,
        tips,
        st.sampled_from(OFFSETS),
        st.sampled_from(JITTERS),
    )
    pool = draw(st.lists(instant, min_size=3, max_size=stamps, unique=True))
    tonight = games[0].tip + draw(st.sampled_from((60, 600, 1380, 1420))) * MINUTE
    return Scene(night, games, tuple(sorted({*pool, tonight})), tonight)


def stamp(draw: st.DrawFn, scene: Scene, as_of: datetime | None = None) -> Row:
    """The stamps of a row: of any quality, fetched at once, minutes or a day later, read by either parser."""
    known = as_of if as_of is not None else draw(st.sampled_from(scene.stamps))
    quality, minutes, parser = draw(st.sampled_from(_KINDS))
    return {
        "as_of_ts": known,
        "as_of_quality": quality,
        "ingested_ts": known + minutes * MINUTE,
        "parser_version": parser,
        "source": "told",
        "body_sha256": "0" * 64,
        "states": (),
    }


_KINDS = (
    ("exact", 1, 1), ("exact", 1, 1), ("exact", 0, 1), ("exact", 6, 1), ("exact", 1, 2), ("bounded", 1, 1),
    ("bounded", 0, 1), ("assumed", 1500, 1), ("assumed", 0, 2), ("proxy", 1, 1),
)  # fmt: skip


def tagged(row: Row, *states: str) -> Row:
    """The row standing for some more rare states."""
    return {**row, "states": (*row["states"], *states)}


def corrected(draw: st.DrawFn, scene: Scene, row: Row, **values: object) -> Row:
    """A later version of a row, stamped when it was fetched, or by another stamp of its own."""
    later = stamp(draw, scene, row["as_of_ts"] + draw(st.sampled_from((0, 1, 5, 90, 1500))) * MINUTE)
    return tagged({**row, **later, "states": row["states"], **values}, "correction")


@st.composite
def batches(
    draw: st.DrawFn, scene: Scene, rows: Mapping[str, Sequence[Row]], lagged: Sequence[str] = ("injuries",)
) -> History:
    """The rows of a history dealt out to batches: most in the first that comes after their stamp, some late.

    A row that `is_last` comes in the last of them.
    """
    clocks = sorted(
        {*draw(st.lists(st.sampled_from(scene.stamps), min_size=1, max_size=2)), scene.games[-1].tip + 6 * HOUR}
    )
    dealt: list[dict[str, list[Row]]] = [{} for _ in clocks]
    for table, told in rows.items():
        seen: list[set[tuple[object, ...]]] = [set() for _ in clocks]
        for row in told:
            soonest = next((n for n, clock in enumerate(clocks) if clock >= row["as_of_ts"]), len(clocks) - 1)
            by = len(clocks) if row.get("is_last") else draw(st.sampled_from((0, 0, 0, 1, 3)))
            number = min(soonest + by, len(clocks) - 1)
            key = tuple(row[name] for name in (*DECLARED[table].fact, "as_of_ts", "ingested_ts"))
            if key not in seen[number]:
                seen[number].add(key)
                late = number > soonest
                dealt[number].setdefault(table, []).append(tagged(row, "late arrival") if late else row)
    lags = draw(_lag_rows(scene, lagged))
    whole = [Told(clock, dealt[number], lags if number == 0 else ()) for number, clock in enumerate(clocks)]
    return History(scene.start, tuple(whole), DECLARED)


def _lag_rows(scene: Scene, sources: Sequence[str]) -> st.SearchStrategy[tuple[LagRow, ...]]:
    changed = st.builds(
        LagRow,
        st.sampled_from(sources),
        st.sampled_from(scene.stamps),
        st.sampled_from((0, 1, 10)).map(lambda n: n * MINUTE),
    )
    return st.lists(changed, max_size=2, unique_by=lambda lag: (lag.source, lag.from_ts)).map(tuple)


def over_nights(
    check: Callable[[Scene, History], None],
    told: Callable[[st.DrawFn, Scene], Mapping[str, Sequence[Row]]],
    *lagged: str,
    parts: int = 4,
) -> None:
    """Holds `check` against histories of every night, of the rows that `told` draws.

    The lags of the sources `lagged` may change. Each night takes one of so many `parts` of the profile's examples.
    """
    profile = settings()
    share = max(1, profile.max_examples // parts)
    for number, night in enumerate(NIGHTS):

        @settings(max_examples=share)
        @given(_drawn(night, told, lagged or ("injuries",)))
        def hold(drawn: tuple[Scene, History]) -> None:
            try:
                check(*drawn)
            except AssertionError as error:
                error.add_note(drawn[1].story())
                raise

        # Where examples are the same every time, those of one night should not be those of another.
        (seed(number)(hold) if profile.derandomize else hold)()


@st.composite
def _drawn(
    draw: st.DrawFn,
    night: str,
    told: Callable[[st.DrawFn, Scene], Mapping[str, Sequence[Row]]],
    lagged: Sequence[str],
) -> tuple[Scene, History]:
    scene = draw(scenes(night))
    return scene, draw(batches(scene, told(draw, scene), lagged))
