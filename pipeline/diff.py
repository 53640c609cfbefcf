"""Two runs compared: which projections moved, and which source's facts moved them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from lakehouse.errors import BadInput
from lakehouse.gate import View
from lakehouse.lake import Lake
from lakehouse.tables import TABLES
from pipeline.compute import compute_from
from pipeline.model import pick_minutes_model
from pipeline.reads import CAUSES, READ_BY_RUNS
from pipeline.record import RunRecord, read_record
from pipeline.request import RunRequest
from pipeline.run import reader
from transforms.injuries import player_reports
from transforms.schedule import games_known, run_cuts, team_sides

KEY = ("game_id", "player_id")
# A moved figure is a whole number of these, so that the parts of a move sum to it exactly.
UNITS = 10_000
MEASURES = ("dk_fpts_mean", "minutes_mean")
# Sources that tell who can play; a scratch is soon in all of them.
NEWS = ("injuries", "espn", "status", "rosters", "lineups")
SEVERAL = "several"
# The tip coming nearer, with nothing new known.
TIME = "time"


@dataclass(frozen=True)
class Part:
    """What one cause moved, B less A: net over all players, and the sum of absolute moves; DraftKings points."""

    cause: str
    points_net: float
    points_moved: float
    minutes_net: float
    minutes_moved: float
    players: int


@dataclass(frozen=True)
class Comparison:
    """`moves` has a row for each player whose projection moved, most first.

    Columns: KEY, player_name, team, `dk_fpts_mean_a`, `_b` and `_moved` (the same for minutes_mean), and for each cause
    `dk_fpts_mean_<cause>` and `minutes_mean_<cause>`. Moves and parts are whole numbers of 1/10,000, and the parts sum
    to the move, row by row. `parts` sums them over players, the rest last. `status_a` and `status_b` are what was known
    of the player's availability, `reason_b` why, as the injury report that B knew prints it.
    """

    run_a: str
    run_b: str
    parts: tuple[Part, ...]
    total: Part
    moves: pl.DataFrame

    def to_dict(self, limit: int | None = None) -> dict[str, Any]:
        """The comparison as plain data, figures in points and minutes."""
        moves = in_units(self.moves if limit is None else self.moves.head(limit))
        return {
            "run_a": self.run_a,
            "run_b": self.run_b,
            "total": vars(self.total),
            "parts": [vars(part) for part in self.parts],
            "moves": moves.to_dicts(),
        }


def diff_runs(lake: Lake, run_a: str, run_b: str) -> Comparison:
    """Compares two runs of one slate date.

    Each source's part is run B as it was, less run B with that source's tables as run A knew them; the model's part is
    B less B with A's model. News that several sources carry moves nothing when one of them is taken away: the part
    `several` is B less B with all the sources of news on players as A knew them, less their single parts. The part
    `time` is A made at B's instant with what A knew, less A. The rest is what remains of the whole move. Raises
    UnknownName for an unknown run and BadInput for runs that have nothing in common.
    """
    a, b = read_record(lake, run_a), read_record(lake, run_b)
    _require_comparable(a, b)
    before, after = _stored(lake, a), _stored(lake, b)
    causes = {cause: _moved(frame, after, cause) for cause, frame in _counterfactuals(lake, a, b)}
    if SEVERAL in causes:
        causes[SEVERAL] = _less(causes[SEVERAL], [causes[source] for source in NEWS if source in causes])
    if a.request.run_ts != b.request.run_ts:
        early, late = _as_time_passes(lake, a.request, b.request)
        causes[TIME] = _moved(early, late, TIME)
    moves = _moved(before, after, "moved").join(_names(before, after), on=KEY, how="left")
    moves = moves.join(_reasons(_view(lake, b.request), b.slate["games"]), on=KEY, how="left")
    for part in causes.values():
        moves = moves.join(part, on=KEY, how="full", coalesce=True)
    counted = [f"{measure}_{cause}" for measure in MEASURES for cause in ("moved", *causes)]
    moves = moves.with_columns(pl.col(counted).fill_null(0)).with_columns(
        (pl.col(f"{measure}_moved") - pl.sum_horizontal(pl.lit(0), *(f"{measure}_{cause}" for cause in causes)))
        .cast(pl.Int64)
        .alias(f"{measure}_rest")
        for measure in MEASURES
    )
    named = (*causes, "rest")
    columns = [f"{measure}_{cause}" for measure in MEASURES for cause in ("moved", *named)]
    touched = moves.filter(pl.any_horizontal(pl.col(columns) != 0))
    moves = touched.sort(pl.col("dk_fpts_mean_moved").abs(), *KEY, descending=[True, False, False])
    parts = tuple(_part(moves, cause, cause) for cause in named)
    return Comparison(a.run_id, b.run_id, parts, _part(moves, "total", "moved"), moves)


def in_units(moves: pl.DataFrame) -> pl.DataFrame:
    """The moves with their whole numbers turned into points and minutes."""
    return moves.with_columns(pl.col(pl.Int64).exclude(*KEY) / UNITS)


def _counterfactuals(lake: Lake, a: RunRecord, b: RunRecord) -> list[tuple[str, pl.DataFrame]]:
    """Run B's projections with one cause at a time as it was in run A; causes that did not change are left out."""
    request = b.request
    view_a, view_b = _view(lake, a.request), _view(lake, request)
    model = pick_minutes_model(lake, request)
    changed = [source for source in CAUSES if _has_changed(source, view_a, view_b)]
    found = [(source, compute_from(view_b.with_source(source, view_a), request, model).outputs) for source in changed]
    news = [source for source in NEWS if source in changed]
    if len(news) > 1:
        without = view_b
        for source in news:
            without = without.with_source(source, view_a)
        found.append((SEVERAL, compute_from(without, request, model).outputs))
    if a.models != b.models:
        found.append(("model", compute_from(view_b, request, pick_minutes_model(lake, a.request)).outputs))
    return [(cause, outputs.get("gold.projections", _nothing())) for cause, outputs in found]


