"""The DraftKings pool is who had a classic salary for that day by the cut; nothing later or of another day counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from evaluation.populations import dk_pool
from lakehouse.identity import normalise_name
from lakehouse.tables import get_table
from transforms.pools import pools_known

INSTANT = pl.Datetime("us", "UTC")
DAY = date(2024, 11, 1)
TIP = datetime(2024, 11, 1, 23, tzinfo=UTC)
CUT = TIP - timedelta(minutes=15)
NAMES = {1: "Ann Able", 2: "Ben Baker", 3: "Cy Cole", 4: "Dee Dorn"}
COPY = "Linestar's copy"
# Whose salary it is: Linestar's copy, or DraftKings' own, by kind of slate.
KINDS = (COPY, "classic", "showdown")


def key_of(name: str) -> str:
    return str(pl.select(normalise_name(pl.lit(name))).item())


class PoolView:
    """A view of names and salaries alone; a salary is (player, hours known before the cut, days off, KINDS)."""

    run_ts = TIP

    def __init__(self, salaries: list[tuple[int, int, int, str]]) -> None:
        early = TIP - timedelta(days=900)
        self.tables = {
            "silver.identity": [
                {
                    "kind": "player", "source_key": key_of(name), "nba_id": player, "rule": "exact-name",
                    "available_ts": early, "as_of_ts": early, "ingested_ts": early,
                }
                for player, name in NAMES.items()
                if player != 4
            ],
            "silver.linestar_salaries": [self.salary(at, one) for at, one in enumerate(salaries) if one[3] == COPY],
            "silver.dk_draftables": [self.salary(at, one) for at, one in enumerate(salaries) if one[3] != COPY],
        }  # fmt: skip

    @staticmethod
    def salary(at: int, one: tuple[int, int, int, str]) -> dict[str, object]:
        player, hours, days, kind = one
        tip, known = TIP + timedelta(days=days), CUT - timedelta(hours=hours)
        return {
            "salary_id": at, "draft_group": 1, "draftable_id": at, "player_name": NAMES[player], "salary": 5000 + at,
            "tip_ts": tip, "lock_ts": tip, "available_ts": known, "as_of_ts": known, "ingested_ts": known,
            "as_of_quality": "exact", "slate_type": kind,
        }  # fmt: skip

    def rows(self, name: str, /) -> pl.LazyFrame:
        columns = {**get_table(name).columns, "available_ts": INSTANT}
        rows = [{key: value for key, value in row.items() if key in columns} for row in self.tables[name]]
        return pl.DataFrame(rows, schema=columns, orient="row").lazy()


# Few players and mostly tonight, so that one is often in two pools.
salaries = st.lists(
    st.tuples(
        st.sampled_from((1, 2, 4)), st.integers(-1, 3), st.sampled_from((0, 0, 0, -1, 1)), st.sampled_from(KINDS)
    ),
    max_size=10,
)


@given(salaries)
def test_the_pool_equals_a_plain_loop(known: list[tuple[int, int, int, str]]) -> None:
    rows = pl.DataFrame(
        {
            "game_id": ["0022400001"] * 4, "cut_id": [0] * 4, "team_id": [7] * 4, "player_id": [4, 3, 2, 1],
            "cut_ts": [CUT] * 4, "game_date": [DAY] * 4,
        },
        schema_overrides={"cut_ts": INSTANT},
    )  # fmt: skip
    view = PoolView(known)
    made = dk_pool(view, rows)
    assert made.drop("in_dk_pool").equals(rows)
    counted = (COPY, "classic")
    expected: dict[int, list[tuple[float, datetime]]] = {}
    for at, (player, hours, days, kind) in enumerate(known):
        if hours >= 0 and days == 0 and player != 4 and kind in counted:
            expected.setdefault(player, []).append((5000.0 + at, CUT - timedelta(hours=hours)))
    assert set(made.filter("in_dk_pool")["player_id"]) == set(expected)
    pools = pools_known(view, rows.lazy()).collect()
    assert pools.select("player_id", "salary", "pool_as_of_ts").rows() == [
        (player, min(salary for salary, _ in told), max(stamp for _, stamp in told))
        for player, told in sorted(expected.items())
    ]
