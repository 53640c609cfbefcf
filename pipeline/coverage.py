"""Coverage: what a table or a training set holds of what its days are due, and the reason of what it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from features.due import USUAL, Threshold, hole_names, thin_days
from features.market import FEATURES as MARKET
from features.minutes import MINUTES_FEATURES
from features.rates import HEADS
from features.rates_training import UNSEEN, count_name
from lakehouse.clock import EASTERN
from lakehouse.errors import BadInput
from lakehouse.holes import Hole, declared_reason, standing_holes
from lakehouse.lake import Lake
from lakehouse.schemas.columns import Fact
from lakehouse.tables import get_table
from pipeline.due import RULES, SETS, Desk, Held, count_set, count_table, set_rows
from transforms.label_days import BASIS
from transforms.labels import TABLE as LABELS

# Tables that nothing but a declared hole excuses: without them there is no history.
ESSENTIAL = ("silver.schedule", "silver.results", "silver.boxscores", "gold.labels", *SETS)
# What is made of box-score lines, and suffers where a game's do not add up.
LINES = ("silver.boxscores", "gold.labels", *SETS)
FETCHED = ("stored", "unchanged")
UNEXPLAINED = "unexplained"
SET_RULE = "A row a player who played in a game that is over: as many as its labels say, else the median of its season's games."
# Columns that say where a row came from, or why another is null, are not worth a line.
_STAMPS = ("available_ts", *Fact.columns(), "rates_reason", "odds_reason")


@dataclass(frozen=True)
class Coverage:
    """What a table holds of the dates asked about.

    `days` has a row a date with games: game_date, season; due, present, lacking (units of `rule`), flawed (of those that
    lack: of games whose box score is all there and does not add up); declared (reason of a hole), reason (null where
    nothing lacks), unexplained (what neither a hole, a flaw, a fetch that failed nor the table's own span accounts for).
    `columns` has a row a date and column: game_date, column, rows, nulls, reason (where any is null: that of a declared
    hole, else what the column's declaration says of it); none where only rows were asked for.
    """

    table: str
    rule: str
    days: pl.DataFrame
    columns: pl.DataFrame

    def totals(self) -> dict[str, Any]:
        """Due, present and their share, dates complete and dates in all, the reasons by what they account for."""
        days = self.days.filter(pl.col("due") > 0)
        due, lacking = int(days["due"].sum()), int(days["lacking"].sum())
        reasons = (
            days.filter(pl.col("reason").is_not_null())
            .group_by("reason", maintain_order=True)
            .agg(pl.col("lacking").sum(), dates=pl.len())
            .sort("lacking", descending=True, maintain_order=True)
        )
        return {
            "table": self.table,
            "due": due,
            "present": due - lacking,
            "share": (due - lacking) / due if due else None,
            "dates_complete": days.filter(pl.col("lacking") == 0).height,
            "dates": days.height,
            "unexplained": int(days["unexplained"].sum()),
            "reasons": reasons.to_dicts(),
        }


def cover(lake: Lake, name: str, first: date, last: date) -> Coverage:
    """Coverage of a table, or of a training set as it would be built, with its columns, from what is published now.

    Raises UnknownName for one that has no rule, BadInput for dates that are the wrong way round.
    """
    desk, holes = _desk(lake, first, last), standing_holes(lake)
    if name in SETS:
        rows = set_rows(desk, name)
        days = _explain(lake, desk, name, count_set(desk, name, rows), holes)
        return Coverage(name, SET_RULE, days, _columns(name, rows, _set_nulls(), holes))
    days = _table_days(lake, desk, name, holes)
    rows = desk.rows(name).collect()
    schema = get_table(name).schema.columns()
    meanings = {column: schema[column].description or "" for column in schema}
    return Coverage(name, _sentence(RULES[name].__doc__), days, _columns(name, rows, meanings, holes))


def survey(lake: Lake, first: date, last: date) -> list[Coverage]:
    """Coverage of the rows of every table that has a rule, in the order of the rules; errors as of `cover`."""
    desk, holes = _desk(lake, first, last), standing_holes(lake)
    empty = pl.DataFrame(schema=_COLUMNS)
    return [
        Coverage(name, _sentence(rule.__doc__), _table_days(lake, desk, name, holes), empty)
        for name, rule in RULES.items()
    ]


def open_gaps(coverage: Coverage, threshold: Threshold = USUAL) -> pl.DataFrame:
    """Days of an unexplained gap that breaks the threshold; none where all is as it should be.

    A training set is judged as it is when it is built; a table by each of its dates alone.
    """
    days = coverage.days.filter(pl.col("due") > 0)
    return (
        thin_days(days, threshold)
        if coverage.table in SETS
        else days.filter(pl.col("unexplained") > (1 - threshold.share) * pl.col("due"))
    )


_COLUMNS = pl.Schema(
    {"game_date": pl.Date(), "column": pl.String(), "rows": pl.Int64(), "nulls": pl.Int64(), "reason": pl.String()}
)


def _desk(lake: Lake, first: date, last: date) -> Desk:
    if last < first:
        raise BadInput(f"The dates from {first} to {last} end before they begin; swap --from and --to.")
    now = lake.clock.now()
    return Desk(Held(lake, now), lake.as_of(now, "published", "training"), first, last)


def _table_days(lake: Lake, desk: Desk, name: str, holes: Iterable[Hole]) -> pl.DataFrame:
    units = count_table(desk, name).with_columns(lacking=(pl.col("due") - pl.col("present")).clip(0))
    return _explain(lake, desk, name, units.group_by("game_date").agg(pl.exclude("game_date").sum()), holes)


def _explain(lake: Lake, desk: Desk, name: str, days: pl.DataFrame, holes: Iterable[Hole]) -> pl.DataFrame:
    """The days of Coverage; a date of which every game was postponed is one, and is due nothing."""
    games = pl.concat([frame.select("game_date", "season") for frame in (desk.games, desk.postponed)])
    source = get_table(name).source if name in RULES else "boxscores"
    marks = [
        days,
        desk.postponed.group_by("game_date").agg(off=pl.format("postponed: {}", _games(pl.len()))),
        _not_fetched(lake, source),
        _wrong(desk) if name in LINES else pl.DataFrame(schema={"game_date": pl.Date(), "wrong": pl.String()}),
    ]
    every = games.group_by("game_date").agg(pl.col("season").min())
    for mark in marks:
        every = every.join(mark, on="game_date", how="left")
    names = hole_names(name) if name in SETS else BASIS if name == LABELS else (name,)
    excuse = pl.coalesce("declared", _kept(desk, name), "not_fetched")
    lacks, left = pl.col("lacking") > 0, pl.col("lacking") - pl.col("flawed")
    plain = pl.concat_str("wrong", pl.when(left > 0).then(pl.lit(UNEXPLAINED)), separator="; ", ignore_nulls=True)
    return (
        every.sort("game_date")
        .with_columns(pl.col("due", "present", "lacking", "flawed").fill_null(0))
        .with_columns(declared=declared_reason(holes, names))
        .select(
            *("game_date", "season", "due", "present", "lacking", "flawed", "declared"),
            reason=pl.when(lacks).then(pl.coalesce(excuse, plain)).when(pl.col("due") == 0).then("off"),
            unexplained=pl.when(lacks & excuse.is_null()).then(left).otherwise(0),
        )
    )


def _kept(desk: Desk, name: str) -> pl.Expr:
    """Why a table that is not essential lacks what lies outside the days it was ever kept on."""
    if name in ESSENTIAL:
        return pl.lit(None, pl.String)
    whole = Desk(desk.view, desk.training, date.min, date.max)
    first, last = (
        whole.rows(name).select(low=pl.col("game_date").min(), high=pl.col("game_date").max()).collect().row(0)
    )
    if first is None:
        return pl.lit("never fetched or imported")
    outside = ~pl.col("game_date").is_between(first, last)
    return pl.when(outside).then(pl.lit(f"kept from {first} to {last} only"))


def _not_fetched(lake: Lake, source: str) -> pl.DataFrame:
    """Dates on which, and on the day after, a source was asked and never answered: game_date, not_fetched."""
    asked = lake.scan("ops.scrapes").filter(pl.col("source") == source)
    day = pl.col("attempted_ts").dt.convert_time_zone(EASTERN.key).dt.date()
    on_day = asked.select("outcome", "reason", "attempted_ts", game_date=day)
    either = pl.concat([on_day, on_day.with_columns(pl.col("game_date") - timedelta(days=1))])
    tried = either.sort("attempted_ts").group_by("game_date", maintain_order=True)
    answered = pl.col("outcome").is_in(FETCHED).any()
    failed = tried.agg(answered=answered, last=pl.col("reason").drop_nulls().last()).filter(~pl.col("answered"))
    why = pl.format("not fetched: {}", pl.col("last").fill_null("no answer"))
    return failed.select("game_date", not_fetched=why).collect()


def _wrong(desk: Desk) -> pl.DataFrame:
    """Dates with games that do not add up, or do and have no frozen labels: game_date, wrong."""
    flaws = desk.finals.flaws.group_by("game_date").agg(games=pl.len(), flaw=pl.col("flaw").first())
    sound = desk.finals.versions.group_by("game_date").agg(pl.col("game_id").n_unique())
    both = flaws.join(sound, on="game_date", how="full", coalesce=True)
    flawed = pl.format("{}, as {}", _games(pl.col("games"), ("does", "do"), "not add up"), "flaw")
    unfrozen = _games(pl.col("game_id"), ("has", "have"), "no frozen labels yet")
    return both.select("game_date", wrong=pl.concat_str(flawed, unfrozen, separator="; ", ignore_nulls=True))


def _games(count: pl.Expr, verb: tuple[str, str] = ("", ""), rest: str = "") -> pl.Expr:
    """'1 game does ...' or '2 games do ...'."""
    one, many = (f"{noun} {form} {rest}".strip() for noun, form in zip(("game", "games"), verb, strict=True))
    return pl.format("{} {}", count, pl.when(count == 1).then(pl.lit(one)).otherwise(pl.lit(many)))


def _columns(name: str, rows: pl.DataFrame, meanings: Mapping[str, str], holes: Iterable[Hole]) -> pl.DataFrame:
    """Nulls of every column a day; why: the declared hole of table.column or table, else what its declaration says."""
    told = tuple(holes)
    frames = [pl.DataFrame(schema=_COLUMNS)]
    for column in rows.columns:
        if column in _STAMPS or column == "game_date":
            continue
        counts = {"rows": pl.len().cast(pl.Int64), "nulls": pl.col(column).null_count().cast(pl.Int64)}
        counted = rows.group_by("game_date").agg(**counts)
        declared = declared_reason(told, (f"{name}.{column}", name))
        why = pl.when(pl.col("nulls") > 0).then(pl.coalesce(declared, pl.lit(meanings.get(column, ""))))
        frames.append(
            counted.sort("game_date").select("game_date", pl.lit(column).alias("column"), "rows", "nulls", reason=why)
        )
    return pl.concat(frames)


def _set_nulls() -> dict[str, str]:
    """Why each column of the training sets may be null."""
    declared = {feature.name: feature.null_when for feature in (*MARKET, *MINUTES_FEATURES)}
    heads = {head.name: UNSEEN for head in HEADS}
    return {**declared, **heads, **{count_name(head): "the box score does not say" for head in heads}}


def _sentence(doc: str | None) -> str:
    return " ".join((doc or "").split())
