"""A day of DraftKings: lobby, pools, terms of its tournaments, one's entries; and, once slates are over, standings."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl

from ingest.draftkings.contest import CONTEST, PAYOUTS
from ingest.draftkings.draftables import DRAFTABLES
from ingest.draftkings.draftables import TABLE as POOLS
from ingest.draftkings.entries import ENTRIES
from ingest.draftkings.lobby import CONTESTS, GROUPS, LOBBY
from ingest.draftkings.requests import (
    SESSION,
    ask_contest,
    ask_draftables,
    ask_entries,
    ask_lobby,
    ask_standings,
)
from ingest.draftkings.slots import CLASSIC_GAME_TYPE
from ingest.draftkings.standings import STANDINGS, STANDINGS_EXPORT
from ingest.source import Scraper
from lakehouse.clock import eastern_date

# Tournaments of a day whose terms and standings are collected, the largest prize pools first.
MAX_CONTESTS = 60
# From the last lock of a slate to the end of its last game, at the least.
GAME_LENGTH = timedelta(hours=2, minutes=15)
_DAY = pl.duration(days=1)


def scrape_day(scraper: Scraper, day: date) -> None:
    """Collects what DraftKings has for an Eastern date; lobby and pools only where that is today or later."""
    now = scraper.clock.now()
    if day >= eastern_date(now):
        _collect_lobby(scraper, day, now)
    for group in _groups(scraper, day).filter(pl.col("last_lock_ts") > now).iter_rows(named=True):
        scraper.collect(ask_draftables(group["draft_group"], day), DRAFTABLES)
    # Pools tell when the last game of a slate locks.
    groups = _groups(scraper, day)
    contests = _tournaments(scraper, groups)
    for contest_id in _without_terms(scraper, contests):
        scraper.collect(ask_contest(contest_id), CONTEST)
    _collect_entries(scraper, groups, now)
    over = groups.filter(pl.col("last_lock_ts") + GAME_LENGTH <= now)
    _collect_standings(scraper, contests.join(over, on="draft_group", how="semi", maintain_order="left"))


def _collect_lobby(scraper: Scraper, day: date, now: datetime) -> None:
    lobby = scraper.collect(ask_lobby(eastern_date(now)), LOBBY)
    if lobby is None:
        return
    games = scraper.games(day).filter(pl.col("tip_ts") > now)
    today = eastern_date(now)
    if day == today and len(games) and not len(lobby.parsed.frames[GROUPS]):
        scraper.doubt(f"DraftKings' lobby is empty, but {len(games)} games of {day} are still to come")


def _groups(scraper: Scraper, day: date) -> pl.DataFrame:
    """The draft groups whose first game is on the date, the classic ones first: draft_group, game_type_id, start_ts,
    last_lock_ts."""
    groups = _latest(scraper.rows(GROUPS), ["draft_group"])
    of_day = groups.filter(pl.col("start_ts").dt.convert_time_zone("America/New_York").dt.date() == day).collect()
    pools = scraper.rows(POOLS).filter(pl.col("draft_group").is_in(of_day["draft_group"].implode()))
    locks = (
        _latest(pools, ["draft_group", "draftable_id"])
        .group_by("draft_group", maintain_order=True)
        .agg(pl.col("lock_ts").max().alias("last_lock_ts"))
        .collect()
    )
    return (
        of_day.join(locks, on="draft_group", how="left", maintain_order="left")
        .with_columns(pl.max_horizontal("start_ts", "last_lock_ts").alias("last_lock_ts"))
        .sort(pl.col("game_type_id") != CLASSIC_GAME_TYPE, "start_ts", "draft_group", nulls_last=True)
        .select("draft_group", "game_type_id", "start_ts", "last_lock_ts")
    )


def _tournaments(scraper: Scraper, groups: pl.DataFrame) -> pl.DataFrame:
    """The latest of each tournament of the draft groups, the largest prize pools first, MAX_CONTESTS at most."""
    known = scraper.rows(CONTESTS).filter(pl.col("draft_group").is_in(groups["draft_group"].implode()))
    contests = _latest(known, ["contest_id"]).filter(pl.col("is_gpp").fill_null(False)).collect()
    ranked = contests.sort("prize_pool", "contest_id", descending=[True, False], nulls_last=True)
    if len(ranked) > MAX_CONTESTS:
        scraper.doubt(
            f"{len(ranked) - MAX_CONTESTS} of {len(ranked)} tournaments are left out, those of the least prizes"
        )
    return ranked.head(MAX_CONTESTS)


def _without_terms(scraper: Scraper, contests: pl.DataFrame) -> list[int]:
    """The contests whose payouts are not held, or whose prize pool or field changed since they were."""
    ids = contests["contest_id"].implode()
    told = (
        scraper.rows(PAYOUTS)
        .filter(pl.col("contest_id").is_in(ids))
        .group_by("contest_id", maintain_order=True)
        .agg(pl.col("ingested_ts").max().alias("told_ts"))
    )
    terms = ["contest_id", "prize_pool", "max_entries"]
    at_the_time = (
        scraper.rows(CONTESTS)
        .join(told, on="contest_id", how="inner", maintain_order="left")
        .filter(pl.col("ingested_ts") <= pl.col("told_ts"))
    )
    held = _latest(at_the_time, ["contest_id"]).select(terms).collect()
    missing = contests.join(held, on=terms, how="anti", nulls_equal=True, maintain_order="left")
    return missing["contest_id"].to_list()


def _collect_entries(scraper: Scraper, groups: pl.DataFrame, now: datetime) -> None:
    """One's own entries on the classic slates that are open or under way, where there is a session."""
    if not scraper.has_session(SESSION):
        return
    is_near = (pl.col("start_ts") - _DAY <= now) & (pl.col("last_lock_ts") + GAME_LENGTH > now)
    classic = groups.filter((pl.col("game_type_id") == CLASSIC_GAME_TYPE) & is_near)
    for draft_group in classic["draft_group"].to_list():
        scraper.collect(ask_entries(draft_group), ENTRIES)


def _collect_standings(scraper: Scraper, contests: pl.DataFrame) -> None:
    """The standings of contests that are over, until final ones are held."""
    final = scraper.rows(STANDINGS).filter("is_final").select("contest_id").unique().collect()
    wanted = contests.join(final, on="contest_id", how="anti", maintain_order="left")["contest_id"].to_list()
    if wanted and not scraper.has_session(SESSION):
        scraper.doubt("no DraftKings session: standings not asked; `pretip auth draftkings` stores one")
        return
    for contest_id in wanted:
        scraper.collect(ask_standings(contest_id), STANDINGS_EXPORT)


def _latest(rows: pl.LazyFrame, by: list[str]) -> pl.LazyFrame:
    """The version of each fact that came in last, by `by`."""
    return rows.sort(*by, "ingested_ts", "as_of_ts").unique(by, keep="last", maintain_order=True)
