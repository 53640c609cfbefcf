"""When a fact of the archive was public: the rules, as expressions over its columns."""

from __future__ import annotations

import polars as pl

from lakehouse.schemas.columns import Fact
from lakehouse.tables import get_table

EASTERN = "America/New_York"


def to_utc(local: pl.Expr) -> pl.Expr:
    """A naive Eastern wall time as an instant; the rules use 00:00 and 06:00, which no change of clocks touches."""
    return local.dt.replace_time_zone(EASTERN).dt.convert_time_zone("UTC").dt.cast_time_unit("us")


def eastern_day(instant: pl.Expr) -> pl.Expr:
    """The date in New York."""
    return instant.dt.convert_time_zone(EASTERN).dt.date()


def first_of_august(start_year: pl.Expr) -> pl.Expr:
    """00:00 Eastern on 1 August of a season's start year."""
    return to_utc(pl.datetime(start_year, 8, 1, time_unit="us"))


def day_end(day: pl.Expr) -> pl.Expr:
    """The end of an Eastern date: 00:00 Eastern of the next."""
    return to_utc(day.cast(pl.Datetime("us")) + pl.duration(days=1))


def next_morning(day: pl.Expr) -> pl.Expr:
    """06:00 Eastern of the day after a date."""
    return to_utc(day.cast(pl.Datetime("us")) + pl.duration(days=1, hours=6))


def season_start(label: pl.Expr) -> pl.Expr:
    """The start year of a season label: 2025 of '2025-26'."""
    return label.str.slice(0, 4).cast(pl.Int32)


def season_of(day: pl.Expr) -> pl.Expr:
    """The start year of the season a date falls in; seasons turn on 1 August."""
    return day.dt.year() - (day.dt.month() < 8).cast(pl.Int32)


def iso_text(instant: pl.Expr) -> pl.Expr:
    """An instant as ISO text with Z; fractions of a second only where there are any."""
    micros = instant.dt.microsecond()
    seconds = "%Y-%m-%dT%H:%M:%S"
    return (
        pl.when(micros == 0)
        .then(instant.dt.strftime(f"{seconds}Z"))
        .when(micros % 1000 == 0)
        .then(instant.dt.strftime(f"{seconds}%.3fZ"))
        .otherwise(instant.dt.strftime(f"{seconds}%.6fZ"))
    )


def value_columns(table: str) -> list[str]:
    """The columns of a silver table that a parser fills: all but the stamps and the provenance."""
    provenance = Fact.columns()
    return [name for name in get_table(table).columns if name not in provenance]


def stamp(rows: pl.DataFrame, table: str, as_of: pl.Expr, quality: pl.Expr | str) -> pl.DataFrame:
    """The table's value columns with `as_of_ts` and `as_of_quality`, and the row of the file each came from."""
    worth = pl.lit(quality) if isinstance(quality, str) else quality
    return rows.select("row_number", *value_columns(table), as_of.alias("as_of_ts"), worth.alias("as_of_quality"))
