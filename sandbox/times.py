"""Eastern wall times as epoch seconds, and seasons as years."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import polars as pl

UTC_US = pl.Datetime("us", "UTC")


def eastern(day: date, hour: float) -> int:
    """Epoch seconds of `hour` (19.5 is half past seven in the evening) on an Eastern `day`."""
    minutes = round(hour * 60)
    wall = datetime.combine(day, time(minutes // 60, minutes % 60), ZoneInfo("America/New_York"))
    return int(wall.timestamp())


def eastern_wall(seconds: int) -> datetime:
    """The Eastern wall time of an instant in epoch seconds."""
    return datetime.fromtimestamp(seconds, ZoneInfo("America/New_York"))


def instant(seconds: int) -> datetime:
    """The UTC instant of epoch seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def season_of(day: date) -> int:
    """The first year of the season that an Eastern date belongs to; a season owns October to September."""
    return day.year if day.month >= 10 else day.year - 1


def season_name(year: int) -> str:
    """'2024-25' for 2024."""
    return f"{year}-{(year + 1) % 100:02d}"
