"""Silver of sources that tell a state again and again: what stands at each telling is a report of its own."""

from __future__ import annotations

import dataframely as dy

from lakehouse.schemas.columns import Fact, count, flag, game_key, instant, number, player_key, team_key, text


class LiveBoxscores(Fact):
    """A player's line in a box score that may still change; a report is all rows of one game and report_ts.

    Before the tip it says who is active, who is not and why; the report of a final game is its last.
    """

    game_id = game_key()
    report_ts = instant("when the box score was fetched")
    player_id = player_key()
    team_id = team_key()
    player_name = text("name as printed", nullable=True)
    game_status = dy.Int32(min=1, max=3, description="1 scheduled, 2 live, 3 final")
    period = count("period; 5 is the first overtime")
    game_clock_seconds = number("seconds left in the period")
    home_score = count("points of the home team")
    away_score = count("points of the visiting team")
    roster_status = text("ACTIVE or INACTIVE as printed", nullable=True)
    not_playing_reason = text("why he does not play, as printed", nullable=True)
    starter = flag("in the starting five", nullable=True)
    on_court = flag("on the floor now", nullable=True)
    played = flag("was on the floor")
    minutes = dy.Float64(min=0.0, description="minutes on the floor so far")
    pts = count("points")
    reb = count("rebounds")
    ast = count("assists")
    stl = count("steals")
    blk = count("blocks")
    tov = count("turnovers")
    fg3m = count("threes made")
    pf = count("personal fouls")


class EspnInjuries(Fact):
    """A player on ESPN's list of injuries; a report is all rows of one report_ts. Ranked below the official report."""

    report_ts = instant("when the list was fetched")
    espn_team_id = dy.Int64(description="ESPN's own team id")
    team = text("team as printed")
    espn_player_id = dy.Int64(nullable=True, description="ESPN's own athlete id, where the list gives one")
    player_name = text("name as printed")
    status = text("Out, Doubtful, Questionable, Probable or Available; 'Day-To-Day' is Questionable")
    status_printed = text("status as printed")
    detail = text("kind of injury as printed", nullable=True)
    updated_ts = instant("when ESPN says it last changed", nullable=True)


class Unresolved(Fact):
    """A printed name, or a source's key, that no decision names; a row the first time it is met."""

    kind = text("player or team, or such with a source: 'player draftkings'")
    source_key = text("the key that stands for nobody")
    printed = text("name as printed")
    team = text("team as printed", nullable=True)
    met_in = text("table it was met in")
