"""Games at a cut: the newest version of each, slates, and a team's other games."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from tests.properties.oracle.facts import HISTORIC, Knowledge, Row, best, grouped, known, newest

STATED = (
    "season",
    "season_type",
    "game_date",
    "tip_ts",
    "home_team_id",
    "away_team_id",
    "home_team",
    "away_team",
    "status",
)


def cuts_of(game_ids: Iterable[str], instants: Sequence[datetime]) -> list[Row]:
    """Every game at every instant; cut_id is the number of the instant."""
    return [
        {"game_id": game_id, "cut_id": number, "cut_ts": instant}
        for game_id in game_ids
        for number, instant in enumerate(instants)
    ]


def cuts_until_tip(view: Knowledge, cuts: Sequence[Row]) -> list[Row]:
    """The cuts, each no later than its game's tip as known at it; a game not announced then has none."""
    return [
        {"game_id": game["game_id"], "cut_id": game["cut_id"], "cut_ts": min(game["cut_ts"], game["tip_ts"])}
        for game in games_known(view, cuts)
    ]


def games_known(view: Knowledge, cuts: Sequence[Row]) -> list[Row]:
    """Each game as its newest version known at the cut has it; none where it was not announced."""
    by_game = grouped(view.rows("schedule"), ["game_id"])
    found = []
    for cut in cuts:
        versions = known(by_game.get((cut["game_id"],), ()), cut["cut_ts"])
        if versions:
            game = best(versions)
            found.append({**cut, **{name: game[name] for name in STATED}, "schedule_as_of_ts": game["as_of_ts"]})
    return sorted(found, key=lambda game: (game["game_id"], game["cut_id"]))


def slate_games(view: Knowledge, day: date) -> list[Row]:
    """The games that stand scheduled on an Eastern date, by tip."""
    found = []
    for game in newest(view.rows("schedule"), ["game_id"]):
        if game["game_date"] == day and game["status"] == "scheduled":
            stated = {name: game[name] for name in ("game_id", *STATED)}
            found.append({**stated, "schedule_as_of_ts": game["as_of_ts"]})
    return sorted(found, key=lambda game: (game["tip_ts"], game["game_id"]))


def run_cuts(view: Knowledge, game_ids: Sequence[str]) -> list[Row]:
    """The earlier of the view's instant and the tip as known then, of each game."""
    return [
        {"game_id": game["game_id"], "cut_id": 0, "cut_ts": min(view.run_ts, game["tip_ts"])}
        for game in sorted(newest(view.rows("schedule"), ["game_id"]), key=lambda game: str(game["game_id"]))
        if game["game_id"] in game_ids
    ]


def sides(games: Sequence[Row]) -> list[Row]:
    """Two rows a game, one a team."""
    found = []
    for game in games:
        home, away = game["home_team_id"], game["away_team_id"]
        found.append({**game, "team_id": home, "opponent_team_id": away, "is_home": True})
        found.append({**game, "team_id": away, "opponent_team_id": home, "is_home": False})
    return found


def team_schedules(view: Knowledge, teams: Sequence[Row]) -> list[Row]:
    """Every other game of each side's team and season that counts, each as it stood at the cut."""
    by_game = grouped(view.rows("schedule"), ["game_id"])
    found = []
    for side in teams:
        for (game_id,), versions in by_game.items():
            usable = known(versions, side["cut_ts"])
            if game_id == side["game_id"] or not usable:
                continue
            other = best(usable)
            counts = (
                other["season_type"] in HISTORIC
                and other["status"] == "scheduled"
                and other["season"] == side["season"]
            )
            if counts and side["team_id"] in (other["home_team_id"], other["away_team_id"]):
                about = {name: side[name] for name in ("game_id", "cut_id", "team_id", "game_date", "tip_ts")}
                dated = {"other_date": other["game_date"], "other_tip_ts": other["tip_ts"]}
                found.append({**about, **dated, "other_is_home": other["home_team_id"] == side["team_id"]})
    return found
