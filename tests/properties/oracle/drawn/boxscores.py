"""Box scores that come in their turn, late, or in parts; corrected lines; traded players; games that do not count."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import strategies as st

from tests.properties.oracle.drawn.scene import ATL, BOS, CLE, Scene, corrected, eastern_day, stamp, tagged
from tests.properties.oracle.drawn.schedule import SEASON, announced_schedule
from tests.properties.oracle.drawn.status import SQUADS, told_events, told_lineups, told_rosters
from tests.properties.oracle.facts import HOUR, MINUTE, Row

MINUTES = (None, 5.0, 10.0, 12.5, 30.0)
# Which teams met on the days before; the scene's first two games follow.
PAST = ((ATL, BOS), (CLE, ATL), (BOS, CLE), (ATL, CLE))


def told_boxscores(draw: st.DrawFn, scene: Scene) -> dict[str, list[Row]]:
    """The lines of six games; each game's come three hours after its tip, or late, or some of them later."""
    first = scene.games[0].tip
    played = [
        (f"00224001{day:02d}", home, away, first - timedelta(days=4 - day)) for day, (home, away) in enumerate(PAST)
    ]
    played += [(game.game_id, game.home, game.away, game.tip) for game in scene.games[:2]]
    rows: list[Row] = []
    for game_id, home, away, tip in played:
        comes = draw(st.sampled_from((180, 180, 180, 185, 1560, 3000)))
        kind = draw(st.sampled_from(("Regular Season",) * 5 + ("Preseason",)))
        traded = draw(st.sampled_from((0, 0, 1)))
        for team, other in ((home, away), (away, home)):
            squad = list(SQUADS[team][:3])
            if traded and team == home:
                # A player of the team that is not playing dresses for this one.
                squad.append(SQUADS[next(third for third in SQUADS if third not in (team, other))][0])
            about = {"game_id": game_id, "season": SEASON, "season_type": kind, "game_date": eastern_day(tip)}
            sides = {"tip_ts": tip, "team_id": team, "opponent_team_id": other, "is_home": team == home}
            for player in squad:
                line = _line(draw, scene, {**about, **sides, "player_id": player}, tip + comes * MINUTE)
                late = draw(st.integers(0, 9)) == 0
                moved = {
                    **line,
                    "as_of_ts": line["as_of_ts"] + 30 * HOUR,
                    "ingested_ts": line["ingested_ts"] + 30 * HOUR,
                }
                line = tagged(moved, "late line") if late else line
                line = line if player in SQUADS[team] else tagged(line, "trade")
                rows.append(tagged(line, "late game") if comes > 200 else line)
                if draw(st.integers(0, 7)) == 0:
                    minutes = draw(st.sampled_from(MINUTES))
                    values = {"minutes": minutes or 0.0, "played": minutes is not None, "plus_minus": None}
                    rows.append(corrected(draw, scene, rows[-1], **values))
                    if draw(st.booleans()):
                        back = {name: rows[-2][name] for name in ("minutes", "played", "plus_minus")}
                        rows.append(tagged(corrected(draw, scene, rows[-1], **back), "A-B-A"))
    return {"boxscores": rows}


def told_evening(draw: st.DrawFn, scene: Scene) -> dict[str, list[Row]]:
    """Box scores, with roster and line-up reports and status events: all that says who may play."""
    return {
        "schedule": announced_schedule(scene),
        **told_boxscores(draw, scene),
        "rosters": told_rosters(draw, scene),
        "status_events": told_events(draw, scene),
        "lineups": told_lineups(draw, scene),
    }


def _line(draw: st.DrawFn, scene: Scene, about: Row, comes: datetime) -> Row:
    minutes = draw(st.sampled_from(MINUTES))
    counts = {
        "plus_minus": draw(st.sampled_from((3, -1, None))),
        "fga": 4,
        "fta": 1,
        "tov": draw(st.sampled_from((0, 2))),
    }
    played = {"played": minutes is not None, "minutes": minutes or 0.0, "minutes_is_seconds": True}
    return {**about, **played, **counts, **stamp(draw, scene, comes)}
