"""Law 7: tonight's result, planted in every table there is, reaches no matrix of a model."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.minutes import MINUTES_FEATURES, build_minutes_features
from features.training import build_minutes_training, finished_games
from ingest.history.importer import import_history
from lakehouse.clock import FixedClock, eastern_midnight
from lakehouse.commit import Batch
from lakehouse.digest import frame_digest
from lakehouse.errors import BadInput
from lakehouse.gate import Knowledge
from lakehouse.lake import Lake
from lakehouse.tables import TABLES
from models.fit import fit_minutes
from models.guards import FeatureSet
from models.registry import current_features
from pipeline.compute import compute_run
from pipeline.request import RunRequest
from pipeline.slate import covered_games
from pipeline.steps import read_inputs
from sandbox.history import write_league
from tests.properties.machine.canaries import plant, truth_of
from tests.properties.machine.ground import DAY, TINY, WORLDS, Ground
from transforms.schedule import cuts_before_tip

FACTS = tuple(name for name, table in TABLES.items() if table.is_facts)
READ = tuple(name for name in FACTS if "run" in TABLES[name].audience)
UNREAD = tuple(name for name in FACTS if "run" not in TABLES[name].audience)
# A row a game and player in these, known before tip, is something a run goes by: the test can see what gets through.
TELLING = ("silver.boxscores", "silver.status_events", "silver.lineups", "silver.rosters")
NAMES = [feature.name for feature in MINUTES_FEATURES]
KEYS = ["game_id", "cut_id", "team_id", "player_id"]
TOO_ALIKE = 0.999
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def lake(ground: Ground, lake_root: Path) -> Lake:
    """The ground's lake, the morning after its games; nothing of them has come in yet."""
    shutil.copytree(ground.root, lake_root / "lake")
    return Lake.open(lake_root / "lake", FixedClock(eastern_midnight(DAY + timedelta(days=1)) + timedelta(hours=9)))


@pytest.fixture
def tips(lake: Lake) -> list[datetime]:
    """The tips of tonight's games."""
    return covered_games(lake.as_of(eastern_midnight(DAY), "published"), DAY)["tip_ts"].to_list()


def instants(tips: list[datetime]) -> list[datetime]:
    """When a run of tonight is made: early, and at the last moment before the first tip."""
    return [tips[0] - timedelta(minutes=60), tips[0] - MICROSECOND]


def request(ground: Ground, at: datetime, knowledge: Knowledge = "published") -> RunRequest:
    """A run of tonight with the newest model."""
    return RunRequest(DAY, at, knowledge, worlds=WORLDS, model_id=ground.models[1])


def digests(ground: Ground, lake: Lake, tips: list[datetime]) -> list[dict[str, str]]:
    """Digests of tonight's published runs."""
    found = [compute_run(lake, request(ground, at)) for at in instants(tips)]
    assert all(run.digests for run in found)
    return [run.digests for run in found]


def tonight(ground: Ground) -> pl.DataFrame:
    """What happens tonight."""
    games = ground.world.games_on(DAY, int(eastern_midnight(DAY).timestamp()))
    return truth_of(ground.world, [game.fixture.game_id for game in games])


def most_alike(rows: pl.DataFrame, label: str) -> tuple[float, str]:
    """The feature that goes with a label most, and how closely."""
    found = (0.0, "")
    for name in NAMES:
        both = rows.select(pl.col(name, label).cast(pl.Float64)).drop_nulls()
        values, target = both.to_numpy().T
        if len(both) >= 20 and values.std() > 0 and target.std() > 0:
            found = max(found, (abs(float(np.corrcoef(values, target)[0, 1])), name))
    return found


def test_tonights_result_in_every_table_a_moment_after_tip_moves_no_byte(
    ground: Ground, lake: Lake, tips: list[datetime]
) -> None:
    before = digests(ground, lake, tips)
    truth = tonight(ground)
    for name in READ:
        plant(lake, name, truth, tips[0])
    assert digests(ground, lake, tips) == before


def test_tables_a_run_may_not_read_move_no_byte_even_long_before_tip(
    ground: Ground, lake: Lake, tips: list[datetime]
) -> None:
    before = digests(ground, lake, tips)
    truth = tonight(ground)
    for name in UNREAD:
        plant(lake, name, truth, tips[0] - timedelta(hours=30), "proxy")
    assert digests(ground, lake, tips) == before
    for name in UNREAD:
        for at in instants(tips):
            with pytest.raises(BadInput, match="cannot use it"):
                lake.as_of(at, "published").rows(name)


@pytest.mark.parametrize("name", TELLING)
def test_before_tip_the_same_canary_would_be_seen(ground: Ground, lake: Lake, tips: list[datetime], name: str) -> None:
    at = instants(tips)[-1]
    before = compute_run(lake, request(ground, at)).digests
    plant(lake, name, tonight(ground), at)
    assert compute_run(lake, request(ground, at)).digests["features"] != before["features"]


