"""What is new, against a plain loop over dictionaries; and the digest that a shuffled copy shares."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.history.archive import digest_content
from ingest.history.facts import find_news, history_provenance
from lakehouse.tables import get_table
from tests.ingest.archives import NOW

TABLE = get_table("silver.results")
KEYS = ["0022500001", "0022500002", "0022500003"]
score = st.one_of(st.none(), st.integers(80, 82))
archives = st.lists(st.dictionaries(st.sampled_from(KEYS), st.tuples(score, score)), max_size=5)


def parse(games: dict[str, tuple[int | None, int | None]]) -> pl.DataFrame:
    rows = [
        {"row_number": at, "game_id": key, "home_score": home, "away_score": away, "ot_periods": 0}
        for at, (key, (home, away)) in enumerate(games.items(), start=1)
    ]
    types = {
        "row_number": pl.Int64(),
        **{name: TABLE.columns[name] for name in ("game_id", "home_score", "away_score", "ot_periods")},
    }
    stamps = (
        pl.lit(NOW - timedelta(days=30), dtype=pl.Datetime("us", "UTC")).alias("as_of_ts"),
        pl.lit("assumed").alias("as_of_quality"),
    )
    return pl.DataFrame(rows, schema=types).with_columns(*stamps)


@settings(max_examples=60, deadline=None)
@given(archives)
def test_news_is_what_a_loop_over_the_versions_finds(history: list[dict[str, tuple[int | None, int | None]]]) -> None:
    lake = pl.DataFrame(schema=TABLE.columns)
    held: dict[str, tuple[int | None, int | None]] = {}
    versions: list[tuple[Any, ...]] = []
    for hour, games in enumerate(history):
        now = NOW + timedelta(hours=hour)
        news = find_news(TABLE, parse(games), lake.lazy(), history_provenance(now, f"batch{hour}", "0" * 64))
        new = {key for key in games if key not in held}
        corrected = {key for key in games if key in held and held[key] != games[key]}
        assert (news.new, news.corrections) == (len(new), len(corrected))
        assert news.unchanged == len(games) - len(new) - len(corrected)
        versions += [(key, *games[key], NOW - timedelta(days=30), "assumed") for key in sorted(new)]
        versions += [(key, *games[key], now, "bounded") for key in sorted(corrected)]
        held.update(games)
        lake = pl.concat([lake, news.rows])
    found = lake.select("game_id", "home_score", "away_score", "as_of_ts", "as_of_quality").rows()
    assert sorted(found, key=repr) == sorted(versions, key=repr)


values = st.fixed_dictionaries(
    {
        "n": st.one_of(st.none(), st.integers(-5, 5)),
        "x": st.one_of(st.none(), st.sampled_from([0.0, -0.0, 1.5, float("nan")])),
        "s": st.one_of(st.none(), st.text(max_size=2)),
        "l": st.one_of(st.none(), st.lists(st.sampled_from(["a", "b"]), max_size=2)),
    }
)
SCHEMA = {"n": pl.Int64(), "x": pl.Float64(), "s": pl.String(), "l": pl.List(pl.String())}


@settings(max_examples=60, deadline=None)
@given(st.lists(values, min_size=1, max_size=6), st.randoms(use_true_random=False), st.data())
def test_the_digest_knows_the_rows_and_not_their_order(
    rows: list[dict[str, Any]], random: Any, data: st.DataObject
) -> None:
    shuffled = random.sample(rows, len(rows))
    columns = random.sample(list(SCHEMA), len(SCHEMA))
    digest = digest_content(pl.DataFrame(rows, schema=SCHEMA))
    assert digest_content(pl.DataFrame(shuffled, schema=SCHEMA).select(columns)) == digest
    at = data.draw(st.integers(0, len(rows) - 1))
    altered = [{**row, "n": (row["n"] or 0) + 6} if here == at else row for here, row in enumerate(rows)]
    assert digest_content(pl.DataFrame(altered, schema=SCHEMA)) != digest
    assert digest_content(pl.DataFrame([*rows, rows[0]], schema=SCHEMA)) != digest
