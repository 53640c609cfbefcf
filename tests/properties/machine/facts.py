"""What may happen in a league, as facts: corrections, late stamps, moved tips, trades."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from lakehouse.clock import eastern_date, iso
from lakehouse.commit import Batch
from lakehouse.lake import Lake
from lakehouse.tables import get_table

Frames = dict[str, pl.DataFrame]
INSTANT = pl.Datetime("us", "UTC")
STAMPS = ("as_of_ts", "as_of_quality", "ingested_ts", "source", "bronze_batch", "body_sha256", "parser_version")
# Facts that sources state again with other values.
CORRECTABLE = (
    "silver.boxscores", "silver.results", "silver.players", "silver.odds_lines", "silver.status_events",
    "silver.lineups", "silver.espn_injuries", "silver.injury_reports",
)  # fmt: skip


def commit(lake: Lake, name: str, frames: Frames, as_of: datetime, ingested: datetime | None = None) -> None:
    """Commits rows as facts public at `as_of`, that came in now or at `ingested`."""
    came = ingested or lake.clock.now()
    batch_id = f"told:{name}:{lake.log.head()}:{iso(came)}"
    stamped = {
        table: rows.with_columns(
            as_of_ts=pl.lit(as_of, INSTANT), ingested_ts=pl.lit(came, INSTANT), as_of_quality=pl.lit("exact"),
            source=pl.lit("told"), bronze_batch=pl.lit(batch_id), body_sha256=pl.lit("0" * 64),
            parser_version=pl.lit(1, pl.Int32),
        ).select(list(get_table(table).columns))
        for table, rows in frames.items()
        if len(rows)
    }  # fmt: skip
    lake.commit(Batch(batch_id, "scrape", stamped))


def newest_rows(lake: Lake, name: str) -> pl.DataFrame:
    """The newest version of every fact of a table, in the order of the facts."""
    table = get_table(name)
    held = lake.scan(name).sort(*table.key, "bronze_batch", nulls_last=True)
    return held.unique(list(table.fact), keep="last", maintain_order=True).collect()


def scramble(lake: Lake, name: str, seed: int, share: int = 60) -> pl.DataFrame:
    """Newest versions of some facts of a table, the values of each column dealt out again among them."""
    table = get_table(name)
    held = newest_rows(lake, name)
    chosen = held.sample(min(share, len(held)), seed=seed)
    free = [column for column in table.columns if column not in (*table.fact, *STAMPS)]
    return chosen.with_columns(pl.col(column).shuffle(seed=seed + at) for at, column in enumerate(free))


def tonight(lake: Lake, day: object) -> pl.DataFrame:
    """The newest announcement of every game that was ever on a day."""
    games = lake.scan("silver.schedule").filter(pl.col("game_date") == day).select("game_id").unique()
    held = lake.scan("silver.schedule").join(games, on="game_id", how="semi").sort("game_id", "as_of_ts", "ingested_ts")
    return held.unique("game_id", keep="last", maintain_order=True).collect()


def announce(game: pl.DataFrame, now: datetime, tip: datetime, status: str) -> Frames:
    """A later announcement of a game."""
    changed = game.with_columns(
        announcement=pl.lit(iso(now)), tip_ts=pl.lit(tip, INSTANT), game_date=pl.lit(eastern_date(tip)),
        status=pl.lit(status),
    )  # fmt: skip
    return {"silver.schedule": changed}


def trade(lake: Lake, now: datetime, pick: int) -> Frames:
    """A player changes teams: new rosters of both, and a line of his with the new team's last game."""
    rosters = lake.scan("silver.rosters").filter(pl.col("report_ts") == pl.col("report_ts").max().over("team_id"))
    held = rosters.sort("team_id", "player_id", "ingested_ts").unique(
        ["team_id", "player_id"], maintain_order=True, keep="last"
    )
    reports = held.collect()
    teams = reports["team_id"].unique(maintain_order=True).to_list()
    old, new = teams[pick % len(teams)], teams[(pick + 1) % len(teams)]
    mine = reports.filter(pl.col("team_id") == old)["player_id"]
    player = mine[pick % len(mine)]
    moved = pl.when(pl.col("player_id") == player).then(new).otherwise("team_id").cast(pl.Int64).alias("team_id")
    both = reports.filter(pl.col("team_id").is_in([old, new])).with_columns(moved, report_ts=pl.lit(now, INSTANT))
    lines = newest_rows(lake, "silver.boxscores").filter((pl.col("team_id") == new) & pl.col("played"))
    line = lines.sort("tip_ts", "player_id").tail(1).with_columns(player_id=pl.lit(player, pl.Int64))
    return {
        "silver.rosters": both.unique(["team_id", "player_id"], keep="first", maintain_order=True),
        "silver.boxscores": line,
    }


def late(lake: Lake, kind: str, as_of: datetime, seed: int) -> Frames:
    """Something that was public at `as_of`: a report, an event, a line or a correction of box scores."""
    if kind == "silver.injury_reports":
        rows = newest_rows(lake, kind)
        last = rows.filter(pl.col("report_ts") == rows["report_ts"].max())
        told = last.with_columns(pl.col("current_status").shuffle(seed=seed), report_ts=pl.lit(as_of, INSTANT))
    elif kind == "silver.status_events":
        told = scramble(lake, kind, seed, 4).with_columns(observed_ts=pl.lit(as_of, INSTANT))
    elif kind == "silver.odds_lines":
        last = newest_rows(lake, kind).filter(pl.col("line").is_not_null()).sort("game_date", "event_key").tail(6)
        told = last.with_columns(line_key=pl.lit(iso(as_of)), line=pl.col("line") + (seed % 9 - 4) / 2)
    else:
        told = scramble(lake, kind, seed, 20)
    return {kind: told.unique(list(get_table(kind).fact), keep="first", maintain_order=True)}


def before(now: datetime, minutes: int) -> datetime:
    """So many minutes before an instant."""
    return now - timedelta(minutes=minutes)
