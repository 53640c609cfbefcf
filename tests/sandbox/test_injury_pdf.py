"""The report's writer: equal rows, equal bytes; the league's geometry; nothing printed that cannot be read back."""

from __future__ import annotations

import pytest

from ingest.injuries.boxes import read_boxes
from ingest.injuries.layout import take_apart
from lakehouse.errors import BadInput
from sandbox.serve.injury_pdf import write_injury_pdf
from tests.ingest.injuries.reports import SMALL, STAMP, game

# Left edges of the headings' words and ruled edges of the cells, as measured on the league's own reports.
HEADINGS = (23.1, 119.6, 200.0, 264.2, 425.0, 585.7, 666.1)
RULED = (196.0, 260.2, 421.0, 581.7, 662.1)
MANY = game("02/08/2026", "02:00 (ET)", "POR", "GSW", [(f"Player{at}, Number", "Out", "Rest") for at in range(30)], [])


def test_equal_rows_are_equal_bytes() -> None:
    assert write_injury_pdf(STAMP, SMALL) == write_injury_pdf(STAMP, SMALL)
    assert write_injury_pdf(STAMP, SMALL) != write_injury_pdf(STAMP, SMALL[:1])


def test_headings_and_rules_stand_where_the_leagues_do() -> None:
    (page,) = read_boxes(write_injury_pdf(STAMP, SMALL))
    sheet = take_apart(page, 1)
    assert (round(page.width, 2), round(page.height, 2)) == (841.95, 595.35)
    assert [word.x0 for word in sheet.headings] == pytest.approx(HEADINGS, abs=1.0)
    ruled = {round(rule.x0, 1) for rule in page.rules}
    assert ruled >= set(RULED)
    assert sheet.stamp == "02/08/26 06:15 PM"


def test_every_page_has_header_and_footer_and_the_first_the_headings() -> None:
    sheets = [take_apart(page, at) for at, page in enumerate(read_boxes(write_injury_pdf(STAMP, MANY)), start=1)]
    assert [sheet.footer for sheet in sheets] == [(1, 2), (2, 2)]
    assert [bool(sheet.headings) for sheet in sheets] == [True, False]
    assert {sheet.stamp for sheet in sheets} == {"02/08/26 06:15 PM"}


@pytest.mark.parametrize("reason", ["Injury - Łokieć", "x" * 200])
def test_what_cannot_be_printed_is_refused(reason: str) -> None:
    with pytest.raises(BadInput):
        write_injury_pdf(STAMP, [(*SMALL[0][:6], reason)])
