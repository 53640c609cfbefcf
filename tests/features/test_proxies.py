"""What box scores are taken to have made public: as early and as wrong as reports are, and nothing of the game itself."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.availability import SILENT
from features.proxies import (
    ANNOUNCED,
    CONFIRMED_SHARE,
    CONFIRMED_WRONG,
    LISTED_WITHOUT_LINE,
    MORNING,
    PROJECTED_WRONG,
    ROW,
    SIDE,
    Said,
    fill_in,
    proxy_facts,
)
from lakehouse.schemas.silver import ProxyStarters, ProxyStatus
from tests.transforms.league import ATL, BOS, HOUR, OPENING, MemoryView, Row, fact, game_key, game_row

GAMES = 300
# Of each side 1 to 5 start but for one game in four, when 6 does for 5; 9 and 10 are out.
MEN = 10
WANTED = ["row", *ROW, "cut_ts"]
BLANK = {
    "status_text": "Unknown", "reason": None, "report_state": "unknown", "projected": None, "confirmed": None,
    "five_known": None, "five_confirmed": None, "on_list": None,
}  # fmt: skip
TYPES = {
    "reason": pl.String, "projected": pl.Boolean, "confirmed": pl.Boolean, "five_known": pl.UInt32,
    "five_confirmed": pl.Boolean, "on_list": pl.Boolean,
}  # fmt: skip


def is_starter(game: int, man: int) -> bool:
    return man < 5 or man == (6 if game % 4 == 3 else 5)


def season(games: int = GAMES) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {"schedule": [], "proxy_status": [], "proxy_starters": []}
    for game in range(games):
        tip = OPENING + timedelta(days=game)
        rows["schedule"].append(game_row(game, ATL, BOS, tip, OPENING - timedelta(days=60)))
        for team, base in ((ATL, 0), (BOS, 100)):
            keys = {"game_id": game_key(game), "team_id": team}
            for man in range(1, MEN + 1):
                him = {**keys, "player_id": base + man}
                rows["proxy_starters"].append(
                    fact("proxy_starters", tip - HOUR / 2, starter=is_starter(game, man), **him)
                )
                if man > 8:
                    rows["proxy_status"].append(fact("proxy_status", tip - HOUR / 2, status="Out", **him))
    return rows


def proxies_of(rows: dict[str, list[Row]], shuffled: bool = False) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Tellings of statuses and of fives, with the minutes before the tip at which they came."""
    said = proxy_facts(MemoryView(rows, OPENING + timedelta(days=GAMES + 2), shuffled))
    tips = {row["game_id"]: row["tip_ts"] for row in rows["schedule"]}
    tip = pl.col("game_id").replace_strict(tips, return_dtype=pl.Datetime("us", "UTC"))
    lead = ((tip - pl.col("available_ts")).dt.total_seconds() / 60).alias("lead")
    return said.statuses.collect().with_columns(lead), said.starters.collect().with_columns(lead)


@pytest.fixture(scope="module")
def rows() -> dict[str, list[Row]]:
    return season()


