"""What a first model says of a whole team, as features of the second: minutes are shared out, so his hang on who plays.

The first model looks at each player by himself. Its P(plays) and mean minutes, summed and ranked over the players of his
team, tell the second how much is left for him. In training they come from first models that have not seen the game.
"""

from __future__ import annotations

import polars as pl

from features.declared import Feature
from models.mixture import CAP_MINUTES, Floats

SIDE = ("game_id", "cut_id", "team_id")
# What the players of a team share out: regulation, and the overtimes of an average game.
TEAM_MINUTES = 241.5
# A man of the rotation: likelier than not to play, and for more than this.
ROTATION_PROB, ROTATION_MINUTES = 0.5, 12.0
LOW_MINUTES = 18.0
_FIRST = ("first model",)
# A division by a literal would change the last bit in a frame of one row (`features.units`).
_UNITS, _UNIT = 1000, 1 / 1000

TEAM_FEATURES = (
    Feature("first_play_prob", "P(plays), of the first model", "prob.", _FIRST),
    Feature("first_minutes", "mean minutes given that he plays, of the first model", "min", _FIRST),
    Feature("team_expected", "expected minutes of his teammates", "min", _FIRST),
    Feature("team_left", "what the expected minutes of his team leave of 241.5 if he plays", "min", _FIRST),
    Feature("team_share", "his minutes if the team's were scaled to 241.5", "min", _FIRST),
    Feature("team_rank", "rank by expected minutes", "rank", _FIRST),
    Feature("team_rank_position", "rank by expected minutes at his position", "rank", _FIRST),
    Feature("position_expected", "expected minutes of teammates at his position", "min", _FIRST),
    Feature("team_players", "teammates expected to play", "players", _FIRST),
    Feature("team_doubt", "minutes of the team that hang on who plays", "min", _FIRST),
    Feature("team_depth", "spread of his teammates' expected minutes: sum of squares", "min2", _FIRST),
    Feature("team_low", "expected minutes of the team's players below 18", "min", _FIRST),
    Feature("team_rotation", "players of the team likelier than not to play 12 minutes", "players", _FIRST),
)
TEAM_NAMES = tuple(feature.name for feature in TEAM_FEATURES)


def with_teams(frame: pl.DataFrame, play_prob: Floats, minutes: Floats) -> pl.DataFrame:
    """The frame with the columns of TEAM_FEATURES, from the first model's word on each row.

    Needs SIDE, plays_center, plays_forward; all players of a team must be there. Sums are of whole thousandths, so that
    their order is nothing.
    """
    side = list(SIDE)
    position = [*side, "_position"]
    prob = pl.Series("first_play_prob", play_prob, dtype=pl.Float64)
    said = pl.Series("first_minutes", minutes, dtype=pl.Float64).clip(0.0, CAP_MINUTES)

    def whole(value: pl.Expr) -> pl.Expr:
        return (value * _UNITS).round(0).cast(pl.Int64)

    def total(name: str, by: list[str]) -> pl.Expr:
        return pl.col(name).sum().over(by)

    def rank(by: list[str]) -> pl.Expr:
        return pl.col("_expected").rank("min", descending=True).over(by).cast(pl.Float64)

    p, m = pl.col("first_play_prob"), pl.col("first_minutes")
    center, forward = pl.col("plays_center") == 1.0, pl.col("plays_forward") == 1.0
    others = total("_expected", side) - pl.col("_expected")
    with_him = (others * _UNIT) + m
    return (
        frame.with_columns(prob, said)
        .with_columns(
            _position=pl.when(center).then(2).when(forward).then(1).otherwise(0),
            _expected=whole(p * m),
            _prob=whole(p),
            _doubt=whole(p * (1.0 - p) * m),
            _square=whole((p * m) ** 2),
            _low=pl.when(m < LOW_MINUTES).then(whole(p * m)).otherwise(0),
            _rotation=((p > ROTATION_PROB) & (m > ROTATION_MINUTES)).cast(pl.Int64),
        )
        .with_columns(
            team_expected=others * _UNIT,
            team_left=TEAM_MINUTES - with_him,
            team_share=m / pl.max_horizontal(with_him, pl.lit(1.0)) * TEAM_MINUTES,
            team_rank=rank(side),
            team_rank_position=rank(position),
            position_expected=(total("_expected", position) - pl.col("_expected")) * _UNIT,
            team_players=(total("_prob", side) - pl.col("_prob")) * _UNIT,
            team_doubt=total("_doubt", side) * _UNIT,
            team_depth=(total("_square", side) - pl.col("_square")) * _UNIT,
            team_low=total("_low", side) * _UNIT,
            team_rotation=total("_rotation", side).cast(pl.Float64),
        )
        .drop("_position", "_expected", "_prob", "_doubt", "_square", "_low", "_rotation")
    )
