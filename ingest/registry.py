"""The sources, in the order in which a day is scraped: what others need comes first."""

from __future__ import annotations

from importlib import import_module

from ingest.source import Source
from lakehouse.errors import UnknownName
from lakehouse.tables import SOURCES

# A source is the value SOURCE of the module of its name; it is imported when it is asked for.
NAMES: tuple[str, ...] = SOURCES


def get_source(name: str) -> Source:
    """The source of that name; raises UnknownName with the names there are."""
    if name not in NAMES:
        raise UnknownName(f"There is no source {name!r}; the sources are {', '.join(NAMES)}.")
    source: Source = import_module(f"ingest.{name}").SOURCE
    return source


def all_sources() -> tuple[Source, ...]:
    """Every source, in order."""
    return tuple(get_source(name) for name in NAMES)
