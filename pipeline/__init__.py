"""Runs: what a slate looked like at an instant, made once, made again, compared."""
