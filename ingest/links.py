"""Names and numbers that sources print: which of our players and teams they stand for, and which stand for nobody yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import polars as pl

from ingest.aliases import DRAFTKINGS_TEAMS, ESPN_TEAMS, PLAYER_NAMES, read_tricode, tricode_of_nickname
from lakehouse.identity import in_force, normalise_name
from lakehouse.schemas.columns import QUALITIES
from lakehouse.teams import FRANCHISES

EXACT, DECLARED, SHIPPED = "exact-name", "declared", "alias: two spellings of one name, shipped with pretip"
PLAYER = "player"
MET = ("kind", "source_key", "printed", "team", "met_in", "as_of_ts", "as_of_quality")
DECISION = ("kind", "source_key", "nba_id", "rule", "as_of_ts", "as_of_quality")
_INSTANT = pl.Datetime("us", "UTC")
_MET_SCHEMA = {name: _INSTANT if name == "as_of_ts" else pl.String() for name in MET}
_TEAM_IDS = {team.tricode: team.team_id for team in FRANCHISES}


@dataclass(frozen=True)
class _Print:
    """Where a table prints players: their name, the source's number of them where there is one, their team."""

    kind: str
    number: str | None
    team: str | None
    name: str = "player_name"


_LINESTAR = _Print("player linestar", "linestar_player_id", "team")
_PLAYERS: Mapping[str, _Print] = {
    "silver.injury_reports": _Print(PLAYER, None, "team"),
    "silver.espn_injuries": _Print("player espn", "espn_player_id", "team"),
    "silver.dk_draftables": _Print("player draftkings", "dk_player_id", "team"),
    "silver.dk_ownership": _Print(PLAYER, None, None),
    "silver.linestar_salaries": _LINESTAR,
    "silver.linestar_ownership": _LINESTAR,
    "silver.linestar_actual_ownership": _LINESTAR,
    "silver.linestar_scored": _LINESTAR,
}
_TEAMS: Mapping[str, tuple[str, str, str]] = {
    "silver.espn_injuries": ("team espn", "espn_team_id", "team"),
    "silver.dk_draftables": ("team draftkings", "dk_team_id", "team"),
}
_NUMBERS: Mapping[str, Mapping[int, str]] = {"team espn": ESPN_TEAMS, "team draftkings": DRAFTKINGS_TEAMS}


def players_met(facts: Iterable[tuple[str, pl.DataFrame]]) -> pl.DataFrame:
    """The players that facts of silver tables, given as (table, rows), print: one row a kind and key, the first met.

    Columns kind, source_key (the source's number, or the name's key where it has none), printed, team, met_in,
    as_of_ts and as_of_quality.
    """
    parts = [_print(rows, _PLAYERS[table], table) for table, rows in facts if table in _PLAYERS]
    return _first(parts)


def teams_met(facts: Iterable[tuple[str, pl.DataFrame]]) -> pl.DataFrame:
    """The teams that facts print, in the columns of `players_met`."""
    parts = []
    for table, rows in facts:
        if table in _TEAMS:
            kind, number, team = _TEAMS[table]
            parts.append(_met(rows, table, kind, pl.col(number).cast(pl.String), pl.col(team), pl.col(team)))
        if table == "silver.odds_lines":
            own = rows.filter(pl.col("feed") == "oddstrader")
            for column in ("home_team", "away_team"):
                side = pl.col(column)
                parts.append(_met(own, table, "team oddstrader", normalise_name(side), side, side))
    return _first(parts)


def link_teams(met: pl.DataFrame) -> pl.DataFrame:
    """Decisions for teams by the declared numbers; none where the printed team is another one than the number's."""
    rows = []
    for row in met.iter_rows(named=True):
        printed = read_tricode(row["printed"]) or tricode_of_nickname(row["printed"])
        numbers = _NUMBERS.get(row["kind"])
        declared = printed if numbers is None else numbers.get(int(row["source_key"]))
        if declared is not None and declared == printed:
            rows.append({**row, "nba_id": _TEAM_IDS[declared], "rule": DECLARED})
    return _decisions(rows)


