"""Both readers give the rows that are printed, of real reports and of made-up ones in several layouts, or an error."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.injuries import Report, read_report
from ingest.injuries import report as report_module
from ingest.injuries.boxes import read_boxes
from ingest.injuries.page import Page
from ingest.injuries.reference import read_reference
from ingest.injuries.report import Reader
from lakehouse.errors import Unreadable
from sandbox.serve.injury_pdf import LEAGUE, Layout, write_injury_pdf
from tests.ingest.injuries.reports import NO_REAL, REAL, SMALL, STAMP, Row, expected, game, reports

READERS: tuple[Reader, ...] = ("fast", "reference", "auto")
# Columns as in 2022-23, and as in the play-offs of that season.
OLD_EDGES = (5.0, 83.57, 157.24, 230.92, 360.38, 483.52, 590.87, 836.0)
LATER_EDGES = (18.0, 113.35, 190.18, 259.64, 415.4, 576.42, 658.51, 824.0)
LAYOUTS = {
    "league": LEAGUE,
    "no rules": replace(LEAGUE, is_ruled=False),
    "headings everywhere": replace(LEAGUE, headings_on_every_page=True),
    "old columns": Layout(edges=OLD_EDGES, headings_on_every_page=True, is_ruled=False),
    "later columns": Layout(edges=LATER_EDGES),
    "another paper": Layout(width=1008.0, height=612.0, foot=540.0),
}


def rows_of(report: Report) -> list[tuple[str, ...]]:
    return [tuple(row.to_dict().values()) for row in report.rows]


@pytest.mark.skipif(not REAL, reason=NO_REAL)
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("pdf", REAL, ids=lambda pdf: pdf.stem)
def test_real_reports_equal_their_expected_rows(pdf: Path, reader: Reader) -> None:
    report = read_report(pdf.read_bytes(), reader)
    assert rows_of(report) == expected(pdf)
    assert f"{report.wall:%Y-%m-%d}" in pdf.name


@pytest.mark.skipif(not REAL, reason=NO_REAL)
@pytest.mark.parametrize("pdf", REAL, ids=lambda pdf: pdf.stem)
def test_rows_are_found_by_alignment_where_nothing_is_ruled(pdf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_rules(body: bytes) -> tuple[Page, ...]:
        return tuple(replace(page, rules=(), uprights=()) for page in read_boxes(body))

    monkeypatch.setitem(report_module._READERS, "fast", without_rules)
    assert rows_of(read_report(pdf.read_bytes(), "fast")) == expected(pdf)


@pytest.mark.skipif(not REAL, reason=NO_REAL)
def test_both_readers_see_the_same_words() -> None:
    body = REAL[0].read_bytes()
    for fast, slow in zip(read_boxes(body), read_reference(body), strict=True):
        assert sorted(word.text for word in fast.words) == sorted(word.text for word in slow.words)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
@given(rows=reports())
@settings(max_examples=4)
def test_what_is_written_is_read(layout: Layout, rows: list[Row]) -> None:
    body = write_injury_pdf(STAMP, rows, layout)
    for reader in READERS[:2]:
        assert rows_of(read_report(body, reader)) == [tuple(row) for row in rows]


@given(filler=st.integers(8, 24), lines=st.integers(2, 4))
@settings(max_examples=25)
def test_a_reason_cut_by_the_page_is_put_back(filler: int, lines: int) -> None:
    reason = " ".join(f"Injury/Illness - Left Hamstring; Strain{number}" for number in range(lines))
    players = [(f"Player, No{'x' * at}", "Out", "Rest") for at in range(filler)]
    players += [(f"Long, No{'y' * at}", "Doubtful", reason) for at in range(6)]
    rows = game("02/08/2026", "02:00 (ET)", "POR", "GSW", players, [])
    report = read_report(write_injury_pdf(STAMP, rows), "fast")
    assert rows_of(report) == rows
    assert report.pages >= 2


def test_a_hyphen_at_the_end_of_a_line_stays() -> None:
    rows = [(*SMALL[0][:6], "Injury/Illness - Right Shoulder Non- Displaced Fracture")]
    for reader in READERS:
        assert rows_of(read_report(write_injury_pdf(STAMP, rows), reader)) == rows


def test_an_empty_report_has_no_rows() -> None:
    assert read_report(write_injury_pdf(STAMP, [])).rows == ()


def test_the_stamp_is_new_yorks() -> None:
    report = read_report(write_injury_pdf(STAMP, SMALL))
    assert (report.stamp, report.report_ts) == ("02/08/26 06:15 PM", datetime(2026, 2, 8, 23, 15, tzinfo=UTC))
    assert report.is_certain


def test_of_the_hour_that_comes_twice_the_later_is_taken() -> None:
    rows = [(("11/02/2025"), *row[1:]) for row in SMALL[:1]]
    report = read_report(write_injury_pdf(datetime(2025, 11, 2, 1, 30), rows))
    assert report.report_ts == datetime(2025, 11, 2, 6, 30, tzinfo=UTC)
    assert not report.is_certain


def test_an_hour_that_was_skipped_is_refused() -> None:
    rows = [(("03/08/2026"), *row[1:]) for row in SMALL[:1]]
    with pytest.raises(Unreadable, match="clocks went forward"):
        read_report(write_injury_pdf(datetime(2026, 3, 8, 2, 30), rows))


def changed(row: int, column: int, value: str) -> list[Row]:
    rows = [list(row) for row in SMALL]
    rows[row][column] = value
    return [tuple(row) for row in rows]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (changed(0, 5, "Unlikely"), "Page 1 .*'Unlikely' for a status"),
        (changed(0, 2, "POR-GSW"), "Page 1 .*'POR-GSW' for a matchup"),
        (changed(0, 3, "Boston Celtics"), "Page 1 .*'Boston Celtics' in POR@GSW"),
        (changed(0, 0, "13/08/2026"), "Page 1 .*'13/08/2026' for a game date"),
        (changed(0, 0, "02/08/2021"), "Page 1 .*2021-02-08 in a report of 2026-02-08"),
        (changed(0, 1, "tonight"), "Page 1 .*'tonight' for a game time"),
        (changed(0, 4, "Holiday,Jrue"), "Page 1 .*no gap in 'Holiday,Jrue'"),
        (changed(0, 4, ""), "Page 1 .*without a player"),
    ],
)
def test_a_row_that_breaks_the_form_refuses_the_report(rows: list[Row], said: str) -> None:
    for reader in READERS:
        with pytest.raises(Unreadable, match=said):
            read_report(write_injury_pdf(STAMP, rows), reader)


def test_guests_of_the_preseason_are_let_in() -> None:
    rows = [("02/08/2026", "07:00 (ET)", "NZB@POR", "Non-NBA Team", "", "", "NOT YET SUBMITTED")]
    assert rows_of(read_report(write_injury_pdf(STAMP, rows))) == rows


def test_where_the_fast_reader_fails_the_other_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    body = write_injury_pdf(STAMP, SMALL)
    blind = tuple(replace(page, words=page.words[:-1]) for page in read_boxes(body))
    monkeypatch.setattr(report_module, "read_boxes", lambda _: blind)
    assert rows_of(read_report(body)) == SMALL
    monkeypatch.setattr(report_module, "read_reference", lambda _: blind)
    with pytest.raises(Unreadable):
        read_report(body)
