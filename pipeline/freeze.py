"""Freezing: what the lake knew of a game at T-15 and at tip, and of a draft group at its lock, kept once as bytes."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

import polars as pl

from lakehouse.clock import iso, require_instant
from lakehouse.commit import Batch
from lakehouse.digest import bytes_digest, canonical_json, text_digest
from lakehouse.errors import LakeDamaged, UnknownName
from lakehouse.gate import View, known_by, newest
from lakehouse.lake import Lake
from lakehouse.tables import get_table
from transforms.schedule import games_known

SNAPSHOTS = "gold.pretip_snapshots"
# Moments further back are not looked at, unless asked for.
LOOK_BACK = timedelta(days=3)
# A snapshot written later than this after its instant is marked.
LATE = timedelta(minutes=5)
GAME_MOMENTS = {"T-15": timedelta(minutes=15), "tip": timedelta(0)}
GROUP_MOMENTS = {"lock": timedelta(0)}
# What the start of each subject was known to be at each cut [subject, cut_id, cut_ts]: [subject, cut_id, start_ts].
Settle = Callable[[pl.LazyFrame], pl.LazyFrame]


@dataclass(frozen=True)
class Subject:
    """A moment of a game or a draft group; `number` counts the starts it was given, 1 where it never moved."""

    kind: str
    subject_id: str
    moment: str
    at_ts: datetime
    number: int = 1

    @property
    def snapshot_id(self) -> str:
        """Name of its snapshot, such as '0022500001@T-15', 'dg12345@lock', or '0022500001@tip#2' for a moved tip."""
        prefix = "dg" if self.kind == "draft_group" else ""
        return f"{prefix}{self.subject_id}@{self.moment}" + (f"#{self.number}" if self.number > 1 else "")


@dataclass(frozen=True)
class Skipped:
    """A moment that passed and cannot be frozen, and why."""

    snapshot_id: str
    at_ts: datetime
    reason: str


@dataclass(frozen=True)
class Report:
    """What a freeze wrote, and what it could not."""

    written: tuple[Subject, ...]
    skipped: tuple[Skipped, ...]
    late: int

    def to_dict(self) -> dict[str, object]:
        """The report as plain data."""
        return {
            "written": [{"snapshot_id": one.snapshot_id, "at_ts": iso(one.at_ts)} for one in self.written],
            "late": self.late,
            "skipped": [
                {"snapshot_id": one.snapshot_id, "at_ts": iso(one.at_ts), "reason": one.reason} for one in self.skipped
            ],
        }


def due(lake: Lake, now: datetime, since: datetime | None = None) -> list[Subject]:
    """The moments from `since` (three days back) to `now` that are not frozen yet, by instant and id; writes nothing.

    A moment is that of the start as known then: one that moves in time has one moment, one that moves afterwards two.
    A start that came out between its moment and itself is due at once.
    """
    return _find(lake, now, since)[0]


def freeze(lake: Lake, since: datetime | None = None) -> Report:
    """Writes every due moment in one commit; nothing where none is due.

    The bytes depend only on what the lake knew at the instant, whenever they are written. Raises LakeBusy where another
    process froze in the meantime.
    """
    now = lake.clock.now()
    base = lake.pins().versions.get(SNAPSHOTS, 0)
    subjects, skipped = _find(lake, now, since)
    late = sum(now - subject.at_ts > LATE for subject in subjects)
    if subjects:
        rows: list[dict[str, object]] = []
        for at_ts, together in groupby(subjects, lambda subject: subject.at_ts):
            view = lake.as_of(at_ts, "observed")
            rows += [row for subject in together for row in _snapshot(view, subject, now)]
        frame = pl.DataFrame(rows, schema=get_table(SNAPSHOTS).columns)
        named = text_digest(" ".join(subject.snapshot_id for subject in subjects))[:12]
        lake.commit(Batch(f"freeze:{iso(now)}:{named}", "freeze", {SNAPSHOTS: frame}, {SNAPSHOTS: base}))
    return Report(tuple(subjects), tuple(skipped), late)


def snapshot_parts(lake: Lake, snapshot_id: str) -> pl.DataFrame:
    """The rows of `gold.pretip_snapshots` of one snapshot, by part; raises UnknownName where there is none."""
    found = lake.scan(SNAPSHOTS).filter(pl.col("snapshot_id") == snapshot_id).sort("part").collect()
    if found.is_empty():
        raise UnknownName(f"There is no snapshot {snapshot_id!r}; `pretip show pretip_snapshots` lists them.")
    return found


def read_snapshot(lake: Lake, snapshot_id: str) -> dict[str, pl.DataFrame]:
    """The parts of a snapshot: the columns of their silver table, and available_ts.

    Raises UnknownName where there is no such snapshot, LakeDamaged where its bytes are not those that were written.
    """
    parts = {}
    for row in snapshot_parts(lake, snapshot_id).iter_rows(named=True):
        if bytes_digest(row["body"]) != row["body_sha256"]:
            raise LakeDamaged(f"The {row['part']} of {snapshot_id} are not what was written; run `pretip doctor`.")
        parts[row["part"]] = pl.read_ipc(io.BytesIO(row["body"]))
    return parts


def _find(lake: Lake, now: datetime, since: datetime | None) -> tuple[list[Subject], list[Skipped]]:
    now = require_instant(now, "The instant")
    since = now - LOOK_BACK if since is None else require_instant(since, "The instant")
    if lake.log.newest() is None:
        return [], []
    # With the pins named, the reading does not write.
    pins = lake.pins()
    view = lake.as_of(now, "observed", "run", pins)
    began = lake.log.entry(1).instant
    frozen = set(lake.scan(SNAPSHOTS, pins).select("snapshot_id").unique().collect()["snapshot_id"])
    subjects: list[Subject] = []
    skipped: list[Skipped] = []
    games = (view.rows("silver.schedule").select("available_ts", subject="game_id", start_ts="tip_ts"), _tips(view))
    groups = (_group_claims(view), _locks(view))
    for kind, moments, (claims, settle) in (
        ("game", GAME_MOMENTS, games),
        ("draft_group", GROUP_MOMENTS, groups),
    ):
        for moment, ahead in moments.items():
            rows = _fired(claims, settle, ahead, since, now).collect()
            for subject_id, start_ts, at_ts, number in rows.iter_rows():
                found = Subject(kind, subject_id, moment, (at_ts or start_ts - ahead).astimezone(UTC), number)
                if found.snapshot_id in frozen:
                    continue
                reason = _why_not(start_ts - ahead, at_ts, began)
                if reason is None:
                    subjects.append(found)
                else:
                    skipped.append(Skipped(found.snapshot_id, (start_ts - ahead).astimezone(UTC), reason))
    subjects.sort(key=lambda one: (one.at_ts, one.snapshot_id))
    return subjects, sorted(skipped, key=lambda one: (one.at_ts, one.snapshot_id))


def _why_not(moment_ts: datetime, at_ts: datetime | None, began: datetime) -> str | None:
    if moment_ts < began:
        return f"it was before the lake's first entry, at {iso(began)}"
    return "the lake did not know of it before it began" if at_ts is None else None


def _fired(claims: pl.LazyFrame, settle: Settle, ahead: timedelta, since: datetime, now: datetime) -> pl.LazyFrame:
    """When a timer that knew every start as it came out went off: [subject, start_ts, at_ts, number].

    `claims` [available_ts, subject, start_ts] are the starts ever stated. One goes off where, at its moment, or when it
    came out if that was later, it was the start in force; once, however often it is stated. A start in force at `now`
    that never went off has no at_ts.
    """
    # None goes off after its start. Those of a subject count from its first, so all of its are needed.
    near = claims.filter(pl.col("start_ts") >= since).select("subject").unique()
    stated = claims.join(near, on="subject")
    moment_ts = pl.col("start_ts") - ahead
    cuts = (
        stated.select("subject", "start_ts", cut_ts=pl.max_horizontal(moment_ts, "available_ts"))
        .filter(pl.col("cut_ts") <= pl.col("start_ts"))
        .unique()
        .sort("subject", "cut_ts", "start_ts")
        .with_columns(cut_id=pl.int_range(pl.len(), dtype=pl.Int32))
    ).collect()
    went_off = (
        cuts.lazy()
        .join(settle(cuts.lazy().select("subject", "cut_id", "cut_ts")), on=["subject", "cut_id", "start_ts"])
        .sort("subject", "cut_ts")
        .unique(["subject", "start_ts"], keep="first", maintain_order=True)
        .select("subject", "start_ts", at_ts="cut_ts", number=pl.int_range(1, pl.len() + 1).over("subject"))
    )
    subjects = stated.select("subject").unique().sort("subject")
    last = subjects.select("subject", cut_id=pl.lit(0, pl.Int32), cut_ts=pl.lit(now, pl.Datetime("us", "UTC")))
    before = went_off.group_by("subject").agg(number=pl.len().cast(pl.Int64) + 1)
    missed = (
        settle(last)
        .select("subject", "start_ts")
        .filter(moment_ts >= since)
        # One still to come is in force, so that by what is known now it will go off.
        .join(went_off, on=["subject", "start_ts"], how="anti")
        .join(before, on="subject", how="left")
        .with_columns(pl.col("number").fill_null(1))
    )
    recent = went_off.filter(pl.col("at_ts").is_between(since, now))
    return pl.concat([recent, missed], how="diagonal").sort("subject", "start_ts")


def _tips(view: View) -> Settle:
    def settle(cuts: pl.LazyFrame) -> pl.LazyFrame:
        known = games_known(view, cuts.rename({"subject": "game_id"})).filter(pl.col("status") == "scheduled")
        return known.select("cut_id", subject="game_id", start_ts="tip_ts")

    return settle


def _group_claims(view: View) -> pl.LazyFrame:
    groups, players = _of_groups(view, "silver.dk_draft_groups"), _of_groups(view, "silver.dk_draftables")
    return pl.concat(
        [
            groups.select("available_ts", "subject", "start_ts"),
            players.select("available_ts", "subject", start_ts="lock_ts").unique(),
        ]
    )


def _locks(view: View) -> Settle:
    """A draft group locks at its start, or where that is not known at the earliest lock of its players."""
    groups, players = _of_groups(view, "silver.dk_draft_groups"), _of_groups(view, "silver.dk_draftables")

    def settle(cuts: pl.LazyFrame) -> pl.LazyFrame:
        by = ["subject", "cut_id"]
        started = newest(known_by(groups, cuts, ["subject"]), by).filter(pl.col("start_ts").is_not_null())
        rest = cuts.join(started, on=by, how="anti").join(players.select("subject").unique(), on="subject", how="semi")
        pool = newest(known_by(players, rest, ["subject"]), [*by, "draftable_id"])
        locks = pool.group_by(by, maintain_order=True).agg(start_ts=pl.col("lock_ts").min())
        return pl.concat([started.select(*by, "start_ts"), locks])

    return settle


def _of_groups(view: View, table: str) -> pl.LazyFrame:
    # A local salary file does not say its draft group and has 0.
    return (
        view.rows(table).filter(pl.col("draft_group") > 0).with_columns(subject=pl.col("draft_group").cast(pl.String))
    )


def _snapshot(view: View, subject: Subject, now: datetime) -> list[dict[str, object]]:
    is_game = subject.kind == "game"
    parts = _game_parts(view, subject.subject_id) if is_game else _group_parts(view, subject.subject_id)
    pins = canonical_json({"seq": view.pins.seq, "versions": dict(view.pins.versions)})
    rows: list[dict[str, object]] = []
    for part, frame in parts.items():
        body = _body(frame)
        row: dict[str, object] = {
            "snapshot_id": subject.snapshot_id, "part": part, "subject_kind": subject.kind,
            "subject_id": subject.subject_id, "moment": subject.moment, "at_ts": subject.at_ts,
            "knowledge": view.knowledge, "rows": len(frame), "body": body, "body_sha256": bytes_digest(body),
            "pins": pins, "written_ts": now, "is_late": now - subject.at_ts > LATE,
        }  # fmt: skip
        rows.append(row)
    return rows


def _body(frame: pl.DataFrame) -> bytes:
    """The frame as an Arrow IPC file that depends on its values only."""
    # Built anew from values: what lies under a null, spare bits and needless bitmaps depend on how rows were read.
    plain = pl.DataFrame(frame.to_dict(as_series=False), schema=frame.schema)
    sink = io.BytesIO()
    plain.rechunk().write_ipc(sink, compression="uncompressed", compat_level=pl.CompatLevel.oldest())
    return sink.getvalue()


def _game_parts(view: View, game_id: str) -> dict[str, pl.DataFrame]:
    versions = view.rows("silver.schedule").filter(pl.col("game_id") == game_id)
    schedule = newest(versions, ["game_id"]).collect()
    game = schedule.row(0, named=True)
    teams = [game["home_team_id"], game["away_team_id"]]
    # Whole, for its date: a report that covers the date and does not name a team says that nobody is out.
    injuries = _last_report(view, "silver.injury_reports", pl.col("game_date") == game["game_date"], [])
    rosters = _last_report(view, "silver.rosters", pl.col("team_id").is_in(teams), ["team_id"])
    lineups = _last_report(view, "silver.lineups", pl.col("game_id") == game_id, ["team_id"])
    parts = {
        "schedule": schedule.lazy(),
        "injuries": injuries,
        "odds": _odds(view, versions, game_id),
        "rosters": rosters,
        "lineups": lineups,
    }
    return {part: frame.collect() for part, frame in parts.items()}


def _group_parts(view: View, draft_group: str) -> dict[str, pl.DataFrame]:
    players = view.rows("silver.dk_draftables").filter(pl.col("draft_group") == int(draft_group))
    return {"draftables": newest(players, ["draft_group", "draftable_id"]).collect()}


def _last_report(view: View, table: str, wanted: pl.Expr, by: list[str]) -> pl.LazyFrame:
    """The newest whole report per `by` of the rows wanted, each row in its newest version."""
    rows = view.rows(table).filter(wanted)
    last = pl.col("report_ts").max().over(by) if by else pl.col("report_ts").max()
    return newest(rows.filter(pl.col("report_ts") == last), get_table(table).fact)


def _odds(view: View, versions: pl.LazyFrame, game_id: str) -> pl.LazyFrame:
    """Each book's newest line of a market, by the game's id or by a date and tricodes it has had."""
    rows = view.rows("silver.odds_lines")
    names = ["game_date", "home_team", "away_team"]
    by_id = rows.filter(pl.col("game_id") == game_id)
    named = rows.filter(pl.col("game_id").is_null()).join(
        versions.select(names).unique(), on=names, how="semi", maintain_order="left"
    )
    line = ["feed", "book", "market"]
    return newest(newest(pl.concat([by_id, named]), [*line, "event_key", "line_key"]), line)
