"""Final games: every version of a box score since its result, whether it adds up, and what it says where it does."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lakehouse.gate import known_by, newest
from lakehouse.schemas.columns import QUALITIES
from transforms.boxscores import STATS
from transforms.facts import HISTORIC_KINDS, Facts

# What a label says of a player, and of his game.
SAID = ("minutes", "played", "starter", "reb", *STATS, "plus_minus")
GAME = ("team_id", "season", "season_type", "game_date")
MINUTE_MS = 60_000
REGULATION_MS, OVERTIME_MS = 240 * MINUTE_MS, 25 * MINUTE_MS
# By how much a team's sum may miss: rounding of seconds, or of whole minutes.
SECONDS_TOLERANCE_MS, WHOLE_TOLERANCE_MS = 36_000, 8 * MINUTE_MS
_STAMPS = ("as_of_ts", "as_of_quality", "ingested_ts")
_STATE = ("game_id", "cut_ts")


@dataclass(frozen=True)
class Finals:
    """What the final box scores of the games that count come to.

    `versions`: game_id, player_id, GAME, SAID, as_of_ts, as_of_quality, ingested_ts, source, body_sha256,
    parser_version; one row for each different thing a game that sums right said of a player, sorted by player and
    as_of_ts. `flaws`: game_id, game_date, flaw (a sentence) of each game whose newest version does not sum right.
    """

    versions: pl.DataFrame
    flaws: pl.DataFrame


def find_finals(view: Facts) -> Finals:
    """What a view knows of final games, version by version; a pure function of the facts, whenever they came in.

    A game has a version at each instant at which its result or a line became known or was corrected, and sums right
    where it is of two teams, the points of each are its score, and its minutes 240 and 25 an overtime.
    """
    lines = (
        view.rows("silver.boxscores")
        .filter(pl.col("season_type").is_in(HISTORIC_KINDS))
        .select(
            "game_id", "player_id", *GAME, "is_home", *SAID, "minutes_is_seconds", *_STAMPS,
            "source", "body_sha256", "parser_version", available_ts="as_of_ts",
        )
    )  # fmt: skip
    results = view.rows("silver.results").select(
        "game_id", "home_score", "away_score", "ot_periods", *_STAMPS, available_ts="as_of_ts"
    )
    stamps = pl.concat([rows.select("game_id", cut_ts="as_of_ts") for rows in (lines, results)]).unique().sort(_STATE)
    scores = newest(known_by(results, stamps, ["game_id"]), _STATE).collect()
    said = newest(known_by(lines, scores.lazy().select(_STATE), ["game_id"]), [*_STATE, "player_id"]).collect()
    states = _judge(said.lazy(), scores.lazy()).collect()
    sound = states.lazy().filter(pl.col("flaw").is_null()).select(_STATE)
    versions = (
        said.lazy()
        .drop(_STAMPS)
        .join(sound, on=_STATE, how="semi")
        .join(_deciding(said.lazy(), scores.lazy()), on=_STATE)
        .sort("game_id", "player_id", "cut_ts")
        .filter(_is_news())
        .select(
            "game_id", "player_id", *GAME, *SAID, pl.col("cut_ts").alias("as_of_ts"), *_STAMPS[1:],
            "source", "body_sha256", "parser_version",
        )
        .collect()
    )  # fmt: skip
    last = states.sort(_STATE).unique("game_id", keep="last", maintain_order=True)
    return Finals(versions, last.filter(pl.col("flaw").is_not_null()).select("game_id", "game_date", "flaw"))


def _judge(said: pl.LazyFrame, scores: pl.LazyFrame) -> pl.LazyFrame:
    """Each version of a game with its `flaw`, null where it sums right, and its date."""
    sides = (
        said.group_by(*_STATE, "team_id", "is_home")
        .agg(
            pl.col("game_date").max(),
            pl.col("pts").cast(pl.Int64).sum(),
            (pl.col("minutes") * MINUTE_MS).round(0).cast(pl.Int64).sum().alias("team_ms"),
            # How exactly the minutes of those who sat are known says nothing.
            pl.col("minutes_is_seconds").filter("played").all().alias("is_seconds"),
        )
        .join(scores.drop(_STAMPS), on=_STATE)
        .with_columns(score=pl.when("is_home").then("home_score").otherwise("away_score"))
        .with_columns(flaw=pl.coalesce(_points_flaw(), _minutes_flaw()))
        .sort(*_STATE, pl.col("is_home").not_(), "team_id")
    )
    return (
        sides.group_by(_STATE, maintain_order=True)
        .agg(
            pl.col("game_date").max(),
            pl.col("flaw").drop_nulls().first(),
            ((pl.len() == 2) & (pl.col("is_home").sum() == 1)).alias("is_two_teams"),
        )
        .select(
            *_STATE, "game_date",
            pl.when("is_two_teams").then("flaw").otherwise(pl.lit("it is not of two teams, home and away")).alias("flaw"),
        )
    )  # fmt: skip


def _points_flaw() -> pl.Expr:
    score = pl.col("score").cast(pl.String).fill_null("unknown")
    return pl.when(pl.col("pts").cast(pl.Int32).ne_missing(pl.col("score"))).then(
        pl.format("the points of team {} add up to {}, not to its score of {}", "team_id", "pts", score)
    )


def _minutes_flaw() -> pl.Expr:
    tolerance = pl.when("is_seconds").then(SECONDS_TOLERANCE_MS).otherwise(WHOLE_TOLERANCE_MS)
    apart = (pl.col("team_ms") - REGULATION_MS - OVERTIME_MS * pl.col("ot_periods")).abs()
    overtimes = pl.col("ot_periods").cast(pl.String).fill_null("an unknown number of")
    minutes = (pl.col("team_ms") / MINUTE_MS).round(2)
    return pl.when((apart > tolerance).fill_null(True)).then(
        pl.format("the minutes of team {} add up to {} with {} overtimes", "team_id", minutes, overtimes)
    )


def _deciding(said: pl.LazyFrame, scores: pl.LazyFrame) -> pl.LazyFrame:
    """Of each version of a game the quality and the fetch of the facts that made it: the lowest, and the last."""
    stamped = pl.concat([rows.select(*_STATE, *_STAMPS) for rows in (said, scores)])
    quality = pl.col("as_of_quality").cast(pl.Enum(QUALITIES)).max().cast(pl.String)
    return (
        stamped.filter(pl.col("as_of_ts") == pl.col("cut_ts"))
        .group_by(_STATE)
        .agg(quality, pl.col("ingested_ts").max())
    )


def _is_news() -> pl.Expr:
    """Whether a player's line, sorted by player and version, is his first or differs from the one before."""
    another = [pl.col(name) != pl.col(name).shift(1) for name in ("game_id", "player_id")]
    other = [pl.col(name).ne_missing(pl.col(name).shift(1)) for name in (*GAME, *SAID)]
    return pl.any_horizontal(*another, *other).fill_null(True)
