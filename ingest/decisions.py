"""Decisions that a person makes: whom a printed name or a source's number stands for; and what there is to decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
from rapidfuzz import fuzz, process

from ingest.aliases import read_tricode, tricode_of_nickname
from ingest.links import DECISION, MET, unnamed
from lakehouse.clock import iso
from lakehouse.commit import Batch
from lakehouse.digest import canonical_json, text_digest
from lakehouse.errors import BadInput, UnknownName
from lakehouse.identity import WITHDRAWN, in_force, normalise_name
from lakehouse.lake import Lake
from lakehouse.tables import get_table
from lakehouse.teams import FRANCHISES

IDENTITY, UNRESOLVED = "silver.identity", "silver.unresolved"
KINDS = (
    "player", "team", "player draftkings", "player linestar", "player espn", "team draftkings", "team espn",
    "team oddstrader",
)  # fmt: skip
NAMED = ("player", "team")
SOURCE = "aliases"
SUGGESTED = 3
_LEAST_SCORE = 60.0
_PRINTED = ("silver.players", "silver.boxscores", "silver.live_boxscores", "silver.rosters", "silver.lineups")
_TRICODES = {team.team_id: team.tricode for team in FRANCHISES}

Rows = Callable[[str], pl.LazyFrame]


@dataclass(frozen=True)
class Suggestion:
    """A player whom a printed name may mean: how alike the names are (0-100), and whether the teams agree, if known."""

    nba_id: int
    name: str
    team: str | None
    score: float
    same_team: bool | None


@dataclass(frozen=True)
class Open:
    """A name or number that nobody is decided for, and whom it may mean, the likeliest first."""

    kind: str
    source_key: str
    printed: str
    team: str | None
    met_in: str
    suggestions: tuple[Suggestion, ...]


def list_open(lake_rows: Rows) -> tuple[Open, ...]:
    """What is still unresolved, each with suggestions for players; it decides nothing."""
    standing = in_force(lake_rows(IDENTITY)).collect()
    rows = unnamed(lake_rows(UNRESOLVED).select(MET).collect(), standing).sort("kind", "source_key")
    people = _people(lake_rows) if len(rows) else pl.DataFrame()
    names = [_spelled(name) for name in people["player_name"]] if len(people) else []
    return tuple(
        Open(
            row["kind"], row["source_key"], row["printed"], row["team"], row["met_in"],
            _suggest(row["printed"], row["team"], people, names) if row["kind"].startswith("player") else (),
        )
        for row in rows.iter_rows(named=True)
    )  # fmt: skip


def add_alias(lake: Lake, kind: str, key: str, nba_id: int, reason: str) -> dict[str, object]:
    """Commits the decision that a key stands for an NBA id, and gives its row.

    It holds from when that player or team was first known: how he is spelled was true all along. An observed reading
    has it from its commit on. Raises UnknownName for an id that nothing in the lake names, BadInput for a key that
    already stands for it or for somebody else.
    """
    source_key, held = _source_key(kind, key), lake.scan(IDENTITY).collect()
    mine = in_force(held.lazy()).filter(pl.col("kind") == kind, pl.col("source_key") == source_key).collect()
    if len(mine):
        raise BadInput(
            f"{kind} {source_key!r} stands for {mine['nba_id'][0]} already; withdraw that with `pretip ids withdraw`."
        )
    family = kind.split()[0]
    known = held.filter((pl.col("kind") == family) & (pl.col("nba_id") == nba_id)).sort("as_of_ts")
    if known.is_empty():
        raise UnknownName(f"No {family} of this lake has the NBA id {nba_id}; `pretip ids list` shows those known.")
    row = {
        "kind": kind, "source_key": source_key, "nba_id": nba_id, "rule": f"alias: {reason}",
        "as_of_ts": known["as_of_ts"][0], "as_of_quality": "assumed",
    }  # fmt: skip
    return _commit(lake, row)


def withdraw_alias(lake: Lake, kind: str, key: str, nba_id: int, reason: str) -> dict[str, object]:
    """Commits that a key does not stand for an NBA id after all, and gives the row; it can be added again.

    Raises UnknownName where no such decision stands, BadInput for one that the league's own facts teach.
    """
    source_key = _source_key(kind, key)
    held = lake.scan(IDENTITY).filter(
        pl.col("kind") == kind, pl.col("source_key") == source_key, pl.col("nba_id") == nba_id
    )
    standing = in_force(held).collect()
    if standing.is_empty():
        raise UnknownName(f"No decision says that {kind} {source_key!r} is {nba_id}; `pretip ids list` shows them.")
    if kind in NAMED and len(held.filter(~pl.col("rule").str.starts_with("alias")).collect()):
        raise BadInput(
            f"That {kind} {source_key!r} is {nba_id} is printed by the league itself and cannot be withdrawn."
        )
    # Stamped as what it takes back, so that it takes it back for the past too.
    row = {**standing.select(DECISION).row(0, named=True), "rule": f"{WITHDRAWN}: {reason}"}
    return _commit(lake, row)


def _source_key(kind: str, key: str) -> str:
    if kind not in KINDS:
        raise UnknownName(f"There is no kind {kind!r} of key; the kinds are {', '.join(KINDS)}.")
    if kind not in NAMED:
        return key.strip()
    found: str | None = pl.select(normalise_name(pl.lit(key))).item()
    if found is None:
        raise BadInput(f"{key!r} has no letter or digit that could be a name; give the name as it is printed.")
    return found


def _commit(lake: Lake, row: dict[str, object]) -> dict[str, object]:
    now = lake.clock.now()
    batch = f"{SOURCE}:{row['kind']}:{row['source_key']}:{iso(now)}"
    provenance = {
        "ingested_ts": now, "source": SOURCE, "bronze_batch": batch, "body_sha256": text_digest(canonical_json(row)),
        "parser_version": 1,
    }  # fmt: skip
    lake.commit(Batch(batch, "decision", {IDENTITY: pl.DataFrame([{**row, **provenance}], schema=_schema())}))
    return row


def _schema() -> dict[str, pl.DataType]:
    return get_table(IDENTITY).columns


def _people(lake_rows: Rows) -> pl.DataFrame:
    """The players with their newest printed names and teams: player_id, player_name, team (tricode)."""
    parts = [
        lake_rows(table).select(
            "player_id",
            "player_name",
            pl.lit(None, dtype=pl.Int64).alias("team_id") if table == "silver.players" else pl.col("team_id"),
            "as_of_ts",
        )
        for table in _PRINTED
    ]
    return (
        pl.concat(parts)
        .filter(pl.col("player_name").is_not_null())
        .sort("player_id", "as_of_ts", "player_name", "team_id", nulls_last=True)
        .group_by("player_id", maintain_order=True)
        .agg(pl.col("player_name").last(), pl.col("team_id").drop_nulls().last())
        .with_columns(pl.col("team_id").replace_strict(_TRICODES, default=None, return_dtype=pl.String).alias("team"))
        .collect()
    )


def _suggest(printed: str, team: str | None, people: pl.DataFrame, names: list[str]) -> tuple[Suggestion, ...]:
    own = read_tricode(team) or tricode_of_nickname(team)
    found = process.extract(_spelled(printed), names, scorer=fuzz.WRatio, limit=SUGGESTED, score_cutoff=_LEAST_SCORE)
    suggestions = []
    for _, score, at in found:
        player = people.row(at, named=True)
        same = None if own is None or player["team"] is None else own == player["team"]
        suggestions.append(
            Suggestion(player["player_id"], player["player_name"], player["team"], round(float(score), 1), same)
        )
    return tuple(sorted(suggestions, key=lambda one: (-one.score, one.same_team is not True, one.nba_id)))


def _spelled(name: str) -> str:
    """A name for comparing: 'Last, First' turned round, lower case."""
    last, comma, first = name.partition(",")
    return (f"{first} {last}" if comma else name).strip().casefold()
