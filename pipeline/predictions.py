"""Past predictions to be scored: for each game the run made for it, through the run's own steps, and what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from lakehouse.errors import BadInput, RunBlocked
from lakehouse.gate import Knowledge, View
from lakehouse.lake import Lake
from pipeline.at import Offset, last_instants, run_instants
from pipeline.compute import forecast
from pipeline.model import pick_minutes_model
from pipeline.request import RunRequest
from pipeline.run import reader
from pipeline.steps import SPINE
from transforms.boxscores import load_histories
from transforms.facts import HISTORIC_KINDS
from transforms.labels import player_labels
from transforms.schedule import cuts_before_tip
from transforms.spine import spine

# Days of games before a window that simple rules are fitted on: a season and its summer.
DAYS_BEFORE = 365
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Predictions:
    """`rows`: game_id, cut_id, cut_ts, SPINE, run_ts, model_id, the model columns, status_text, delisted.

    `blocked` says why an instant has none.
    """

    rows: pl.DataFrame
    blocked: tuple[str, ...]


def predict_at(
    lake: Lake,
    first: date,
    last: date,
    offset: Offset,
    knowledge: Knowledge = "published",
    progress: Progress | None = None,
) -> Predictions:
    """Minutes of every game of some dates, each by the run made for it at its offset; nothing is written.

    Raises BadInput where no game of the dates is known, and RunBlocked where no run could be made.
    """
    view = lake.as_of(lake.clock.now(), knowledge)
    instants = last_instants(run_instants(view, first, last, offset))
    if instants.is_empty():
        raise BadInput(f"No game from {first} to {last} was scheduled in this lake; import history that covers them.")
    pins = view.pins if knowledge == "published" else None
    frames, blocked = [], []
    by_run = instants.partition_by("game_date", "run_ts", maintain_order=True)
    for done, games in enumerate(by_run, start=1):
        day, run_ts = games.select("game_date", "run_ts").row(0)
        request = RunRequest(day, run_ts, knowledge, pins=pins)
        try:
            frames.append(_predict(lake, request).join(games.select("game_id"), on="game_id", how="semi"))
        except RunBlocked as why:
            blocked.append(str(why))
        if progress is not None:
            progress(f"{day}", done, len(by_run))
    if not frames:
        raise RunBlocked(blocked[0])
    return Predictions(pl.concat(frames), tuple(dict.fromkeys(blocked)))


def label_rows(view: View, rows: pl.DataFrame) -> pl.DataFrame:
    """What the players of some rows [game_id, cut_id, team_id, player_id] did: the labels of `transforms.labels`."""
    return player_labels(view, rows.select("game_id", "cut_id", "team_id", "player_id").lazy()).collect()


def spine_before(view: View, first: date, offset: Offset) -> pl.DataFrame:
    """The spine, at the same offset, of the historic games of the year before a date: SPINE, cut_id, cut_ts, ..."""
    history = load_histories(view)
    days = pl.date_range(first - timedelta(days=DAYS_BEFORE), first, closed="left", eager=True)
    games = view.rows("silver.schedule").filter(
        pl.col("season_type").is_in(HISTORIC_KINDS) & pl.col("game_date").is_in(days.implode())
    )
    played = games.sort("game_id", "as_of_ts").unique("game_id", keep="last", maintain_order=True)
    return spine(view, cuts_before_tip(played, [offset.minutes]), history).collect()


def _predict(lake: Lake, request: RunRequest) -> pl.DataFrame:
    at = reader(lake, request.run_ts)
    view = at.as_of(request.run_ts, request.knowledge, "run", request.pins)
    chosen = pick_minutes_model(at, replace(request, pins=view.pins))
    made = forecast(view, request, chosen)
    context = made.inputs.features.select(
        "game_id", "cut_id", "cut_ts", *SPINE[1:], "status_text", "delisted", "on_list"
    )
    return context.join(made.minutes, on=SPINE, how="inner", maintain_order="left", validate="1:1").with_columns(
        run_ts=pl.lit(request.run_ts, pl.Datetime("us", "UTC")), model_id=pl.lit(chosen.model_id)
    )
