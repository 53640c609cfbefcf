"""Freezing labels: what each final game that sums right said of its players, once, and every correction after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from ingest.scrape import ScrapeReport
from lakehouse.clock import iso
from lakehouse.commit import Batch
from lakehouse.gate import Pins, View, newest
from lakehouse.holes import standing_holes
from lakehouse.lake import Lake
from lakehouse.tables import get_table
from transforms.due import games_due
from transforms.finals import GAME, SAID, find_finals
from transforms.label_days import label_days
from transforms.labels import TABLE

SOURCE = "labels"
# What labels are worked out from.
FACTS = ("silver.boxscores", "silver.results")
_PLAYER = ["game_id", "player_id"]
_VALUES = [*GAME, *SAID]


@dataclass(frozen=True)
class Flawed:
    """A final game whose newest box score does not sum right, and why; `is_frozen` where an earlier version did."""

    game_id: str
    game_date: date
    reason: str
    is_frozen: bool


@dataclass(frozen=True)
class LabelReport:
    """What a freeze wrote: games frozen and games corrected, their rows, and the games that do not sum right."""

    frozen: tuple[str, ...]
    corrected: tuple[str, ...]
    rows: int
    flawed: tuple[Flawed, ...]

    def to_dict(self) -> dict[str, object]:
        """The report as plain data."""
        return {
            "frozen": len(self.frozen),
            "corrected": list(self.corrected),
            "rows": self.rows,
            "flawed": [{**vars(one), "game_date": one.game_date.isoformat()} for one in self.flawed],
        }


def freeze_labels(lake: Lake) -> LabelReport:
    """Writes every label that the lake's facts give and it does not hold yet, in one commit; nothing where none is due.

    What is written depends only on the facts and their stamps, not on when or how often this is called; but a fact that
    comes in after later ones of its player were frozen counts from now. Raises LakeBusy where another process wrote
    box scores or labels in the meantime.
    """
    now = lake.clock.now()
    pins = lake.pins()
    view = _view(lake, pins)
    finals = find_finals(view)
    held = view.rows(TABLE).collect()
    known = set(held["game_id"])
    news = _unsaid(finals.versions, held, [*_PLAYER, "as_of_ts"])
    news = pl.concat([news, _overtaken(finals.versions, held, news, now)])
    if len(news):
        batch_id = f"{SOURCE}:after {pins.seq}:{iso(now)}"
        based_on = {name: pins.versions.get(name, 0) for name in (*FACTS, TABLE)}
        lake.commit(Batch(batch_id, "freeze", {TABLE: _frame(news, held, batch_id, now)}, based_on))
    written = news["game_id"].unique(maintain_order=True).to_list()
    return LabelReport(
        frozen=tuple(game for game in written if game not in known),
        corrected=tuple(game for game in written if game in known),
        rows=len(news),
        flawed=tuple(Flawed(game, day, flaw, game in known) for game, day, flaw in finals.flaws.iter_rows()),
    )


def brings_results(reports: Sequence[ScrapeReport]) -> bool:
    """Whether scrapes brought box scores or results, so that labels may be due."""
    return any(report.facts.get(name) for report in reports for name in FACTS)


@dataclass(frozen=True)
class DayReport:
    """`days`: what `label_days` gives. `missing`: [game_date, game_id, reason], the games due that are not frozen."""

    days: pl.DataFrame
    missing: pl.DataFrame


def report_days(lake: Lake, first: date | None = None, last: date | None = None) -> DayReport:
    """The labels of each day now, of all days or from `first` to `last`; writes nothing."""
    view = _view(lake, lake.pins())
    days = label_days(view, first, last, standing_holes(lake))
    due = games_due(view).join(days.lazy().select("game_date"), on="game_date", how="semi")
    known = [view.rows(name).select("game_id", pl.lit(True).alias(name)).unique() for name in FACTS]
    lines, results = (pl.col(name).is_null() for name in FACTS)
    reason = (
        pl.when(results & lines)
        .then(pl.lit("neither a result nor a box score is known"))
        .when(results)
        .then(pl.lit("no result is known"))
        .when(lines)
        .then(pl.lit("no box score is known"))
        .otherwise(pl.coalesce("flaw", pl.lit("it is final and sums right, but is not frozen yet")))
    )
    missing = (
        due.join(view.rows(TABLE).select("game_id").unique(), on="game_id", how="anti")
        .join(known[0], on="game_id", how="left")
        .join(known[1], on="game_id", how="left")
        .join(find_finals(view).flaws.lazy().select("game_id", "flaw"), on="game_id", how="left")
        .select("game_date", "game_id", reason=reason)
        .sort("game_date", "game_id")
    )
    return DayReport(days, missing.collect())


def _view(lake: Lake, pins: Pins) -> View:
    """Everything public now, or at the last entry where the clock stands before it."""
    newest_entry = lake.log.newest()
    now = lake.clock.now()
    present = now if newest_entry is None else max(now, newest_entry.instant)
    return lake.as_of(present, "published", "evaluation", pins)


def _unsaid(versions: pl.DataFrame, held: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """The versions, one a key, of which `held` has no row of the same key and the same values."""
    names = {name: f"{name}:held" for name in _VALUES}
    both = versions.select(*key, *_VALUES).join(held.select(*key, *_VALUES).rename(names), on=key)
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(other)) for name, other in names.items())
    return versions.join(both.filter(same).select(key), on=key, how="anti", maintain_order="left")


def _overtaken(versions: pl.DataFrame, held: pl.DataFrame, news: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """What the facts say last of a player, where the labels with the news among them would say something else."""
    after = newest(pl.concat([held.select(versions.columns), news]).lazy(), _PLAYER).collect()
    last = versions.unique(_PLAYER, keep="last", maintain_order=True)
    stamp = pl.lit(now, pl.Datetime("us", "UTC"))
    return _unsaid(last, after, _PLAYER).with_columns(
        as_of_ts=stamp, as_of_quality=pl.lit("bounded"), ingested_ts=stamp
    )


def _frame(news: pl.DataFrame, held: pl.DataFrame, batch_id: str, now: datetime) -> pl.DataFrame:
    # Loading the kernel takes a second, and mostly there is nothing to freeze.
    from simulation.scoring import dk_fpts

    before = held.group_by(_PLAYER).agg(before=pl.len())
    return (
        news.sort(*_PLAYER, "as_of_ts", maintain_order=True)
        .join(before, on=_PLAYER, how="left", maintain_order="left")
        .with_columns(
            dk_fpts=pl.when("played").then(dk_fpts()).otherwise(0.0),
            version=(pl.col("before").fill_null(0) + pl.int_range(1, pl.len() + 1).over(_PLAYER)).cast(pl.Int32),
            bronze_batch=pl.lit(batch_id),
            label_frozen_ts=pl.lit(now, pl.Datetime("us", "UTC")),
        )
        .select(list(get_table(TABLE).columns))
    )
