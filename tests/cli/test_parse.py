"""`pretip parse` on payloads as served: the official reports row by row, and one of every source."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import pretip
from lakehouse.errors import BadInput, Unreadable

WIRE = Path(__file__).parents[3] / "shared" / "data" / "wire"
REPORTS = sorted((WIRE / "nba_injury_report").glob("*.pdf")) if WIRE.is_dir() else []
needs_wire = pytest.mark.skipif(not WIRE.is_dir(), reason="the collection of real payloads is not here")
SAMPLES = {
    "schedule": "nba/cdn_scheduleLeagueV2_2025-26_trimmed.json",
    "players": "nba/stats_playerindex_2025-26.json",
    "lineups": "nba/stats_00_daily_lineups_20250405.json",
    "boxscores": "nba/cdn_liveData_boxscore_0022500775.final.json",
    "odds": "oddstrader/oddstrader_eventsByDate_NFL_excerpt_1event_1book.json",
    "draftkings": "draftkings/lobby_getcontests_NBA_2023-12-01_filtered.json",
    "linestar": "linestar/raw_GetSalariesV5_period1833_dk_nba.json.gz",
}


@needs_wire
@pytest.mark.parametrize("reader", ["fast", "reference"])
@pytest.mark.parametrize("report", REPORTS, ids=lambda path: path.stem)
def test_a_report_is_the_expected_rows_on_every_field(report: Path, reader: str) -> None:
    result = CliRunner().invoke(pretip, ["parse", "injuries", str(report), "--reader", reader, "--json"])
    assert result.exit_code == 0, result.output
    with report.with_suffix("").with_suffix(".expected.csv").open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    rows = [
        {"game_time_et" if name == "game_time" else name: value for name, value in row.items()}
        for row in json.loads(result.stdout)
    ]
    assert rows == expected


@needs_wire
@pytest.mark.parametrize("source", SAMPLES)
def test_a_payload_of_every_source_is_read_for_people_and_programs(source: str) -> None:
    file = str(WIRE / SAMPLES[source])
    shown = CliRunner().invoke(pretip, ["parse", source, file])
    assert shown.exit_code == 0, shown.output
    told = json.loads(CliRunner().invoke(pretip, ["parse", source, file, "--json"]).stdout)
    assert any(told["tables"].values())


def test_what_is_no_payload_is_one_sentence(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html>no</html>")
    for source in (*SAMPLES, "injuries", "espn"):
        result = CliRunner().invoke(pretip, ["parse", source, str(page)])
        assert result.exit_code == Unreadable.exit_code, (source, result.output)
        assert result.stderr.count("\n") == 1
    assert CliRunner().invoke(pretip, ["parse", "espn", str(tmp_path / "none")]).exit_code == BadInput.exit_code
