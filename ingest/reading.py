"""From a payload's bytes to the rows to append: parsed, checked, compared, and names attached to ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from ingest.identity import decide
from ingest.news import Known, News, find_news
from ingest.payload import Parsed, PayloadKind, Rejection, Stamp
from ingest.provenance import Provenance, attribute
from lakehouse.clock import iso
from lakehouse.errors import Unreadable
from lakehouse.tables import Table, get_table

REJECTED, IDENTITY, UNRESOLVED = "silver.rejected", "silver.identity", "silver.unresolved"
# By how much a publisher's clock may be ahead of ours.
AHEAD = timedelta(seconds=60)
_PROVENANCE = ("ingested_ts", "source", "bronze_batch", "body_sha256", "parser_version")


@dataclass(frozen=True)
class Reading:
    """What a payload adds: rows by table, and what was found of each."""

    frames: Mapping[str, pl.DataFrame]
    news: Mapping[str, News]
    doubts: tuple[str, ...]


def parse(kind: PayloadKind, body: bytes, stamp: Stamp) -> Parsed:
    """The payload as its parser reads it; raises Unreadable also where it claims to be from the future."""
    parsed = kind.parse(body, stamp)
    for name, frame in parsed.frames.items():
        ahead = frame.filter((pl.col("as_of_ts") > stamp.fetched_ts + AHEAD) & (pl.col("as_of_quality") != "assumed"))
        if len(ahead):
            when = ahead.select(pl.col("as_of_ts").max()).item()
            raise Unreadable(
                f"A {kind.name} states facts of {name} from {iso(when)}, after it was fetched at "
                f"{iso(stamp.fetched_ts)}; check the machine's clock."
            )
    return parsed


def read(parsed: Parsed, known: Known, provenance: Provenance) -> Reading:
    """The rows that a parsed payload adds to what is known, with its rejected rows and the decisions it teaches."""
    frames: dict[str, pl.DataFrame] = {}
    news: dict[str, News] = {}
    doubts = list(parsed.doubts)
    rejected = list(parsed.rejected)
    good: dict[str, pl.DataFrame] = {}
    for name, frame in parsed.frames.items():
        good[name], failed = _validate(get_table(name), frame, provenance)
        rejected += failed
        news[name] = find_news(get_table(name), good[name], known, provenance)
        frames[name] = news[name].rows
        if news[name].stale:
            doubts.append(f"{news[name].stale} rows of {name} are older than what is held, and were left out")
    if rejected:
        doubts.append(f"{len(rejected)} rows rejected, the first of {rejected[0].table}: {rejected[0].reason}")
        frames[REJECTED] = _rejected(rejected, provenance)
    identity, unresolved = decide(known, good)
    frames[IDENTITY] = attribute(get_table(IDENTITY), identity, provenance)
    frames[UNRESOLVED] = attribute(get_table(UNRESOLVED), unresolved, provenance)
    return Reading({name: frame for name, frame in frames.items() if len(frame)}, news, tuple(doubts))


def _validate(table: Table, frame: pl.DataFrame, provenance: Provenance) -> tuple[pl.DataFrame, list[Rejection]]:
    """The rows that keep the table's rules, and the others with the rule each breaks first."""
    numbered = attribute(table, frame, provenance)
    good, failures = table.schema.filter(numbered)
    unique = good.unique(list(table.key), keep="first", maintain_order=True)
    plain = unique.drop(_PROVENANCE)
    if not len(failures) and len(unique) == len(good):
        return plain, []
    rejections = []
    details = failures.details()
    rules = [name for name in details.columns if name not in table.columns]
    for number, row in enumerate(details.iter_rows(named=True), start=1):
        rule = next((name for name in rules if row[name] == "invalid"), "schema")
        rejections.append(_rejection(table, number, f"breaks the rule {rule}", {k: row[k] for k in table.columns}))
    repeated = good.filter(~pl.struct(list(table.key)).is_first_distinct())
    for number, row in enumerate(repeated.iter_rows(named=True), start=len(rejections) + 1):
        rejections.append(_rejection(table, number, "the same key comes twice in one payload", row))
    return plain, rejections


def _rejection(table: Table, number: int, reason: str, row: Mapping[str, object]) -> Rejection:
    kept = {name: value for name, value in row.items() if name not in _PROVENANCE}
    text = pl.DataFrame([kept], infer_schema_length=1).select(pl.struct(pl.all()).struct.json_encode()).item()
    return Rejection(table.name, number, reason, text)


def _rejected(rejections: list[Rejection], provenance: Provenance) -> pl.DataFrame:
    table = get_table(REJECTED)
    rows = pl.DataFrame(
        [vars(rejection) for rejection in rejections],
        schema={"table": pl.String, "row_number": pl.Int64, "reason": pl.String, "row_json": pl.String},
    ).with_columns(
        reason=pl.format("row {}: {}", "row_number", "reason"),
        # Two checks may number their rows alike, and a key must not come twice.
        row_number=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("table"),
        as_of_ts=pl.lit(provenance.ingested_ts, dtype=pl.Datetime("us", "UTC")),
        as_of_quality=pl.lit("exact"),
    )
    return attribute(table, rows, provenance)
