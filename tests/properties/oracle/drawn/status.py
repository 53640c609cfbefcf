"""Status events, line-up and roster reports: starters named by too few or too many, traded players, corrections."""

from __future__ import annotations

from datetime import datetime

from hypothesis import strategies as st

from tests.properties.oracle.drawn.scene import TEAMS, Scene, corrected, stamp, tagged
from tests.properties.oracle.drawn.schedule import announced_schedule
from tests.properties.oracle.facts import MINUTE, Row

# Seven players a team, numbered by its place: 10-16, 20-26, 30-36.
SQUADS = {team: tuple(range(10 * place + 10, 10 * place + 17)) for place, team in enumerate(TEAMS)}


def told_status(draw: st.DrawFn, scene: Scene) -> dict[str, list[Row]]:
    """Events of, and line-up reports for, the games of the first two days."""
    return {
        "schedule": announced_schedule(scene),
        "status_events": told_events(draw, scene),
        "lineups": told_lineups(draw, scene),
    }


def told_events(draw: st.DrawFn, scene: Scene) -> list[Row]:
    """Moments at which a team's players were seen, some of them named starters; some events corrected afterwards."""
    rows: list[Row] = []
    for _ in range(draw(st.integers(1, 4))):
        game = draw(st.sampled_from(scene.games[:2]))
        team = draw(st.sampled_from((game.home, game.away)))
        projected, confirmed = draw(st.sampled_from(((0, 0), (5, 0), (5, 5), (4, 0), (6, 0), (5, 6), (5, 2))))
        seen = stamp(draw, scene)
        for place, player in enumerate(SQUADS[team]):
            event = {
                **seen,
                "observed_ts": seen["as_of_ts"],
                "game_id": game.game_id,
                "team_id": team,
                "player_id": player,
                "listed": place != 6 or draw(st.booleans()),
                "status": draw(st.sampled_from(("Available", "Unknown", None))) if place < 2 else "Available",
                "projected_starter": place < projected,
                "confirmed_starter": place < confirmed or None,
            }
            rows.append(event)
        if draw(st.booleans()):
            rows.append(corrected(draw, scene, rows[-1], listed=not rows[-1]["listed"], confirmed_starter=True))
    return rows


def told_lineups(draw: st.DrawFn, scene: Scene) -> list[Row]:
    """Line-up reports of a team for its game, A and then B and then A again among them."""
    rows: list[Row] = []
    for _ in range(draw(st.integers(1, 2))):
        game = draw(st.sampled_from(scene.games[:2]))
        team = draw(st.sampled_from((game.home, game.away)))
        named = draw(st.sampled_from(((5, 4, 5), (4, 6, 4), (5, 0, 5), (6, 5), (5,))))
        stamps = draw(st.lists(st.sampled_from(scene.stamps), min_size=len(named), max_size=len(named)).map(sorted))
        for number, (report_ts, count) in enumerate(zip(stamps, named, strict=True)):
            report = _lineup(draw, scene, game.game_id, team, report_ts, count)
            rows += [tagged(row, "A-B-A") for row in report] if number == 2 else report
    return rows


def told_rosters(draw: st.DrawFn, scene: Scene) -> list[Row]:
    """Roster reports of some teams; a player of another squad on one was traded."""
    rows: list[Row] = []
    # Some come as a box score does, or with another team's.
    instants = [scene.tonight, *(game.tip + 180 * MINUTE for game in scene.games[:2])]
    for _ in range(draw(st.integers(0, 4))):
        team = draw(st.sampled_from(TEAMS))
        told = stamp(draw, scene, draw(st.sampled_from(instants)))
        listed = draw(st.lists(st.sampled_from(SQUADS[team]), min_size=1, max_size=3, unique=True))
        joined = draw(st.lists(st.sampled_from([squad[0] for squad in SQUADS.values()]), max_size=2))
        for player in dict.fromkeys((*listed, *joined)):
            about = {
                "team_id": team,
                "player_id": player,
                "game_date": scene.games[0].day,
                "report_ts": told["as_of_ts"],
            }
            row = {**told, **about, "role": "active"}
            rows.append(row if player in SQUADS[team] else tagged(row, "trade"))
        if draw(st.booleans()):
            rows.append(corrected(draw, scene, rows[-1], role="two_way"))
    return rows


def _lineup(draw: st.DrawFn, scene: Scene, game_id: str, team: int, report_ts: datetime, count: int) -> list[Row]:
    told = stamp(draw, scene, report_ts)
    role = draw(st.sampled_from(("projected_starter", "confirmed_starter")))
    about = {"report_ts": report_ts, "game_id": game_id, "team_id": team}
    report = [
        {**told, **about, "player_id": player, "role": role if place < count else "bench"}
        for place, player in enumerate(SQUADS[team])
    ]
    if draw(st.booleans()):
        report.append(corrected(draw, scene, report[-1], role="confirmed_starter"))
    return report
