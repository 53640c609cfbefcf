"""Damaged reports: the rows that were printed or a typed error; never others, fewer, a crash or a hang."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.injuries import SOURCE, read_report
from ingest.injuries.report import Reader
from lakehouse.errors import PretipError
from sandbox.serve.injury_pdf import write_injury_pdf
from tests.ingest.injuries.reports import NO_REAL, REAL, SMALL, STAMP
from tests.ingest.mutations import mutated

SAMPLE = write_injury_pdf(STAMP, SMALL)
READERS: tuple[Reader, ...] = ("fast", "reference")


def check(body: bytes, whole: bytes) -> None:
    SOURCE.kinds[0].is_like(body)
    for reader in READERS:
        try:
            report = read_report(body, reader)
        except PretipError:
            continue
        assert [row.to_dict() for row in report.rows] == [row.to_dict() for row in read_report(whole).rows]


@given(body=st.one_of(mutated(SAMPLE), st.binary(max_size=200), st.binary(max_size=200).map(b"%PDF-1.4\n".__add__)))
@settings(max_examples=60)
def test_a_damaged_report_gives_its_rows_or_an_error(body: bytes) -> None:
    check(body, SAMPLE)


@pytest.mark.skipif(not REAL, reason=NO_REAL)
@pytest.mark.parametrize("pdf", REAL[:3], ids=lambda pdf: pdf.stem)
def test_a_damaged_real_report_gives_its_rows_or_an_error(pdf: Path) -> None:
    whole = pdf.read_bytes()

    @given(body=mutated(whole))
    @settings(max_examples=20)
    def run(body: bytes) -> None:
        check(body, whole)

    run()


@pytest.mark.skipif(not REAL, reason=NO_REAL)
def test_a_cut_report_is_never_part_of_one() -> None:
    whole = REAL[-1].read_bytes()
    for size in range(0, len(whole) - 2, 1931):
        for reader in READERS:
            with pytest.raises(PretipError):
                read_report(whole[:size], reader)
