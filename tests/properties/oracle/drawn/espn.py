"""ESPN's lists: told anew within and beyond a day, with breaks, corrections, and numbers that name somebody or nobody."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.properties.oracle.drawn.injuries import told_names
from tests.properties.oracle.drawn.scene import PEOPLE, Scene, corrected, stamp, tagged
from tests.properties.oracle.drawn.schedule import announced_schedule, early_stamp
from tests.properties.oracle.facts import Row

# Of three tellings one after another, what each says of a player; None: it does not name him.
COURSES = (
    ("Out", "Out", "Out"), ("Out", "Questionable", "Out"), ("Out", None, "Out"), ("Questionable", "Out", "Out"),
    ("Out", "Out", None),
)  # fmt: skip


def told_espn(draw: st.DrawFn, scene: Scene) -> dict[str, list[Row]]:
    """Three lists, and what names the players on them."""
    rows: list[Row] = []
    stamps = sorted([*draw(st.lists(st.sampled_from(scene.stamps), min_size=2, max_size=2)), scene.tonight])
    courses = {player: draw(st.sampled_from(COURSES)) for player in tuple(PEOPLE)[:3]}
    for number, report_ts in enumerate(stamps):
        told = stamp(draw, scene, report_ts)
        for player, course in courses.items():
            if course[number] is not None:
                row = {
                    **told,
                    "report_ts": report_ts,
                    "espn_team_id": 1,
                    "team": "told",
                    "espn_player_id": draw(st.sampled_from((player + 500, None))),
                    "player_name": PEOPLE[player][1],
                    "status": course[number],
                    "status_printed": course[number],
                }
                is_again = number == 2 and course[0] == course[2] != course[1]
                rows.append(tagged(row, "A-B-A") if is_again else row)
                if draw(st.integers(0, 3)) == 0:
                    rows.append(corrected(draw, scene, rows[-1], status="Doubtful"))
    return {"schedule": announced_schedule(scene), "espn_injuries": rows, "identity": _numbers(draw, scene)}


def _numbers(draw: st.DrawFn, scene: Scene) -> list[Row]:
    """Decisions on names, and on ESPN's own numbers; a number may name somebody else than the name beside it."""
    rows = told_names(draw, scene)
    for player in tuple(PEOPLE)[:2]:
        told = early_stamp(scene) if draw(st.booleans()) else stamp(draw, scene)
        named = draw(st.sampled_from((player, player, player % 2 + 1)))
        decision = {"kind": "player espn", "source_key": str(player + 500), "nba_id": named, "rule": "exact-name"}
        rows.append(tagged({**told, **decision}, "by number"))
    return rows