def _as_time_passes(lake: Lake, a: RunRequest, b: RunRequest) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Run A's projections, and those made of what it knew at the instant of run B."""
    known, model = _view(lake, a), pick_minutes_model(lake, a)
    later = replace(a, run_ts=b.run_ts)
    unchanged = _view(lake, later)
    for source in CAUSES:
        unchanged = unchanged.with_source(source, known)
    early, late = (compute_from(view, of, model).outputs for view, of in ((known, a), (unchanged, later)))
    return early.get("gold.projections", _nothing()), late.get("gold.projections", _nothing())


def _has_changed(source: str, a: View, b: View) -> bool:
    tables = [name for name in READ_BY_RUNS if TABLES[name].source == source]
    # Stamps of availability differ between lags and kinds of knowledge, and matter as much as the facts.
    return any(not a.rows(name).collect().equals(b.rows(name).collect()) for name in tables)


def _view(lake: Lake, request: RunRequest) -> View:
    return reader(lake, request.run_ts).as_of(request.run_ts, request.knowledge, "run", request.pins)


def _stored(lake: Lake, record: RunRecord) -> pl.DataFrame:
    return lake.scan("gold.projections").filter(pl.col("run_id") == record.run_id).collect()


def _nothing() -> pl.DataFrame:
    schema = {"game_id": pl.String, "player_id": pl.Int64, **dict.fromkeys(MEASURES, pl.Float64)}
    return pl.DataFrame(schema=schema)


def _moved(before: pl.DataFrame, after: pl.DataFrame, name: str) -> pl.DataFrame:
    """KEY and, for each measure, after less before in whole units; a player on one side only counts as 0 on the other.

    For the whole move the two figures come along as `<measure>_a` and `_b`.
    """
    columns = [*KEY, *((pl.col(measure) * UNITS).round().cast(pl.Int64).alias(measure) for measure in MEASURES)]
    both = before.select(columns).join(after.select(columns), on=KEY, how="full", coalesce=True, suffix="_b")
    difference = [
        (pl.col(f"{measure}_b").fill_null(0) - pl.col(measure).fill_null(0)).alias(f"{measure}_{name}")
        for measure in MEASURES
    ]
    sides = [side for m in MEASURES for side in (pl.col(m).alias(f"{m}_a"), pl.col(f"{m}_b"))]
    return both.select(*KEY, *(sides if name == "moved" else ()), *difference).sort(KEY)


def _reasons(view: View, games: Sequence[str]) -> pl.DataFrame:
    """KEY and `reason_b`: why each player that the newest report lists is on it."""
    sides = team_sides(games_known(view, run_cuts(view, games)))
    listed = player_reports(view, sides).select(*KEY, reason_b="reason").collect()
    return listed.unique(KEY, keep="first", maintain_order=True)


def _less(joint: pl.DataFrame, singles: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """What several causes moved together beyond what each moved alone, in whole units."""
    columns = [f"{measure}_{SEVERAL}" for measure in MEASURES]
    for single in singles:
        own = {name: f"{measure}_{SEVERAL}" for measure in MEASURES for name in single.columns if measure in name}
        other = single.rename(own)
        joint = joint.join(other, on=KEY, how="full", coalesce=True, suffix=":single").select(
            *KEY, *(pl.col(name).fill_null(0) - pl.col(f"{name}:single").fill_null(0) for name in columns)
        )
    return joint.sort(KEY)


def _names(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    names = pl.concat([frame.select(*KEY, "player_name", "team") for frame in (after, before)])
    names = names.unique(KEY, keep="first", maintain_order=True)
    for side, frame in (("a", before), ("b", after)):
        names = names.join(frame.select(*KEY, pl.col("status").alias(f"status_{side}")), on=KEY, how="left")
    return names


def _part(moves: pl.DataFrame, cause: str, column: str) -> Part:
    points, minutes = (moves[f"{measure}_{column}"] for measure in MEASURES)
    return Part(
        cause,
        int(points.sum()) / UNITS,
        int(points.abs().sum()) / UNITS,
        int(minutes.sum()) / UNITS,
        int(minutes.abs().sum()) / UNITS,
        int((points != 0).sum()),
    )


def _require_comparable(a: RunRecord, b: RunRecord) -> None:
    if a.slate_date != b.slate_date:
        about = f"{a.run_id} is about {a.slate_date} and {b.run_id} about {b.slate_date}"
        raise BadInput(f"{about}; compare runs of one date.")
    blocked: Sequence[RunRecord] = [record for record in (a, b) if record.status == "blocked"]
    if blocked:
        raise BadInput(f"Run {blocked[0].run_id} was blocked and has no projections; compare runs that have.")
