"""Lines at a cut: each book's newest, the median of the best feed, and every move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

from tests.properties.oracle.facts import Knowledge, Row, grouped, known, newest

FEEDS = ("oddstrader", "observed", "closing", "morning")
SAID = ("line", "home_price", "away_price")


def lines_known(view: Knowledge, cuts: Sequence[Row]) -> list[Row]:
    """Consensus spread and total of each game at its cut; no row where nothing was told."""
    found = []
    for cut in cuts:
        told = _told(view, cut, lambda row: row["market"] in ("spread", "total") and row["line"] is not None)
        books = newest(_in_order(told), ["market", "feed", "book"])
        said = {market: _consensus([row for row in books if row["market"] == market]) for market in ("spread", "total")}
        chosen = [rows for rows in said.values() if rows]
        if chosen:
            stamp = max(row["as_of_ts"] for rows in chosen for row in rows)
            found.append(
                {
                    **{name: cut[name] for name in ("game_id", "cut_id")},
                    "spread_home": median(row["line"] for row in said["spread"]) if said["spread"] else None,
                    "total": median(row["line"] for row in said["total"]) if said["total"] else None,
                    "n_books": max(len(rows) for rows in chosen),
                    "odds_as_of_ts": stamp,
                    "odds_age_seconds": (cut["cut_ts"] - stamp).total_seconds(),
                }
            )
    return sorted(found, key=lambda row: (row["game_id"], row["cut_id"]))


def line_moves(view: Knowledge, cuts: Sequence[Row]) -> list[Row]:
    """What each book said first, and each time that it said something else, in the order of stamps."""
    found = []
    for cut in cuts:
        for (feed, book, market), told in sorted(
            grouped(_told(view, cut, _is_priced), ["feed", "book", "market"]).items()
        ):
            before: Row | None = None
            for row in _oldest_first(told):
                if before is not None and all(row[name] == before[name] for name in SAID):
                    continue
                move = 0 if before is None else before["move"] + 1
                shown = {
                    "game_id": cut["game_id"],
                    "cut_id": cut["cut_id"],
                    "feed": feed,
                    "book": book,
                    "market": market,
                }
                step = {"move": move, "kind": _kind(row["line_key"], move), "line_ts": row["as_of_ts"]}
                said = {name: row[name] for name in ("available_ts", *SAID)}
                speed = {"line_change": _change(before, row), "line_per_hour": _per_hour(before, row)}
                before = {**shown, **step, **said, **speed}
                found.append(before)
    return sorted(
        found, key=lambda row: [row[name] for name in ("game_id", "cut_id", "feed", "book", "market", "move")]
    )


def _is_priced(row: Row) -> bool:
    return row["line"] is not None or (row["market"] == "moneyline" and any(row[name] is not None for name in SAID))


def _told(view: Knowledge, cut: Row, wanted: Callable[[Row], bool]) -> list[Row]:
    """The lines of a game known at its cut, each in its newest version."""
    versions = [row for row in known(view.rows("schedule"), cut["cut_ts"]) if row["game_id"] == cut["game_id"]]
    names = {tuple(row[name] for name in ("game_date", "home_team", "away_team")) for row in versions}
    about = []
    for row in known(view.rows("odds_lines"), cut["cut_ts"]):
        named = tuple(row[name] for name in ("game_date", "home_team", "away_team"))
        is_its = row["game_id"] == cut["game_id"] if row["game_id"] is not None else named in names
        if is_its and wanted(row):
            about.append(row)
    return newest(about, ["feed", "book", "market", "event_key", "line_key"])


def _in_order(rows: Sequence[Row]) -> list[Row]:
    """By their keys: of two lines alike in every stamp the first key's stands."""
    return sorted(rows, key=lambda row: (row["event_key"], row["line_key"]))


def _oldest_first(rows: Sequence[Row]) -> list[Row]:
    """The order in which the lines of a book came to stand: the last is the one that stands."""
    left, order = _in_order(rows), []
    while left:
        standing = newest(left, ["market"])[0]
        order.append(standing)
        left.remove(standing)
    return order[::-1]


def _consensus(rows: Sequence[Row]) -> list[Row]:
    for feed in FEEDS:
        told = [row for row in rows if row["feed"] == feed]
        if told:
            return told
    return []


def _kind(line_key: str, move: int) -> str:
    if line_key.startswith("open:"):
        return "opening"
    if line_key == "closing":
        return "closing"
    return "move" if move else "first seen"


def _change(before: Row | None, row: Row) -> float | None:
    if before is None or before["line"] is None or row["line"] is None:
        return None
    return float(row["line"] - before["line"])


def _per_hour(before: Row | None, row: Row) -> float | None:
    change = _change(before, row)
    hours = int((row["as_of_ts"] - before["line_ts"]).total_seconds()) / 3600 if before is not None else 0
    return change / hours if change is not None and hours > 0 else None
