"""A period of Linestar: slates, salaries, projected ownership of every slate; and, afterwards, what came of it.

Stamps: what is fetched before the period's first tip is public from then on; salaries, positions and slates fetched
later are assumed public 24 hours before that tip, actual ownership and scores at 06:00 Eastern of the day after the
last tip. Projections are never older than their fetch. `Owned` is percent already; a projection is PP or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

import polars as pl

from ingest.linestar.payload import WHAT, ContestResult, Payload, Salary, read_payload, read_plain_utc
from ingest.payload import Parsed, PayloadKind, Rejection, Stamp
from ingest.stamping import build_frame, keep_first, reject_rows, stamp_rows
from lakehouse.clock import EASTERN, eastern_date
from lakehouse.errors import StalePayload

SLATES, SALARIES, OWNERSHIP = "silver.linestar_slates", "silver.linestar_salaries", "silver.linestar_ownership"
CONTESTS, CONTEST_IDS = "silver.linestar_contests", "silver.linestar_contest_ids"
ACTUAL, SCORED = "silver.linestar_actual_ownership", "silver.linestar_scored"
_LEAD = timedelta(hours=24)
_MORNING = time(6)
# What a contest's ownership may sum to, by its slots, less those who were drafted too seldom to be tracked.
_CLASSIC_SUM, _SHOWDOWN_SUM = (770.0, 808.0), (570.0, 606.0)
_KEYS = {
    SLATES: ["slate_id"],
    SALARIES: ["salary_id"],
    OWNERSHIP: ["slate_id", "salary_id"],
    CONTESTS: ["contest_id"],
    CONTEST_IDS: ["contest_id"],
    ACTUAL: ["contest_id", "salary_id"],
    SCORED: ["salary_id"],
}


def parse_period(body: bytes, stamp: Stamp) -> Parsed:
    """The seven Linestar tables of one period; scores only of games that are over.

    Raises StalePayload where the payload is of another period than the one in `asked`. Rows about a player who is not
    among the period's salaries are rejected: they would have no name.
    """
    payload = read_payload(body)
    period_id = payload.container.period.id
    asked = stamp.asked.get("period_id")
    if asked and int(asked) != period_id:
        raise StalePayload(f"{WHAT} is of period {period_id}, but {asked} was asked for.")
    by_id = {row.id: row for row in payload.container.salaries}
    rows = {
        SLATES: _slates(payload),
        SALARIES: _salaries(payload),
        OWNERSHIP: _ownership(payload, by_id),
        CONTESTS: _contests(payload),
        CONTEST_IDS: _contest_ids(payload),
        ACTUAL: _actual(payload, by_id),
        SCORED: _scored(payload),
    }
    return _finish(payload, rows, stamp.fetched_ts)


def _finish(payload: Payload, rows: Mapping[str, pl.DataFrame], fetched_ts: datetime) -> Parsed:
    before, after = _stamps(payload, fetched_ts)
    now = (fetched_ts, "exact")
    stamps = {SLATES: before, SALARIES: before, OWNERSHIP: now}
    frames: dict[str, pl.DataFrame] = {}
    rejected: list[Rejection] = []
    for table, frame in rows.items():
        named, nameless = frame, list[Rejection]()
        if table in (OWNERSHIP, ACTUAL):
            named, nameless = reject_rows(
                frame, table, pl.col("player_name").is_null(), "its player is not among the salaries"
            )
        kept, again = keep_first(named, table, _KEYS[table])
        rejected += [*nameless, *again]
        frames[table] = stamp_rows(kept, table, *stamps.get(table, after))
    return Parsed(frames, tuple(rejected), payload.container.period.updated_ts, _doubts(payload))


def _stamps(payload: Payload, fetched_ts: datetime) -> tuple[tuple[datetime, str], tuple[datetime, str]]:
    """When what is printed before a slate was public, and what is printed after it."""
    tips = payload.tips
    if not tips:
        return (fetched_ts, "exact"), (fetched_ts, "exact")
    before = (fetched_ts, "exact") if fetched_ts < tips[0] else (tips[0] - _LEAD, "assumed")
    morning = datetime.combine(eastern_date(tips[-1]) + timedelta(days=1), _MORNING, EASTERN).astimezone(UTC)
    return before, (morning, "assumed") if morning <= fetched_ts else (fetched_ts, "exact")


def _slates(payload: Payload) -> pl.DataFrame:
    slates = payload.container.slates
    return build_frame(
        SLATES,
        {
            "period_id": [payload.container.period.id] * len(slates),
            "slate_id": [slate.id for slate in slates],
            "dk_draft_group": [slate.dfs_slate_id for slate in slates],
            "slate_name": [slate.slate_name for slate in slates],
            "is_tiered": [slate.is_tiered for slate in slates],
            "games": [slate.games for slate in slates],
            "start_ts": [payload.start_of(slate) for slate in slates],
        },
    )


def _salaries(payload: Payload) -> pl.DataFrame:
    rows = payload.container.salaries
    first_tip = payload.tips[:1]
    return build_frame(
        SALARIES,
        {
            **_players(payload, rows),
            "salary_id": [row.id for row in rows],
            "pos": [row.position for row in rows],
            "slate_date": [payload.container.period.start_date.date()] * len(rows),
            "slate_first_tip": first_tip * len(rows),
            "tip_ts": [row.tip_ts for row in rows],
            "matchup": [row.matchup for row in rows],
            "salary": [row.salary for row in rows],
        },
    )


def _ownership(payload: Payload, by_id: Mapping[int, Salary]) -> pl.DataFrame:
    """Every player of every slate; those of a slate's projections that its map does not have come after."""
    projected = payload.ownership.projected
    slate_map = payload.container.salaries_map
    variants = {variant.id: variant for variant in slate_map.variants}
    rows: list[tuple[int, int, int | None, float | None, int | None, float | None]] = []
    for slate in payload.container.slates:
        owned = {each.salary_id: each for each in reversed(projected.get(str(slate.id), []))}
        listed = [variants[i] for i in slate_map.slate_salary_map.get(str(slate.id), []) if i in variants]
        for variant in listed:
            his = owned.get(variant.salary_id)
            player = by_id.get(variant.salary_id)
            player_id = player.player_id if player else his.player_id if his else None
            tier = variant.tier if slate.is_tiered else None
            salary = variant.salary if not slate.is_tiered else None
            rows.append((slate.id, variant.salary_id, player_id, salary, tier, his.owned if his else None))
        on_map = {variant.salary_id for variant in listed}
        rows += [
            (slate.id, each.salary_id, each.player_id, None, None, each.owned)
            for each in projected.get(str(slate.id), [])
            if each.salary_id not in on_map
        ]
    players = [by_id.get(row[1]) for row in rows]
    return build_frame(
        OWNERSHIP,
        {
            "slate_id": [row[0] for row in rows],
            "salary_id": [row[1] for row in rows],
            "period_id": [payload.container.period.id] * len(rows),
            "linestar_player_id": [row[2] for row in rows],
            "player_name": [player.name if player else None for player in players],
            "team": [player.team if player else None for player in players],
            "salary": [row[3] for row in rows],
            "tier": [row[4] for row in rows],
            "proj_own_pct": [row[5] for row in rows],
            "proj_fpts": [player.projected if player else None for player in players],
        },
    )


