"""Units of time, and how to change between them with the same bits in frames of every height.

Polars divides a column of one row by a literal, but multiplies a longer one by the literal's reciprocal: the last bit
differs. Feature code therefore never divides by a literal; it multiplies, or divides by a column.
"""

from __future__ import annotations

MS_PER_MINUTE = 60_000
MINUTES_PER_MS = 1 / MS_PER_MINUTE
YEARS_PER_DAY = 1 / 365.25
MINUTES_PER_SECOND = 1 / 60
