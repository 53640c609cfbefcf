"""Announcements: moved tips, postponements there and back, cancellations, corrections, other kinds of game."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from tests.properties.oracle.drawn.scene import TEAMS, TRICODES, Game, Scene, corrected, eastern_day, stamp, tagged
from tests.properties.oracle.facts import HOUR, MINUTE, Row

SEASON = "2024-25"
CHANGES = ("A-B-A", "correction", "moved", "cancelled", "postponed", "swapped", "correction", "kind", "replaced")


def told_schedule(draw: st.DrawFn, scene: Scene) -> dict[str, list[Row]]:
    """Versions of each game; some are announced early, some at a stamp of their own, some never."""
    rows: list[Row] = []
    for game in scene.games:
        announced = draw(st.sampled_from(("early", "early", "late", "early", "never")))
        if announced != "never":
            first = {**game_row(game), **stamp(draw, scene), "announcement": "season file"}
            if announced == "early":
                first |= early_stamp(scene)
            rows += _versions(draw, scene, first)
    return {"schedule": rows}


def announced_schedule(scene: Scene) -> list[Row]:
    """Every game announced once, long before."""
    return [{**game_row(game), **early_stamp(scene), "announcement": "season file"} for game in scene.games]


def early_stamp(scene: Scene) -> Row:
    """Stamps of what was known long before anything else."""
    known = scene.start + HOUR
    return {
        "as_of_ts": known, "as_of_quality": "assumed", "ingested_ts": known + HOUR, "parser_version": 1,
        "source": "told", "body_sha256": "0" * 64, "states": (),
    }  # fmt: skip


def game_row(game: Game) -> Row:
    """A game as announced, without stamps."""
    return {
        "game_id": game.game_id,
        "season": SEASON,
        "season_type": "Regular Season",
        "game_date": game.day,
        "tip_ts": game.tip,
        "home_team_id": game.home,
        "away_team_id": game.away,
        "home_team": TRICODES[game.home],
        "away_team": TRICODES[game.away],
        "status": "scheduled",
    }


def moved(row: Row, by: timedelta) -> Row:
    """The game at another tip, on its own Eastern date."""
    tip = row["tip_ts"] + by
    return {**row, "tip_ts": tip, "game_date": eastern_day(tip)}


def _versions(draw: st.DrawFn, scene: Scene, first: Row) -> list[Row]:
    rows = [first]
    for change in draw(st.lists(st.sampled_from(CHANGES), min_size=1, max_size=3)):
        match change:
            case "moved":
                by = draw(st.sampled_from((-30, 30, 300, 1440))) * MINUTE
                rows.append(_announced(draw, scene, moved(rows[-1], by), "moved tip"))
            case "postponed" | "cancelled":
                rows.append(_announced(draw, scene, {**rows[-1], "status": change}, change))
            case "A-B-A":
                rows.append(_announced(draw, scene, {**rows[-1], "status": "postponed"}, "postponed"))
                rows.append(_announced(draw, scene, rows[0], "A-B-A"))
            case "correction":
                rows.append(corrected(draw, scene, rows[-1], tip_ts=rows[-1]["tip_ts"] + 10 * MINUTE))
            case "swapped":
                rows.append(_announced(draw, scene, _swapped(rows[-1]), "swapped"))
            case "replaced":
                third = next(team for team in TEAMS if team not in (rows[-1]["home_team_id"], rows[-1]["away_team_id"]))
                other = {"home_team_id": third, "home_team": TRICODES[third]}
                rows.append(_announced(draw, scene, {**rows[-1], **other}, "replaced"))
            case "kind":
                rows.append(_announced(draw, scene, {**rows[-1], "season_type": "Preseason"}, "kind"))
    return rows


def _announced(draw: st.DrawFn, scene: Scene, row: Row, state: str) -> Row:
    told = stamp(draw, scene)
    return tagged({**row, **told, "announcement": told["as_of_ts"].isoformat()}, state)


def _swapped(row: Row) -> Row:
    turned: dict[str, Any] = {}
    for name in ("team_id", "team"):
        turned |= {f"home_{name}": row[f"away_{name}"], f"away_{name}": row[f"home_{name}"]}
    return {**row, **turned}
