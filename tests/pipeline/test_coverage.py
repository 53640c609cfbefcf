"""Coverage: what lacks is counted and explained, and a training set that lacks too much is refused."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from features.due import require_whole
from features.rates_training import build_rates_training, rates_days, rates_rows
from features.training import build_minutes_training, finished_games
from ingest.history.importer import import_history
from lakehouse.clock import FixedClock, eastern_midnight
from lakehouse.commit import Batch
from lakehouse.errors import BadInput, LabelsMissing, TrainingIncomplete, UnknownName
from lakehouse.gate import View
from lakehouse.holes import Hole, declare_hole, standing_holes, withdraw_hole
from lakehouse.lake import Lake
from lakehouse.tables import get_table
from models.registry import train_minutes
from pipeline.coverage import UNEXPLAINED, cover, open_gaps, survey
from pipeline.due import count_odds, count_reports, count_rosters
from pipeline.labels import freeze_labels
from sandbox.history import write_league
from sandbox.league import generate
from tests.pipeline.league import QUICK
from tests.transforms.league import fact

DAY = date(2025, 12, 20)
NOW = datetime(2025, 12, 21, 6, tzinfo=UTC)
FIRST, LAST = date(2025, 10, 1), DAY - timedelta(days=1)
SENTENCE = r"^The rates training set holds 0 rows where \d+ are due on .* `pretip holes add rates .*$"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six teams, two months of a season: as an archive."""
    folder = tmp_path_factory.mktemp("league")
    write_league(folder, generate(3, 1, DAY + timedelta(days=1), teams=6, games_per_team=24), until=DAY)
    return folder


@pytest.fixture
def other(archive: Path, lake_root: Path) -> Path:
    """A copy of the archive, to be damaged."""
    return Path(shutil.copytree(archive, lake_root / "archive"))


