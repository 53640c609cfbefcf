"""The server over real sockets: control, conditions, encodings, and every fault."""

from __future__ import annotations

import gzip
import http.client
import zlib
from datetime import timedelta
from email.utils import parsedate_to_datetime
from urllib.error import URLError

import pytest

from lakehouse.errors import BadInput
from sandbox.serve.clock import MovingClock
from sandbox.serve.faults import Kind, empty_lists, read_faults, rename_field
from sandbox.serve.server import SandboxServer
from sandbox.serve.world import World
from sandbox.times import eastern, instant
from tests.sandbox.serve.conftest import DAY, Web

SCHEDULE = "https://cdn.nba.com/static/json/staticData/scheduleLeagueV2.json"
PLAYERS = "https://www.nba.com/players"
LINEUPS = f"https://stats.nba.com/js/data/leaders/00_daily_lineups_{DAY:%Y%m%d}.json"


def test_the_same_instant_gives_the_same_bytes(web: Web) -> None:
    first, again = web.ask(SCHEDULE), web.ask(SCHEDULE)
    assert first.status == 200
    assert (first.body, first.headers["ETag"]) == (again.body, again.headers["ETag"])
    web.control("clock", {"now": "2025-11-16T12:00:00Z"})
    later = web.ask(SCHEDULE)
    assert later.headers["ETag"] != first.headers["ETag"]
    web.control("clock", {"now": instant(eastern(DAY, 12.0)).isoformat()})
    assert web.ask(SCHEDULE).body == first.body


def test_the_date_header_is_the_clocks(web: Web) -> None:
    assert parsedate_to_datetime(web.ask(PLAYERS).headers["Date"]) == instant(eastern(DAY, 12.0))
    web.control("clock", {"advance_seconds": 90})
    assert parsedate_to_datetime(web.ask(PLAYERS).headers["Date"]) == instant(eastern(DAY, 12.0) + 90)
    assert web.control("clock").json == {"now": "2025-11-15T17:01:30Z", "speed": 0.0}


def test_known_bytes_are_not_sent_again(web: Web) -> None:
    whole = web.ask(SCHEDULE)
    same = web.ask(SCHEDULE, {"If-None-Match": whole.headers["ETag"]})
    assert (same.status, same.body) == (304, b"")
    assert web.ask(SCHEDULE, {"If-Modified-Since": whole.headers["Last-Modified"]}).status == 304
    assert web.ask(SCHEDULE, {"If-None-Match": '"other"'}).status == 200
    before = parsedate_to_datetime(whole.headers["Last-Modified"]) - timedelta(seconds=1)
    assert web.ask(SCHEDULE, {"If-Modified-Since": f"{before:%a, %d %b %Y %H:%M:%S GMT}"}).status == 200


