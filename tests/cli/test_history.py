"""`pretip lines`, `pretip injuries` and `pretip known` on the small league."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Call

AT = ("--as-of", "2025-12-01T23:30:00Z", "--knowledge", "published")


def test_lines_name_the_game_either_way(call: Call) -> None:
    by_teams = json.loads(call("lines", "NOP@BOS", "--date", "2025-12-01", *AT, "--json").output)
    by_id = json.loads(call("lines", by_teams["game"]["game_id"], *AT, "--json").output)
    assert by_id == by_teams
    assert all(move["line_ts"] <= move["available_ts"] <= by_id["as_of"] for move in by_id["moves"])
    shown = call("lines", by_id["game"]["game_id"], *AT)
    assert shown.exit_code == 0
    assert f"{len(by_id['moves'])} lines known" in shown.output


def test_injuries_show_the_report_and_its_bytes(call: Call) -> None:
    told = json.loads(call("injuries", "--team", "BOS", *AT, "--json").output)
    rows = [row for game in told["games"] for row in game["rows"]]
    assert rows
    assert all(row["since_ts"] <= row["report_ts"] <= told["as_of"] for row in rows)
    shown = call("injuries", "--team", "BOS", *AT).output
    assert rows[0]["body_sha256"][:12] in shown
    assert "No report" in call("injuries", "--team", "UTA", *AT).output


def test_known_takes_a_name_or_an_id(call: Call) -> None:
    rows = json.loads(call("injuries", "--team", "BOS", *AT, "--json").output)["games"][0]["rows"]
    player = str(rows[0]["player_id"])
    by_id = json.loads(call("known", player, *AT, "--json").output)
    assert json.loads(call("known", by_id["player_name"], *AT, "--json").output) == by_id
    assert by_id["said"][1]["says"] == rows[0]["status"]
    assert "injury report" in call("known", player, *AT).output
    assert "no game of his" in call("known", "1", *AT).output


def test_the_lakes_last_entry_is_the_instant_where_none_is_given(call: Call) -> None:
    told = json.loads(call("injuries", "--team", "CHI", "--json").output)
    assert told["knowledge"] == "observed"
    assert told["as_of"].startswith("2025-12-02T06:00")
    assert told["games"]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("lines", "NOP@BOS"), 2),
        (("lines", "0022599999"), 3),
        (("injuries", "--team", "QQQ"), 3),
        (("known", "Nobody"), 3),
    ],
)
def test_mistakes_are_one_line(call: Call, command: tuple[str, ...], code: int) -> None:
    failed = call(*command, *AT)
    assert failed.exit_code == code
    assert failed.output.count("\n") == 1