@pytest.fixture(scope="module")
def whole(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake of all of the archive; nobody writes to it."""
    return filled(tmp_path_factory.mktemp("whole") / "lake", archive)


@pytest.fixture
def lake(whole: Lake, lake_root: Path) -> Lake:
    """A copy of it to write to."""
    shutil.copytree(whole.root, lake_root / "copy")
    return Lake.open(lake_root / "copy", FixedClock(NOW + timedelta(hours=1)))


def filled(root: Path, archive: Path) -> Lake:
    lake = Lake.open_or_create(root, FixedClock(NOW))
    import_history(lake, archive, now=NOW)
    freeze_labels(lake)
    return lake


def rewrite(archive: Path, name: str, keep: pl.Expr) -> None:
    """Keeps the rows of a file of the archive for which `keep` holds."""
    file = archive / f"{name}.parquet"
    pl.read_parquet(file).filter(keep).write_parquet(file)


def view_of(lake: Lake) -> View:
    return lake.as_of(eastern_midnight(DAY) - timedelta(microseconds=1), "published", "training")


def one_date_a_month(archive: Path) -> pl.Expr:
    """What a reader of partitions by date finds of a table that is laid out by month: the first file of each."""
    dates = pl.read_parquet(archive / "player_boxscores.parquet")["game_date"].unique().sort().to_frame()
    firsts = dates.group_by(pl.col("game_date").dt.truncate("1mo").alias("month")).agg(pl.col("game_date").min())
    return pl.col("game_date").is_in(firsts["game_date"].to_list())


def test_a_whole_history_is_accepted_and_complete(whole: Lake) -> None:
    view = view_of(whole)
    rows = build_rates_training(view, DAY)
    minutes = build_minutes_training(view, DAY, (15,))
    played = view.rows("gold.labels").filter("played").select(pl.len()).collect().item()
    assert rows.height == played > 1000
    assert minutes.height > played
    for name in ("silver.schedule", "silver.results", "silver.boxscores", "gold.labels", "rates", "minutes"):
        found = cover(whole, name, FIRST, LAST)
        assert found.days["lacking"].sum() == 0, name
        assert found.days["due"].sum() > 0
        assert open_gaps(found).is_empty()


def test_one_partition_a_month_is_refused(other: Path, lake_root: Path) -> None:
    rewrite(other, "player_boxscores", one_date_a_month(other))
    lake = filled(lake_root / "lake", other)
    view = view_of(lake)
    with pytest.raises(TrainingIncomplete, match=SENTENCE):
        build_rates_training(view, DAY)
    with pytest.raises(TrainingIncomplete, match="The minutes training set holds"):
        build_minutes_training(view, DAY, (15,))
    with pytest.raises(LabelsMissing):
        train_minutes(lake, DAY, now=NOW, horizons=(15,), threads=1)
    assert lake.scan("ops.models").collect().is_empty()
    found = cover(lake, "rates", FIRST, LAST)
    assert set(found.days.filter(pl.col("lacking") > 0)["reason"]) == {UNEXPLAINED}
    assert open_gaps(found).height == found.days.height - found.days.filter(pl.col("lacking") == 0).height > 10


def test_an_inner_join_with_the_odds_is_refused_and_a_left_join_is_not(other: Path, lake_root: Path) -> None:
    for name in ("odds_observed", "odds_closing"):
        (other / f"{name}.parquet").unlink()
    lines = pl.read_parquet(other / "odds_lines.parquet").rename({"game_date_et": "game_date"})
    few = lines.filter(one_date_a_month(other)).rename({"game_date": "game_date_et"})
    few.write_parquet(other / "odds_lines.parquet")
    lake = filled(lake_root / "lake", other)
    view = view_of(lake)
    rows = build_rates_training(view, DAY)
    priced = rows.filter(pl.col("total").is_not_null())
    assert 0 < priced.height < rows.height / 5
    assert rows.filter(pl.col("total").is_null())["odds_reason"].unique().to_list() == [
        "no line for the game was known"
    ]
    joined = rows.join(priced.select("game_id").unique(), on="game_id")
    with pytest.raises(TrainingIncomplete, match=SENTENCE):
        require_whole("rates", rates_days(view, joined))
    spring = Hole("silver.odds_lines", FIRST, LAST, "the feed was down")
    told = rates_rows(view, finished_games(view, DAY), (spring,))
    assert told.drop("odds_reason").equals(rows.drop("odds_reason"), null_equal=True)
    assert set(told["odds_reason"].drop_nulls()) == {"the feed was down"}


def test_a_declared_hole_lets_the_set_be_built_until_it_is_withdrawn(other: Path, lake_root: Path) -> None:
    gone = (date(2025, 11, 10), date(2025, 11, 12))
    rewrite(other, "player_boxscores", ~pl.col("game_date").is_between(*gone))
    lake = filled(lake_root / "lake", other)
    with pytest.raises((TrainingIncomplete, LabelsMissing)):
        train_minutes(lake, DAY, now=NOW, config=QUICK, horizons=(15,), threads=1)
    hole = Hole("silver.boxscores", *gone, "the site was down")
    declare_hole(lake, hole)
    row = train_minutes(lake, DAY, now=NOW, config=QUICK, horizons=(15,), threads=1).row
    assert json.loads(row.window)["holes"] == [hole.to_dict()]
    build_rates_training(view_of(lake), DAY, holes=standing_holes(lake))
    found = cover(lake, "silver.boxscores", FIRST, LAST)
    lacking = found.days.filter(pl.col("lacking") > 0)
    assert lacking["reason"].unique().to_list() == ["the site was down"]
    assert lacking["game_date"].to_list() == [day for day in found.days["game_date"] if gone[0] <= day <= gone[1]]
    assert found.days["unexplained"].sum() == 0
    assert isinstance(lake.clock, FixedClock)
    lake.clock.advance(timedelta(minutes=1))
    withdraw_hole(lake, "silver.boxscores", *gone, "found them")
    assert standing_holes(lake) == ()
    with pytest.raises(TrainingIncomplete):
        build_rates_training(view_of(lake), DAY, holes=standing_holes(lake))
    with pytest.raises(UnknownName, match="holes list"):
        withdraw_hole(lake, "silver.boxscores", *gone, "again")


def test_lines_cut_short_are_no_flaw_but_a_gap(other: Path, lake_root: Path) -> None:
    """A box score of which a third came is not excused as one that does not add up; one that is all there is."""
    boxes = pl.read_parquet(other / "player_boxscores.parquet")
    later = boxes.filter(pl.col("game_date") >= date(2025, 11, 10)).sort("game_date", "game_id")
    cut, wrong = later["game_id"][0], later["game_id"][-1]
    place = pl.int_range(pl.len()).over("game_id")
    odd = boxes.filter(pl.col("game_id") == wrong, "played")["player_id"][0]
    minutes = pl.when((pl.col("game_id") == wrong) & (pl.col("player_id") == odd)).then(pl.col("minutes") + 5)
    boxes.filter((pl.col("game_id") != cut) | (place % 3 == 0)).with_columns(
        minutes=minutes.otherwise("minutes")
    ).write_parquet(other / "player_boxscores.parquet")
    lake = filled(lake_root / "lake", other)
    found = cover(lake, "gold.labels", FIRST, LAST)
    dates = dict(boxes.select("game_id", "game_date").unique().iter_rows())
    days = {row["game_date"]: row for row in found.days.filter(pl.col("lacking") > 0).to_dicts()}
    assert set(days) == {dates[cut], dates[wrong]}
    assert days[dates[cut]]["unexplained"] > 0
    assert "does not add up" in days[dates[cut]]["reason"]
    assert days[dates[wrong]]["unexplained"] == 0
    assert "the minutes of team" in days[dates[wrong]]["reason"]
    assert open_gaps(found)["game_date"].to_list() in ([], [dates[cut]])


def test_every_table_has_a_line_and_every_gap_a_reason(whole: Lake) -> None:
    for found in survey(whole, FIRST, LAST):
        days = found.days.filter(pl.col("due") > 0)
        assert days.height > 20, found.table
        assert found.rule
        assert days.filter((pl.col("lacking") > 0) & pl.col("reason").is_null()).is_empty(), found.table
        assert days.filter((pl.col("lacking") == 0) & pl.col("reason").is_not_null()).is_empty(), found.table
        assert (days["due"] - days["lacking"] <= days["present"]).all()
        assert (days["unexplained"] <= days["lacking"]).all()


def test_a_postponed_game_is_not_due(lake: Lake) -> None:
    before = cover(lake, "silver.results", FIRST, LAST).days
    day = before.filter(pl.col("due") == 1)["game_date"]
    games = lake.scan("silver.schedule").filter(pl.col("game_date") == day[0]).collect()
    stamp = NOW - timedelta(hours=1)
    moved = fact("schedule", stamp, **{**games.row(0, named=True), "status": "postponed", "announcement": "later"})
    moved.update(as_of_ts=stamp, ingested_ts=stamp, bronze_batch="test", as_of_quality="exact")
    frame = pl.DataFrame([moved], schema=get_table("silver.schedule").columns)
    lake.commit(Batch("test", "import", {"silver.schedule": frame}))
    for late, said in ((-1, (1, 0, None)), (0, (0, 0, "postponed: 1 game"))):
        then = Lake.open(lake.root, FixedClock(stamp + timedelta(microseconds=late)))
        after = cover(then, "silver.results", FIRST, LAST).days.filter(pl.col("game_date") == day[0])
        assert after.select("due", "lacking", "reason").row(0) == said


def test_a_fetch_that_failed_explains_a_gap_and_one_that_answered_does_not(other: Path, lake_root: Path) -> None:
    dates = pl.read_parquet(other / "injury_reports.parquet")["game_date"].unique().sort()
    down, quiet = dates[10], dates[20]
    rewrite(other, "injury_reports", ~pl.col("game_date").is_in([down, quiet]))
    lake = filled(lake_root / "lake", other)
    scrapes = get_table("ops.scrapes").columns
    rows = [
        {**dict.fromkeys(scrapes), "scrape_id": str(day), "attempt": 1, "source": "injuries", "request": "r",
         "attempted_ts": datetime(day.year, day.month, day.day, 18, tzinfo=UTC), "outcome": outcome, "reason": why}
        for day, outcome, why in ((down, "failed", "the site timed out"), (quiet, "stored", None))
    ]  # fmt: skip
    lake.commit(Batch("test", "scrape", {"ops.scrapes": pl.DataFrame(rows, schema=scrapes)}))
    found = cover(lake, "silver.injury_reports", FIRST, LAST).days
    said = dict(found.filter(pl.col("lacking") > 0).select("game_date", "reason").iter_rows())
    assert said[down] == "not fetched: the site timed out"
    assert said[quiet] == UNEXPLAINED


@pytest.mark.parametrize(("late", "present"), [(-1, 1), (0, 1), (1, 0)])
def test_what_comes_after_the_tip_does_not_count(late: int, present: int) -> None:
    side = {"game_id": "1", "team_id": 7, "game_date": FIRST, "tip_ts": NOW, "home_team": "A", "away_team": "B"}
    stamp = NOW + timedelta(microseconds=late)
    told = {**side, "report_ts": stamp, "as_of_ts": stamp, "line": 1.0, "market": "total"}

    def rows(name: str) -> pl.LazyFrame:
        return pl.LazyFrame([told])

    sides = pl.DataFrame([side])
    desk = SimpleNamespace(games=sides, team_games=sides, rows=rows, view=SimpleNamespace(rows=rows))
    for count in (count_reports, count_rosters, count_odds):
        assert count(desk, "t")["present"].sum() == present  # type: ignore[arg-type]


def test_nulls_are_counted_by_column_with_a_reason(lake: Lake) -> None:
    hole = Hole("silver.boxscores.roster_status", FIRST, LAST, "no longer printed")
    declare_hole(lake, hole)
    found = cover(lake, "silver.boxscores", FIRST, LAST)
    boxes = lake.scan("silver.boxscores").collect()
    for column in ("starter", "pts", "position"):
        mine = found.columns.filter(pl.col("column") == column)
        assert mine["nulls"].sum() == boxes[column].null_count()
        assert mine["rows"].sum() == boxes.height
        assert (mine["reason"].is_null() == (mine["nulls"] == 0)).all()
    printed = found.columns.filter((pl.col("column") == "roster_status") & (pl.col("nulls") > 0))
    assert set(printed["reason"]) <= {"no longer printed"}
    assert found.days["unexplained"].sum() == 0


def test_what_cannot_be_asked_is_refused(lake: Lake) -> None:
    with pytest.raises(UnknownName, match="no rule"):
        cover(lake, "silver.identity", FIRST, LAST)
    with pytest.raises(BadInput, match="swap"):
        survey(lake, LAST, FIRST)
    with pytest.raises(BadInput, match="swap"):
        declare_hole(lake, Hole("rates", LAST, FIRST, "why"))
    with pytest.raises(BadInput, match="reason"):
        declare_hole(lake, Hole("rates", FIRST, LAST, " "))