def test_gzip_only_when_accepted(web: Web) -> None:
    plain = web.ask(SCHEDULE)
    packed = web.ask(SCHEDULE, {"Accept-Encoding": "gzip, deflate"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["ETag"] == plain.headers["ETag"]


def test_an_unknown_address_is_not_found(web: Web) -> None:
    assert web.ask("https://example.org/").status == 404
    assert web.ask("https://cdn.nba.com/static/json/staticData/other.json").status == 404
    assert web.control("nothing").status == 404


@pytest.mark.parametrize("wish", [{}, {"nwo": 1}, {"now": "yesterday"}, {"speed": -1}, {"speed": "x"}, [1]])
def test_a_wish_the_clock_cannot_grant_changes_nothing(web: Web, wish: object) -> None:
    before = web.control("clock").json
    refused = web.control("clock", wish)
    assert refused.status == 400
    assert refused.json["error"]
    assert web.control("clock").json == before


def test_a_clock_runs_at_its_speed_and_stops() -> None:
    clock = MovingClock(instant(0), 50_000.0)
    first = clock.now()
    while clock.now() - first < timedelta(seconds=30):
        pass
    clock.run(0.0)
    assert clock.now() == clock.now() > first
    with pytest.raises(BadInput):
        clock.run(-1.0)


def test_a_taken_port_is_said(web: Web, world: World) -> None:
    port = int(web.server.url.rpartition(":")[2])
    with pytest.raises(BadInput, match=str(port)):
        SandboxServer(world, MovingClock(instant(0)), port)


@pytest.mark.parametrize(("kind", "status"), [("403", 403), ("429", 429), ("5xx", 503)])
def test_a_status_fault_comes_as_often_as_planned(web: Web, kind: str, status: int) -> None:
    web.control("faults", [{"match": "scheduleLeague", "fault": kind, "times": 2, "after": 1}])
    assert [web.ask(SCHEDULE).status for _ in range(4)] == [200, status, status, 200]
    assert web.ask(PLAYERS).status == 200
    told = web.control("faults").json
    assert [(one["seen"], one["fired"]) for one in told] == [(4, 2)]
    assert web.control("faults", method="DELETE").json == []


def test_a_throttled_answer_says_how_long_to_wait(web: Web) -> None:
    web.control("faults", [{"match": "players", "fault": "429", "retry_after": 7}])
    assert web.ask(PLAYERS).headers["Retry-After"] == "7"


def test_a_truncated_answer_is_shorter_than_it_says(web: Web) -> None:
    whole = web.ask(SCHEDULE)
    web.control("faults", [{"match": "schedule", "fault": "truncated"}])
    with pytest.raises(http.client.IncompleteRead) as cut:
        web.ask(SCHEDULE)
    assert whole.body.startswith(cut.value.partial)
    assert web.ask(SCHEDULE).body == whole.body


def test_a_reset_ends_the_connection(web: Web) -> None:
    web.control("faults", [{"match": "players", "fault": "reset"}])
    with pytest.raises((URLError, ConnectionError)) as broken:
        web.ask(PLAYERS)
    assert "reset" in str(broken.value).lower()
    assert web.ask(PLAYERS).status == 200


def test_a_time_out_says_nothing_and_lets_others_through(web: Web) -> None:
    web.control("faults", [{"match": "players", "fault": "time-out"}])
    with pytest.raises((URLError, TimeoutError)):
        web.ask(PLAYERS, timeout=0.3)
    assert web.ask(PLAYERS).status == 200


def test_a_wrong_content_type_has_the_right_bytes(web: Web) -> None:
    whole = web.ask(SCHEDULE)
    web.control("faults", [{"match": "schedule", "fault": "content-type"}])
    wrong = web.ask(SCHEDULE)
    assert wrong.body == whole.body
    assert wrong.headers.get_content_type() == "text/html" != whole.headers.get_content_type()


def test_yesterdays_bytes_are_those_of_the_day_before(web: Web) -> None:
    before = (DAY - timedelta(days=1)).strftime("%Y%m%d")
    earlier = web.ask(LINEUPS.replace(f"{DAY:%Y%m%d}", before))
    web.control("clock", {"advance_seconds": -86_400})
    schedule = web.ask(SCHEDULE)
    web.control("clock", {"advance_seconds": 86_400})
    assert web.ask(SCHEDULE).body != schedule.body
    assert web.ask(LINEUPS).body != earlier.body
    web.control("faults", [{"match": ".", "fault": "yesterday", "times": None}])
    assert web.ask(SCHEDULE).body == schedule.body
    assert (web.ask(LINEUPS).status, web.ask(LINEUPS).body) == (earlier.status, earlier.body)


def test_an_empty_list_keeps_the_shape(web: Web) -> None:
    web.control("faults", [{"match": "schedule", "fault": "empty-list"}])
    document = web.ask(SCHEDULE).json
    assert document["leagueSchedule"]["seasonYear"] == "2025-26"
    assert document["leagueSchedule"]["gameDates"] == []


def test_a_renamed_field_is_gone_everywhere(web: Web) -> None:
    web.control("faults", [{"match": "schedule", "fault": "renamed-field", "field": "gameDateTimeUTC"}])
    web.control("faults", [{"match": "players", "fault": "renamed-field"}])
    whole, changed = web.ask(SCHEDULE), web.ask(SCHEDULE)
    assert b'"gameDateTimeUTC"' not in whole.body
    assert b'"gameDateTimeUTC"' in changed.body
    assert b'"PERSON_ID"' not in web.ask(PLAYERS).body


def test_a_gzip_bomb_is_small_and_becomes_large(web: Web) -> None:
    web.control("faults", [{"match": "players", "fault": "gzip-bomb"}])
    bomb = web.ask(PLAYERS)
    assert bomb.headers["Content-Encoding"] == "gzip"
    assert len(bomb.body) < 2**20
    unpack, size = zlib.decompressobj(31), 0
    found = unpack.decompress(bomb.body, 2**20)
    while found and size < 2**27:
        size += len(found)
        found = unpack.decompress(unpack.unconsumed_tail, 2**20)
    assert size >= 2**27


def test_every_fault_can_be_planned_and_a_wrong_plan_is_refused(web: Web) -> None:
    plan = [{"match": "x", "fault": kind} for kind in Kind]
    assert len(web.control("faults", plan).json) == len(Kind)
    for wrong in ({"match": "(", "fault": "403"}, {"match": "x", "fault": "teapot"}, {"match": "x"}, 3):
        refused = web.control("faults", [wrong])
        assert refused.status == 400
        assert "The fault plan is wrong at 0" in refused.json["error"]
    assert len(web.control("faults").json) == len(Kind)


def test_the_first_fault_that_is_due_wins() -> None:
    from sandbox.serve.faults import FaultPlan

    plan = FaultPlan(read_faults([{"match": "a", "fault": "403"}, {"match": "a", "fault": "5xx", "times": None}]))
    chosen = [plan.choose("a") for _ in range(3)]
    assert [fault and fault.fault for fault in chosen] == [Kind.FORBIDDEN, Kind.SERVER_ERROR, Kind.SERVER_ERROR]
    assert plan.choose("b") is None


def test_documents_are_changed_without_touching_the_original() -> None:
    document = {"a": {"eid": 1, "list": [{"eid": 2}]}, "b": [1], "events": {"7": {"eid": 7}}}
    assert empty_lists(document) == {"a": {"eid": 1, "list": []}, "b": [], "events": {}}
    assert rename_field(document)["a"] == {"eidNew": 1, "list": [{"eidNew": 2}]}
    assert rename_field([(1, 2, 3)]) == [(1, 3, 2)]
    assert document["a"] == {"eid": 1, "list": [{"eid": 2}]}


def test_a_connection_is_kept_open(web: Web) -> None:
    connection = web.connect()
    for _ in range(3):
        connection.request("GET", "/www.nba.com/players")
        answer = connection.getresponse()
        assert (answer.status, bool(answer.read())) == (200, True)
    connection.close()
