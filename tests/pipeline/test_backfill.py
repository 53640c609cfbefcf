"""Backfilled runs are the runs of their instants, whoever computes them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ingest.history.importer import import_history
from lakehouse.clock import FixedClock
from lakehouse.errors import BadInput, RunBlocked
from lakehouse.lake import Lake
from pipeline.at import Offset, run_instants
from pipeline.backfill import RUNS_A_COMMIT, BackfillRequest, backfill, list_requests
from pipeline.executor import Processes, Serial
from pipeline.labels import freeze_labels
from pipeline.predictions import label_rows, predict_at, spine_before
from pipeline.record import list_records
from pipeline.run import make_run
from tests.pipeline.league import DAY, NOW, WORLDS, copy_lake

WINDOW = BackfillRequest(DAY, DAY, (Offset(60), Offset(15)), worlds=WORLDS)


def test_a_backfill_makes_one_run_for_each_instant_in_one_commit_a_chunk(lake: Lake) -> None:
    head = lake.log.head()
    records = backfill(lake, WINDOW)
    view = lake.as_of(NOW, "published")
    wanted = {ts for at in WINDOW.ats for ts in run_instants(view, DAY, DAY, at)["run_ts"]}
    assert [record.run_ts for record in records] == sorted(wanted)
    assert lake.log.head() - head == -(-len(records) // RUNS_A_COMMIT)
    assert [record.kind for record in list_records(lake)] == ["backfill"] * len(records)
    # No second code path: the same request made as a run gives the same bytes.
    assert make_run(lake, records[-1].request).record.digests == records[-1].digests


def test_processes_compute_what_this_process_would(built: Path, lake_root: Path) -> None:
    digests = []
    for name, executor in (("here", Serial()), ("there", Processes(2))):
        records = backfill(copy_lake(built, lake_root / name), WINDOW, executor)
        digests.append([record.digests for record in records])
    assert digests[0] == digests[1]


def test_dates_without_games_or_the_wrong_way_round_are_refused(lake: Lake) -> None:
    with pytest.raises(BadInput, match="No game"):
        backfill(lake, BackfillRequest(DAY.replace(month=7), DAY.replace(month=7)))
    with pytest.raises(BadInput, match="earlier one first"):
        list_requests(lake, BackfillRequest(DAY, DAY - timedelta(days=1)))


def test_each_games_prediction_is_that_of_the_run_made_for_it(built: Path, lake: Lake) -> None:
    runs = {record.run_ts: record for record in backfill(lake, BackfillRequest(DAY, DAY, (Offset(15),), worlds=WORLDS))}
    later = Lake.open(lake.root, FixedClock(NOW + timedelta(hours=30)))
    import_history(later, built / "archive-next", now=later.clock.now())
    freeze_labels(later)
    made = predict_at(later, DAY, DAY, Offset(15))
    stored = later.scan("gold.minutes").collect()
    for row in made.rows.iter_rows(named=True):
        run_id = runs[row["run_ts"]].run_id
        kept = stored.filter(run_id=run_id, game_id=row["game_id"], player_id=row["player_id"])
        assert kept["minutes_p50"].item() == row["minutes_p50"]
    labels = label_rows(later.as_of(later.clock.now(), "published", "evaluation"), made.rows)
    assert labels["label_complete"].all()
    assert len(labels) == len(made.rows)


def test_the_rows_simple_rules_learn_from_lie_before_the_window(lake: Lake) -> None:
    before = spine_before(lake.as_of(NOW, "published", "evaluation"), DAY, Offset(15))
    assert len(before) > 500
    assert before["cut_ts"].max() < NOW  # type: ignore[operator]


def test_predictions_before_any_model_are_blocked(lake: Lake) -> None:
    early = DAY - timedelta(days=20)
    with pytest.raises(RunBlocked, match="model"):
        predict_at(lake, early, early + timedelta(days=2), Offset(15))
