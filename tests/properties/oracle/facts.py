"""What could be known when: rows of a history as a lake of them would show them at an instant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]
MICROSECOND = timedelta(microseconds=1)
MILLISECOND = timedelta(milliseconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
BEST_FIRST = ("exact", "bounded", "assumed", "proxy")
HISTORIC = ("Regular Season", "NBA Cup Final", "Play-In", "Playoffs")
# A printed report can be fetched some minutes after its stamp; every other source stamps what can be fetched.
LAGGED = {"injuries": 5 * MINUTE}


@dataclass(frozen=True)
class Declared:
    """What a table says of itself: the columns that identify a fact, and its source."""

    fact: tuple[str, ...]
    source: str


DECLARED = {
    "schedule": Declared(("game_id", "announcement"), "schedule"),
    "results": Declared(("game_id",), "boxscores"),
    "boxscores": Declared(("game_id", "player_id"), "boxscores"),
    "injury_reports": Declared(("report_ts", "game_date", "matchup", "team", "entry"), "injuries"),
    "status_events": Declared(("game_id", "player_id", "observed_ts"), "status"),
    "rosters": Declared(("team_id", "report_ts", "player_id"), "rosters"),
    "lineups": Declared(("game_id", "team_id", "report_ts", "player_id"), "lineups"),
    "odds_lines": Declared(("feed", "event_key", "line_key", "book", "market"), "odds"),
    "espn_injuries": Declared(("report_ts", "espn_team_id", "player_name"), "espn"),
    "identity": Declared(("kind", "source_key", "nba_id"), "identity"),
}


@dataclass(frozen=True)
class LagRow:
    """A changed lag: facts of a source stamped from an instant on take so long to be fetchable."""

    source: str
    from_ts: datetime
    lag: timedelta


@dataclass(frozen=True)
class Told:
    """A batch: what the clock said, its rows by table, and changed lags."""

    clock: datetime
    rows: Mapping[str, Sequence[Row]]
    lags: tuple[LagRow, ...] = ()


@dataclass(frozen=True)
class History:
    """Batches in the order they were committed, on a lake that began at `start`.

    A row may carry the rare states it stands for under "states"; `lag_states` names that of changed lags.
    """

    start: datetime
    batches: tuple[Told, ...]
    declared: Mapping[str, Declared]

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What Hypothesis prints of a failing example; `story`, noted on the error, says the rest."""
        printer.text(f"<history of {len(self.batches)} batches>")

    def story(self) -> str:
        """The first rows it tells, without what says nothing."""
        silent = ("source", "body_sha256", "season", "states")
        said = [
            f"{visible} {table} { {name: value for name, value in row.items() if name not in silent and value is not None} }"
            for batch, visible in zip(self.batches, self.instants(), strict=True)
            for table, rows in batch.rows.items()
            for row in rows
        ]
        return "\n".join([f"{len(said)} rows", *said[:40]])

    def instants(self) -> list[datetime]:
        """When each batch became visible: whole milliseconds, strictly increasing, never before the clock's."""
        found: list[datetime] = []
        last = self.start
        for batch in self.batches:
            whole = batch.clock - timedelta(microseconds=batch.clock.microsecond % 1000)
            last = max(whole, last + MILLISECOND)
            found.append(last)
        return found

    def states(self) -> list[str]:
        """The rare states its rows stand for."""
        found = {
            state for batch in self.batches for rows in batch.rows.values() for row in rows for state in row["states"]
        }
        lagged = any(batch.lags for batch in self.batches)
        return [*sorted(found), *(["lag change"] if lagged else []), "tie"]

    def without(self, state: str) -> History:
        """The history as it would be had a rare state not come about."""
        if state == "lag change":
            return replace(self, batches=tuple(replace(batch, lags=()) for batch in self.batches))
        if state == "tie":
            return self._untied()
        return self._mapped(lambda _, rows: [row for row in rows if state not in row["states"]])

    def _untied(self) -> History:
        """Stamps that are the same drawn a microsecond apart, so that those who lose a tie win it."""
        ranked: dict[tuple[str, datetime], list[Row]] = {}
        for batch in self.batches:
            for table, rows in batch.rows.items():
                for row in rows:
                    ranked.setdefault((table, row["as_of_ts"]), []).append(row)
        shift: dict[int, timedelta] = {}
        for tied in ranked.values():
            tied.sort(key=lambda row: (BEST_FIRST.index(row["as_of_quality"]), row["ingested_ts"]))
            shift |= {id(row): place * MICROSECOND for place, row in enumerate(tied)}
        return self._mapped(lambda _, rows: [_moved(row, shift[id(row)]) for row in rows])

    def _mapped(self, change: Callable[[str, Sequence[Row]], list[Row]]) -> History:
        batches = (
            replace(batch, rows={table: change(table, rows) for table, rows in batch.rows.items()})
            for batch in self.batches
        )
        return replace(self, batches=tuple(batches))


