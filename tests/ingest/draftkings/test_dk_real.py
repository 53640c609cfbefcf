"""Every DraftKings payload at hand is read, and agrees with what it says of itself."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from ingest.draftkings import SOURCE
from ingest.draftkings.contest import paid_cash
from ingest.draftkings.rules import read_rules
from ingest.draftkings.slots import CLASSIC
from ingest.payload import Parsed
from simulation.scoring import dk_fpts
from tests.ingest.draftkings.desk import HISTORY, STAMP, WIRE, load, require_sound

DK = WIRE / "draftkings"
pytestmark = pytest.mark.skipif(
    not DK.is_dir(), reason="the real payloads are not here: ../shared/data/wire/draftkings"
)
# By what the slots of a pool are: slate type, rows, games.
POOLS = {
    "139169": ("classic", 461, 4),
    "139171": ("tiers", 38, 4),
    "139174": ("classic", 233, 2),
    "139178": ("single-game", 70, 1),
    "139243": ("classic", 582, 5),
    "139263": ("list", 250, 7),
    "139281": ("showdown", 72, 1),
    "139284": ("tiers", 34, 3),
}


def read(path: Path) -> tuple[str, Parsed]:
    body = load(path)
    kinds = [kind for kind in SOURCE.kinds if kind.is_like(body)]
    assert len(kinds) == 1, path.name
    parsed = kinds[0].parse(body, STAMP)
    require_sound(parsed)
    return kinds[0].name, parsed


def of(folder: str, pattern: str) -> list[Path]:
    return sorted((DK / folder).glob(pattern))


def test_every_file_is_of_one_kind_and_is_read() -> None:
    found = {path: read(path) for path in sorted(DK.rglob("*")) if path.is_file() and path.name != "catalog.csv"}
    assert {name for name, _ in found.values()} == {kind.name for kind in SOURCE.kinds} - {"entries"}
    assert not [path.name for path, (_, parsed) in found.items() if parsed.rejected]


@pytest.mark.parametrize("group", POOLS)
def test_pools(group: str) -> None:
    kind, parsed = read(DK / "draftables" / f"draftables_raw_{group}.json.gz")
    rows = parsed.frames["silver.dk_draftables"]
    slate_type, count, games = POOLS[group]
    assert kind == "draftables"
    assert (rows["slate_type"].unique().to_list(), len(rows)) == ([slate_type], count)
    assert rows["competition_id"].n_unique() == games
    assert not rows["lock_ts"].null_count()
    assert not rows["slot"].null_count()
    if slate_type in ("classic", "showdown", "single-game"):
        assert rows["salary"].is_between(1000, 20000).all()
        assert (rows["salary"] % 100 == 0).all()
    else:
        assert rows["salary"].null_count() == len(rows)
    if slate_type in ("showdown", "single-game"):
        wide = rows.pivot("slot", index="dk_player_id", values="salary")
        assert (wide["CPT"] == wide["UTIL"] * 1.5).all()
    if slate_type == "classic":
        one = rows.group_by("dk_player_id").agg(pl.col("salary").n_unique(), pl.col("slot"), pl.col("position").first())
        assert one["salary"].max() == 1
        eligible = one.select(pl.col("position").str.split("/").list.set_difference("slot").list.len().sum()).item()
        assert eligible == 0


def test_lobby() -> None:
    _, parsed = read(DK / "lobby_getcontests_NBA_2023-12-01_filtered.json")
    groups, contests = parsed.frames["silver.dk_draft_groups"], parsed.frames["silver.dk_contests"]
    assert (len(contests), len(groups)) == (276, 9)
    assert contests["draft_group"].is_in(groups["draft_group"].implode()).all()
    starts = contests.join(groups, on="draft_group")
    assert (starts["start_ts"] == starts["start_ts_right"]).all()
    assert (contests["entries"] <= contests["max_entries"]).all()
    gpps = contests.filter("is_gpp")
    assert 20 < len(gpps) < 80
    assert gpps["game_type"].unique().to_list() == ["Classic"]
    assert not gpps["contest_name"].str.contains("(?i)double up|satellite|qualifier").any()
    # What is taken in covers the prizes: the fields say which of m, nt and mec is which.
    taken = gpps["entry_fee"] * gpps["max_entries"]
    assert (taken > gpps["prize_pool"]).all()
    assert (gpps["max_entries_per_user"] <= 150).all()


def test_contest_pages_pay_their_pool() -> None:
    for path in of("", "contest_detail_*.json"):
        _, parsed = read(path)
        contest = parsed.frames["silver.dk_contests"].row(0, named=True)
        assert paid_cash(parsed.frames["silver.dk_payouts"]) == pytest.approx(contest["prize_pool"])
        assert f"_{contest['contest_id']}_" in path.name


@pytest.mark.parametrize("path", of("payouts", "*.csv"), ids=lambda path: path.stem)
def test_payout_sheets_pay_the_pool_of_their_name(path: Path) -> None:
    _, parsed = read(path)
    rows = parsed.frames["silver.dk_payouts"]
    thousands = int(re.findall(r"^\d+", path.name)[0])
    # The pool is a round figure; the last span is fitted to it, to within the lowest prize.
    assert paid_cash(rows) == pytest.approx(1000 * thousands, abs=30)
    assert (rows["min_position"].shift(-1).drop_nulls() == rows["max_position"].head(len(rows) - 1) + 1).all()
    assert rows["cash"].is_sorted(descending=True)


@pytest.mark.parametrize("path", of("salaries", "*.csv"), ids=lambda path: path.stem)
def test_salary_files(path: Path) -> None:
    _, parsed = read(path)
    rows = parsed.frames["silver.dk_draftables"]
    assert len(rows) == len([line for line in load(path).decode().splitlines() if line]) - 1
    assert rows["salary"].is_between(3000, 15000).all()
    assert rows["slate_type"].unique().to_list() == ["classic"]
    day = date.fromisoformat(f"{path.name[11:15]}-{path.name[15:17]}-{path.name[17:19]}")
    days = rows["lock_ts"].drop_nulls().dt.convert_time_zone("America/New_York").dt.date().unique().to_list()
    assert days == [day]
    printed = rows["competition"].is_null()
    assert (printed == rows["lock_ts"].is_null()).all()


CATALOG = DK / "standings" / "catalog.csv"
EXPORTS = pl.read_csv(CATALOG).rows(named=True) if CATALOG.is_file() else []
# The catalogue calls it final because no slot is locked; its points are not those of the box scores yet.
NOT_OVER = "contest-standings-173322541.zip"


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export["file"])
def test_standings(export: dict[str, object]) -> None:
    _, parsed = read(DK / "standings" / str(export["file"]))
    entries, players = parsed.frames["silver.dk_standings"], parsed.frames["silver.dk_ownership"]
    assert (len(entries), len(players)) == (export["entries"], export["players_drafted"])
    assert entries["contest_id"].unique().to_list() == [export["contest_id"] or 0]
    assert (entries["entry_id"].min(), entries["entry_id"].max()) == (export["entry_id_min"], export["entry_id_max"])
    assert entries["points"].max() == export["top_points"]
    assert entries["time_remaining"].max() == export["max_time_remaining"]
    assert entries["lineup"].null_count() == export["empty_lineups"]
    assert entries["lineup"].str.contains("LOCKED").sum() == export["locked_lineups"]
    users = entries["entry_name"].str.replace(r" \(\d+/\d+\)$", "").n_unique()
    assert users == export["users"]
    is_final = export["state"] == "final" and export["file"] != NOT_OVER
    assert entries["is_final"].unique().to_list() == players["is_final"].unique().to_list() == [is_final]
    total = players["drafted_pct"].sum()
    assert (795 <= total <= 800.5) if export["state"] == "final" else (total < 700)
    ranked = entries.sort("rank")
    assert ranked["points"].is_sorted(descending=True)


@pytest.mark.parametrize("export", [row for row in EXPORTS if row["state"] == "final"], ids=lambda row: row["file"])
def test_only_what_is_called_final_scores_as_the_box_scores_do(export: dict[str, object]) -> None:
    _, parsed = read(DK / "standings" / str(export["file"]))
    players = parsed.frames["silver.dk_ownership"].unique("player_name", maintain_order=True)
    if not HISTORY.is_dir():
        pytest.skip("the real box scores are not here: ../shared/data/history")
    games = pl.scan_parquet(HISTORY / "games.parquet").select("game_id", "game_date")
    box = pl.scan_parquet(HISTORY / "player_boxscores.parquet").drop("game_date").join(games, on="game_id")
    day = date.fromisoformat(str(export["slate_date"]))
    scored = box.filter((pl.col("game_date") == day) & pl.col("played")).select("player_name", dk_fpts().alias("true"))
    both = players.join(scored.collect(), on="player_name")
    share = (both["fpts"] == both["true"]).mean()
    assert len(both) > 20
    # Box scores are corrected afterwards; standings are not.
    assert (share > 0.9) == players["is_final"][0], share


def test_a_line_up_adds_up_to_its_points() -> None:
    """Slot and name in turn: the players of the winner score what he has."""
    for export in EXPORTS:
        _, parsed = read(DK / "standings" / str(export["file"]))
        entries, players = parsed.frames["silver.dk_standings"], parsed.frames["silver.dk_ownership"]
        if not entries["is_final"][0]:
            continue
        best = entries.row(0, named=True)
        points = dict(players.select("player_name", "fpts").iter_rows())
        assert players["player_name"].is_unique().all()
        names = re.split(r"(?:^| )(?:PG|SG|SF|PF|C|G|F|UTIL) ", best["lineup"])[1:]
        assert len(names) == 8
        assert sum(points[name.strip()] for name in names) == pytest.approx(best["points"])


def test_rules_have_the_slots_that_pools_are_read_by() -> None:
    rules = read_rules(load(DK / "gametype_rules_70.json"))
    assert (dict(rules.slots), rules.salary_cap, len(rules.slots)) == (CLASSIC, 50_000, 8)
    _, other = read(DK / "gametype_rules_96.json")
    assert other.doubts == ("game type 96 is of another sport than the NBA",)
    for number in (70, 81):
        assert not read(DK / f"gametype_rules_{number}.json")[1].doubts
