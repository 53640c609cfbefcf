"""`pretip demo`: an evening with a made-up league, from an empty folder to runs made again to the same bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars.selectors as cs
import rich_click as click
from rich.panel import Panel
from rich.table import Table

from cli.diff import moves_table, parts_table
from cli.options import as_json
from cli.output import console, emit, progress_bar, say
from cli.slate_table import slate_tables
from evaluation.window import WindowReport, evaluate_window
from ingest.history.importer import import_history
from lakehouse.clock import EASTERN, FixedClock, iso, perf_seconds
from lakehouse.doctor import examine
from lakehouse.errors import NotReproduced
from lakehouse.lake import Lake
from models.registry import train_minutes
from pipeline.at import Offset
from pipeline.diff import Comparison, diff_runs
from pipeline.reproduce import Reproduction, reproduce
from pipeline.request import RunRequest
from pipeline.run import MadeRun, make_run
from sandbox.history import write_league
from sandbox.league import League, generate

EVENING = date(2026, 1, 14)
SEASONS = 2
# Games of this many days, the evening's the last, are scored; the model learns from those before.
SCORED_DAYS = 3
PLAYERS_SHOWN = 6
INSTANTS = (datetime(2026, 1, 14, 16, 0, tzinfo=EASTERN), datetime(2026, 1, 14, 18, 45, tzinfo=EASTERN))
NEXT_MORNING = datetime(2026, 1, 15, 9, 0, tzinfo=EASTERN)


@dataclass
class Story:
    """What the demonstration has come to, and the seconds of its chapters."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def chapter(self, title: str) -> Iterator[None]:
        """Announces a chapter on stderr and keeps how long it took."""
        say(f"· {title} ...")
        began = perf_seconds()
        yield
        self.seconds[title] = round(perf_seconds() - began, 1)


@dataclass(frozen=True)
class Evening:
    """What came of it."""

    runs: tuple[MadeRun, MadeRun]
    moved: Comparison
    scored: WindowReport
    again: list[Reproduction]
    healthy: bool
    seconds: dict[str, float]


