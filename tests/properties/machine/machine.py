"""The machine: rules are what may happen to a lake, and at the end of every history the laws are asked."""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from ingest.registry import get_source
from ingest.scrape import scrape
from lakehouse.clock import FixedClock
from lakehouse.lake import Lake
from lakehouse.tables import TABLES
from models.registry import promote
from pipeline.record import RunRecord
from pipeline.reproduce import reproduce
from pipeline.request import RunRequest
from pipeline.run import begin, make_run
from tests.conftest import SHM
from tests.properties.machine import facts
from tests.properties.machine.book import replay
from tests.properties.machine.ground import DAY, NOON, WORLDS, Ground, Web
from tests.properties.machine.laws import recompute, require_reading, require_same, require_spine, restate, unpinned
from tests.properties.machine.tally import Tally

SOURCES = ("schedule", "players", "injuries", "espn", "lineups", "odds", "boxscores")
READ = tuple(name for name, table in TABLES.items() if "run" in table.audience)
LATE = ("silver.injury_reports", "silver.status_events", "silver.odds_lines", "silver.boxscores")
# How many runs a history makes itself, besides the two it begins with.
MOST_RUNS = 2
SEEDS = st.integers(0, 10**6)
STEPS = st.sampled_from((0.001, 60, 300, 301, 900, 3600, 2 * 3600, 9 * 3600)).map(lambda s: timedelta(seconds=s))
BACK = st.integers(1, 8 * 60)