@pytest.fixture(scope="module")
def told(rows: dict[str, list[Row]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    return proxies_of(rows)


def test_the_tables_they_are_read_from_hold_nothing_of_the_game() -> None:
    stamps = {"as_of_ts", "as_of_quality", "ingested_ts", "source", "bronze_batch", "body_sha256", "parser_version"}
    keys = {"game_id", "team_id", "player_id"}
    assert set(ProxyStatus.column_names()) - stamps == {*keys, "status"}
    assert set(ProxyStarters.column_names()) - stamps == {*keys, "starter"}


def test_who_is_out_is_announced_as_early_as_reports_do(told: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    statuses, _ = told
    assert statuses.height == GAMES * 2 * 2
    # Of 1,200 one standard error is .013 at .73.
    for share, lead in ANNOUNCED:
        known = (statuses["lead"] >= lead).mean()
        assert known == pytest.approx(share, abs=0.04)
    assert (statuses["lead"] >= 15).all()
    assert (statuses["lead"] == MORNING).mean() == pytest.approx(ANNOUNCED[0][0], abs=0.04)
    between = statuses.filter(pl.col("lead").is_between(60, 360))["lead"]
    assert between.mean() == pytest.approx(210, abs=25)
    # Two of a side are told apart.
    pair = statuses.group_by(SIDE).agg((pl.col("lead") == MORNING).sum().alias("early"))
    assert (pair["early"] == 1).mean() == pytest.approx(2 * 0.73 * 0.27, abs=0.06)


def test_a_telling_names_exactly_five_none_of_them_out(told: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    statuses, fives = told
    counts = fives.group_by(*SIDE, "confirmed").agg(pl.col("starter").sum(), pl.len())
    assert set(counts["starter"]) == {5}
    assert set(counts["len"]) == {MEN}
    assert fives.filter("starter").join(statuses, on=ROW, how="semi").is_empty()


def test_fives_are_as_wrong_and_as_late_as_line_ups_are(told: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    _, fives = told
    base = pl.when(pl.col("team_id") == BOS).then(100).otherwise(0)
    truth = {(game_key(game), man): is_starter(game, man) for game in range(GAMES) for man in range(1, MEN + 1)}
    man = fives.select(pl.col("player_id") - base).to_series()
    right = [truth[key] for key in zip(fives["game_id"], man, strict=True)]
    sides = (
        fives.with_columns(off=pl.col("starter") != pl.Series(right))
        .group_by(*SIDE, "confirmed")
        .agg(pl.col("off").sum(), pl.col("lead").first(), pl.col("lead").n_unique().alias("leads"))
    )
    assert (sides["leads"] == 1).all()
    assert set(sides["off"]) <= {0, 2}
    projected, confirmed = sides.filter(~pl.col("confirmed")), sides.filter("confirmed")
    # Of 600 sides one standard error is .019 at a third, and .011 at 22/24.
    assert projected.height == 2 * GAMES
    assert (projected["lead"] == MORNING).all()
    assert (projected["off"] > 0).mean() == pytest.approx(PROJECTED_WRONG, abs=0.06)
    assert confirmed.height / (2 * GAMES) == pytest.approx(CONFIRMED_SHARE, abs=0.035)
    assert confirmed["lead"].is_between(15, 30).all()
    assert confirmed["lead"].mean() == pytest.approx(22.5, abs=1)
    assert (confirmed["off"] > 0).mean() == pytest.approx(CONFIRMED_WRONG, abs=0.02)
    # A five that was projected wrong is confirmed as often as another.
    wrong = projected.filter(pl.col("off") > 0).join(confirmed, on=SIDE, how="semi")
    assert wrong.height / (projected["off"] > 0).sum() == pytest.approx(CONFIRMED_SHARE, abs=0.08)


def test_a_wrong_five_lacks_who_starts_least_and_has_the_likeliest_other(
    told: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    """In a game that 6 starts for 5, 5 has started most of the last ones: he is the one wrongly named, for 6."""
    fives = told[1].filter((pl.col("team_id") == ATL) & ~pl.col("confirmed"))
    for game in range(7, GAMES, 4):
        named = fives.filter((pl.col("game_id") == game_key(game)) & pl.col("starter"))["player_id"].sort().to_list()
        assert named in ([1, 2, 3, 4, 5], [1, 2, 3, 4, 6])
    usual = fives.filter(pl.col("game_id").is_in([game_key(game) for game in range(8, GAMES, 4)]) & pl.col("starter"))
    assert set(usual["player_id"]) == {1, 2, 3, 4, 5, 6}


def test_the_order_of_facts_plays_no_part_and_later_games_move_no_telling(
    rows: dict[str, list[Row]], told: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    for first, second in zip(told, proxies_of(rows, shuffled=True), strict=True):
        assert second.equals(first)
    for first, short in zip(told, proxies_of(season(20)), strict=True):
        games = short["game_id"].unique().implode()
        assert short.equals(first.filter(pl.col("game_id").is_in(games)))


def spine_of(players: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What is said, nothing, of the players of one game, and their rows, a minute before the tip."""
    keys = [
        {"row": at, "game_id": game_key(0), "team_id": ATL if at % 2 else BOS, "player_id": at, "cut_ts": OPENING}
        for at in range(players)
    ]
    stamp = {"cut_ts": pl.Datetime("us", "UTC")}
    said = pl.DataFrame([{"row": at, **BLANK} for at in range(players)], schema_overrides=TYPES)
    return said, pl.DataFrame(keys, schema_overrides=stamp)


def proxies(
    out: dict[int, timedelta], rows: pl.DataFrame, lines: list[int] | None = None, starters: list[int] | None = None
) -> Said:
    """Players out, told so long before the cut; who has a line, None for all; who starts of ATL, told at the cut."""
    keys = rows.select(*ROW, "cut_ts")
    ago = pl.col("player_id").replace_strict(out, default=None, return_dtype=pl.Duration("us"))
    statuses = keys.filter(pl.col("player_id").is_in(list(out))).select(
        *ROW, status=pl.lit("Out"), available_ts=pl.col("cut_ts") - ago
    )
    named = keys.filter((pl.col("team_id") == ATL) & pl.lit(starters is not None)).select(
        *ROW, starter=pl.col("player_id").is_in(starters or []), confirmed=pl.lit(True), available_ts="cut_ts"
    )
    held = keys.select(ROW) if lines is None else keys.filter(pl.col("player_id").is_in(lines)).select(ROW)
    return Said(statuses.lazy(), named.lazy(), lines=held.lazy())


def test_who_did_not_play_but_was_active_is_clear_and_who_is_told_later_is_clear_till_then() -> None:
    said, rows = spine_of(20)
    soon = timedelta(microseconds=1)
    made = fill_in(said, rows, proxies({1: soon, 3: timedelta(0), 5: -soon}, rows))
    status = dict(zip(rows["player_id"], made["status_text"], strict=True))
    assert {man: status[man] for man in (1, 3, 5, 7)} == {1: "Out", 3: "Out", 5: "Clear", 7: "Clear"}
    # Of the other team nothing is told.
    assert {status[man] for man in range(0, 20, 2)} == {"Unknown"}
    assert made["is_proxy"].to_list() == [man % 2 == 1 for man in range(20)]


def test_who_has_no_line_is_off_the_list_but_for_the_few_who_were_on_it() -> None:
    said, rows = spine_of(4000)
    with_line = list(range(1, 2000, 2))
    made = fill_in(said, rows, proxies({1: HOUR}, rows, with_line)).with_columns(rows["player_id"], rows["team_id"])
    theirs = made.filter((pl.col("team_id") == ATL) & (pl.col("player_id") > 1))
    lined = pl.col("player_id").is_in(with_line)
    assert set(theirs.filter(lined)["status_text"]) == {"Clear"}
    assert set(theirs.filter(~lined)["status_text"]) == {"Clear", "Off List"}
    # Of 1,000 one standard error is .013.
    assert (theirs.filter(~lined)["status_text"] == "Clear").mean() == pytest.approx(LISTED_WITHOUT_LINE, abs=0.05)


@given(st.sampled_from(["Out", "Doubtful", "Questionable", "Probable", "Available", "Clear", "Off List", *SILENT]))
def test_a_proxy_speaks_only_where_nothing_real_was_known(status: str) -> None:
    said, rows = spine_of(12)
    real = said.with_columns(status_text=pl.lit(status), on_list=True, reason=pl.lit("rest"))
    made = fill_in(real, rows, proxies({1: HOUR}, rows, starters=[1, 3, 5, 7, 9]))
    mine = made.filter(rows["team_id"] == ATL)
    assert mine["status_text"][0] == ("Out" if status in SILENT else status)
    assert made.filter(rows["team_id"] == BOS).drop("is_proxy").equals(real.filter(rows["team_id"] == BOS))
    assert made.select("row", "on_list", "reason", "report_state").equals(
        real.select("row", "on_list", "reason", "report_state")
    )
    five = mine.select("projected", "confirmed", "five_known", "five_confirmed").to_dicts()
    assert [row["projected"] for row in five] == [row["confirmed"] for row in five] == [True] * 5 + [False]
    assert {(row["five_known"], row["five_confirmed"]) for row in five} == {(5, True)}
    known = real.with_columns(five_known=pl.lit(5, pl.UInt32), projected=False, five_confirmed=False)
    kept = fill_in(known, rows, proxies({1: HOUR}, rows, starters=[1, 3, 5, 7, 9]))
    names = ["projected", "confirmed", "five_known", "five_confirmed"]
    assert kept.select(names).equals(known.select(names))
    assert kept["is_proxy"].any() == (status in SILENT)