@click.command()
@click.option("--seed", type=int, default=7, show_default=True, help="Seed of the league.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the league and its lake in this folder.")
@as_json
def demo(seed: int, keep: Path | None, as_json: bool) -> None:
    """Spend an evening with a made-up league: import, train, project twice, compare, score, and prove it.

    Needs no data, no credentials and no network; takes a minute or two.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = keep or Path(scratch)
        _tell(folder, seed, as_json)
        if keep is not None:
            say(f"The lake is in {keep / 'lake'}: try `pretip --lake {keep / 'lake'} runs`.")


def _tell(folder: Path, seed: int, as_json: bool) -> None:
    story = Story()
    with story.chapter(f"Playing {SEASONS} seasons of a league nobody has seen (seed {seed})"):
        league = _play(seed)
    clock = FixedClock(INSTANTS[-1].astimezone(UTC))
    lake = Lake.open_or_create(folder / "lake", clock)
    with story.chapter("Importing what was public before tonight's games"):
        _import(lake, league, folder / "before", EVENING)
    with story.chapter("Training the minutes model on what was known three days ago"), progress_bar() as move:
        train_minutes(
            lake,
            EVENING - timedelta(days=SCORED_DAYS - 1),
            now=clock.now(),
            progress=lambda what, share: move(what, round(100 * share), 100),
        )
    with story.chapter("Projecting tonight's slate as known at 16:00, and again at 18:45"):
        first, second = (_project(lake, instant) for instant in INSTANTS)
    with story.chapter("Asking which source moved the projections"):
        moved = diff_runs(lake, first.record.run_id, second.record.run_id)
    clock.instant = NEXT_MORNING.astimezone(UTC)
    with story.chapter("Importing the evening's results"):
        _import(lake, league, folder / "after", EVENING + timedelta(days=1))
    with story.chapter(f"Scoring {SCORED_DAYS} days of games, each as known 15 minutes before its tip"):
        scored = evaluate_window(lake, EVENING - timedelta(days=SCORED_DAYS - 1), EVENING, Offset(15))
    with story.chapter("Making both runs again, in fresh processes, with the results now in the lake"):
        again = [reproduce(lake, run.record.run_id) for run in (first, second)]
    with story.chapter("Examining the lake, byte for byte"):
        healthy = examine(lake).healthy
    evening = Evening((first, second), moved, scored, again, healthy, story.seconds)
    if as_json:
        emit(_to_dict(evening))
    else:
        _print(evening)
    if not healthy or not all(one.is_identical for one in again):
        raise NotReproduced("The demonstration did not reproduce; run `pretip doctor` on its lake (use --keep).")


def _play(seed: int) -> League:
    with progress_bar() as move:
        return generate(seed, SEASONS, EVENING + timedelta(days=1), progress=move)


def _import(lake: Lake, league: League, folder: Path, until: date) -> None:
    known_until = INSTANTS[-1].astimezone(UTC) if until == EVENING else NEXT_MORNING.astimezone(UTC)
    write_league(folder, league, until=until, known_until=known_until)
    with progress_bar() as move:
        import_history(lake, folder, now=lake.clock.now(), progress=move)


def _project(lake: Lake, instant: datetime) -> MadeRun:
    return make_run(lake, RunRequest(EVENING, instant.astimezone(UTC), "published"))


def _print(evening: Evening) -> None:
    out = console()
    projections = evening.runs[1].outputs["gold.projections"]
    for table in slate_tables(projections, PLAYERS_SHOWN):
        out.print(table)
    out.print(parts_table(evening.moved))
    out.print(moves_table(evening.moved, 8))
    out.print(_accuracy(evening.scored))
    out.print(Panel("\n".join(_summary(evening)), title="The evening", expand=False))


def _accuracy(scored: WindowReport) -> Table:
    wanted = ("minutes_mae", "play_brier", "minutes_mae_cond", "coverage_p10_p90")
    table = Table(
        title=f"Accuracy of the last {SCORED_DAYS} days, as known 15 minutes before tip", title_justify="left"
    )
    table.add_column("players")
    table.add_column("figure")
    for name in ("method", "value", "rows", "games"):
        table.add_column(name, justify="right" if name != "method" else "left")
    for score in scored.report.scores:
        if score.metric in wanted and score.population in ("listed", "played"):
            figure = score.figure
            table.add_row(
                score.population,
                score.metric,
                score.method.replace("_", " "),
                f"{figure.value:.3f}",
                f"{figure.n:,}",
                str(figure.games),
                style="bold" if score.method == "model" else None,
            )
    return table


def _summary(evening: Evening) -> list[str]:
    projections = evening.runs[1].outputs["gold.projections"]
    best = projections.sort("dk_fpts_mean", "player_id", descending=[True, False]).row(0, named=True)
    moved = evening.moved
    lead = max((part for part in moved.parts if part.cause != "rest"), key=lambda part: part.points_moved, default=None)
    games, players = projections["game_id"].n_unique(), len(projections)
    first, second = (iso(run.record.run_ts) for run in evening.runs)
    lines = [
        f"{games} games and {players} players, projected at {first} and {second}",
        f"best of the slate: {best['player_name']} ({best['team']}), {best['dk_fpts_mean']:.1f} DraftKings points",
        f"between the two runs {moved.total.players} projections moved by {moved.total.points_moved:.1f} points in all"
        + (f", {lead.points_moved:.1f} of them by {lead.cause} alone" if lead is not None else ""),
        _beaten(evening.scored),
        *(f"run {one.run_id} reproduced: {one.verdict}" for one in evening.again),
        f"the lake is {'healthy' if evening.healthy else 'NOT healthy'}; {sum(evening.seconds.values()):.0f} seconds in all",
    ]
    return lines


def _beaten(scored: WindowReport) -> str:
    mae = {
        s.method: s.figure.value for s in scored.report.scores if (s.population, s.metric) == ("listed", "minutes_mae")
    }
    others = ", ".join(f"{name.replace('_', ' ')} {value:.2f}" for name, value in mae.items() if name != "model")
    return f"minutes were off by {mae['model']:.2f} on average ({others})"


def _to_dict(evening: Evening) -> dict[str, Any]:
    return {
        "runs": [run.record.to_dict() for run in evening.runs],
        "projections": evening.runs[1].outputs["gold.projections"].drop(cs.temporal()).to_dicts(),
        "diff": evening.moved.to_dict(limit=15),
        "accuracy": evening.scored.to_dict(),
        "reproduced": [one.to_dict() for one in evening.again],
        "healthy": evening.healthy,
        "seconds": evening.seconds,
    }
