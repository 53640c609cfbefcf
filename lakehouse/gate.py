"""The one gate: every fact a run, a training set or an evaluation uses was let through here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import polars as pl

from lakehouse.errors import BadInput
from lakehouse.log import Entry
from lakehouse.schemas.columns import QUALITIES
from lakehouse.tables import TABLES, Audience, Table, get_table

Knowledge = Literal["observed", "published"]
# Stamps of these qualities are bounds already: nothing is added to them.
UNLAGGED = ("assumed", "proxy")


@dataclass(frozen=True)
class Pins:
    """The log entry a reading is pinned to, and the version of every table it names."""

    seq: int
    versions: Mapping[str, int]

    @classmethod
    def of(cls, entry: Entry) -> Pins:
        """The pins of a log entry."""
        return cls(entry.seq, dict(entry.versions))


@dataclass(frozen=True)
class Lag:
    """A source's lag for facts published from an instant on."""

    source: str
    from_ts: datetime
    lag: timedelta


class View:
    """What was known at `run_ts`, table by table; rows are read once and kept."""

    def __init__(
        self,
        run_ts: datetime,
        knowledge: Knowledge,
        audience: Audience,
        pins: Pins,
        scan: Callable[[str, int], pl.LazyFrame],
        lags: tuple[Lag, ...],
        instants: Callable[[], Mapping[str, datetime]],
    ) -> None:
        self.run_ts = run_ts
        self.knowledge: Knowledge = knowledge
        self.audience: Audience = audience
        self.pins = pins
        self.lags = lags
        self._scan = scan
        self._instants = instants
        self._others: dict[str, View] = {}
        self._held: dict[str, pl.DataFrame] = {}

    def rows(self, name: str) -> pl.LazyFrame:
        """The rows of a table available by `run_ts`, in key order, with `available_ts`, when each could be used.

        Raises UnknownName for an unknown table and BadInput for one this audience may not read.
        """
        table = get_table(name)
        if self.audience not in table.audience:
            allowed = " and ".join(table.audience) or "nothing but the lake itself"
            raise BadInput(f"{name} is for {allowed}; a reading for {self.audience} cannot use it.")
        if table.source in self._others:
            return self._others[table.source].rows(name)
        if name not in self._held:
            self._held[name] = self._read(table)
        return self._held[name].lazy()

    def with_source(self, source: str, other: View) -> View:
        """This view with one source's tables read from another view, as that one knew them."""
        if source not in {table.source for table in TABLES.values()}:
            raise BadInput(f"There is no source {source!r}; `pretip schema` lists the sources.")
        mixed = View(self.run_ts, self.knowledge, self.audience, self.pins, self._scan, self.lags, self._instants)
        mixed._held = self._held
        mixed._others = {**self._others, source: other}
        return mixed

    def _read(self, table: Table) -> pl.DataFrame:
        rows = self._scan(table.name, self.pins.versions.get(table.name, 0))
        available = self._available(table).alias("available_ts")
        if self.knowledge == "observed":
            rows = rows.join(self._visible(), on="bronze_batch", how="left", maintain_order="left")
        known = rows.with_columns(available).filter(pl.col("available_ts") <= self.run_ts)
        # Two batches may state one version of a fact; the order in which they came must not show, and what a mended
        # parser read goes before what the old one did.
        order = [*table.key, -pl.col("parser_version"), "bronze_batch"]
        return known.select(*table.columns, "available_ts").sort(order, nulls_last=True, maintain_order=True).collect()

    def _available(self, table: Table) -> pl.Expr:
        as_of = pl.col("as_of_ts")
        if self.knowledge == "observed":
            # A batch the log does not name was never visible; max_horizontal alone would pass over the null.
            return pl.when(pl.col("visible_ts").is_not_null()).then(pl.max_horizontal(as_of, pl.col("visible_ts")))
        lag = pl.lit(table.lag)
        for change in self.lags:
            if change.source == table.source:
                lag = pl.when(as_of >= change.from_ts).then(pl.lit(change.lag)).otherwise(lag)
        # A stamp that is a fetch time, as a correction's is, was fetchable at once.
        unlagged = pl.col("as_of_quality").is_in(UNLAGGED) | (as_of == pl.col("ingested_ts"))
        return pl.when(unlagged).then(as_of).otherwise(as_of + lag)

    def _visible(self) -> pl.LazyFrame:
        instants = self._instants()
        schema = pl.Schema({"bronze_batch": pl.String(), "visible_ts": pl.Datetime("us", "UTC")})
        return pl.LazyFrame({"bronze_batch": list(instants), "visible_ts": list(instants.values())}, schema=schema)


def newest(frame: pl.LazyFrame, by: Sequence[str]) -> pl.LazyFrame:
    """Per `by`, the newest version by as_of_ts; on a tie the better quality, then the first ingested.

    Rows come out sorted by `by`; nothing is dropped but older versions.
    """
    rank = pl.col("as_of_quality").replace_strict({name: at for at, name in enumerate(QUALITIES)}, return_dtype=pl.Int8)
    order = [*by, "as_of_ts", "_quality_rank", "ingested_ts"]
    descending = [*(False for _ in by), True, False, False]
    return (
        frame.with_columns(rank.alias("_quality_rank"))
        .sort(order, descending=descending, nulls_last=True, maintain_order=True)
        .unique(list(by), keep="first", maintain_order=True)
        .drop("_quality_rank")
    )


def known_by(frame: pl.LazyFrame, cuts: pl.LazyFrame, on: Sequence[str]) -> pl.LazyFrame:
    """The gate's second face: each cut joined to the rows of its keys that were available by its `cut_ts`.

    `frame` is what `View.rows` gave, `cuts` has the columns `on` and `cut_ts`. Rows keep the order of the cuts, then of
    the frame.
    """
    joined = cuts.join(frame, on=list(on), how="inner", maintain_order="left_right")
    return joined.filter(pl.col("available_ts") <= pl.col("cut_ts"))
