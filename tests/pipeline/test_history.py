"""What was known of games, teams and players, against plain loops over the rows the lake holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from lakehouse.errors import BadInput, UnknownName
from lakehouse.gate import View
from lakehouse.lake import Lake
from lakehouse.teams import FRANCHISES
from pipeline.history import find_game, find_player, find_team, game_lines, known_of, open_view, team_words
from tests.pipeline.league import DAY, EVENING, NOW, plant

BOS = find_team("bos")
EARLIER = EVENING - timedelta(hours=9)


@pytest.fixture
def view(lake: Lake) -> View:
    return lake.as_of(EVENING, "published")


def facts(view: View, table: str) -> pl.DataFrame:
    return view.rows(f"silver.{table}").collect()


def words_by_loop(view: View, team: str, day: Any) -> dict[str, tuple[str, Any, Any]]:
    """Status, first of its consecutive reports, newest report, of each player listed for a date."""
    rows = [row for row in facts(view, "injury_reports").to_dicts() if row["game_date"] == day]
    stamps = sorted({row["report_ts"] for row in rows}, reverse=True)
    said = {(row["report_ts"], row["entry"]): row for row in rows if row["team"] == team}
    found = {}
    for (stamp, entry), row in said.items():
        if stamp != stamps[0] or row["row_kind"] != "player":
            continue
        since = stamp
        for before in stamps[1:]:
            if (before, entry) not in said or said[before, entry]["current_status"] != row["current_status"]:
                break
            since = before
        found[entry] = (row["current_status"], since, stamp)
    return found


@pytest.mark.parametrize("instant", [EARLIER, EVENING], ids=["morning", "evening"])
def test_a_teams_words_are_those_of_the_newest_covering_report(lake: Lake, instant: Any) -> None:
    view = lake.as_of(instant, "published")
    seen = 0
    for team in FRANCHISES:
        for word in team_words(view, team):
            columns = ("entry", "status", "since_ts", "report_ts")
            found = {entry: tuple(rest) for entry, *rest in word.lines.select(columns).rows()}
            assert found == words_by_loop(view, team.name, word.game["game_date"])
            assert word.state in ("submitted", "not_submitted")
            assert word.lines["body_sha256"].str.len_chars().eq(64).all()
            seen += len(found)
    assert seen > 0


def test_a_status_that_came_back_stands_since_it_came_back(lake: Lake) -> None:
    view = lake.as_of(NOW, "published")
    word = next(word for team in FRANCHISES for word in team_words(view, team) if len(word.lines))
    row = word.lines.row(0, named=True)
    rows = facts(view, "injury_reports").filter(
        (pl.col("report_ts") == row["report_ts"]) & (pl.col("game_date") == word.game["game_date"])
    )
    lake.clock.advance(timedelta(hours=3))  # type: ignore[attr-defined]
    for hours, status in ((1, "Probable"), (2, row["status"])):
        told = row["report_ts"] + timedelta(hours=hours)
        changed = pl.when(pl.col("entry") == row["entry"]).then(pl.lit(status)).otherwise("current_status")
        report = rows.drop("available_ts").with_columns(report_ts=pl.lit(told), current_status=changed)
        plant(lake, "silver.injury_reports", report, told)
    team = next(team for team in FRANCHISES if team.name == rows.filter(pl.col("entry") == row["entry"])["team"][0])
    after = open_view(lake, None, "published")
    found = next(w for w in team_words(after, team) if w.game == word.game).lines
    told_again = found.filter(pl.col("entry") == row["entry"]).row(0, named=True)
    assert told_again["since_ts"] == told_again["report_ts"] == row["report_ts"] + timedelta(hours=2)


def test_what_is_known_of_a_player_is_what_the_newest_rows_say(view: View) -> None:
    lines = [(word, line) for word in team_words(view, BOS) for line in word.lines.to_dicts()]
    word, line = next((word, line) for word, line in lines if word.game["game_date"] == DAY)
    known = known_of(view, line["player_id"])
    assert known.game is not None
    assert (known.game["game_id"], known.team_id) == (word.game["game_id"], BOS.team_id)
    said = {row["what"]: row for row in known.said.to_dicts()}
    assert list(said) == ["team report", "injury report", "espn", "lineup", "roster", "status event"]
    assert said["injury report"]["says"] == line["status"]
    assert said["injury report"]["since_ts"] == line["since_ts"]
    assert said["injury report"]["body_sha256"] == line["body_sha256"]
    assert said["team report"]["says"] == word.state
    assert said["espn"]["says"] is None
    roles = facts(view, "lineups").filter(pl.col("game_id") == word.game["game_id"], pl.col("team_id") == BOS.team_id)
    last = roles.filter(pl.col("report_ts") == pl.col("report_ts").max())
    mine = last.filter(pl.col("player_id") == line["player_id"])["role"].to_list()
    assert said["lineup"]["says"] == (mine[0] if mine else "not listed")
    for row in known.said.to_dicts():
        assert row["available_ts"] is None or row["available_ts"] <= view.run_ts
        assert (row["told_ts"] is None) == (row["body_sha256"] is None)
        assert row["since_ts"] is None or row["since_ts"] <= row["told_ts"]


def test_a_list_that_leaves_a_player_out_is_not_silence(view: View) -> None:
    words = [word for word in team_words(view, BOS) if word.game["game_date"] == DAY]
    listed = {line["player_id"] for word in words for line in word.lines.to_dicts()}
    rosters = facts(view, "rosters").filter(pl.col("team_id") == BOS.team_id)
    roster = rosters.filter(pl.col("report_ts") == pl.col("report_ts").max())["player_id"].to_list()
    known = known_of(view, next(player for player in roster if player not in listed), day=DAY)
    assert known.team_id == BOS.team_id
    report = known.said.filter(pl.col("what") == "injury report").row(0, named=True)
    assert (report["says"], report["told_ts"]) == ("not listed", words[0].report["report_ts"])


def test_espn_speaks_with_its_bytes_and_since_when(lake: Lake) -> None:
    view = lake.as_of(NOW, "published")
    name, player = facts(view, "players").select("player_name", "player_id").row(0)
    lake.clock.advance(timedelta(hours=3))  # type: ignore[attr-defined]
    for hours, status in ((0, "Out"), (1, "Questionable"), (2, "Questionable")):
        told = NOW + timedelta(hours=hours)
        row = {
            "report_ts": told, "espn_team_id": 1, "team": "Atlanta Hawks", "player_name": name, "status": status,
            "status_printed": status, "source": "espn", "body_sha256": f"{hours}" * 64, "parser_version": 1,
            "espn_player_id": None, "detail": None, "updated_ts": None,
        }  # fmt: skip
        schema: dict[str, Any] = {
            "report_ts": pl.Datetime("us", "UTC"),
            "espn_player_id": pl.Int64,
            "parser_version": pl.Int32,
        }
        blank: dict[str, Any] = {"detail": pl.String, "updated_ts": pl.Datetime("us", "UTC")}
        plant(lake, "silver.espn_injuries", pl.DataFrame([row], schema_overrides={**schema, **blank}), told)
    known = known_of(open_view(lake, None, "published"), player, day=DAY + timedelta(days=1))
    espn = known.said.filter(pl.col("what") == "espn").row(0, named=True)
    assert (espn["says"], espn["body_sha256"]) == ("Questionable", "2" * 64)
    assert (espn["since_ts"], espn["told_ts"]) == (NOW + timedelta(hours=1), NOW + timedelta(hours=2))


def test_nothing_is_known_of_a_stranger(view: View) -> None:
    known = known_of(view, 1)
    assert known.game is None
    assert known.said.is_empty()


def test_games_teams_and_players_are_found_by_what_people_write(view: View) -> None:
    game = find_game(view, "nop@bos", DAY)
    assert find_game(view, game["game_id"]) == game
    name, player = facts(view, "players").select("player_name", "player_id").row(0)
    assert find_player(view, name.upper()) == find_player(view, str(player)) == (player, name)
    for wrong in (lambda: find_game(view, "0"), lambda: find_game(view, "BOS@NOP", DAY), lambda: find_team("XXX")):
        with pytest.raises(UnknownName):
            wrong()
    with pytest.raises(UnknownName, match=name):
        find_player(view, name + "x")
    with pytest.raises(BadInput, match="--date"):
        find_game(view, "NOP@BOS")


def test_lines_of_a_game_grow_with_the_instant(lake: Lake, view: View) -> None:
    game = find_game(view, "NOP@BOS", DAY)["game_id"]
    before, now = game_lines(lake.as_of(EARLIER, "published"), game), game_lines(view, game)
    assert 0 < len(before) < len(now)
    assert before.rows() == now.filter(pl.col("available_ts") <= EARLIER).rows()
