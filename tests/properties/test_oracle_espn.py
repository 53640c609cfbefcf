"""Law 6 for ESPN's list: the word that stands at a cut and since when, for the 24 hours that a list speaks."""

from __future__ import annotations

import polars as pl
import pytest

from lakehouse.gate import Knowledge as Kind
from tests.properties.oracle import espn as oracle
from tests.properties.oracle import schedule
from tests.properties.oracle.drawn.espn import told_espn
from tests.properties.oracle.drawn.scene import PEOPLE, Scene, over_nights
from tests.properties.oracle.facts import MICROSECOND, History, Knowledge, Row, boundaries
from tests.properties.oracle_lake import cut_frame, filled, require_same, shown
from tests.properties.rare import Rare
from transforms.espn import espn_words
from transforms.schedule import games_known

WORDS = ("game_id", "cut_id", "player_id", "espn_status", "espn_since_ts", "espn_as_of_ts")
STATES = ("A-B-A", "correction", "by number", "name withdrawn", "two of a name", "tie", "fall back", "spring forward")
# Those of whom a name speaks, and those of whom it may come to speak too.
EVERYBODY = (*PEOPLE, *(player + 10 for player in PEOPLE))


@pytest.mark.parametrize(("kind", "more"), [("observed", "late arrival"), ("published", "lag change")])
def test_the_word_at_a_cut_is_what_a_loop_finds(kind: Kind, more: str) -> None:
    rare = Rare(*STATES, more)

    def check(scene: Scene, history: History) -> None:
        lists = {row["report_ts"] for batch in history.batches for row in batch.rows.get("espn_injuries", ())}
        falls_silent = {stamp + oracle.SPEAKS_FOR + step * MICROSECOND for stamp in lists for step in (-1, 0, 1)}
        instants = boundaries(history, {*falls_silent, *scene.night_hours})
        cuts = schedule.cuts_of([scene.games[0].game_id], instants)

        def select(of: History) -> list[Row]:
            view = Knowledge(of, scene.end, kind)
            return oracle.espn_words(view, schedule.games_known(view, cuts), EVERYBODY)

        rare.note(scene, history, instants, select)
        view = Knowledge(history, scene.end, kind)
        with filled(history, scene.end) as lake:
            real = lake.as_of(scene.end, kind)
            games = games_known(real, cut_frame(cuts)).collect().lazy()
            people = games.select("game_id", "cut_id").join(pl.LazyFrame({"player_id": EVERYBODY}), how="cross")
            require_same(
                shown(espn_words(real, games, people), *WORDS),
                oracle.espn_words(view, schedule.games_known(view, cuts), EVERYBODY),
            )

    over_nights(check, told_espn, "espn", "identity")
    rare.require()
