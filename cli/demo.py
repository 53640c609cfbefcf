"""`pretip demo`: an evening with a made-up league over real HTTP, from an empty folder to runs made again."""

from __future__ import annotations

import tempfile
from pathlib import Path

import rich_click as click
from rich.panel import Panel
from rich.table import Table

from cli.diff import label, moves_table, parts_table
from cli.evening import SCORED_AT, Evening, spend_evening
from cli.options import as_json
from cli.output import console, emit, say
from cli.slate_table import slate_tables
from evaluation.window import WindowReport
from lakehouse.clock import EASTERN
from lakehouse.errors import NotReproduced

PLAYERS_SHOWN = 5


@click.command()
@click.option("--seed", type=int, default=6, show_default=True, help="Seed of the league.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the lake in this folder.")
@as_json
def demo(seed: int, keep: Path | None, as_json: bool) -> None:
    """Spend an evening with a made-up league: scrape it over HTTP, project, be surprised, score, and prove it.

    Needs no data, no credentials and no network beyond this machine; takes two or three minutes.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = keep or Path(scratch)
        evening = spend_evening(folder, seed)
        if as_json:
            emit(evening.to_dict())
        else:
            _print(evening)
        if keep is not None:
            say(f"The lake is in {keep / 'lake'}: try `pretip --lake {keep / 'lake'} runs`.")
    if not evening.healthy or not all(one.is_identical for one in evening.again):
        raise NotReproduced("The demonstration did not reproduce; run `pretip doctor` on its lake (use --keep).")


def _print(evening: Evening) -> None:
    out = console()
    news, runs = evening.news, evening.runs
    projections = runs[-2].outputs["gold.projections"]
    for table in slate_tables(projections.filter(projections["game_id"] == news.game_id), PLAYERS_SHOWN):
        out.print(table)
    out.print(_ticks(evening))
    out.print(parts_table(evening.moved))
    out.print(moves_table(evening.moved, 8))
    out.print(_accuracy(evening.scored))
    out.print(Panel("\n".join(_summary(evening)), title=f"The evening of {news.day}", expand=False))


def _ticks(evening: Evening) -> Table:
    table = Table(title="The timer", title_justify="left")
    for name in ("Eastern", "scraped", "new rows", "what came of it"):
        table.add_column(name, justify="right" if name == "new rows" else "left")
    for one in (*evening.ticks[:-1], evening.idle, evening.ticks[-1]):
        rows = sum(sum(report.facts.values()) for report in one.scrapes)
        names = ", ".join(report.source for report in one.scrapes)
        table.add_row(f"{one.at.astimezone(EASTERN):%H:%M}", names, f"{rows:,}", one.said)
    return table


def _accuracy(scored: WindowReport) -> Table:
    wanted = ("minutes_mae", "play_brier", "minutes_mae_cond", "coverage_p10_p90")
    table = Table(title=f"Accuracy, each game as this lake knew it at {SCORED_AT}", title_justify="left")
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
    news, moved, runs = evening.news, evening.moved, evening.runs
    parts = sorted(moved.parts, key=lambda part: -part.points_moved)
    causes = ", ".join(f"{label(part.cause)} {part.points_moved:.1f}" for part in parts if part.points_moved)
    answers = ", ".join(f"{count:,} {outcome}" for outcome, count in evening.responses.items())
    star = next((move for move in moved.to_dict()["moves"] if move["player_id"] == news.player.player_id), None)
    lines = [
        f"{news.player.name} ({news.team}) was ruled out at {news.stamp.astimezone(EASTERN):%H:%M}"
        + (f": {star['dk_fpts_mean_a']:.1f} points became {star['dk_fpts_mean_b']:.1f}" if star else ""),
        f"between the runs around it {moved.total.players} projections moved by {moved.total.points_moved:.1f} points: {causes}",
        f"questions asked over HTTP: {answers}",
        *(f"put to use although {reason}" for reason in evening.model.gate.reasons),
        _beaten(evening.scored),
        *(f"run {one.run_id} reproduced: {one.verdict}" for one in evening.again),
        f"digest of the last projections: {runs[-1].record.digests['gold.projections']}",
        f"the lake is {'healthy' if evening.healthy else 'NOT healthy'}; {sum(evening.seconds.values()):.0f} seconds in all",
    ]
    return lines


def _beaten(scored: WindowReport) -> str:
    mae = {
        s.method: s.figure.value for s in scored.report.scores if (s.population, s.metric) == ("listed", "minutes_mae")
    }
    others = ", ".join(f"{name.replace('_', ' ')} {value:.2f}" for name, value in mae.items() if name != "model")
    return f"minutes were off by {mae['model']:.2f} on average ({others})"
