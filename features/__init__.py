"""Feature sets: one declared column a fact of the game, one row a spine player."""
