"""A contest's standings export: two tables side by side, the entries and the players drafted, as ragged CSV.

Columns: Rank, EntryId, EntryName, TimeRemaining, Points, Lineup, a blank one, Player, Roster Position, %Drafted, FPTS.
The name of its file names the contest. A slot that has not started prints LOCKED instead of the player.
"""

from __future__ import annotations

import re

import polars as pl

from ingest.draftkings.export import unpack
from ingest.draftkings.sheet import first_line, read_sheet
from ingest.payload import Parsed, PayloadKind, Rejection, Stamp
from ingest.stamping import keep_first, reject_rows, stamp_rows
from lakehouse.errors import ShapeChanged, StalePayload

STANDINGS, OWNERSHIP = "silver.dk_standings", "silver.dk_ownership"
_WHAT = "A standings export"
_ENTRIES = ["Rank", "EntryId", "EntryName", "TimeRemaining", "Points", "Lineup"]
_PLAYERS = ["Player", "Roster Position", "%Drafted", "FPTS"]
_COLUMNS = [*_ENTRIES, "", *_PLAYERS]
_CONTEST = re.compile(r"contest-standings-(\d{1,18})\.csv", re.ASCII)
_SLOT = r"(?:^| )(?:PG|SG|SF|PF|C|G|F|UTIL|CPT|T[1-6]) "
# More lines than this that cannot be read are another format, not bad lines.
_BAD_SHARE = 0.01


def parse_standings(body: bytes, stamp: Stamp) -> Parsed:
    """silver.dk_standings, one row an entry, and silver.dk_ownership, one row a player and slot; one report each.

    `is_final` says that nobody has minutes left and no slot is locked: exports whose games are not over carry either,
    and their points still move. Raises StalePayload where the file is of another contest than the one in `asked`.
    """
    name, data = unpack(body)
    contest_id, doubts = _contest(name, stamp)
    sheet = read_sheet(data, _WHAT)
    if sheet.columns != _COLUMNS:
        raise ShapeChanged(_WHAT, "line 1", f"the columns {', '.join(sheet.columns)[:200]!r}")
    entries, bad_entries = _entries(sheet, contest_id, stamp)
    is_final = _is_final(entries)
    entries = entries.with_columns(pl.lit(is_final).alias("is_final"))
    players, bad_players = _players(sheet, contest_id, stamp, is_final)
    if not len(entries):
        doubts.append(f"the standings of contest {contest_id} have no entries")
    elif is_final:
        doubts += _doubt_sum(entries, players)
    frames = {
        STANDINGS: stamp_rows(entries, STANDINGS, stamp.fetched_ts),
        OWNERSHIP: stamp_rows(players, OWNERSHIP, stamp.fetched_ts),
    }
    return Parsed(frames, (*bad_entries, *bad_players), doubts=tuple(doubts))


def _contest(name: str | None, stamp: Stamp) -> tuple[int, list[str]]:
    asked = stamp.asked.get("contest_id")
    found = _CONTEST.search(name or "")
    if found and asked and int(found[1]) != int(asked):
        raise StalePayload(f"{_WHAT} is of contest {found[1]}, but {asked} was asked for.")
    if found:
        return int(found[1]), []
    if asked:
        return int(asked), []
    return 0, ["the export does not name its contest and none was asked for: it is put under 0"]


def _entries(sheet: pl.DataFrame, contest_id: int, stamp: Stamp) -> tuple[pl.DataFrame, list[Rejection]]:
    filled = sheet.select(_ENTRIES).filter(pl.any_horizontal(pl.all().is_not_null()))
    rows = filled.select(
        pl.lit(contest_id, dtype=pl.Int64).alias("contest_id"),
        pl.lit(stamp.fetched_ts, dtype=pl.Datetime("us", "UTC")).alias("report_ts"),
        pl.col("EntryId").cast(pl.Int64, strict=False).alias("entry_id"),
        pl.col("EntryName").alias("entry_name"),
        pl.col("Rank").cast(pl.Int64, strict=False).alias("rank"),
        pl.col("Points").cast(pl.Float64, strict=False).alias("points"),
        pl.col("TimeRemaining").cast(pl.Float64, strict=False).alias("time_remaining"),
        pl.col("Lineup").str.strip_chars().alias("lineup"),
    )
    is_bad = pl.any_horizontal(
        pl.col("entry_id", "rank").is_null(), ~pl.col("points", "time_remaining").is_finite().fill_null(False)
    )
    return _sift(rows, STANDINGS, is_bad, ["entry_id"])


def _players(
    sheet: pl.DataFrame, contest_id: int, stamp: Stamp, is_final: bool
) -> tuple[pl.DataFrame, list[Rejection]]:
    filled = sheet.select(_PLAYERS).filter(pl.any_horizontal(pl.all().is_not_null()))
    rows = filled.select(
        pl.lit(contest_id, dtype=pl.Int64).alias("contest_id"),
        pl.lit(stamp.fetched_ts, dtype=pl.Datetime("us", "UTC")).alias("report_ts"),
        pl.col("Player").alias("player_name"),
        pl.col("Roster Position").alias("roster_position"),
        pl.col("%Drafted").str.strip_suffix("%").cast(pl.Float64, strict=False).alias("drafted_pct"),
        pl.col("FPTS").cast(pl.Float64, strict=False).alias("fpts"),
        pl.lit(is_final).alias("is_final"),
    )
    is_bad = pl.any_horizontal(
        pl.col("player_name", "roster_position").is_null(), ~pl.col("drafted_pct").is_between(0, 100).fill_null(False)
    )
    return _sift(rows, OWNERSHIP, is_bad | ~pl.col("fpts").is_finite(), ["player_name", "roster_position"])


def _sift(rows: pl.DataFrame, table: str, is_bad: pl.Expr, key: list[str]) -> tuple[pl.DataFrame, list[Rejection]]:
    bad = rows.select(is_bad.fill_null(False).sum()).item()
    if bad > max(1.0, _BAD_SHARE * len(rows)):
        line = rows.select(is_bad.fill_null(False).arg_true().first()).item() + 2
        raise ShapeChanged(_WHAT, f"line {line}", f"{bad:,} of {len(rows):,} rows of {table} that cannot be read")
    good, unread = reject_rows(rows, table, is_bad, "a number of it cannot be read, or is none")
    kept, again = keep_first(good, table, key)
    return kept, [*unread, *again]


def _is_final(entries: pl.DataFrame) -> bool:
    is_over = (pl.col("time_remaining") == 0).all() & ~pl.col("lineup").str.contains(r"\bLOCKED\b").any()
    return bool(len(entries)) and bool(entries.select(is_over).item())


def _doubt_sum(entries: pl.DataFrame, players: pl.DataFrame) -> list[str]:
    """Every entry fills every slot, so ownership sums to 100 a slot, less the entries left empty."""
    lineups = entries["lineup"].drop_nulls()
    if not len(lineups):
        return ["no entry has a line-up"]
    slots = int(lineups.head(1).str.count_matches(_SLOT)[0])
    expected = 100.0 * slots * len(lineups) / len(entries)
    total = float(players["drafted_pct"].sum())
    if slots and 0.97 * expected <= total <= 1.02 * expected:
        return []
    return [f"%Drafted sums to {total:,.1f}, not to about {expected:,.1f}"]


def _is_like(body: bytes) -> bool:
    return body.startswith(b"PK") or first_line(body).startswith(b"Rank,EntryId,EntryName")


STANDINGS_EXPORT = PayloadKind("standings", 1, parse_standings, _is_like)
