"""Whatever a source does wrong: a reason, nothing stale, nothing partial, and the next good answer heals it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from sandbox.serve.faults import Fault, Kind
from tests.evening.place import Place, at


@dataclass(frozen=True)
class Case:
    """What a source is first asked, a table that its answers fill, a field it reads, and when it has news.

    A PDF has no field.
    """

    match: str
    table: str
    field: str
    when: datetime


EVENING, NEAR_TIP = at(17, 20), at(18, 50)
CASES = {
    "schedule": Case("scheduleLeagueV2|mobile_teams", "schedule", "gameDates", EVENING),
    "players": Case("nba.com/", "rosters", "players", EVENING),
    "injuries": Case("Injury-Report", "injury_reports", "", EVENING),
    "espn": Case("site.api.espn.com", "espn_injuries", "injuries", EVENING),
    "lineups": Case("daily_lineups", "lineups", "games", NEAR_TIP),
    "odds": Case("oddstrader", "odds_lines", "events", EVENING),
    "boxscores": Case("boxscore", "live_boxscores", "players", at(19, 40)),
    "draftkings": Case("getcontests|draftables", "dk_draftables", "draftables", EVENING),
    "linestar": Case("GetSalariesV5", "linestar_salaries", "SalaryContainerJson", EVENING),
}
# That the client makes a reason of every fault of a connection is held by its own tests, for every host alike.
SHAPES = (Kind.FORBIDDEN, Kind.CONTENT_TYPE, Kind.RENAMED_FIELD, Kind.TRUNCATED)
CONNECTIONS = (Kind.TOO_MANY, Kind.SERVER_ERROR, Kind.TIME_OUT, Kind.RESET, Kind.GZIP_BOMB)
MATRIX = [
    *((source, kind) for source, case in CASES.items() for kind in SHAPES if case.field or kind != Kind.RENAMED_FIELD),
    *(("espn", kind) for kind in CONNECTIONS),
]


def begin(place: Place, source: str) -> Case:
    case = CASES[source]
    place.clock.set(case.when)
    return case


def spoil(place: Place, case: Case, kind: Kind) -> None:
    place.server.faults.clear()
    place.server.faults.add([Fault(match=case.match, fault=kind, times=None, field=case.field or None)])


@pytest.mark.parametrize(("source", "kind"), MATRIX)
def test_a_fault_fails_with_a_reason_and_heals(
    prepared: Place, monkeypatch: pytest.MonkeyPatch, source: str, kind: Kind
) -> None:
    place, case = prepared, begin(prepared, source)
    before = place.counts()
    spoil(place, case, kind)
    fetch = place.client.fetch
    if kind is Kind.TIME_OUT:
        # It is waited for in real time.
        monkeypatch.setattr(
            place.client, "fetch", lambda request, *rest: fetch(replace(request, timeout_seconds=0.5), *rest)
        )
    report = place.ingest(source)[source]
    assert report.outcome in ("degraded", "failed"), report
    assert report.reasons
    after = place.counts()
    moved = {name for name in after if name.startswith("silver.") and after[name] != before[name]}
    assert f"silver.{case.table}" not in moved
    monkeypatch.undo()
    place.heal()
    place.clock.set(case.when + timedelta(hours=1, minutes=2))
    healed = place.ingest(source)[source]
    assert healed.outcome == "ok", healed
    if source not in ("schedule", "players"):
        assert place.counts()[f"silver.{case.table}"] > before[f"silver.{case.table}"]


@pytest.mark.parametrize("source", [source for source in CASES if source != "injuries"])
def test_an_empty_list_is_doubted_and_takes_nothing_away(prepared: Place, source: str) -> None:
    place, case = prepared, begin(prepared, source)
    place.ingest(source)
    held = place.lake.scan(f"silver.{case.table}").collect()
    place.clock.set(case.when + timedelta(minutes=16))
    spoil(place, case, Kind.EMPTY_LIST)
    report = place.ingest(source)[source]
    assert report.outcome in ("degraded", "failed"), report
    assert len(place.lake.scan(f"silver.{case.table}").collect()) == len(held)


@pytest.mark.parametrize("source", CASES)
def test_yesterdays_bytes_are_never_served_as_todays(prepared: Place, source: str) -> None:
    place, case = prepared, begin(prepared, source)
    place.ingest(source)
    held = place.lake.scan(f"silver.{case.table}").collect()
    place.clock.set(case.when + timedelta(minutes=32))
    spoil(place, case, Kind.YESTERDAY)
    report = place.ingest(source)[source]
    # What has not changed since yesterday is no older than today's.
    assert report.outcome in ("degraded", "failed") or not report.stored, report
    assert len(place.lake.scan(f"silver.{case.table}").collect()) == len(held)
    place.heal()
    place.clock.set(case.when + timedelta(hours=1, minutes=2))
    assert place.ingest(source)[source].outcome == "ok"
