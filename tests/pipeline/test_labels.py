"""Labels are frozen once: the same versions however often and whenever, for training and evaluation only."""

from __future__ import annotations

import json
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.main import pretip
from evaluation.window import evaluate_window
from ingest.history.importer import import_history
from lakehouse.clock import FixedClock, iso
from lakehouse.commit import Batch
from lakehouse.errors import BadInput, LabelsMissing, LakeBusy
from lakehouse.holes import Hole
from lakehouse.lake import Lake
from lakehouse.tables import get_table
from models.registry import train_minutes
from pipeline.at import Offset
from pipeline.labels import freeze_labels, report_days
from tests.conftest import SHM
from tests.pipeline.league import DAY, NOW
from tests.transforms.league import Row, game_row
from tests.transforms.test_finals import ATL, BOS, TIP, WHOLE, Step, known, stated, stories
from transforms.label_days import require_labels

TABLE = "gold.labels"
# What says when and by which batch a label was frozen, and nothing of what happened.
FREEZING = ("bronze_batch", "label_frozen_ts")
MORNING = NOW + timedelta(hours=30)


def put(lake: Lake, batch: str, told: dict[str, list[Row]]) -> None:
    """Commits facts as they are stamped."""
    frames = {
        f"silver.{name}": pl.DataFrame(
            [{**row, "bronze_batch": batch} for row in rows], schema=get_table(f"silver.{name}").columns
        )
        for name, rows in told.items()
        if rows
    }
    lake.commit(Batch(batch, "scrape", frames))


def live(folder: Path, story: list[Step], freeze_after: set[int]) -> Lake:
    """A lake that got a game's facts as they came, and froze after some of them and at the end."""
    clock = FixedClock(TIP)
    lake = Lake.open_or_create(folder, clock)
    for at, told in enumerate(stated(story)):
        clock.instant = TIP + known(at)
        put(lake, f"test:{at}", told)
        if at in freeze_after:
            freeze_labels(lake)
    clock.instant = TIP + timedelta(days=2)
    freeze_labels(lake)
    return lake


def held(lake: Lake) -> pl.DataFrame:
    return lake.scan(TABLE).drop(FREEZING).sort("player_id", "as_of_ts").collect()


def late(folder: Path, story: list[Step], *more: dict[str, list[Row]]) -> Lake:
    """A lake that froze, and then got more facts and froze again."""
    lake = live(folder, story, set())
    clock = lake.clock
    assert isinstance(clock, FixedClock)
    for at, told in enumerate(more):
        clock.advance(timedelta(hours=1))
        put(lake, f"more:{at}", told)
        freeze_labels(lake)
    return lake


@settings(max_examples=12)
@given(stories(4), st.sets(st.integers(0, 3)))
def test_how_often_labels_are_frozen_shows_in_no_version(story: list[Step], after: set[int]) -> None:
    with tempfile.TemporaryDirectory(dir=SHM) as folder:
        often = live(Path(folder) / "often", story, after)
        once = live(Path(folder) / "once", story, set())
        assert held(often).equals(held(once))
        head = often.log.head()
        assert freeze_labels(often).rows == 0
        assert often.log.head() == head


def test_a_correction_and_its_reversal_are_versions_with_their_own_stamps(lake_root: Path) -> None:
    swapped, back = Step(((1, 1), (2, 2)), None), Step(((1, 0), (2, 0)), None)
    lake = live(lake_root, [WHOLE, swapped, back], {0, 1})
    mine = held(lake).filter(pl.col("player_id") == 1)
    assert mine.select("version", "pts").rows() == [(1, 10), (2, 8), (3, 10)]
    assert mine["as_of_ts"].to_list() == [TIP + known(at) for at in range(3)]
    frozen = lake.scan(TABLE).filter(pl.col("player_id") == 1).sort("version").collect()["label_frozen_ts"]
    assert frozen.to_list() == [TIP + known(0), TIP + known(1), TIP + timedelta(days=2)]
    assert held(lake).filter(pl.col("player_id") == 3)["version"].to_list() == [1]


