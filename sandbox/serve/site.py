"""The whole web as the sandbox knows it: which route answers a host and a path."""

from __future__ import annotations

from importlib import import_module
from urllib.parse import parse_qsl, unquote, urlsplit

from sandbox.serve.routes import Ask, Reply, Route, not_found
from sandbox.serve.world import World

# Imported when the first question comes, so that naming one source does not load the readers of another.
SOURCES = (
    "nba_schedule", "nba_players", "nba_lineups", "nba_boxscores", "nba_injuries", "oddstrader", "espn",
    "draftkings", "linestar",
)  # fmt: skip


def load_routes() -> tuple[Route, ...]:
    """Every source's routes, in order."""
    return tuple(route for name in SOURCES for route in import_module(f"sandbox.serve.{name}").ROUTES)


def answer(world: World, routes: tuple[Route, ...], at: int, url: str, headers: dict[str, str] | None = None) -> Reply:
    """What the site says to a GET of a logical https address at an instant; 404 for an address nobody has."""
    parts = urlsplit(url)
    query = dict(reversed(parse_qsl(parts.query, keep_blank_values=True)))
    for route in routes:
        if (match := route.match(parts.netloc, unquote(parts.path))) is not None:
            return route.answer(world, Ask(at, match, query, headers or {}))
    return not_found()
