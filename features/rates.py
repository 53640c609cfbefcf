"""Shrunken per-minute rates and shooting probabilities of the twelve heads of gold.rates.

For each head: (this season's count + the season before's, decayed + the league's rate of his position x K) over the
same sum of exposures. Exposure is minutes for rates and attempts for probabilities. Counts are integers.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from features.player import player_facts
from features.units import MS_PER_MINUTE
from transforms.boxscores import Histories, boxscore_versions, load_histories
from transforms.epochs import look_up
from transforms.facts import CUT, Facts
from transforms.schedule import games_known
from transforms.spine import spine

_BY = ["player_id", "epoch"]
# Weight of the season before in this one's sums.
PRIOR_SEASON_WEIGHT = 0.4
BUCKETS = ("G", "F", "C")


@dataclass(frozen=True)
class Head:
    """A rate: what it counts, per what, how much of the league's prior it takes (exposures), and its start values.

    `start` is used before any game is in the histories, by position G, F, C.
    """

    name: str
    made: pl.Expr
    tried: pl.Expr
    prior: float
    start: tuple[float, float, float]
    is_prob: bool = False


def _per_minute(name: str, made: pl.Expr, prior: float, start: tuple[float, float, float]) -> Head:
    exposure = pl.when(made.is_not_null()).then(pl.col("played_ms")).otherwise(0)
    return Head(name, made, exposure, prior, start)


HEADS: tuple[Head, ...] = (
    _per_minute("fga2_rate", pl.col("fga") - pl.col("fg3a"), 120, (0.20, 0.21, 0.27)),
    _per_minute("fga3_rate", pl.col("fg3a"), 120, (0.17, 0.15, 0.07)),
    _per_minute("fta_rate", pl.col("fta"), 200, (0.08, 0.08, 0.11)),
    _per_minute("oreb_rate", pl.col("oreb"), 200, (0.02, 0.04, 0.10)),
    _per_minute("dreb_rate", pl.col("dreb"), 200, (0.11, 0.14, 0.23)),
    _per_minute("ast_rate", pl.col("ast"), 150, (0.15, 0.08, 0.08)),
    _per_minute("stl_rate", pl.col("stl"), 400, (0.035, 0.030, 0.025)),
    _per_minute("blk_rate", pl.col("blk"), 400, (0.012, 0.020, 0.050)),
    _per_minute("tov_rate", pl.col("tov"), 300, (0.06, 0.05, 0.06)),
    Head("fg2_prob", pl.col("fgm") - pl.col("fg3m"), pl.col("fga") - pl.col("fg3a"), 80, (0.51, 0.54, 0.61), True),
    Head("fg3_prob", pl.col("fg3m"), pl.col("fg3a"), 150, (0.36, 0.36, 0.34), True),
    Head("ft_prob", pl.col("ftm"), pl.col("fta"), 40, (0.81, 0.77, 0.70), True),
)


def build_rates(view: Facts, cuts: pl.LazyFrame, *, histories: Histories | None = None) -> pl.DataFrame:
    """Rates of every spine row: game_id, cut_id, team_id, player_id, the twelve heads, rates_as_of_ts; sorted by keys.

    No head is null; probabilities are within 0 and 1. `rates_as_of_ts` is the latest stamp of the facts used, never
    after the cut.
    """
    games = games_known(view, cuts).collect().lazy()
    if histories is None:
        teams = games.select(pl.concat_list("home_team_id", "away_team_id").explode()).unique().collect().to_series()
        histories = load_histories(view, sorted(teams.to_list()))
    keys = [*CUT, "team_id", "player_id"]
    known = games.select(*CUT, season_now=pl.col("season").str.head(4).cast(pl.Int32), schedule_ts="schedule_as_of_ts")
    rows = (
        spine(view, cuts, histories)
        .join(known, on=list(CUT), how="left")
        .sort(keys)
        .with_row_index("row")
        .collect()
        .lazy()
    )
    facts = player_facts(view, rows).select("row", "bucket", "player_as_of_ts").collect().lazy()
    own = look_up(histories.players.place(rows), _season_sums(histories), _BY)
    league = _league_sums(view).collect().lazy()
    both = look_up(own.join(facts, on="row"), league, ["bucket"], right_on="available_ts")
    this = pl.col("season_start") == pl.col("season_now")
    stamps = ("evidence_ts", "schedule_ts", "player_as_of_ts", "sums_as_of_ts", "league_as_of_ts")
    return (
        both.select(
            *keys,
            *(_shrunken(head, this).alias(head.name) for head in HEADS),
            rates_as_of_ts=pl.max_horizontal(*stamps),
        )
        .sort(keys)
        .collect()
    )


def _shrunken(head: Head, this: pl.Expr) -> pl.Expr:
    unit = 1 if head.is_prob else MS_PER_MINUTE

    def weighted(what: str) -> pl.Expr:
        season, before = pl.col(f"{head.name}_{what}"), pl.col(f"{head.name}_{what}_before")
        now = pl.when(this).then(season).otherwise(0).fill_null(0)
        earlier = pl.when(this).then(before).otherwise(season).fill_null(0)
        return now + PRIOR_SEASON_WEIGHT * earlier

    start = pl.col("bucket").replace_strict(list(BUCKETS), list(head.start), return_dtype=pl.Float64)
    made, tried = pl.col(f"{head.name}_league_made"), pl.col(f"{head.name}_league_tried")
    league = pl.when(tried > 0).then(made * unit / tried).otherwise(start)
    return (weighted("made") + head.prior * league) / (weighted("tried") * (1 / unit) + head.prior)


def _counts() -> dict[str, pl.Expr]:
    counts: dict[str, pl.Expr] = {}
    for head in HEADS:
        counts[f"{head.name}_made"] = head.made.fill_null(0).cast(pl.Int64)
        counts[f"{head.name}_tried"] = head.tried.fill_null(0).cast(pl.Int64)
    return counts


def _season_sums(histories: Histories) -> pl.LazyFrame:
    """Running sums of the season by (player, epoch), and of the season he played before it (`_before`)."""
    counts = _counts()
    season = [*_BY, "season_start"]
    new = (pl.col("season_start") != pl.col("season_start").shift(1)).fill_null(True).over(_BY)
    summed = (
        histories.players.rows.lazy()
        .filter("played")
        .select(*season, "effective_ts", "tip_ts", "game_id", "as_of_ts", **counts)
        .with_columns(
            *(pl.col(name).cum_sum().over(season) for name in counts),
            new_season=new,
            sums_as_of_ts=pl.col("as_of_ts").cum_max().over(_BY),
        )
    )
    before = [
        pl.when("new_season").then(pl.col(name).shift(1)).forward_fill().over(_BY).alias(f"{name}_before")
        for name in counts
    ]
    return summed.with_columns(before).drop("new_season", "as_of_ts")


def _league_sums(view: Facts) -> pl.LazyFrame:
    """Running sums of the whole league by position, over instants of availability: the prior as known at any cut.

    A later version of a line adds its difference to the version that spoke before it.
    """
    counts = _counts()
    fact = ["game_id", "player_id"]
    versions = boxscore_versions(view).select(
        *fact, "available_ts", "as_of_ts", "ingested_ts", **{name: _if_played(count) for name, count in counts.items()}
    )
    order = [*fact, "available_ts", "as_of_ts", "ingested_ts"]
    repeated = pl.len().over(fact) > 1
    speaks = pl.col("as_of_ts") == pl.col("as_of_ts").cum_max().over(fact)
    several = (
        versions.filter(repeated)
        .sort(order)
        .filter(speaks)
        .with_columns(*((pl.col(name) - pl.col(name).shift(1, fill_value=0)).over(fact) for name in counts))
    )
    changes = pl.concat([versions.filter(~repeated), several])
    players = view.rows("silver.players").select("player_id", "available_ts", "center", "forward", "guard")
    positions = (
        players.sort("player_id", "available_ts")
        .unique("player_id", keep="first", maintain_order=True)
        .select(
            "player_id",
            bucket=pl.when("center")
            .then(pl.lit("C"))
            .when("forward")
            .then(pl.lit("F"))
            .when("guard")
            .then(pl.lit("G")),
        )
    )
    return (
        changes.join(positions, on="player_id", how="left")
        .with_columns(pl.col("bucket").fill_null("F"))
        .group_by("bucket", "available_ts")
        .agg(pl.col("as_of_ts").max(), *(pl.col(name).sum() for name in counts))
        .sort("bucket", "available_ts")
        .select(
            "bucket",
            "available_ts",
            league_as_of_ts=pl.col("as_of_ts").cum_max().over("bucket"),
            **{_league(name): pl.col(name).cum_sum().over("bucket") for name in counts},
        )
    )


def _if_played(count: pl.Expr) -> pl.Expr:
    return pl.when("played").then(count).otherwise(0)


def _league(name: str) -> str:
    head, what = name.rsplit("_", 1)
    return f"{head}_league_{what}"
