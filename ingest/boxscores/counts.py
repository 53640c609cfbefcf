"""A player's statistics, as both of the league's formats name them."""

from __future__ import annotations

from ingest.nba import Real, Told, Whole


class Counts(Told):
    """What a player did; minutes are written differently in each format."""

    points: Whole
    rebounds_total: Whole
    rebounds_offensive: Whole
    rebounds_defensive: Whole
    assists: Whole
    steals: Whole
    blocks: Whole
    turnovers: Whole
    field_goals_made: Whole
    field_goals_attempted: Whole
    three_pointers_made: Whole
    three_pointers_attempted: Whole
    free_throws_made: Whole
    free_throws_attempted: Whole
    fouls_personal: Whole
    plus_minus_points: Real

    def as_counts(self) -> dict[str, int]:
        """The counts under our names."""
        return {
            "pts": self.points,
            "reb": self.rebounds_total,
            "oreb": self.rebounds_offensive,
            "dreb": self.rebounds_defensive,
            "ast": self.assists,
            "stl": self.steals,
            "blk": self.blocks,
            "tov": self.turnovers,
            "fgm": self.field_goals_made,
            "fga": self.field_goals_attempted,
            "fg3m": self.three_pointers_made,
            "fg3a": self.three_pointers_attempted,
            "ftm": self.free_throws_made,
            "fta": self.free_throws_attempted,
            "pf": self.fouls_personal,
            "plus_minus": round(self.plus_minus_points),
        }
