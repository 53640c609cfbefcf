"""Column makers shared by the schemas, so that a thing is typed and described the same way in every table."""

from __future__ import annotations

from typing import Any

import dataframely as dy

QUALITIES = ("exact", "bounded", "assumed", "proxy")


def instant(description: str, **options: Any) -> dy.Datetime:
    """An instant: Datetime("us", "UTC")."""
    return dy.Datetime(time_zone="UTC", time_unit="us", description=description, **options)


def game_key(**options: Any) -> dy.String:
    """The NBA's game id as it travels: 10 digits, leading zeros kept."""
    return dy.String(regex=r"^\d{10}$", description="NBA game id, 10 characters", **options)


def player_key(**options: Any) -> dy.Int64:
    """NBA person id."""
    return dy.Int64(min=1, description="NBA player id", **options)


def team_key(what: str = "NBA team id", **options: Any) -> dy.Int64:
    """NBA team id."""
    return dy.Int64(min=0, description=what, **options)


def text(description: str, **options: Any) -> dy.String:
    """A string column."""
    return dy.String(description=description, **options)


def count(description: str, **options: Any) -> dy.Int32:
    """A whole number that may be unknown."""
    return dy.Int32(description=description, **{"nullable": True, **options})


def number(description: str, **options: Any) -> dy.Float64:
    """A finite float that may be unknown."""
    return dy.Float64(description=description, **{"nullable": True, **options})


def flag(description: str, **options: Any) -> dy.Bool:
    """A boolean column."""
    return dy.Bool(description=description, **options)


def prob(description: str, **options: Any) -> dy.Float64:
    """A probability, 0 to 1."""
    return dy.Float64(min=0.0, max=1.0, description=description, **options)


class Fact(dy.Schema):
    """What every silver row says of itself: when it was known, how well, and which bytes it came from."""

    as_of_ts = instant("when the source made the fact public (the latest bound where that is not exact)")
    as_of_quality = text("exact, bounded, assumed or proxy", check=lambda c: c.is_in(QUALITIES))
    ingested_ts = instant("when our reader received the bytes")
    source = text("which feed the bytes came from")
    bronze_batch = text("batch of the bronze row")
    body_sha256 = text("SHA-256 of the bytes the row was read from", min_length=64, max_length=64)
    parser_version = dy.Int32(min=1, description="version of the parser that read them")
