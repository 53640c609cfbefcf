"""Lines of two books in every feed, with and without a game's id, moved, moved back, corrected and told again."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from tests.properties.oracle.drawn.scene import TRICODES, Scene, corrected, stamp, tagged
from tests.properties.oracle.drawn.schedule import announced_schedule, moved
from tests.properties.oracle.facts import Row

FEEDS = ("oddstrader", "observed", "closing", "morning")
VALUES = (-3.5, -3.5, -4.0, 2.0, None)


def told_odds(draw: st.DrawFn, scene: Scene) -> dict[str, list[Row]]:
    """Lines of the two games of the same teams on two days in a row; the first may move onto the second's date."""
    schedule = announced_schedule(scene)
    if draw(st.booleans()):
        told = stamp(draw, scene)
        later = {**moved(schedule[0], timedelta(days=1)), **told, "announcement": told["as_of_ts"].isoformat()}
        schedule.append(tagged(later, "postponed"))
    rows: list[Row] = []
    for _ in range(draw(st.integers(2, 4))):
        rows += _series(draw, scene)
    return {"schedule": schedule, "odds_lines": rows}


def _series(draw: st.DrawFn, scene: Scene) -> list[Row]:
    """What one book says in one market of one game, time after time."""
    game = draw(st.sampled_from(scene.games[:2]))
    feed = draw(st.sampled_from(FEEDS))
    has_id = draw(st.booleans())
    about = {
        "feed": feed,
        "event_key": f"{game.game_id}-{draw(st.sampled_from('ab'))}",
        "game_id": game.game_id if has_id else None,
        "game_date": game.day,
        "home_team": TRICODES[game.home],
        "away_team": TRICODES[game.away],
        "book": draw(st.sampled_from(("one", "two"))),
        "market": draw(st.sampled_from(("spread", "spread", "total", "moneyline"))),
    }
    rows: list[Row] = []
    said: list[float | None] = []
    for number in range(draw(st.sampled_from((1, 2, 3, 3)))):
        told = stamp(draw, scene)
        said.append(said[0] if number == 2 else draw(st.sampled_from(VALUES)))
        key = (
            draw(st.sampled_from(("", "", "open:"))) + told["as_of_ts"].isoformat() if feed != "closing" else "closing"
        )
        prices = {"home_price": draw(st.sampled_from((-110.0, -105.0, None))), "away_price": -110.0}
        line = None if about["market"] == "moneyline" else said[-1]
        row = {**told, **about, "line_key": key, "line": line, **prices}
        again = number == 2 and said[2] != said[1]
        rows.append(tagged(row, *(() if has_id else ("rematch",)), *(("A-B-A",) if again else ())))
    if draw(st.booleans()):
        rows.append(corrected(draw, scene, rows[-1], line=-7.0))
    return rows