def _contests(payload: Payload) -> pl.DataFrame:
    results = payload.ownership.contest_results
    largest = max(payload.container.slates, key=lambda slate: (slate.games or 0, -slate.id), default=None)
    return build_frame(
        CONTESTS,
        {
            "contest_id": [result.contest.id for result in results],
            "period_id": [payload.container.period.id] * len(results),
            "contest_name": [result.contest.contest_name for result in results],
            "contest_type": [result.contest.contest_type for result in results],
            "entries": [result.contest.entry_count for result in results],
            "buyin": [result.contest.entry_fee for result in results],
            "purse": [result.contest.purse for result in results],
            "slate_date": [payload.container.period.start_date.date()] * len(results),
            "own_quality": [_own_quality(result) for result in results],
            "largest_slate": [largest is not None and result.contest.slate_id == largest.id for result in results],
        },
    )


def _contest_ids(payload: Payload) -> pl.DataFrame:
    contests = [result.contest for result in payload.ownership.contest_results]
    return build_frame(
        CONTEST_IDS,
        {
            "contest_id": [contest.id for contest in contests],
            "dk_contest_id": [contest.contest_id for contest in contests],
            "dk_draft_group": [contest.group_id for contest in contests],
            "slate_id": [contest.slate_id for contest in contests],
            "period_id": [payload.container.period.id] * len(contests),
        },
    )


def _actual(payload: Payload, by_id: Mapping[int, Salary]) -> pl.DataFrame:
    pairs = [(result, each) for result in payload.ownership.contest_results for each in result.ownership_data]
    players = [by_id.get(each.salary_id) for _, each in pairs]
    return build_frame(
        ACTUAL,
        {
            "contest_id": [result.contest.id for result, _ in pairs],
            "salary_id": [each.salary_id for _, each in pairs],
            "period_id": [payload.container.period.id] * len(pairs),
            "linestar_player_id": [each.player_id for _, each in pairs],
            "player_name": [player.name if player else None for player in players],
            "team": [player.team if player else None for player in players],
            "slate_date": [payload.container.period.start_date.date()] * len(pairs),
            "own_pct": [each.owned for _, each in pairs],
            "own_ambiguous": [False] * len(pairs),
            "own_quality": [_own_quality(result) for result, _ in pairs],
        },
    )


def _scored(payload: Payload) -> pl.DataFrame:
    over = {game.game_id for game in payload.container.games if (game.status_text or "").startswith("Final")}
    rows = [row for row in payload.container.salaries if row.game_id in over]
    return build_frame(
        SCORED,
        {
            **_players(payload, rows),
            "salary_id": [row.id for row in rows],
            "slate_date": [payload.container.period.start_date.date()] * len(rows),
            "scored_fpts": [row.scored for row in rows],
        },
    )


def _players(payload: Payload, rows: list[Salary]) -> dict[str, list[object]]:
    return {
        "period_id": [payload.container.period.id] * len(rows),
        "linestar_player_id": [row.player_id for row in rows],
        "player_name": [row.name for row in rows],
        "team": [row.team for row in rows],
    }


def _own_quality(result: ContestResult) -> str:
    total = sum(each.owned for each in result.ownership_data)
    if _CLASSIC_SUM[0] <= total <= _CLASSIC_SUM[1]:
        return "classic_ok"
    if _SHOWDOWN_SUM[0] <= total <= _SHOWDOWN_SUM[1]:
        return "showdown_ok" if "showdown" in (result.contest.contest_name or "").lower() else "six_slot_sum_unnamed"
    return "sum_off"


def _doubts(payload: Payload) -> tuple[str, ...]:
    """Game times are read by a rule that the games themselves can contradict."""
    tips = {row.game_id: row.tip_ts for row in payload.container.salaries}
    for game in payload.container.games:
        says = read_plain_utc(game.date_utc)
        if says is not None and game.game_id in tips and says != tips[game.game_id]:
            return (
                f"Linestar's game {game.game_id} tips at {says} by its games, {tips[game.game_id]} by its salaries",
            )
    return ()


PERIOD = PayloadKind("period", 1, parse_period, lambda body: b'"SalaryContainerJson"' in body)