def test_a_game_that_first_sums_wrong_is_frozen_from_its_correction_on(lake_root: Path) -> None:
    wrong = Step(((1, 3), *WHOLE.lines[1:]), 0)
    lake = live(lake_root, [wrong, Step(((1, 0),), None)], {0})
    assert held(lake).select("version", "as_of_ts").unique().rows() == [(1, TIP + known(1))]
    assert held(lake)["dk_fpts"].null_count() == 4


def test_a_correction_that_breaks_the_sums_leaves_the_labels_and_is_told(lake_root: Path) -> None:
    lake = live(lake_root, [WHOLE, Step(((1, 3),), None)], {0})
    assert held(lake)["version"].to_list() == [1] * 4
    (flawed,) = freeze_labels(lake).flawed
    assert flawed.is_frozen
    assert "21, not to its score of 20" in flawed.reason


def test_a_fact_stamped_before_what_was_frozen_counts_from_the_freeze(lake_root: Path) -> None:
    early = stated([Step(((1, 1), (2, 2)), None)])[0]
    # Stamped together with the frozen lines, but told later: the first of two equal stamps wins, in silver as here.
    tied = late(
        lake_root / "tied",
        [WHOLE],
        {"boxscores": [{**row, "ingested_ts": TIP + known(9)} for row in early["boxscores"]]},
    )
    assert held(tied)["version"].to_list() == [1] * 4
    # A mended parser states the same fact again, with the old stamps: it goes before the old statement.
    mended = late(
        lake_root / "mended", [WHOLE], {"boxscores": [{**row, "parser_version": 2} for row in early["boxscores"]]}
    )
    shown = mended.as_of(TIP + known(0), "published", "training").rows(TABLE).collect()
    assert shown.unique("player_id", keep="first", maintain_order=True)["pts"].to_list() == [8, 12, 10, 10]
    # Lines that should have been there when the game was first frozen: they count from now.
    soon = TIP + known(0) + timedelta(minutes=30)
    lines = [{**row, "as_of_ts": soon} for row in early["boxscores"]]
    missed = late(lake_root / "missed", [Step(WHOLE.lines, None), Step((), 0)], {"boxscores": lines})
    last = held(missed).unique("player_id", keep="last", maintain_order=True)
    assert last.select("pts", "as_of_ts").rows()[0] == (8, missed.clock.now())
    assert last["pts"].to_list() == [8, 12, 10, 10]
    # The result was told last, but had been public first: what was frozen at its end was true before.
    result = {**stated([Step((), 0)])[0]["results"][0], "as_of_ts": TIP + known(0), "ingested_ts": TIP + known(9)}
    other = late(lake_root / "late", [Step(WHOLE.lines, None), Step(((1, 1), (2, 2)), 0)], {"results": [result]})
    last = held(other).unique("player_id", keep="last", maintain_order=True)
    assert last["pts"].to_list() == [8, 12, 10, 10]
    assert held(other).filter(pl.col("player_id") == 1)["version"].n_unique() == 2


def test_a_run_may_not_read_labels_and_nobody_before_they_were_known(lake_root: Path) -> None:
    lake = live(lake_root, [WHOLE], set())
    now = lake.clock.now()
    with pytest.raises(BadInput, match="for training and evaluation"):
        lake.as_of(now).rows(TABLE)
    for audience in ("training", "evaluation"):
        rows = lake.as_of(TIP + known(0), "published", audience).rows(TABLE).collect()
        assert rows.height == 4
        assert (
            lake.as_of(TIP + known(0) - timedelta(microseconds=1), "published", audience)
            .rows(TABLE)
            .collect()
            .is_empty()
        )
        # This lake held them only when it froze them.
        assert lake.as_of(now - timedelta(hours=1), "observed", audience).rows(TABLE).collect().is_empty()
        assert lake.as_of(now, "observed", audience).rows(TABLE).collect().height == 4


