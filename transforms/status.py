"""Listings and starters at a cut, from the status feed and from lineup reports; silence is unknown."""

from __future__ import annotations

import polars as pl

from lakehouse.gate import known_by, newest
from transforms.facts import CUT, Facts, attach_report, latest_of, report_steps

FIVE = 5
FEED, REPORTS = "status_events", "lineups"
_SIDE = [*CUT, "team_id"]
_TELLING = [*_SIDE, "report_ts", "rank"]

_FEED_FLAGS = [pl.col(f"{kind}_starter").fill_null(False).alias(kind) for kind in ("projected", "confirmed")]
_ROLE_FLAGS = [
    pl.col("role").is_in(["projected_starter", "confirmed_starter"]).alias("projected"),
    (pl.col("role") == "confirmed_starter").alias("confirmed"),
]


def listings(view: Facts, games: pl.LazyFrame) -> pl.LazyFrame:
    """The newest event of each (game, player) known at the cut; events carry forward within their game only.

    Columns: game_id, cut_id, team_id, player_id, listed, feed_status (null for 'Unknown'), feed_as_of_ts.
    """
    return _events(view, games).select(
        *_SIDE,
        "player_id",
        "listed",
        feed_status=pl.when(pl.col("status") != "Unknown").then("status"),
        feed_as_of_ts="as_of_ts",
    )


def lineup_places(view: Facts, games: pl.LazyFrame) -> pl.LazyFrame:
    """The newest lineup report of each (game, team): [game_id, cut_id, team_id, player_id, role, lineup_as_of_ts]."""
    rows = view.rows("silver.lineups")
    by = ["game_id", "team_id"]
    sides = pl.concat([games.select(*CUT, "cut_ts", team_id=f"{side}_team_id") for side in ("home", "away")])
    known = known_by(rows, attach_report(sides, report_steps(rows, by), by), [*by, "report_ts"])
    return newest(known, [*_SIDE, "player_id"]).select(*_SIDE, "player_id", "role", lineup_as_of_ts="as_of_ts")


def starters(view: Facts, games: pl.LazyFrame) -> pl.LazyFrame:
    """Who is expected to start: [game_id, cut_id, team_id, player_id, projected, confirmed, starters_as_of_ts].

    Of the status feed and the lineup report of a team the newer usable one speaks. One with more than five confirmed
    (or projected) starters is void as a whole; none named is unknown. Both flags are null where unknown; with fewer
    than five named, those not named stay unknown.
    """
    feed = _events(view, games).select(
        *_SIDE,
        "player_id",
        *_FEED_FLAGS,
        stamp="as_of_ts",
        rank=pl.lit(0),
    )
    reports = lineup_places(view, games).select(
        *_SIDE,
        "player_id",
        *_ROLE_FLAGS,
        stamp="lineup_as_of_ts",
        rank=pl.lit(1),
    )
    source = [*_SIDE, "rank"]
    named = [pl.col(kind).sum().over(source).alias(f"{kind}_named") for kind in ("projected", "confirmed")]
    usable = (
        pl.concat([feed, reports])
        .with_columns(*named, starters_as_of_ts=pl.col("stamp").max().over(source))
        .filter(
            (pl.col("projected_named") <= FIVE)
            & (pl.col("confirmed_named") <= FIVE)
            & (pl.col("projected_named") + pl.col("confirmed_named") > 0)
        )
    )
    newest_first = ["starters_as_of_ts", "rank"]
    chosen = usable.filter(pl.struct(newest_first).rank("dense", descending=True).over(_SIDE) == 1)
    flags = [
        pl.when(pl.col(kind)).then(True).when(pl.col(f"{kind}_named") == FIVE).then(False).alias(kind)
        for kind in ("projected", "confirmed")
    ]
    return chosen.select(*_SIDE, "player_id", *flags, "starters_as_of_ts").sort(*_SIDE, "player_id")


def lineups_known(view: Facts, sides: pl.LazyFrame) -> pl.LazyFrame:
    """The five of each team as `starters` has them, with who told it and how it came about; one row a side, sorted.

    Columns: game_id, cut_id, team_id; projected_five and confirmed_five (player ids in order, up to five; null where
    nobody is named); told_by (lineups or status_events), source, report_ts (for the feed, of its last change),
    lineup_as_of_ts, body_sha256; tellings (how many usable ones there were by then), first_projected_ts (report_ts of
    the first that named anybody), confirmed_since_ts (of the first of the unbroken run that confirms these players);
    changes (how often who is named became another), changed_ts, came_in and went_out (the last time). All are null
    where the five are unknown. A lineup report and the feed at each of its changes are tellings alike, in order of
    report_ts; one that is void for `starters` is left out.
    """
    told = _tellings(view, sides).collect().lazy()
    count = [pl.col(f"{kind}_five").list.len() for kind in ("projected", "confirmed")]
    usable = told.filter((count[0] <= FIVE) & (count[1] <= FIVE) & (count[0] + count[1] > 0))
    last = usable.filter(pl.col("report_ts") == pl.col("last_ts"))
    standing = last.sort(*_SIDE, "lineup_as_of_ts", "rank").unique(_SIDE, keep="last", maintain_order=True)
    until = standing.select(*_SIDE, until_ts="report_ts", until_rank="rank")
    earlier, level = pl.col("report_ts") < pl.col("until_ts"), pl.col("report_ts") == pl.col("until_ts")
    by_then = earlier | (level & (pl.col("rank") <= pl.col("until_rank")))
    history = usable.join(until, on=_SIDE).filter(by_then).sort(_TELLING)
    fives = [
        pl.when(pl.col(five).list.len() > 0).then(five).alias(five) for five in ("projected_five", "confirmed_five")
    ]
    told_by = pl.when(pl.col("rank") == 0).then(pl.lit(FEED)).otherwise(pl.lit(REPORTS))
    facts = standing.select(
        *_SIDE, *fives, told_by.alias("told_by"), "source", "report_ts", "lineup_as_of_ts", "body_sha256"
    )
    return (
        sides.select(_SIDE)
        .join(facts, on=_SIDE, how="left")
        .join(_course(history), on=_SIDE, how="left")
        .sort(_SIDE)
    )  # fmt: skip


