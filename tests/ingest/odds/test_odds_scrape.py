"""A date's lines asked for: page, current lines, opening lines until they are known; never with a secret kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl

from ingest.http.request import Request
from ingest.odds import SOURCE
from ingest.odds.lines import TABLE
from ingest.odds.scraping import HOSTS
from ingest.payload import PayloadKind, Stamp
from ingest.source import Collected
from lakehouse.clock import FixedClock
from lakehouse.tables import get_table
from tests.ingest.odds.samples import FETCHED, POLICY, SECRET, TIP, answer, event, market_lines, page

DAY = date(2025, 12, 25)


@dataclass
class Desk:
    """A scraper over answers in memory."""

    answers: Mapping[str, bytes]
    scheduled: int = 1
    asked: list[Request] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    clock: FixedClock = field(default_factory=lambda: FixedClock(FETCHED))
    held: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=get_table(TABLE).columns))

    def collect(self, request: Request, kind: PayloadKind) -> Collected | None:
        self.asked.append(request)
        body = next((body for part, body in self.answers.items() if part in request.url), None)
        if body is None:
            return None
        parsed = kind.parse(body, Stamp(FETCHED, asked=request.asked))
        if TABLE in parsed.frames:
            rows = parsed.frames[TABLE]
            self.held = pl.concat([self.held, rows], how="diagonal")
        return Collected(parsed, body, FETCHED, True)

    def games(self, day: date) -> pl.DataFrame:
        return pl.DataFrame({"game_id": ["g"] * self.scheduled})

    def rows(self, table: str) -> pl.LazyFrame:
        return self.held.lazy()

    def has(self, request: Request) -> bool:
        return False

    def has_session(self, name: str) -> bool:
        return False

    def doubt(self, sentence: str) -> None:
        self.doubts.append(sentence)


def desk(**page_values: Any) -> Desk:
    other = event(78, TIP + timedelta(days=1))
    return Desk({
        "/nba/": page(event(), other, **page_values),
        "A_CL": answer([*market_lines(), *market_lines(paid=101)]),
        "paid:98,": answer(market_lines(), "A_OL"),
        "paid:101,": answer(market_lines(paid=101), "A_OL"),
    })  # fmt: skip


def test_the_page_then_current_then_opening_lines_once() -> None:
    found = desk()
    SOURCE.scrape(found, DAY)
    assert [request.key.split(" 2025")[0] for request in found.asked] == [
        "page", "current lines", "opening 98 lines", "opening 101 lines",
    ]  # fmt: skip
    assert found.asked[0].url == "https://www.oddstrader.com/nba/?date=20251225&eid&g=game&m=merged"
    assert found.asked[1].url.endswith(
        "/odds-v2/odds-v2-service?query={A_CL:currentLines(paid:[98,101],eid:[77],mtid:[401,402,83])}"
    )
    assert not found.doubts
    counts = found.held.group_by("book", pl.col("line_key").str.starts_with("open:").alias("opening")).len()
    assert sorted(counts.rows()) == [(book, opening, 3) for book in ("Caesars", "FanDuel") for opening in (False, True)]
    found.asked.clear()
    SOURCE.scrape(found, DAY)
    assert len(found.asked) == 2


def test_the_gateways_secret_goes_with_the_question_and_nowhere_else() -> None:
    found = desk()
    SOURCE.scrape(found, DAY)
    for request in found.asked[1:]:
        assert request.headers["Authorization"] == SECRET
        assert request.headers["site-domain"] == "ot-com"
        assert len(request.headers["clientuniqueid"]) == 36
    for request in found.asked:
        shown = f"{request!r} {request.key} {request.url} {dict(request.asked)}"
        assert SECRET not in shown
        assert POLICY not in shown
    redact = found.asked[0].redact
    assert redact is not None
    assert SECRET.encode() not in redact(found.answers["/nba/"])


def test_no_events_are_doubted_only_where_games_are_scheduled() -> None:
    for scheduled, doubts in ((1, 1), (0, 0)):
        found = Desk({"/nba/": page()}, scheduled)
        SOURCE.scrape(found, DAY)
        assert (len(found.asked), len(found.doubts)) == (1, doubts)


def test_an_unknown_gateway_gets_no_secret() -> None:
    found = desk(domain="elsewhere.example.org")
    SOURCE.scrape(found, DAY)
    assert len(found.asked) == 1
    assert "elsewhere.example.org" in found.doubts[0]
    assert all("." in host for host in HOSTS)


def test_a_page_without_its_headers_leads_nowhere() -> None:
    found = desk(headers={"Authorization": "redacted"})
    SOURCE.scrape(found, DAY)
    assert len(found.asked) == 1
    assert found.doubts


def test_lines_that_are_gone_are_doubted_and_lines_not_made_yet_are_not() -> None:
    found = desk()
    found.answers = {**found.answers, "A_CL": answer([]), "A_OL": answer([], "A_OL")}
    SOURCE.scrape(found, DAY)
    assert not found.doubts
    found.answers = {**found.answers, "A_CL": answer(market_lines())}
    SOURCE.scrape(found, DAY)
    assert not found.doubts
    found.answers = {**found.answers, "A_CL": answer([])}
    SOURCE.scrape(found, DAY)
    assert "no lines any more" in found.doubts[0]
