"""Law 6 for listings, line-ups and starters."""

from __future__ import annotations

import pytest

from lakehouse.gate import Knowledge as Kind
from tests.properties.oracle import schedule
from tests.properties.oracle import status as oracle
from tests.properties.oracle.drawn.scene import Scene, over_nights
from tests.properties.oracle.drawn.status import told_status
from tests.properties.oracle.facts import History, Knowledge, Row, boundaries
from tests.properties.oracle_lake import cut_frame, filled, in_any_order, require_same, shown
from tests.properties.rare import Rare
from transforms.schedule import games_known
from transforms.status import lineup_places, listings, starters

SIDE = ("game_id", "cut_id", "team_id", "player_id")
LISTINGS = (*SIDE, "listed", "feed_status", "feed_as_of_ts")
PLACES = (*SIDE, "role", "lineup_as_of_ts")
STARTERS = (*SIDE, "projected", "confirmed", "starters_as_of_ts")


@pytest.mark.parametrize(("kind", "more"), [("observed", "late arrival"), ("published", "lag change")])
def test_listings_and_starters_are_what_a_loop_finds(kind: Kind, more: str) -> None:
    rare = Rare("A-B-A", "correction", "tie", "fall back", "spring forward", more)

    def check(scene: Scene, history: History) -> None:
        instants = boundaries(history, scene.night_hours)
        cuts = schedule.cuts_of([game.game_id for game in scene.games[:2]], instants)
        few = cuts[::3]

        def select(of: History) -> list[Row]:
            view = Knowledge(of, scene.end, kind)
            games = schedule.games_known(view, few)
            return oracle.listings(view, games) + oracle.lineup_places(view, games) + oracle.starters(view, games)

        rare.note(scene, history, instants, select)
        view = Knowledge(history, scene.end, kind)
        games = schedule.games_known(view, cuts)
        with filled(history, scene.end) as lake:
            real = lake.as_of(scene.end, kind)
            known = games_known(real, cut_frame(cuts)).collect().lazy()
            found = in_any_order(shown(listings(real, known), *LISTINGS))
            require_same(found, in_any_order(oracle.listings(view, games)))
            found = in_any_order(shown(lineup_places(real, known), *PLACES))
            require_same(found, in_any_order(oracle.lineup_places(view, games)))
            require_same(shown(starters(real, known), *STARTERS), oracle.starters(view, games))

    over_nights(check, told_status, "status", "lineups")
    rare.require()