class LakeMachine(RuleBasedStateMachine):
    """A lake from noon of a game day on."""

    def __init__(self, ground: Ground, tally: Tally) -> None:
        super().__init__()
        self.ground, self.tally = ground, tally
        self.folder = Path(tempfile.mkdtemp(prefix="pretip-machine-", dir=SHM if SHM.is_dir() else None))
        root = shutil.copytree(ground.root, self.folder / "lake-0")
        self.clock = FixedClock(NOON + timedelta(minutes=5))
        self.lake = Lake.open(Path(root), self.clock)
        self.book = ground.book.copy()
        self.copies = 0
        self.runs: list[RunRecord] = list(ground.runs)
        # Runs of published knowledge that later facts were, after all, early enough for.
        self.overtaken: set[str] = set()
        self.corrected: list[facts.Frames] = []
        self.is_compacted = False

    @rule(by=STEPS)
    def step(self, by: timedelta) -> None:
        """Time passes."""
        self.clock.advance(by)

    @rule(name=st.sampled_from(SOURCES), twice=st.booleans())
    def scrape(self, name: str, twice: bool) -> None:
        """A source is asked through the real scraper and parsers; at once again it has nothing new to say."""
        self._scrape(name)
        self.tally.note("scrape")
        if twice:
            known = len(self.book.pages)
            self._scrape(name)
            assert len(self.book.pages) == known, f"{name} told something new at the same instant"
            self.tally.note("scrape again")

    @rule(name=st.sampled_from(facts.CORRECTABLE), seed=SEEDS, is_taken_back=st.booleans())
    def correct(self, name: str, seed: int, is_taken_back: bool) -> None:
        """Some facts of a source are stated with other values, and perhaps soon after with the old ones again."""
        table = TABLES[name]
        held = facts.newest_rows(self.lake, name)
        if held.is_empty():
            return
        told = facts.scramble(self.lake, name, seed)
        facts.commit(self.lake, "correction", {name: told}, self.clock.now())
        before = held.join(told.select(table.fact), on=table.fact, how="semi", nulls_equal=True)
        self.corrected.append({name: before})
        self._told("correction")
        if is_taken_back:
            self.retract()

    @precondition(lambda self: self.corrected)
    @rule()
    def retract(self) -> None:
        """The last correction was none: the values before it are stated again."""
        self.clock.advance(timedelta(seconds=1))
        facts.commit(self.lake, "retraction", self.corrected.pop(), self.clock.now())
        self._told("A-B-A")

    @rule(kind=st.sampled_from(LATE), minutes=BACK, seed=SEEDS)
    def publish_late(self, kind: str, minutes: int, seed: int) -> None:
        """Something that was public long ago comes in now."""
        as_of = facts.before(self.clock.now(), minutes)
        facts.commit(self.lake, "late", facts.late(self.lake, kind, as_of, seed), as_of)
        self._told("late")

    @rule(place=st.integers(0, 1), minutes=st.sampled_from((-45, -15, 30, 90, 24 * 60)))
    def move_tip(self, place: int, minutes: int) -> None:
        """A game is announced for another time."""
        game = facts.tonight(self.lake, DAY)[place]
        tip = game["tip_ts"][0] + timedelta(minutes=minutes)
        facts.commit(self.lake, "move", facts.announce(game, self.clock.now(), tip, "scheduled"), self.clock.now())
        self._told("tip moved")

    @rule(place=st.integers(0, 1), is_taken_back=st.booleans())
    def postpone(self, place: int, is_taken_back: bool) -> None:
        """A game is off, or on again; and perhaps soon after it is not."""
        for _ in range(1 + is_taken_back):
            game = facts.tonight(self.lake, DAY)[place]
            is_on = game["status"][0] == "scheduled"
            told = facts.announce(game, self.clock.now(), game["tip_ts"][0], "postponed" if is_on else "scheduled")
            facts.commit(self.lake, "postponement", told, self.clock.now())
            self._told("postponed" if is_on else "on again")
            self.clock.advance(timedelta(seconds=1))

    @rule(pick=st.integers(0, 40))
    def trade(self, pick: int) -> None:
        """A player changes teams."""
        facts.commit(self.lake, "trade", facts.trade(self.lake, self.clock.now(), pick), self.clock.now())
        self._told("trade")

    @rule(which=st.integers(0, 1))
    def promote(self, which: int) -> None:
        """Somebody puts the older or the newer model to use."""
        promote(self.lake, self.ground.models[which], self.clock.now(), "by hand", anyway=True)
        self.clock.advance(timedelta(milliseconds=1))
        self._told("promotion")

    @rule(what=st.sampled_from(("compaction", "copy", "restart")))
    def keep_up(self, what: str) -> None:
        """Small files become large ones; or the lake moves, and where it was it is no more; or a new process takes over."""
        if what == "compaction":
            if self.lake.compact() is None:
                return
            self.is_compacted = True
            self._catch_up()
        elif what == "copy":
            self.copies += 1
            root = shutil.copytree(self.lake.root, self.folder / f"lake-{self.copies}", copy_function=shutil.copyfile)
            shutil.rmtree(self.lake.root)
            self.lake = Lake.open(Path(root), self.clock)
        else:
            self.lake = Lake.open(self.lake.root, self.clock)
        self.tally.note(what)

    @precondition(lambda self: len(self.runs) < MOST_RUNS + len(self.ground.runs))
    @rule()
    def run_now(self) -> None:
        """A live run."""
        self._run(RunRequest(DAY, begin(self.lake, DAY), "observed", worlds=WORLDS))

    @precondition(lambda self: len(self.runs) < MOST_RUNS + len(self.ground.runs))
    @rule(minutes=BACK)
    def run_then(self, minutes: int) -> None:
        """A run of an instant in the past, from what the world had been told by then."""
        self._run(RunRequest(DAY, facts.before(self.clock.now(), minutes), "published", worlds=WORLDS))

    @rule(which=st.integers(0, 3))
    def reproduce(self, which: int) -> None:
        """Law 2: a run is made again from its manifest."""
        record = self.runs[which % len(self.runs)]
        # Once in the whole test by the real command's way: a fresh process costs seconds.
        if self.is_compacted and not self.tally.seen["in a fresh process"]:
            again = reproduce(self.lake, record.run_id)
            assert not again.has_failed, again.to_dict()
            assert dict(again.digests) == dict(record.digests)
            self.tally.note("in a fresh process")
        else:
            require_same(record, recompute(self.lake, record.request), "made again from its manifest")
        self.tally.note("reproduced")
        if self.is_compacted:
            self.tally.note("compaction before reproduce")

    @rule(table=st.sampled_from(READ), minutes=st.sampled_from((0, 0, 1, 5, 6, 90)), on_a_stamp=SEEDS)
    def read(self, table: str, minutes: int, on_a_stamp: int) -> None:
        """Law 5, table by table: a reading now, or some minutes after a batch came in, is what was told by then."""
        page = self.book.pages[on_a_stamp % len(self.book.pages)]
        at = min(page.instant + timedelta(minutes=minutes), self.clock.now())
        for knowledge in ("observed", "published"):
            require_reading(self.lake, self.book, table, max(at, self.book.pages[0].instant), knowledge)
        self.tally.note("read")

    def teardown(self) -> None:
        """Asks the laws, unless the history has failed already."""
        try:
            if sys.exception() is None:
                self._ask_all()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _ask_all(self) -> None:
        for record in self.runs:
            # Observed: nothing can land at or before a run. Published: only what was late can.
            request = record.request if record.run_id in self.overtaken else unpinned(record)
            again = recompute(self.lake, replace(request, model_id=record.request.model_id))
            require_same(record, again, "after all that came later")
            self.tally.note("future")
        own = self.runs[len(self.ground.runs) :]
        observed = [record for record in self.runs if record.knowledge == "observed"][-1]
        self._require_cut(observed)
        self._require_any_order([record for record in self.runs if record.knowledge == "published"][-1])
        for record in [record for record in own if record.digests][-1:]:
            require_spine(self.lake, record)
            self.tally.note("spine")

    def _require_cut(self, record: RunRecord) -> None:
        """Law 5: a lake that was told only what the run's had been told by then makes the same run."""
        pages = [page for page in self.book.pages if page.instant <= record.run_ts]
        lake = replay(pages, self.folder / "cut", FixedClock(record.run_ts), on_time=True)
        require_same(record, recompute(lake, unpinned(record)), "on a lake cut at its instant")
        self.tally.note("cut")

    def _require_any_order(self, record: RunRecord) -> None:
        """Law 4: told everything in another order, and twice, a lake makes the same run of published knowledge."""
        pages = self.book.pages[::-1]
        lake = replay(pages, self.folder / "turned", FixedClock(self._end()), on_time=False)
        request = replace(record.request, pins=None)
        # What came late may have changed the answer, but not what the order it came in has to do with it.
        expected = restate(record, recompute(self.lake, request)) if record.run_id in self.overtaken else record
        require_same(expected, recompute(lake, request), "on a lake told in another order")
        self.tally.note("arrival")

    def _run(self, request: RunRequest) -> None:
        record = make_run(self.lake, request).record
        self.book.catch_up(self.lake)
        self.runs.append(record)
        self.tally.note(f"{record.knowledge} run")
        if record.status == "blocked":
            self.tally.note("blocked run")

    def _scrape(self, name: str) -> None:
        scrape(self.lake, Web(self.ground, self.clock), [(get_source(name), DAY)], "machine", newest_only=True)
        self._catch_up()

    def _told(self, what: str) -> None:
        self.tally.note(what)
        if self._catch_up() and what == "late":
            self.tally.note("late, before a run")

    def _catch_up(self) -> bool:
        """Writes down what is new; whether it would have been in time for a published run made already."""
        stamps = [page.first_use for page in self.book.catch_up(self.lake)]
        first = min((stamp for stamp in stamps if stamp is not None), default=None)
        late = [
            run.run_id
            for run in self.runs
            if run.knowledge == "published" and first is not None and first <= run.run_ts
        ]
        self.overtaken.update(late)
        return bool(late)

    def _end(self) -> datetime:
        return max(self.clock.now(), self.book.pages[-1].instant) + timedelta(minutes=1)