def test_what_another_process_wrote_meanwhile_refuses_the_freeze(
    lake_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lake.open_or_create(lake_root, FixedClock(TIP + known(0)))
    put(lake, "test:first", stated([WHOLE])[0])
    commit = Lake.commit

    def overtaken(self: Lake, batch: Batch) -> object:
        put_more = stated([WHOLE], game=2)[0]
        monkeypatch.setattr(Lake, "commit", commit)
        put(self, "test:second", put_more)
        return commit(self, batch)

    monkeypatch.setattr(Lake, "commit", overtaken)
    with pytest.raises(LakeBusy, match="run the command again"):
        freeze_labels(lake)
    assert len(freeze_labels(lake).frozen) == 2


def schedule(*days: int) -> list[Row]:
    """Games numbered from 1, so many days after the first."""
    early = TIP - timedelta(days=60)
    return [game_row(at, BOS, ATL, TIP + timedelta(days=day), early) for at, day in enumerate(days, start=1)]


def test_a_day_without_any_label_is_a_failure_and_a_declared_hole_is_not(lake_root: Path) -> None:
    lake = Lake.open_or_create(lake_root, FixedClock(TIP + timedelta(days=2)))
    put(lake, "test:facts", {"schedule": schedule(0, 0, 1, 3), **stated([WHOLE])[0]})
    freeze_labels(lake)
    view = lake.as_of(lake.clock.now(), "published", "training")
    first, second = date(2024, 10, 22), date(2024, 10, 23)
    with pytest.raises(LabelsMissing, match=r"1 day with games has no labels \(2024-10-23\)"):
        require_labels(view)
    require_labels(view, last=first)
    require_labels(view, holes=[Hole("silver.boxscores", second, second, "lost")])
    with pytest.raises(LabelsMissing):
        require_labels(view, holes=[Hole("silver.odds_lines", second, second, "lost")])
    report = report_days(lake)
    assert report.days.select("game_date", "due", "frozen").rows() == [(first, 2, 1), (second, 1, 0)]
    assert report.missing["reason"].to_list() == ["neither a result nor a box score is known"] * 2


def test_training_and_evaluation_refuse_a_window_without_labels(lake: Lake, built: Path) -> None:
    later = Lake.open(lake.root, FixedClock(MORNING))
    import_history(later, built / "archive-next", now=MORNING)
    with pytest.raises(LabelsMissing, match=str(DAY)):
        evaluate_window(later, DAY, DAY, Offset(15))
    with pytest.raises(LabelsMissing, match=str(DAY)):
        train_minutes(later, date(2025, 12, 3), now=MORNING)


def test_the_command_freezes_says_and_fails(lake: Lake, built: Path) -> None:
    import_history(Lake.open(lake.root, FixedClock(MORNING)), built / "archive-next", now=MORNING)
    command = ["--lake", str(lake.root), "--now", iso(MORNING), "labels", "--from", str(DAY), "--to", str(DAY)]
    failed = CliRunner().invoke(pretip, command)
    assert failed.exit_code == LabelsMissing.exit_code, failed.output
    assert "not frozen yet" in " ".join(failed.stdout.split())
    done = CliRunner().invoke(pretip, [*command, "--freeze", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    (day,) = told["days"]
    assert day["due"] == day["frozen"] == told["freeze"]["frozen"] > 0
    assert told["missing"] == []
    again = CliRunner().invoke(pretip, [*command, "--freeze"])
    assert "0 games frozen" in again.stdout


def test_an_empty_lake_has_none_due(lake_root: Path) -> None:
    lake = Lake.open_or_create(lake_root, FixedClock(datetime.fromisoformat("2025-01-01T00:00:00+00:00")))
    assert freeze_labels(lake).rows == 0
    assert report_days(lake).days.is_empty()
    assert lake.log.head() == 0
