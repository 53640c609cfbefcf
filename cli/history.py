"""`pretip lines`, `pretip injuries` and `pretip known`: what the sources had said by an instant."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import rich_click as click

from cli.options import DAY, INSTANT, Command, as_json, knowledge_option
from cli.output import console, emit, frame_table
from cli.settings import Settings, pass_settings
from lakehouse.clock import iso
from lakehouse.gate import Knowledge, View
from pipeline.history import find_game, find_player, find_team, game_lines, known_of, open_view, team_words

# As many of a body's digits as a person needs to tell it from others.
DIGITS = 12
_MOVE = {
    "book": "book", "kind": "kind", "line stamped": "line_ts", "available": "available_ts", "line": "line",
    "home": "home_price", "away": "away_price", "change": "line_change", "per hour": "line_per_hour",
}  # fmt: skip


def at_instant(command: Command) -> Command:
    """The options that say at which instant, and of whose knowledge."""
    help_text = "Instant to read at; the lake's last entry, where left out."
    command = click.option("--as-of", type=INSTANT, metavar="TS", help=help_text)(command)
    return knowledge_option("observed")(command)


@click.command("lines")
@click.argument("game", metavar="GAME")
@click.option("--date", "day", type=DAY, metavar="DATE", help="Eastern date of the game, where GAME is AWY@HOM.")
@at_instant
@as_json
@pass_settings
def lines(
    settings: Settings, game: str, day: date | None, as_of: datetime | None, knowledge: Knowledge, as_json: bool
) -> None:
    """Show how each book's lines of a game had moved by an instant; GAME is a game id, or AWY@HOM with --date."""
    view = _view(settings, as_of, knowledge)
    found = find_game(view, game, day)
    moves = game_lines(view, found["game_id"])
    if as_json:
        emit({**_at(view), "game": found, "moves": moves.to_dicts()})
        return
    console().print(f"{_title(found)}: {len(moves)} lines known at {iso(view.run_ts)}")
    for (market, feed), part in moves.group_by("market", "feed", maintain_order=True):
        console().print(frame_table(part.select(**_MOVE), f"{market}, {feed} feed"))


@click.command("injuries")
@click.option("--team", "tricode", required=True, metavar="TEAM", help="Three letters of the team, such as BOS.")
@at_instant
@as_json
@pass_settings
def injuries(settings: Settings, tricode: str, as_of: datetime | None, knowledge: Knowledge, as_json: bool) -> None:
    """Show what the newest official report covering each of a team's games said of it, and since when."""
    view = _view(settings, as_of, knowledge)
    team = find_team(tricode)
    words = team_words(view, team)
    if as_json:
        games = [
            {"game": word.game, "state": word.state, "report": word.report, "rows": word.lines.to_dicts()}
            for word in words
        ]
        emit({**_at(view), "team": team.tricode, "games": games})
        return
    if not words:
        console().print(f"No report known at {iso(view.run_ts)} covers a game of {team.tricode} from that date on.")
    for word in words:
        state = f"{team.tricode} {word.state.replace('_', ' ')}, report of {iso(word.report['report_ts'])}"
        shown = _short(word.lines.drop("report_ts", "available_ts", "source"))
        console().print(frame_table(shown, f"{_title(word.game)}: {state}"))


@click.command("known")
@click.argument("player", metavar="PLAYER")
@click.option("--date", "day", type=DAY, metavar="DATE", help="Eastern date of the game; his next, where left out.")
@at_instant
@as_json
@pass_settings
def known(
    settings: Settings, player: str, day: date | None, as_of: datetime | None, knowledge: Knowledge, as_json: bool
) -> None:
    """Show what every source had said of a player for a game, and since when; PLAYER is a name or an NBA id."""
    view = _view(settings, as_of, knowledge)
    player_id, name = find_player(view, player)
    found = known_of(view, player_id, name, day)
    if as_json:
        who = {"player_id": player_id, "player_name": name, "team_id": found.team_id}
        emit({**_at(view), **who, "game": found.game, "said": found.said.to_dicts()})
        return
    who_text = f"{name or 'player'} ({player_id})"
    if found.game is None:
        when = f"on {day}" if day is not None else "in the days to come"
        console().print(f"{who_text}: no game of his {when} was known at {iso(view.run_ts)}.")
        return
    title = f"{who_text}, {_title(found.game)}, as known at {iso(view.run_ts)}"
    console().print(frame_table(_short(found.said.drop("available_ts")), title))


def _view(settings: Settings, as_of: datetime | None, knowledge: Knowledge) -> View:
    return open_view(settings.open_lake(), as_of, knowledge)


def _at(view: View) -> dict[str, Any]:
    return {"as_of": view.run_ts, "knowledge": view.knowledge}


def _title(game: dict[str, Any]) -> str:
    return f"{game['away_team']}@{game['home_team']} {game['game_date']} ({game['game_id']})"


def _short(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col("body_sha256").str.head(DIGITS))
