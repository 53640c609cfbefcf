"""Facts of a report: stamped by what it prints, one a line, refused where it is another report than asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from ingest.injuries import SOURCE, parse_rows
from ingest.payload import Parsed, Stamp
from ingest.provenance import Provenance, attribute
from ingest.stamping import value_types
from lakehouse.errors import StalePayload
from lakehouse.frames import conform
from lakehouse.tables import get_table
from sandbox.serve.injury_pdf import write_injury_pdf
from tests.ingest.injuries.reports import NO_REAL, NYS, REAL, SMALL, STAMP, Row, expected

TABLE = "silver.injury_reports"
FETCHED = datetime(2026, 2, 9, 12, tzinfo=UTC)
REPORT_TS = datetime(2026, 2, 8, 23, 15, tzinfo=UTC)
(KIND,) = SOURCE.kinds


def parse(rows: list[Row], stamp: datetime = STAMP, **asked: str) -> Parsed:
    return KIND.parse(write_injury_pdf(stamp, rows), Stamp(FETCHED, asked=asked))


def test_a_line_is_a_fact_public_at_the_reports_stamp() -> None:
    parsed = parse(SMALL, report="2026-02-08T18:15")
    frame = parsed.frames[TABLE]
    assert parsed.published_ts == REPORT_TS
    assert frame.select(pl.col("as_of_ts", "report_ts").unique()).row(0) == (REPORT_TS, REPORT_TS)
    assert frame["as_of_quality"].to_list() == ["exact"] * len(SMALL)
    assert frame["entry"].to_list() == ["Holiday, Jrue", NYS, NYS, "Reid Jr., Naz"]
    assert frame["row_kind"].to_list() == ["player", *["team_not_yet_submitted"] * 2, "player"]
    assert frame["game_date"].to_list() == [date(2026, 2, 8)] * 2 + [date(2026, 2, 9)] * 2
    assert frame["player_name"].null_count() == frame["current_status"].null_count() == 2
    assert set(value_types(TABLE)) <= set(frame.columns)
    provenance = Provenance(FETCHED, "batch", "0" * 64, "injuries", KIND.version)
    table = get_table(TABLE)
    conform(attribute(table, frame, provenance), table)


def test_a_line_that_comes_twice_is_rejected() -> None:
    parsed = parse([SMALL[0], ("02/08/2026", "02:00 (ET)", "POR@GSW", *SMALL[0][3:5], "Probable", "Rest")])
    assert parsed.frames[TABLE]["current_status"].to_list() == ["Out"]
    assert [(rejected.table, rejected.row_number) for rejected in parsed.rejected] == [(TABLE, 2)]


def test_the_hour_that_comes_twice_is_bounded() -> None:
    parsed = parse([("11/02/2025", *SMALL[0][1:])], datetime(2025, 11, 2, 1, 30))
    assert parsed.frames[TABLE].select("as_of_ts", "as_of_quality").row(0) == (
        datetime(2025, 11, 2, 6, 30, tzinfo=UTC),
        "bounded",
    )


@pytest.mark.parametrize("report", ["2026-02-07T18:15", "2026-02-08T18:00", "2026-02-08T06:15"])
def test_another_report_than_asked_for_is_stale(report: str) -> None:
    with pytest.raises(StalePayload, match="2026-02-08T18:15"):
        parse(SMALL, report=report)


@pytest.mark.skipif(not REAL, reason=NO_REAL)
def test_every_line_of_the_real_reports_is_a_fact() -> None:
    for pdf in REAL:
        parsed = KIND.parse(pdf.read_bytes(), Stamp(FETCHED))
        rows = expected(pdf)
        assert not parsed.rejected
        printed = [(datetime.strptime(row[0], "%m/%d/%Y").date().isoformat(), *row[1:]) for row in rows]
        assert [tuple(row.values())[1:] for row in parse_rows(pdf.read_bytes())] == printed
        assert parsed.frames[TABLE]["reason"].to_list() == [row[6] or None for row in rows]
        assert (parsed.frames[TABLE]["row_kind"] == "player").sum() == sum(bool(row[4]) for row in rows)
