"""Box scores of a made-up season, and a view of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

INSTANT = pl.Datetime("us", "UTC")
START = datetime(2024, 11, 1, 23, tzinfo=UTC)
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "game_id": pl.String,
    "team_id": pl.Int64,
    "player_id": pl.Int64,
    "season_type": pl.String,
    "tip_ts": INSTANT,
    "played": pl.Boolean,
    "minutes": pl.Float64,
    "available_ts": INSTANT,
    "ingested_ts": INSTANT,
}
Line = tuple[int, int, int, float | None]


def tip_of(game: int) -> datetime:
    """Tip of a game: one a day."""
    return START + timedelta(days=game)


def game_name(game: int) -> str:
    return f"{game:010d}"


class BoxView:
    """A view that offers box scores alone; a line (game, team, player, minutes or None) is known 3 h after its tip."""

    def __init__(self, lines: list[Line], late: dict[int, timedelta] | None = None) -> None:
        late = late or {}
        self.frame = pl.DataFrame(
            [
                {
                    "game_id": game_name(game),
                    "team_id": team,
                    "player_id": player,
                    "season_type": "Regular Season",
                    "tip_ts": tip_of(game),
                    "played": minutes is not None,
                    "minutes": minutes or 0.0,
                    "available_ts": tip_of(game) + timedelta(hours=3) + late.get(game, timedelta(0)),
                    "ingested_ts": tip_of(game) + timedelta(days=500),
                }
                for game, team, player, minutes in lines
            ],
            schema=SCHEMA,
        )

    def rows(self, name: str) -> pl.LazyFrame:
        assert name == "silver.boxscores"
        return self.frame.lazy()


def spine_rows(games: list[tuple[int, int, int]], horizon: int = 15) -> pl.DataFrame:
    """Rows (game, team, player) at a cut before each tip."""
    return pl.DataFrame(
        [
            {
                "game_id": game_name(game),
                "cut_id": horizon,
                "cut_ts": tip_of(game) - timedelta(minutes=horizon),
                "team_id": team,
                "player_id": player,
            }
            for game, team, player in games
        ],
        schema={
            "game_id": pl.String,
            "cut_id": pl.Int32,
            "cut_ts": INSTANT,
            "team_id": pl.Int64,
            "player_id": pl.Int64,
        },
    )