def test_the_night_as_it_came_out_reaches_no_matrix_of_tonight(
    ground: Ground, lake: Lake, tips: list[datetime], lake_root: Path
) -> None:
    before = digests(ground, lake, tips)
    write_league(lake_root / "night", ground.world.league, until=DAY + timedelta(days=1), known_until=lake.clock.now())
    import_history(lake, lake_root / "night", now=lake.clock.now())
    truth = tonight(ground)
    # What the evening's reports said before the run may move it; no result may.
    view = lake.as_of(instants(tips)[-1], "published")
    features = read_inputs(view, covered_games(view, DAY)).features
    rows = features.join(truth.select("player_id", "minutes", pl.col("played")), on="player_id")
    assert len(rows) >= 40
    for label in ("minutes", "played"):
        closeness, name = most_alike(rows, label)
        assert closeness < TOO_ALIKE, f"{name} goes with tonight's {label}: {closeness}"
    results = lake.as_of(lake.clock.now(), "published").rows("silver.results").select("game_id").collect()
    assert truth["game_id"].is_in(results["game_id"].implode()).all()
    # Told of the night only how it ended, the runs are byte for byte those of before.
    assert digests(ground, only_results(ground, lake, lake_root), tips) == before


def only_results(ground: Ground, told: Lake, lake_root: Path) -> Lake:
    """A copy of the ground's lake that is told box scores and results of the night and nothing else."""
    shutil.copytree(ground.root, lake_root / "results")
    lake = Lake.open(lake_root / "results", told.clock)
    names = ("silver.boxscores", "silver.results", "silver.proxy_status", "silver.proxy_starters")
    games = tonight(ground)["game_id"].unique().to_list()
    rows = {name: told.scan(name).filter(pl.col("game_id").is_in(games)).collect() for name in names}
    assert all(map(len, rows.values()))
    lake.commit(
        Batch("the night", "import", {n: f.with_columns(bronze_batch=pl.lit("the night")) for n, f in rows.items()})
    )
    return lake


def test_what_comes_in_after_an_observed_run_reaches_none_of_its_bytes(ground: Ground, lake: Lake) -> None:
    """Observed goes further: public before the run's instant, but come in after it."""
    record = ground.runs[0]
    assert record.knowledge == "observed"
    truth = tonight(ground)
    for name in READ:
        plant(lake, name, truth, record.run_ts - timedelta(hours=1))
    again = compute_run(lake, replace(record.request, pins=None))
    assert again.digests == dict(record.digests)


def test_no_training_row_knows_its_own_result_at_its_cut(ground: Ground, lake: Lake) -> None:
    until = DAY
    view = lake.as_of(eastern_midnight(until) - MICROSECOND, "published", "training")
    before = build_minutes_training(view, until, (60, 15))
    last = before.filter(pl.col("game_date") == pl.col("game_date").max())
    truth = truth_of(ground.world, last["game_id"].unique().sort().to_list())
    first_tip = last["tip_ts"].min()
    assert isinstance(first_tip, datetime)
    for name in READ:
        # A moment after the first tip of the last day; no later game is there for which it would be history.
        plant(lake, name, truth, first_tip + MICROSECOND)
    told = lake.as_of(eastern_midnight(until) - MICROSECOND, "published", "training")
    after = build_minutes_features(told, cuts_before_tip(finished_games(view, until), (60, 15)))
    known = after.join(before, on=KEYS, how="semi", maintain_order="left").select(*KEYS, *NAMES)
    assert frame_digest(known, KEYS) == frame_digest(before.select(*KEYS, *NAMES), KEYS)
    for label in ("minutes", "played"):
        closeness, name = most_alike(before, label)
        assert closeness < TOO_ALIKE, f"{name} goes with {label}: {closeness}"


@pytest.mark.parametrize("label", ["minutes", "played"])
def test_training_with_a_column_that_is_the_label_is_refused(lake: Lake, label: str) -> None:
    view = lake.as_of(eastern_midnight(DAY) - MICROSECOND, "published", "training")
    training = build_minutes_training(view, DAY, (15,))
    told = pl.col(label).cast(pl.Float64)
    features = current_features()
    with pytest.raises(BadInput, match="not declared"):
        fit_minutes(training.with_columns(tonight=told), features, TINY, threads=1)
    declared = FeatureSet((*features.names, "tonight"), features.digest)
    for disguise in (told, told * -3.0 + 7.0, pl.when(pl.col("cut_id") == 15).then(told)):
        with pytest.raises(BadInput, match=f"tonight is the label {label}"):
            fit_minutes(training.with_columns(tonight=disguise), declared, TINY, threads=1)
