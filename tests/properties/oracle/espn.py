"""ESPN's word at a cut: the newest list of the last 24 hours, and since when it has said so without a break."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tests.properties.oracle.drawn.scene import PEOPLE
from tests.properties.oracle.facts import HOUR, Knowledge, Row, grouped, known, newest
from tests.properties.oracle.names import named

KEYS = {printed: key for _, printed, key in PEOPLE.values()}
SPEAKS_FOR = 24 * HOUR


def espn_words(view: Knowledge, cuts: Sequence[Row], players: Sequence[int]) -> list[Row]:
    """What is said of each of some players at each cut; nobody the newest list does not name."""
    found = []
    for cut in cuts:
        lists = _lists(view, cut["cut_ts"])
        for player in players:
            run: list[Row] = []
            for said in reversed(lists):
                row = said.get(player)
                if row is None or (run and row["status"] != run[0]["status"]):
                    break
                run.append(row)
            if run:
                found.append(
                    {
                        "game_id": cut["game_id"],
                        "cut_id": cut["cut_id"],
                        "player_id": player,
                        "espn_status": run[0]["status"],
                        "espn_since_ts": run[-1]["report_ts"],
                        "espn_as_of_ts": max(row["as_of_ts"] for row in run),
                    }
                )
    return sorted(found, key=lambda row: (row["game_id"], row["cut_id"], row["player_id"]))


def _lists(view: Knowledge, cut: datetime) -> list[dict[int, Row]]:
    """The lists that still speak, oldest first: whom each names, and its row of him."""
    if cut not in view.remembered:
        rows = [row for row in known(view.rows("espn_injuries"), cut) if row["report_ts"] > cut - SPEAKS_FOR]
        view.remembered[cut] = [
            {row["player_id"]: row for row in newest(_named(view, of_list, cut), ["player_id"])}
            for _, of_list in sorted(grouped(rows, ["report_ts"]).items())
        ]
    found: list[dict[int, Row]] = view.remembered[cut]
    return found


def _named(view: Knowledge, rows: Sequence[Row], cut: datetime) -> list[Row]:
    """The rows that name somebody at a cut: by ESPN's number of him, else by his name."""
    found = []
    for row in rows:
        player = None
        if row["espn_player_id"] is not None:
            player = named(view, "player espn", str(row["espn_player_id"]), cut)
        if player is None:
            player = named(view, "player", KEYS[row["player_name"]], cut)
        if player is not None:
            found.append({**row, "player_id": player})
    return found
