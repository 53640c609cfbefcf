"""The steps of a run: each takes values and a view of the lake, and returns frames; none writes or reads a clock."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from features.minutes import build_minutes_features
from features.rates import build_rates
from lakehouse.digest import frame_digest
from lakehouse.gate import View, newest
from lakehouse.tables import get_table
from models.minutes import MinutesModel
from models.mixture import mixture_columns
from models.predict import predict_minutes
from pipeline.request import Override, RunRequest
from simulation import SimConfig, simulate
from simulation.inputs import MAKE_PROBS, MINUTES_CAP, QUANTILES, RATES
from transforms.boxscores import Histories, load_histories
from transforms.odds import lines_known
from transforms.schedule import run_cuts

KEY = ("game_id", "player_id")
SPINE = ("game_id", "team_id", "player_id")


@dataclass(frozen=True)
class Inputs:
    """What the model and the simulation are told: games, cuts, feature rows, odds, box scores."""

    games: pl.DataFrame
    cuts: pl.DataFrame
    features: pl.DataFrame
    odds: pl.DataFrame
    histories: Histories

    @cached_property
    def feature_digest(self) -> str:
        """Digest of the feature frame: all of its columns, rows by key."""
        return frame_digest(self.features, ["game_id", "cut_id", "player_id"])


def read_inputs(view: View, games: pl.DataFrame) -> Inputs:
    """Features of every player who may play in these games, and their games' odds, as known at the view's instant."""
    cuts = run_cuts(view, games["game_id"].to_list()).collect().lazy()
    teams = pl.concat([games["home_team_id"], games["away_team_id"]]).unique().sort().to_list()
    histories = load_histories(view, teams)
    lines = lines_known(view, cuts).collect()
    features = build_minutes_features(view, cuts, histories=histories, lines=lines)
    return Inputs(games, cuts.collect(), features, lines.select("game_id", "spread_home", "total"), histories)


def predict(model: MinutesModel, inputs: Inputs, overrides: tuple[Override, ...] = ()) -> pl.DataFrame:
    """Minutes of every row of the features: SPINE and the model columns of `gold.minutes`, rows by SPINE."""
    minutes = predict_minutes(model, inputs.features)
    if overrides:
        chosen = pl.DataFrame(
            {"player_id": [o.player_id for o in overrides], "override_prob": [o.play_prob for o in overrides]},
            schema={"player_id": pl.Int64, "override_prob": pl.Float64},
        )
        is_set = pl.col("override_prob").is_not_null()
        minutes = mixture_columns(
            minutes.join(chosen, on="player_id", how="left", maintain_order="left").with_columns(
                play_prob=pl.coalesce("override_prob", "play_prob"),
                play_prob_rule=pl.when(is_set).then(pl.lit("override")).otherwise("play_prob_rule"),
            ),
            model.cap,
        )
    return as_output(minutes, "gold.minutes")


def rate(view: View, inputs: Inputs) -> pl.DataFrame:
    """Per-minute rates of every player who may play: SPINE and the twelve heads, rows by SPINE."""
    return as_output(build_rates(view, inputs.cuts.lazy(), histories=inputs.histories), "gold.rates")


def simulate_slate(
    inputs: Inputs, minutes: pl.DataFrame, rates: pl.DataFrame, cap: float, request: RunRequest
) -> pl.DataFrame:
    """The simulation of the games that can be simulated: SPINE and the columns of `gold.sim_players`, rows by SPINE."""
    players = (
        minutes.select(*SPINE, "play_prob", *QUANTILES, pl.lit(cap).alias(MINUTES_CAP))
        .join(rates.select(*SPINE, *RATES, *MAKE_PROBS), on=SPINE, how="left", validate="1:1", maintain_order="left")
        .join(inputs.features.select(*SPINE, "is_home"), on=SPINE, how="left", validate="1:1", maintain_order="left")
    )
    thin = thin_games(players)
    players = players.filter(~pl.col("game_id").is_in(thin))
    games = inputs.games.select("game_id").join(inputs.odds, on="game_id", how="left", maintain_order="left")
    config = SimConfig(worlds=request.worlds, seed=request.seed)
    return as_output(simulate(players, games, config).summary(), "gold.sim_players")


def thin_games(players: pl.DataFrame) -> list[str]:
    """Games that cannot be simulated, because fewer than five players of a team are known."""
    sizes = players.group_by("game_id", "team_id", maintain_order=True).len()
    wrong = sizes.group_by("game_id", maintain_order=True).agg(
        (pl.len() != 2).alias("sides"), (pl.col("len") < 5).any().alias("few")
    )
    return sorted(wrong.filter(pl.col("sides") | pl.col("few"))["game_id"].to_list())


def project(view: View, inputs: Inputs, minutes: pl.DataFrame, sims: pl.DataFrame) -> pl.DataFrame:
    """What a person reads: minutes, simulated points, names, teams, status; rows by SPINE, simulated games only."""
    dk = [name for name in sims.columns if name.startswith("dk_fpts_")]
    context = inputs.features.select(*SPINE, "opponent_team_id", "tip_ts", status=status_label())
    frame = (
        minutes.join(sims.select(*SPINE, "minutes_sim_mean", *dk), on=SPINE, how="inner", maintain_order="left")
        .join(context, on=SPINE, how="left", validate="1:1", maintain_order="left")
        .join(player_names(view), on="player_id", how="left", validate="m:1", maintain_order="left")
        .join(team_names(inputs.games), on="team_id", how="left", maintain_order="left")
        .join(
            team_names(inputs.games).rename({"team_id": "opponent_team_id", "team": "opponent"}),
            on="opponent_team_id", how="left", maintain_order="left",
        )
    )  # fmt: skip
    return as_output(frame, "gold.projections")


def log_predictions(
    request: RunRequest, model_id: str, inputs: Inputs, minutes: pl.DataFrame, projections: pl.DataFrame
) -> pl.DataFrame:
    """The rows of `gold.prediction_log`, one a projection."""
    frame = projections.join(
        inputs.features.select(*SPINE, "cut_ts"), on=SPINE, how="left", validate="1:1", maintain_order="left"
    ).with_columns(
        knowledge=pl.lit(request.knowledge),
        model_id=pl.lit(model_id),
        feature_digest=pl.lit(inputs.feature_digest),
    )
    return as_output(frame, "gold.prediction_log")


def player_names(view: View) -> pl.DataFrame:
    """The newest name known of each player: player_id, player_name; the players table first, then box scores."""
    players = newest(view.rows("silver.players"), by=["player_id"])
    known = players.select("player_id", pl.lit(0).alias("rank"), "player_name")
    seen = [
        view.rows(table)
        .filter(pl.col("player_name").is_not_null())
        .sort("player_id", "available_ts", "ingested_ts", "player_name")
        .unique("player_id", keep="last", maintain_order=True)
        .select("player_id", pl.lit(rank).alias("rank"), "player_name")
        for rank, table in ((1, "silver.boxscores"), (2, "silver.rosters"), (3, "silver.status_events"))
    ]
    names = pl.concat([known, *seen]).filter(pl.col("player_name").is_not_null()).sort("player_id", "rank")
    return names.unique("player_id", keep="first", maintain_order=True).select("player_id", "player_name").collect()


def team_names(games: pl.DataFrame) -> pl.DataFrame:
    """Tricodes of the teams of some games: team_id, team."""
    sides = [games.select(team_id=f"{side}_team_id", team=f"{side}_team") for side in ("home", "away")]
    return pl.concat(sides).unique("team_id", keep="first", maintain_order=True).sort("team_id")


def status_label() -> pl.Expr:
    """The newest status known for the game, or why there is none."""
    return pl.when("delisted").then(pl.lit("Delisted")).otherwise(pl.col("status_text").fill_null("Unknown"))


def as_output(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """The columns the table declares, typed and ordered, but for run_id and run_ts; rows by SPINE."""
    columns = {name: dtype for name, dtype in get_table(table).columns.items() if name not in ("run_id", "run_ts")}
    return frame.select(pl.col(name).cast(dtype) for name, dtype in columns.items()).sort(SPINE)
