"""Silver made again from bronze, and how it compares with the silver that is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import polars as pl

from ingest.bronze import StoredResponse, bronze_table, stored_responses
from ingest.history.archive import ArchivedFile
from ingest.history.facts import SOURCE as HISTORY
from ingest.history.importer import BRONZE as IMPORTS
from ingest.history.importer import reread_history
from ingest.provenance import Provenance
from ingest.reading import parse, read
from ingest.registry import NAMES, get_source
from lakehouse.clock import iso
from lakehouse.commit import Batch
from lakehouse.errors import StalePayload, UnknownName, Unreadable
from lakehouse.lake import Lake
from lakehouse.tables import TABLES, get_table

Progress = Callable[[str, int, int], None]
# Bodies read at once.
_CHUNK = 64
# What tells the generations of a row apart, and nothing else of it.
_GENERATION = ("parser_version", "bronze_batch")


@dataclass(frozen=True)
class TableComparison:
    """A table of silver beside the same made from bronze: rows held, made, and those that only one of them has."""

    table: str
    held: int
    made: int
    lacking: pl.DataFrame
    unfounded: int

    @property
    def is_equal(self) -> bool:
        """Whether the two hold the same rows."""
        return not len(self.lacking) and not self.unfounded

    def to_dict(self) -> dict[str, object]:
        """The figures as plain data."""
        return {
            "table": self.table,
            "held": self.held,
            "made": self.made,
            "lacking": len(self.lacking),
            "unfounded": self.unfounded,
        }


@dataclass
class _Memory:
    """Silver in the making, and the newest publisher's stamp read so far of every question."""

    frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    held: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def known(self, name: str) -> pl.LazyFrame:
        return self.frames.get(name, pl.DataFrame(schema=get_table(name).columns)).lazy()

    def add(self, frames: Mapping[str, pl.DataFrame]) -> None:
        for name, frame in frames.items():
            held = self.frames.get(name)
            # Rechunked now and then by Polars itself; appending in place keeps a long replay linear.
            self.frames[name] = frame.clone() if held is None else held.extend(frame)


def rebuild_silver(
    lake: Lake, sources: Sequence[str] = NAMES, progress: Progress | None = None
) -> list[TableComparison]:
    """Every table of silver made again from the bytes of bronze, in the order they came, beside the one that is held.

    With `sources` only their tables are compared; all bytes are read all the same, for a payload is compared with what
    had come before it. Nothing is written. What a parser cannot read now is passed over, as it is in a scrape.
    """
    memory = _Memory()
    instants = lake.instants()
    events = sorted(_events(lake), key=lambda event: (instants[event[1]], event[1]))
    done = 0
    for start in range(0, len(events), _CHUNK):
        chunk = events[start : start + _CHUNK]
        bodies = _bodies(lake, chunk)
        for source, batch_id in chunk:
            memory.add(_reimport(lake, batch_id, memory) if source == IMPORTS else _reread(bodies[batch_id], memory))
            done += 1
            if progress is not None:
                progress(source, done, len(events))
    wanted = {table.name for table in TABLES.values() if table.is_facts and _concerns(table.source, sources)}
    return [_compare(lake, name, memory) for name in sorted(wanted)]


def commit_rebuilt(lake: Lake, comparisons: Sequence[TableComparison]) -> int:
    """Appends the rows that silver lacks as a new generation, with their old stamps; how many."""
    batch_id = f"rebuild:silver:{iso(lake.clock.now())}"
    frames = {
        comparison.table: comparison.lacking.with_columns(pl.lit(batch_id).alias("bronze_batch"))
        for comparison in comparisons
        if len(comparison.lacking)
    }
    if frames:
        lake.commit(Batch(batch_id, "rebuild", frames))
    return sum(map(len, frames.values()))


def _concerns(table_source: str, sources: Sequence[str]) -> bool:
    own = {"rosters": "players", "status": "history", "anchor": "history"}.get(table_source, table_source)
    return tuple(sources) == NAMES or own in sources


def _events(lake: Lake) -> Iterator[tuple[str, str]]:
    for source in NAMES:
        for batch_id in lake.scan(bronze_table(source)).select("batch_id").collect()["batch_id"]:
            yield source, batch_id
    for batch_id in lake.scan(IMPORTS).select(pl.col("batch_id").unique()).collect()["batch_id"]:
        yield IMPORTS, batch_id


def _bodies(lake: Lake, chunk: Sequence[tuple[str, str]]) -> dict[str, StoredResponse]:
    found: dict[str, StoredResponse] = {}
    for source in NAMES:
        wanted = [batch_id for name, batch_id in chunk if name == source]
        if wanted:
            found.update({response.batch_id: response for response in stored_responses(lake, source, wanted)})
    return found


def _reread(response: StoredResponse, memory: _Memory) -> dict[str, pl.DataFrame]:
    kind = next((kind for kind in get_source(response.source).kinds if kind.name == response.kind), None)
    if kind is None:
        raise UnknownName(
            f"No parser of {response.source} reads a {response.kind!r} any more; bring it back to rebuild."
        )
    fetched_ts = response.stamp.fetched_ts
    provenance = Provenance(fetched_ts, response.batch_id, response.body_sha256, response.source, kind.version)
    question = (response.source, response.request)
    try:
        parsed = parse(kind, response.body, response.stamp)
    except (Unreadable, StalePayload):
        return {}
    published_ts = parsed.published_ts or response.stamp.published_ts
    if published_ts is not None and question in memory.held and published_ts < memory.held[question]:
        return {}
    if published_ts is not None:
        memory.held[question] = published_ts
    return dict(read(parsed, memory.known, provenance).frames)


def _reimport(lake: Lake, batch_id: str, memory: _Memory) -> dict[str, pl.DataFrame]:
    rows = lake.scan(IMPORTS).sort("ingested_ts", "request").collect()
    mine = rows.filter(pl.col("batch_id") == batch_id)
    now: datetime = mine["ingested_ts"][0].astimezone(UTC)
    earlier = rows.filter((pl.col("ingested_ts") < now) & ~pl.col("request").is_in(mine["request"].to_list()))
    others = earlier.unique("request", keep="last", maintain_order=True)
    return reread_history(_files(mine), _files(others), now, batch_id, memory.known)


def _files(rows: pl.DataFrame) -> list[ArchivedFile]:
    return [ArchivedFile(row[0], row[1], row[2]) for row in rows.select("request", "body", "body_sha256").iter_rows()]


def _compare(lake: Lake, name: str, memory: _Memory) -> TableComparison:
    table = get_table(name)
    said = [column for column in table.columns if column not in _GENERATION]
    # What a person decided, such as an alias, stands on no bytes.
    read_from_bytes = pl.col("source").is_in([*NAMES, HISTORY])
    held, made = lake.scan(name).filter(read_from_bytes).collect(), memory.known(name).collect()
    lacking = made.join(held, on=said, how="anti", nulls_equal=True, maintain_order="left")
    unfounded = held.join(made, on=said, how="anti", nulls_equal=True)
    return TableComparison(name, len(held), len(made), lacking.select(list(table.columns)), len(unfounded))
