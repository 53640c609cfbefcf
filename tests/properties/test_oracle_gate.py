"""Law 6 for the gate: what any table shows at an instant, to whom, from which versions, under changed lags."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from lakehouse.gate import Knowledge as Kind
from lakehouse.gate import known_by, newest
from lakehouse.tables import get_table
from tests.properties.oracle import facts as oracle
from tests.properties.oracle.facts import MICROSECOND, Declared, History, Knowledge, LagRow, Row, Told, boundaries
from tests.properties.oracle_lake import INSTANT, filled, require_same
from tests.properties.rare import MINIMUM
from tests.strategies import MINUTE, READABLE, STAMPS, T0, rows

BOTH: tuple[Kind, ...] = ("observed", "published")
END = T0 + timedelta(days=1)
DECLARED = {name: Declared(get_table(name).fact, get_table(name).source) for name in READABLE}


@st.composite
def told(draw: st.DrawFn) -> History:
    """Batches over injury reports, which have a lag, and two other tables; lags change from some instants on."""
    others = draw(st.lists(st.sampled_from(READABLE), min_size=1, max_size=2, unique=True))
    names = sorted({"silver.injury_reports", *others})
    clock = T0
    batches: list[Told] = []
    for number in range(draw(st.integers(1, 3))):
        clock += draw(st.sampled_from((0, 5, 6, 11))) * MINUTE + draw(st.sampled_from((0, 1))) * MICROSECOND
        drawn = {name: draw(rows(name, 1, 5)) for name in names}
        sources = sorted({DECLARED[name].source for name in names})
        lags = tuple(LagRow(source, draw(STAMPS), draw(st.sampled_from((0, 3, 9))) * MINUTE) for source in sources)
        plain = {name: [{**row, "states": ()} for row in of_table] for name, of_table in drawn.items()}
        if batches:
            # The same versions told again, read later or better known.
            again = draw(st.sampled_from(({"as_of_quality": "exact"}, {"as_of_quality": "bounded"}, {})))
            for name, before in batches[-1].rows.items():
                told_again = [{**row, **again, "ingested_ts": row["ingested_ts"] + MINUTE} for row in before]
                plain[name] = list({_key(row, name): row for row in (*plain[name], *told_again)}.values())
        # A lag is of one instant once: of two a reading could not say which holds.
        known = {(lag.source, lag.from_ts) for batch in batches for lag in batch.lags}
        kept = tuple(lag for lag in lags if number and (lag.source, lag.from_ts) not in known)
        batches.append(Told(clock, plain, kept))
    return History(T0, tuple(batches), DECLARED)


def test_rows_at_an_instant_are_what_a_loop_finds() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=max(1, settings().max_examples // 2))
    @given(told(), st.data())
    def check(history: History, data: st.DataObject) -> None:
        near = st.sampled_from([instant for instant in boundaries(history) if instant > T0])
        instants = sorted({*data.draw(st.lists(near, min_size=2, max_size=4)), END})
        names = sorted({name for batch in history.batches for name in batch.rows} | {"silver.results"})
        with filled(history, END) as lake:
            for number, visible in enumerate(history.instants()):
                assert lake.instants()[oracle.batch_name(number)] == visible
            for kind in BOTH:
                for instant in instants:
                    view = Knowledge(history, instant, kind)
                    for name in names:
                        shown = _rows(lake.as_of(instant, kind, get_table(name).audience[0]).rows(name))
                        require_same(shown, _expected(view, name))
                        late = [row for row in shown if row["available_ts"] > row["as_of_ts"]]
                        seen["late arrival"] += len(late) if kind == "observed" else 0
            # Pinned to an earlier entry, the world is what the lake had been told by then.
            held = data.draw(st.integers(0, len(history.batches)))
            pinned = Knowledge(history, END, "published", held)
            for name in names:
                audience = get_table(name).audience[0]
                then = lake.as_of(END, "published", audience, lake.pins(held + 1))
                require_same(_rows(then.rows(name)), _expected(pinned, name))
        unlagged = Knowledge(history.without("lag change"), END, "published")
        lagged = Knowledge(history, END, "published")
        for name in names:
            pairs = zip(_expected(lagged, name), _expected(unlagged, name), strict=True)
            seen["lag change"] += sum(one != other for one, other in pairs)

    check()
    assert min(seen["late arrival"], seen["lag change"]) >= MINIMUM, seen


def test_the_newest_version_and_the_known_rows_are_what_a_loop_finds() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=max(1, settings().max_examples // 2))
    @given(told(), st.sampled_from(BOTH))
    def check(history: History, kind: Kind) -> None:
        cuts = boundaries(history)
        names = sorted({name for batch in history.batches for name in batch.rows})
        with filled(history, END) as lake:
            for name in names:
                fact = DECLARED[name].fact
                view = Knowledge(history, END, kind)
                shown = lake.as_of(END, kind, get_table(name).audience[0]).rows(name)
                keys = shown.select(fact[0]).unique().sort(fact[0])
                spine = pl.LazyFrame({"cut_ts": cuts}, schema={"cut_ts": INSTANT}).join(keys, how="cross")
                found = newest(known_by(shown, spine, [fact[0]]), ["cut_ts", *fact]).drop("cut_ts")
                expected = [
                    version for cut in cuts for version in oracle.newest(oracle.known(view.rows(name), cut), fact)
                ]
                require_same(_rows(found), [_plain(row, name) for row in expected])
                seen["tie"] += sum(
                    len(group) > 1 for group in oracle.grouped(view.rows(name), [*fact, "as_of_ts"]).values()
                )

    check()
    assert seen["tie"] >= MINIMUM, seen


def _key(row: Row, name: str) -> tuple[object, ...]:
    return tuple(row[column] for column in get_table(name).key)


def _expected(view: Knowledge, name: str) -> list[Row]:
    return [_plain(row, name) for row in view.rows(name)]


def _plain(row: Row, name: str) -> Row:
    return {column: row[column] for column in (*get_table(name).columns, "available_ts")}


def _rows(frame: pl.LazyFrame) -> list[Row]:
    return frame.collect().to_dicts()
