"""A scrape of one source: every outcome, with answers of our own making."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from ingest.http.request import Attempt, Request, Response
from ingest.payload import Parsed, PayloadKind, Stamp
from ingest.rebuild import commit_rebuilt, rebuild_silver
from ingest.scrape import ScrapeReport, scrape
from ingest.shapes import read_json
from ingest.source import Cadence, Collected, Scraper, Source
from lakehouse.clock import FixedClock
from lakehouse.errors import ClockError, FetchFailed, ShapeChanged, StalePayload
from lakehouse.lake import Lake

T0 = datetime(2026, 1, 14, 17, 0, tzinfo=UTC)
DAY = date(2026, 1, 14)
MINUTE = timedelta(minutes=1)
SCHEMA = {
    "draft_group": pl.Int64, "game_type_id": pl.Int64, "start_ts": pl.Datetime("us", "UTC"), "games": pl.Int32,
    "label": pl.String, "as_of_ts": pl.Datetime("us", "UTC"), "as_of_quality": pl.String,
}  # fmt: skip


def parse_groups(body: bytes, stamp: Stamp) -> Parsed:
    """A payload of our own: {"day": ..., "groups": {id: label}}."""
    said = read_json(body, "The groups")
    if "groups" not in said:
        raise ShapeChanged("The groups", "$.groups", "missing")
    if said.get("day", stamp.asked.get("day")) != stamp.asked.get("day"):
        raise StalePayload("The groups are of another day; not used.")
    rows = [
        {"draft_group": int(k), "game_type_id": 70, "start_ts": T0, "games": v, "label": str(v), "as_of_ts": T0,
         "as_of_quality": "assumed"}
        for k, v in said["groups"].items()
    ]  # fmt: skip
    return Parsed({"silver.dk_draft_groups": pl.DataFrame(rows, schema=SCHEMA)})


KIND = PayloadKind("groups", 1, parse_groups, lambda body: body.startswith(b"{"))
REQUEST = Request("draftkings", "groups", "https://example.org/groups", {"day": "2026-01-14"}, absent=(404,))


@dataclass
class Answers:
    """A fetcher that gives prepared answers, one a question, and says what it was asked with."""

    clock: FixedClock
    answers: list[bytes | int | Exception]
    skew: float = 0.0
    published: list[datetime | None] = field(default_factory=list)
    etags: list[str | None] = field(default_factory=list)

    def fetch(
        self, request: Request, source: Source, etag: str | None = None, last_modified: str | None = None
    ) -> Response:
        self.etags.append(etag)
        answer = self.answers.pop(0)
        published = self.published.pop(0) if self.published else None
        if isinstance(answer, Exception):
            raise answer
        status, body = (answer, b"") if isinstance(answer, int) else (200, answer)
        now = self.clock.now()
        attempts = (Attempt(1, now, 0.1, status, body_bytes=len(body), skew_seconds=self.skew),)
        return Response(
            request, status, request.url, now, body, "application/json", '"tag"', None, published, now, attempts
        )

    def has_session(self, name: str) -> bool:
        return False


class Place:
    """A lake, and a scrape of it at a minute of its own for each answer."""

    def __init__(self, root: Path) -> None:
        self.clock = FixedClock(T0)
        self.lake = Lake.open_or_create(root, self.clock)
        self.collected: list[Collected | None] = []
        self.request = REQUEST

    def scrape(
        self, *answers: bytes | int | Exception, skew: float = 0.0, published: Sequence[datetime | None] = ()
    ) -> list[ScrapeReport]:
        fetcher = Answers(self.clock, list(answers), skew, list(published))

        def collect(scraper: Scraper, day: date) -> None:
            self.collected.append(scraper.collect(self.request, KIND))

        source = Source("draftkings", "groups", "", (KIND,), collect, {"example.org": 10.0}, {}, Cadence(None, None))
        reports = []
        for _ in range(len(answers)):
            self.clock.advance(MINUTE)
            reports += scrape(self.lake, fetcher, [(source, DAY)], "test")
        self.fetcher = fetcher
        return reports

    def outcomes(self) -> list[str]:
        return self.lake.scan("ops.scrapes").sort("attempted_ts", "attempt").collect()["outcome"].to_list()

    def bodies(self) -> int:
        return self.lake.scan("bronze.draftkings").collect().height

    def labels(self) -> list[str]:
        return self.lake.scan("silver.dk_draft_groups").sort("ingested_ts").collect()["label"].to_list()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "lake")


def groups(label: int, **more: str) -> bytes:
    return json.dumps({"groups": {"7": label}, **more}).encode()


def test_an_answer_is_kept_and_read_and_the_same_one_is_seen_again(place: Place) -> None:
    first, again = place.scrape(groups(1), groups(1))
    assert (first.outcome, first.stored, first.facts) == ("ok", 1, {"silver.dk_draft_groups": 1})
    assert (again.outcome, again.unchanged, again.facts) == ("ok", 1, {})
    assert place.outcomes() == ["stored", "unchanged"]
    assert place.bodies() == 1
    assert place.collected[1] is not None
    assert not place.collected[1].is_new


def test_a_b_a_is_stored_three_times(place: Place) -> None:
    place.scrape(groups(1), groups(2), groups(1))
    assert place.bodies() == 3
    assert place.labels() == ["1", "2", "1"]


def test_not_modified_gives_the_body_that_is_kept(place: Place) -> None:
    place.scrape(groups(1))
    (report,) = place.scrape(304)
    assert report.unchanged == 1
    assert place.fetcher.etags == ['"tag"']
    assert place.collected[-1] is not None
    assert place.collected[-1].body == groups(1)


def test_nothing_there_is_no_failure(place: Place) -> None:
    (report,) = place.scrape(404)
    assert (report.outcome, report.absent, place.outcomes()) == ("ok", 1, ["absent"])


def test_no_answer_fails_and_the_next_good_one_heals(place: Place) -> None:
    failed, healed = place.scrape(FetchFailed("DraftKings did not answer."), groups(1))
    assert failed.outcome == "failed"
    assert failed.reasons == ("DraftKings did not answer.",)
    assert healed.outcome == "ok"


def test_a_changed_shape_keeps_the_bytes_reads_nothing_and_is_an_alert(place: Place) -> None:
    (report,) = place.scrape(b'{"grps": {}}')
    assert report.outcome == "failed"
    assert "$.groups" in report.reasons[0]
    kept = place.lake.scan("bronze.draftkings").collect()
    assert kept["problem"].to_list() == list(report.reasons)
    assert place.lake.scan("ops.alerts").collect().height >= 1
    assert place.labels() == []
    assert place.outcomes() == ["unreadable"]


def test_an_old_copy_never_passes_however_often_it_comes(place: Place) -> None:
    old, new = T0 - timedelta(days=1), T0
    reports = place.scrape(groups(2), groups(1), groups(1), groups(3), published=[new, old, old, new])
    assert [report.outcome for report in reports] == ["ok", "failed", "failed", "ok"]
    assert place.labels() == ["2", "3"]
    assert place.outcomes() == ["stored", "stale", "stale", "stored"]


def test_another_days_answer_is_stale(place: Place) -> None:
    (report,) = place.scrape(groups(1, day="2026-01-13"))
    assert report.outcome == "failed"
    assert place.labels() == []


def test_bytes_that_can_be_read_at_last_are_read_when_they_come_again(place: Place) -> None:
    place.scrape(groups(1, day="2026-01-13"))
    place.request = Request("draftkings", "groups", REQUEST.url, {"day": "2026-01-13"})
    (report,) = place.scrape(groups(1, day="2026-01-13"))
    assert report.outcome == "ok"
    assert place.labels() == ["1"]


def test_a_clock_apart_degrades_and_one_far_apart_stores_nothing(place: Place) -> None:
    (report,) = place.scrape(groups(1), skew=90)
    assert report.outcome == "degraded"
    with pytest.raises(ClockError, match="nothing was stored"):
        place.scrape(groups(2), skew=-400)
    assert place.bodies() == 1


def test_what_is_redacted_is_neither_stored_nor_asked_for_conditionally(place: Place) -> None:
    place.request = Request(
        "draftkings", "groups", REQUEST.url, REQUEST.asked, redact=lambda body: body.replace(b"hush", b"****")
    )
    place.scrape(groups(1, token="hush"), groups(1, token="hush"))
    assert place.fetcher.etags == [None, None]
    assert place.collected[0] is not None
    assert b"hush" in place.collected[0].body
    assert not any(b"hush" in path.read_bytes() for path in place.lake.root.rglob("*") if path.is_file())
    assert place.bodies() == 1


def mend(monkeypatch: pytest.MonkeyPatch, kind: PayloadKind) -> None:
    source = Source("draftkings", "", "", (kind,), lambda *_: None, {}, {}, Cadence(None, None))
    monkeypatch.setattr("ingest.rebuild.get_source", lambda name: source)


def test_silver_made_again_from_bronze_is_the_silver_that_is_held(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    mend(monkeypatch, KIND)
    place.scrape(groups(1), b"<html>", groups(2), groups(1, day="2026-01-13"), groups(1))
    assert all(one.is_equal for one in rebuild_silver(place.lake))


def test_what_a_mended_parser_reads_otherwise_is_appended_with_its_old_stamps(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.scrape(groups(1), groups(2))

    def mended(body: bytes, stamp: Stamp) -> Parsed:
        frame = parse_groups(body, stamp).frames["silver.dk_draft_groups"]
        return Parsed({"silver.dk_draft_groups": frame.with_columns(label=pl.lit("label ") + pl.col("label"))})

    mend(monkeypatch, PayloadKind("groups", 2, mended, KIND.is_like))
    comparisons = rebuild_silver(place.lake)
    assert {one.table for one in comparisons if not one.is_equal} == {"silver.dk_draft_groups"}
    assert commit_rebuilt(place.lake, comparisons) == 2
    place.clock.advance(MINUTE)
    rows = place.lake.as_of(place.clock.now()).rows("silver.dk_draft_groups").collect()
    first = rows.unique(["draft_group", "as_of_ts", "ingested_ts"], keep="first", maintain_order=True)
    assert first["label"].to_list() == ["label 1", "label 2"]
    assert first["parser_version"].to_list() == [2, 2]


def test_bytes_kept_unread_are_read_when_the_parser_is_mended(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.scrape(b'{"grps": {"7": 1}}')

    def mended(body: bytes, stamp: Stamp) -> Parsed:
        return parse_groups(body.replace(b"grps", b"groups"), stamp)

    mend(monkeypatch, PayloadKind("groups", 2, mended, KIND.is_like))
    assert commit_rebuilt(place.lake, rebuild_silver(place.lake)) == 1
    assert place.labels() == ["1"]