def _tellings(view: Facts, sides: pl.LazyFrame) -> pl.LazyFrame:
    """Every telling of a team's five known at the cut: its keys, both fives, its proof, and `last_ts` of its kind."""
    cuts = sides.select(*_SIDE, "cut_ts")
    places = newest(
        known_by(view.rows("silver.lineups"), cuts, ["game_id", "team_id"]), [*_SIDE, "report_ts", "player_id"]
    )
    reports = places.with_columns(*_ROLE_FLAGS, rank=pl.lit(1), is_own=pl.lit(True))
    known = known_by(view.rows("silver.status_events"), cuts.select(*CUT, "cut_ts").unique(), ["game_id"])
    events = newest(known, [*CUT, "player_id", "observed_ts"])
    # A man whom an event puts on the other team's list leaves this one's.
    mine = events.select(*CUT, "player_id", side_team_id="team_id").unique()
    stamps = events.join(mine, on=[*CUT, "player_id"]).select(*CUT, "side_team_id", report_ts="observed_ts").unique()
    states = (
        stamps.join(events, on=list(CUT))
        .filter(pl.col("observed_ts") <= pl.col("report_ts"))
        .filter(
            pl.col("observed_ts") == pl.col("observed_ts").max().over(*CUT, "side_team_id", "report_ts", "player_id")
        )
        .with_columns(*_FEED_FLAGS, rank=pl.lit(0), is_own=pl.col("team_id") == pl.col("side_team_id"))
        .with_columns(team_id="side_team_id")
    )
    columns = [*_TELLING, "is_own", "player_id", "projected", "confirmed", "as_of_ts", "source", "body_sha256"]
    own = pl.col("is_own")
    named = [
        pl.col("player_id").filter(own & pl.col(kind)).sort().alias(f"{kind}_five")
        for kind in ("projected", "confirmed")
    ]
    proof = [pl.col(name).filter(own).last() for name in ("source", "body_sha256")]
    return (
        pl.concat([reports.select(columns), states.select(columns)])
        .sort(*_TELLING, "as_of_ts", "body_sha256", "player_id")
        .group_by(_TELLING, maintain_order=True)
        .agg(*named, *proof, pl.col("as_of_ts").filter(own).last().alias("lineup_as_of_ts"))
        .with_columns(last_ts=pl.col("report_ts").max().over(*_SIDE, "rank"))
    )


def _course(history: pl.LazyFrame) -> pl.LazyFrame:
    """How the five that stand came about, of tellings in order: one row a side."""
    named = pl.col("projected_five").list.set_union("confirmed_five").list.sort()
    confirmed = pl.col("confirmed_five").cast(pl.List(pl.String)).list.join(" ")
    before = pl.col("named").shift(1).over(_SIDE)
    differs = pl.col("confirmed") != pl.col("confirmed").last().over(_SIDE)
    since = differs.cast(pl.Int64).cum_sum(reverse=True).over(_SIDE) == 0
    came, went = pl.col("named").list.set_difference("before"), pl.col("before").list.set_difference("named")
    changed = pl.col("came").list.len() + pl.col("went").list.len() > 0
    return (
        history.with_columns(named=named, confirmed=confirmed)
        .with_columns(before=before, since=since)
        .with_columns(came=came.list.sort(), went=went.list.sort())
        .with_columns(changed=changed.fill_null(False))
        .group_by(_SIDE, maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("tellings"),
            pl.col("report_ts").min().alias("first_projected_ts"),
            pl.col("report_ts").filter(pl.col("since") & (pl.col("confirmed") != "")).min().alias("confirmed_since_ts"),
            pl.col("changed").sum().cast(pl.Int64).alias("changes"),
            pl.col("report_ts").filter("changed").last().alias("changed_ts"),
            pl.col("came").filter("changed").last().alias("came_in"),
            pl.col("went").filter("changed").last().alias("went_out"),
        )
    )


def _events(view: Facts, games: pl.LazyFrame) -> pl.LazyFrame:
    known = known_by(view.rows("silver.status_events"), games.select(*CUT, "cut_ts"), ["game_id"])
    return latest_of(known, [*CUT, "player_id"], "observed_ts")
