"""Law 6 for histories: what a player and a team had done, as known at each cut, under corrections and late lines."""

from __future__ import annotations

import polars as pl
import pytest

from lakehouse.gate import Knowledge as Kind
from tests.properties.oracle import boxscores as oracle
from tests.properties.oracle.drawn.boxscores import told_boxscores
from tests.properties.oracle.drawn.scene import TEAMS, Scene, over_nights
from tests.properties.oracle.drawn.status import SQUADS
from tests.properties.oracle.facts import History, Knowledge, Row, boundaries
from tests.properties.oracle_lake import INSTANT, filled, in_any_order, require_same
from tests.properties.rare import Rare
from transforms.boxscores import load_histories
from transforms.epochs import Epochs, look_up

LINE = ("player_id", "cut_id", "game_id", "team_id", "minutes", "played", "as_of_ts")
GAME = (
    "team_id", "cut_id", "game_id", "game_no", "as_of_ts", "has_dnp", "margin5", "possessions100", "rotation",
    "top_ms", "team_ms",
)  # fmt: skip
STATES = ("correction", "A-B-A", "late line", "late game", "trade", "tie", "fall back", "spring forward")


@pytest.mark.parametrize(("kind", "more"), [("observed", "late arrival"), ("published", "lag change")])
def test_histories_are_what_a_loop_finds(kind: Kind, more: str) -> None:
    rare = Rare(*STATES, more)

    def check(scene: Scene, history: History) -> None:
        every = boundaries(history, scene.night_hours)
        instants = every[:: len(every) // 80 + 1]
        cuts = [{"cut_id": number, "cut_ts": instant} for number, instant in enumerate(instants)]
        few = cuts[::3]

        def select(of: History) -> list[Row]:
            view = Knowledge(of, scene.end, kind)
            return oracle.player_histories(view, few) + oracle.team_histories(view, few)

        rare.note(scene, history, instants, select)
        view = Knowledge(history, scene.end, kind)
        with filled(history, scene.end) as lake:
            found = load_histories(lake.as_of(scene.end, kind))
        people = [player for squad in SQUADS.values() for player in squad]
        lines = _known(found.players, found.players.rows, people, cuts).select(LINE).to_dicts()
        expected = oracle.player_histories(view, cuts)
        require_same(in_any_order(lines), in_any_order(expected))
        games = _known(found.teams, found.games, TEAMS, cuts).select(GAME).to_dicts()
        require_same(in_any_order(games), in_any_order(oracle.team_histories(view, cuts)))
        # A history is known in the order of its tips, so that the last row known is the last of it.
        assert found.players.rows.filter(
            pl.col("effective_ts") < pl.col("effective_ts").shift(1).over("player_id", "epoch")
        ).is_empty()
        last = {(row["player_id"], row["cut_id"]): row["game_id"] for row in expected}
        asked = found.players.place(_asked("player_id", people, cuts))
        table = found.players.rows.lazy().with_columns(last_game="game_id")
        seen = look_up(asked, table, ["player_id", "epoch"]).filter(pl.col("last_game").is_not_null()).collect()
        assert {(row["player_id"], row["cut_id"]): row["last_game"] for row in seen.to_dicts()} == last

    over_nights(check, told_boxscores, "boxscores")
    rare.require()


def _asked(group: str, ids: list[int] | tuple[int, ...], cuts: list[Row]) -> pl.LazyFrame:
    every = [{group: number, **cut} for cut in cuts for number in ids]
    return pl.LazyFrame(every, schema={group: pl.Int64(), "cut_id": pl.Int32(), "cut_ts": INSTANT})


def _known(epochs: Epochs, rows: pl.DataFrame, ids: list[int] | tuple[int, ...], cuts: list[Row]) -> pl.DataFrame:
    """The rows of each group that its epoch at each cut says are known then."""
    placed = epochs.place(_asked(epochs.group, ids, cuts))
    joined = placed.join(rows.lazy(), on=[epochs.group, "epoch"])
    return joined.filter(pl.col("effective_ts") <= pl.col("cut_ts")).collect()
