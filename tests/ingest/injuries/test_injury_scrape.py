"""A day's reports asked for: newest first until one is there, then the rest; little is asked twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import polars as pl

from ingest.http.request import Request
from ingest.injuries import SOURCE
from ingest.injuries.slots import slots_of
from ingest.payload import Parsed, PayloadKind
from ingest.source import Collected
from lakehouse.clock import EASTERN, FixedClock

DAY = date(2026, 2, 8)


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=EASTERN).astimezone(UTC)


@dataclass
class Desk:
    """A scraper in memory: reports come out at their slots, but for those that are `lost`, and those after `until`."""

    clock: FixedClock
    lost: frozenset[datetime] = frozenset()
    until: datetime = datetime(2100, 1, 1, tzinfo=UTC)
    scheduled: int = 1
    newest_only: bool = False
    asked: list[Request] = field(default_factory=list)
    held: dict[str, datetime] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)

    def collect(self, request: Request, kind: PayloadKind) -> Collected | None:
        self.asked.append(request)
        stamp = datetime.fromisoformat(request.asked["report"]).replace(tzinfo=EASTERN).astimezone(UTC)
        if stamp in self.lost or stamp > self.until:
            return None
        self.held[request.key] = stamp
        return Collected(Parsed({}), b"", self.clock.now(), True)

    def games(self, day: date) -> pl.DataFrame:
        return pl.DataFrame({"game_id": ["g"] * self.scheduled})

    def rows(self, table: str) -> pl.LazyFrame:
        stamps = pl.Series("report_ts", list(self.held.values()), dtype=pl.Datetime("us", "UTC"))
        return pl.LazyFrame([stamps])

    def has(self, request: Request) -> bool:
        return request.key in self.held

    def has_session(self, name: str) -> bool:
        return False

    def doubt(self, sentence: str) -> None:
        self.doubts.append(sentence)

    def scrape(self, day: date = DAY) -> list[Request]:
        """What a scrape asks for."""
        before = len(self.asked)
        SOURCE.scrape(self, day)
        return self.asked[before:]


def test_a_past_day_is_collected_whole_and_once() -> None:
    desk = Desk(FixedClock(at(12, day=DAY + timedelta(days=1))))
    asked = desk.scrape()
    assert len(asked) == len(desk.held) == 96
    assert not desk.doubts
    assert desk.scrape() == []


def test_a_tick_asks_for_the_newest_alone_and_once() -> None:
    desk = Desk(FixedClock(at(18, 1)), newest_only=True)
    assert [request.asked["report"] for request in desk.scrape()] == ["2026-02-08T18:00"]
    assert desk.scrape() == []
    desk.clock.advance(timedelta(minutes=15))
    assert [request.asked["report"] for request in desk.scrape()] == ["2026-02-08T18:15"]
    desk.newest_only = False
    assert len(desk.scrape()) == 72


def test_nothing_after_now_is_asked_for() -> None:
    desk = Desk(FixedClock(at(18, 14)))
    assert max(request.asked["report"] for request in desk.scrape()) == "2026-02-08T18:00"


def test_a_tick_asks_for_a_late_report_until_there_is_a_newer_one() -> None:
    desk = Desk(FixedClock(at(18, 1)), lost=frozenset({at(18, 15)}), newest_only=True)
    desk.scrape()
    desk.clock.advance(timedelta(minutes=15))
    for _ in range(2):
        assert [request.asked["report"][-5:] for request in desk.scrape()] == ["18:15"]
    desk.clock.advance(timedelta(minutes=15))
    assert [request.asked["report"][-5:] for request in desk.scrape()] == ["18:30"]
    assert not desk.doubts


def test_a_long_silence_is_doubted() -> None:
    desk = Desk(FixedClock(at(15, 1)), until=at(15), newest_only=True)
    desk.scrape()
    desk.clock.advance(timedelta(hours=1))
    desk.scrape()
    assert not desk.doubts
    desk.clock.advance(timedelta(hours=1))
    assert len(desk.scrape()) == 8
    assert "after 15:00 Eastern" in desk.doubts[0]


def test_a_day_with_games_and_without_reports_is_doubted_after_a_few_questions() -> None:
    desk = Desk(FixedClock(at(12, day=DAY + timedelta(days=1))), until=at(0) - timedelta(days=1))
    assert len(desk.scrape()) == 8
    assert "throttled" in desk.doubts[0]
    quiet = Desk(desk.clock, until=desk.until, scheduled=0)
    quiet.scrape()
    assert not quiet.doubts


def test_the_day_with_two_names_asks_for_the_second_where_the_first_is_absent() -> None:
    day = date(2025, 12, 22)
    desk = Desk(FixedClock(at(12, day=day + timedelta(days=1))), lost=frozenset({at(18, 30, day)}))
    asked = desk.scrape(day)
    assert len(asked) == 97
    assert len(desk.held) == len(slots_of(day)) - 1