def link_players(met: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    """Decisions for sources' numbers of players: the number stands for whom its printed name names.

    `standing` holds the decisions in force. None for a name that names nobody or several; none for two numbers of a
    source under one player, whichever came first: one of them is somebody else.
    """
    names = player_names(standing)
    taken = standing.filter(pl.col("kind") != PLAYER).select("kind", "nba_id").unique()
    return (
        met.filter(pl.col("kind") != PLAYER)
        .with_columns(name_key=normalise_name(pl.col("printed")))
        .join(names, on="name_key", how="inner", maintain_order="left")
        .filter(pl.len().over("kind", "nba_id") == 1)
        .join(taken, on=["kind", "nba_id"], how="anti", maintain_order="left")
        .with_columns(
            pl.max_horizontal("as_of_ts", "known_ts").alias("as_of_ts"),
            pl.when(pl.col("known_ts") > pl.col("as_of_ts")).then("known_quality").otherwise("as_of_quality")
            .alias("as_of_quality"),
            rule=pl.lit(EXACT),
        )
        .select(DECISION)
    )  # fmt: skip


def spell_otherwise(met: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    """Decisions for printed names that nothing names, where another spelling of the shipped table names one person.

    They are stamped as that person's own first: how he is spelled was true all along.
    """
    names = {row["name_key"]: row for row in player_names(standing).iter_rows(named=True)}
    decided = frozenset(standing.filter(pl.col("kind") == PLAYER)["source_key"].to_list())
    keys = met.select(normalise_name(pl.col("printed")).alias("key")).to_series().drop_nulls().unique().sort()
    groups = _spellings()
    rows = []
    for key in keys:
        known = [names[other] for other in groups.get(key, ()) if other in names]
        if key not in decided and known and len({row["nba_id"] for row in known}) == 1:
            stamps = {"as_of_ts": known[0]["known_ts"], "as_of_quality": known[0]["known_quality"]}
            rows.append({"kind": PLAYER, "source_key": key, "nba_id": known[0]["nba_id"], "rule": SHIPPED, **stamps})
    return _decisions(rows)


def find_unresolved(facts: Iterable[tuple[str, pl.DataFrame]], identity: pl.DataFrame) -> pl.DataFrame:
    """What facts print that no decision in force names, in the columns of silver.unresolved but for its provenance.

    A name that two decisions give to different players names nobody.
    """
    told = list(facts)
    return unnamed(pl.concat([players_met(told), teams_met(told)]), in_force(identity.lazy()).collect())


def unnamed(met: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    """The rows of `met` whose key no decision in force names, or several do."""
    one = standing.group_by("kind", "source_key").agg(pl.col("nba_id").n_unique()).filter(pl.col("nba_id") == 1)
    return met.join(one, on=["kind", "source_key"], how="anti", maintain_order="left")


def player_names(standing: pl.DataFrame) -> pl.DataFrame:
    """The names that name one player: name_key, nba_id, and known_ts and known_quality of the first to say so."""
    return (
        standing.filter(pl.col("kind") == PLAYER)
        .sort("source_key", "as_of_ts", quality_rank(), "nba_id")
        .group_by(pl.col("source_key").alias("name_key"), maintain_order=True)
        .agg(
            pl.col("nba_id").first(),
            pl.col("as_of_ts").first().alias("known_ts"),
            pl.col("as_of_quality").first().alias("known_quality"),
            pl.col("nba_id").n_unique().alias("people"),
        )
        .filter(pl.col("people") == 1)
        .drop("people")
    )


def quality_rank() -> pl.Expr:
    """0 for the best quality."""
    return pl.col("as_of_quality").replace_strict({name: at for at, name in enumerate(QUALITIES)}, return_dtype=pl.Int8)


def _print(rows: pl.DataFrame, print_: _Print, table: str) -> pl.DataFrame:
    name = pl.col(print_.name)
    team = pl.col(print_.team) if print_.team else pl.lit(None, dtype=pl.String)
    key = normalise_name(name)
    if print_.number is None:
        return _met(rows, table, PLAYER, key, name, team)
    has_number = pl.col(print_.number).is_not_null()
    numbered = _met(rows.filter(has_number), table, print_.kind, pl.col(print_.number).cast(pl.String), name, team)
    return pl.concat([numbered, _met(rows.filter(~has_number), table, PLAYER, key, name, team)])


def _met(rows: pl.DataFrame, table: str, kind: str, key: pl.Expr, printed: pl.Expr, team: pl.Expr) -> pl.DataFrame:
    return rows.select(
        pl.lit(kind).alias("kind"),
        key.alias("source_key"),
        printed.cast(pl.String).alias("printed"),
        team.cast(pl.String).alias("team"),
        pl.lit(table).alias("met_in"),
        "as_of_ts",
        "as_of_quality",
    ).filter(pl.col("source_key").is_not_null() & pl.col("printed").is_not_null())


def _first(parts: list[pl.DataFrame]) -> pl.DataFrame:
    met = pl.concat([pl.DataFrame(schema=_MET_SCHEMA), *parts])
    order = ["kind", "source_key", "as_of_ts", "met_in", "printed", "team"]
    return met.sort(order, nulls_last=True).unique(["kind", "source_key"], keep="first", maintain_order=True)


def _decisions(rows: list[dict[str, object]]) -> pl.DataFrame:
    schema = {name: pl.Int64() if name == "nba_id" else _MET_SCHEMA.get(name, pl.String()) for name in DECISION}
    return pl.DataFrame([{name: row[name] for name in DECISION} for row in rows], schema=schema)


@cache
def _spellings() -> dict[str, tuple[str, ...]]:
    """The keys of every shipped spelling, each with those of its whole group."""
    printed = pl.DataFrame(
        {
            "group": [at for at, group in enumerate(PLAYER_NAMES) for _ in group],
            "name": [n for g in PLAYER_NAMES for n in g],
        }
    )
    keyed = printed.select("group", key=normalise_name(pl.col("name"))).unique(maintain_order=True)
    groups = keyed.group_by("group", maintain_order=True).agg("key")["key"].to_list()
    return {key: tuple(group) for group in groups for key in group}