def _moved(row: Row, by: timedelta) -> Row:
    return {**row, "as_of_ts": row["as_of_ts"] + by, "ingested_ts": row["ingested_ts"] + by}


class Knowledge:
    """What a history shows at an instant, table by table, with `available_ts`; `held` batches, by default all.

    `remembered` is a place for what a loop has worked out once and asks for again.
    """

    def __init__(self, history: History, run_ts: datetime, knowledge: str, held: int | None = None) -> None:
        self.run_ts = run_ts
        self._history = history
        self._knowledge = knowledge
        self.remembered: dict[Any, Any] = {}
        self._rows: dict[str, list[Row]] = {}
        count = len(history.batches) if held is None else held
        self._batches = [
            (number, batch, visible)
            for number, (batch, visible) in enumerate(zip(history.batches, history.instants(), strict=True))
            if number < count and (knowledge == "published" or visible <= run_ts)
        ]
        self._lags = sorted((lag for _, batch, _ in self._batches for lag in batch.lags), key=lambda lag: lag.from_ts)

    def rows(self, table: str) -> list[Row]:
        """The rows available by the instant, by key, then the newer parser's first, then by batch."""
        if table not in self._rows:
            declared = self._history.declared[table]
            found = []
            for number, batch, visible in self._batches:
                for row in batch.rows.get(table, ()):
                    available = self._available(row, declared.source, visible)
                    if available <= self.run_ts:
                        found.append({**row, "available_ts": available, "bronze_batch": batch_name(number)})
            key = (*declared.fact, "as_of_ts", "ingested_ts")
            found.sort(
                key=lambda row: (*(nulls_last(row[name]) for name in key), -row["parser_version"], row["bronze_batch"])
            )
            self._rows[table] = found
        return self._rows[table]

    def _available(self, row: Row, source: str, visible: datetime) -> datetime:
        as_of: datetime = row["as_of_ts"]
        if self._knowledge == "observed":
            return max(as_of, visible)
        if row["as_of_quality"] in ("assumed", "proxy") or as_of == row["ingested_ts"]:
            return as_of
        lag = LAGGED.get(source, timedelta(0))
        for changed in self._lags:
            if changed.source == source and as_of >= changed.from_ts:
                lag = changed.lag
        return as_of + lag


def batch_name(number: int) -> str:
    """Id of the batch of that number."""
    return f"told:{number}"


def nulls_last(value: Any) -> tuple[bool, Any]:
    """Sorts as the value does, what is unknown after everything."""
    return (value is None, 0 if value is None else value)


def known(rows: Iterable[Row], cut: datetime) -> list[Row]:
    """The rows that could be used at a cut."""
    return [row for row in rows if row["available_ts"] <= cut]


def grouped(rows: Iterable[Row], by: Collection[str]) -> dict[tuple[Any, ...], list[Row]]:
    """Rows by the values of some columns, in the order met."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in by), []).append(row)
    return groups


def best(rows: Sequence[Row]) -> Row:
    """The version that stands: newest stamp, then better quality, then first ingested, then first in order."""
    chosen = rows[0]
    for row in rows[1:]:
        if row["as_of_ts"] != chosen["as_of_ts"]:
            better = row["as_of_ts"] > chosen["as_of_ts"]
        elif row["as_of_quality"] != chosen["as_of_quality"]:
            better = BEST_FIRST.index(row["as_of_quality"]) < BEST_FIRST.index(chosen["as_of_quality"])
        else:
            better = row["ingested_ts"] < chosen["ingested_ts"]
        if better:
            chosen = row
    return chosen


def newest(rows: Iterable[Row], by: Collection[str]) -> list[Row]:
    """The version that stands of each group."""
    return [best(group) for group in grouped(rows, by).values()]


def newest_report(rows: Iterable[Row], cut: datetime) -> list[Row]:
    """The known rows of the newest report of which any row could be used at a cut."""
    usable = known(rows, cut)
    if not usable:
        return []
    stamp = max(row["report_ts"] for row in usable)
    return [row for row in usable if row["report_ts"] == stamp]


def boundaries(history: History, besides: Iterable[datetime] = ()) -> list[datetime]:
    """Every instant at which something could become known, those right before and after each, and some besides."""
    near = (-MICROSECOND, timedelta(0), MICROSECOND)
    found = set(besides) | {
        visible + step for visible in history.instants() for step in (-MILLISECOND, *near, MILLISECOND)
    }
    lags = {lag for batch in history.batches for lag in batch.lags}
    for batch in history.batches:
        for table, rows in batch.rows.items():
            source = history.declared[table].source
            after = {timedelta(0), LAGGED.get(source, timedelta(0))} | {lag.lag for lag in lags if lag.source == source}
            found |= {row["as_of_ts"] + lag + step for row in rows for lag in after for step in near}
    return sorted(found)
