"""Whatever a host does: an answer, or a typed failure whose attempts say what happened; and the next answer heals."""

from __future__ import annotations

import gzip
import socket
import zlib

import pytest

from ingest.http.client import Client
from ingest.http.failures import Unanswered
from lakehouse.clock import FixedClock
from lakehouse.errors import FetchFailed
from tests.ingest.http.asking import HOST, NBA, PATH, question
from tests.ingest.http.wire import Wire, reply, reset
from tests.strategies import T0

PAGE = reply(403, b"<html>Access Denied</html>", "text/html")


def failure(client: Client, **changes: object) -> Unanswered:
    with pytest.raises(FetchFailed) as caught:
        client.fetch(question(**changes), NBA)
    assert isinstance(caught.value, Unanswered)
    sentence = str(caught.value)
    assert sentence.startswith("schedule (season file)")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return caught.value


def waited(clock: FixedClock) -> float:
    return (clock.now() - T0).total_seconds()


def test_an_answer_is_told_whole(wire: Wire, client: Client) -> None:
    stamps = {"ETag": '"v1"', "Last_Modified": "Wed, 01 Jan 2025 10:00:00 GMT", "Date": "Wed, 01 Jan 2025 10:00:05 GMT"}
    wire.script(PATH, reply(200, b'{"a":1}', **stamps))
    response = client.fetch(question(), NBA)
    assert (response.status, response.body, response.url) == (200, b'{"a":1}', f"https://{HOST}/x.json")
    assert (response.etag, response.last_modified) == ('"v1"', "Wed, 01 Jan 2025 10:00:00 GMT")
    assert response.published_ts is not None
    assert response.published_ts.isoformat() == "2025-01-01T10:00:00+00:00"
    [attempt] = response.attempts
    assert (attempt.number, attempt.status, attempt.body_bytes, attempt.reason) == (1, 200, 7, None)
    assert response.date_ts is not None
    assert attempt.skew_seconds == pytest.approx((response.date_ts - T0).total_seconds(), abs=0.01)
    [asked] = wire.asked
    assert "Mozilla" in asked.headers["user-agent"]
    assert asked.headers["referer"] == "https://www.nba.com/"
    assert "cookie" not in asked.headers
    assert "if-none-match" not in asked.headers


def test_a_date_from_a_cache_is_as_old_as_the_cache_says(wire: Wire, client: Client, clock: FixedClock) -> None:
    stamp = clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
    wire.script(PATH, reply(Date=stamp, Age="3600"), reply(Date="yesterday, I think", Age="x"))
    assert client.fetch(question(), NBA).attempts[0].skew_seconds == pytest.approx(3600, abs=1)
    response = client.fetch(question(), NBA)
    assert (response.date_ts, response.attempts[0].skew_seconds) == (None, None)


@pytest.mark.parametrize(
    "fault",
    [reply(500), reply(503), reset, b"not http at all\r\n\r\n", b""],
    ids=["500", "503", "reset", "not http", "nothing"],
)
def test_a_passing_fault_is_retried(wire: Wire, client: Client, clock: FixedClock, fault: bytes) -> None:
    wire.script(PATH, fault, fault, reply(200, b"[1]"))
    response = client.fetch(question(), NBA)
    assert response.body == b"[1]"
    assert [attempt.number for attempt in response.attempts] == [1, 2, 3]
    assert [attempt.reason is None for attempt in response.attempts] == [False, False, True]
    assert waited(clock) == pytest.approx(1 + 2, abs=0.1)


@pytest.mark.parametrize("fault", [reply(500), reset], ids=["500", "reset"])
def test_a_lasting_fault_is_a_failure(wire: Wire, client: Client, fault: bytes) -> None:
    wire.script(PATH, fault)
    error = failure(client)
    assert len(error.attempts) == len(wire.asked) == 4
    assert "after 4 attempts" in str(error)
    assert all(HOST in (attempt.reason or "") for attempt in error.attempts)


@pytest.mark.parametrize("status", [400, 404, 410, 418, 204, 206, 304])
def test_what_will_not_change_is_not_asked_again(wire: Wire, client: Client, clock: FixedClock, status: int) -> None:
    wire.script(PATH, reply(status, b""))
    error = failure(client)
    assert [attempt.status for attempt in error.attempts] == [status]
    assert str(status) in str(error)
    assert waited(clock) < 0.1


def test_a_403_page_is_retried_slowly_and_then_healed(wire: Wire, client: Client, clock: FixedClock) -> None:
    wire.script(PATH, PAGE, PAGE, PAGE, reply(200, b"[1]"))
    error = failure(client)
    assert [attempt.status for attempt in error.attempts] == [403, 403, 403]
    assert waited(clock) >= 40
    assert client.fetch(question(), NBA).body == b"[1]"


def test_a_403_in_json_is_a_refusal(wire: Wire, client: Client) -> None:
    wire.script(PATH, reply(403, b'{"error":"no"}'))
    assert len(failure(client).attempts) == 1


def test_a_403_may_mean_that_nothing_is_there(wire: Wire, client: Client) -> None:
    wire.script(PATH, PAGE)
    response = client.fetch(question(absent=(403, 404)), NBA)
    assert response.is_absent
    assert response.attempts[-1].reason is None
    wire.script(PATH, reply(403, b"", Retry_After="5"), reply(200, b"[1]"))
    assert client.fetch(question(absent=(403, 404)), NBA).body == b"[1]"


@pytest.mark.parametrize(("status", "header", "seconds"), [
    (429, "7", 7), (503, "7", 7), (403, "7", 7), (429, T0.strftime("%a, %d %b %Y 12:00:30 GMT"), 30), (429, "soon", 20),
])  # fmt: skip
def test_a_host_is_left_alone_as_long_as_it_asks(
    wire: Wire, client: Client, clock: FixedClock, status: int, header: str, seconds: float
) -> None:
    clock.instant = T0.replace(hour=12, minute=0, second=0, microsecond=0)
    start = clock.now()
    wire.script(PATH, reply(status, Retry_After=header), reply(200, b"[1]"))
    response = client.fetch(question(), NBA)
    assert [attempt.status for attempt in response.attempts] == [status, 200]
    passed = (response.attempts[1].attempted_ts - start).total_seconds()
    if header == "soon" and status == 503:
        seconds = 1
    assert passed == pytest.approx(seconds, abs=0.1)


def test_too_long_a_wait_is_not_waited_for(wire: Wire, client: Client, clock: FixedClock) -> None:
    wire.script(PATH, reply(429, Retry_After="600"), reply(200, b"[1]"))
    error = failure(client)
    assert len(error.attempts) == 1
    assert "600 s" in str(error)
    clock.sleep(590)
    assert failure(client).attempts[-1].number == 0
    clock.sleep(11)
    assert client.fetch(question(), NBA).body == b"[1]"


def test_a_silent_host_times_out(wire: Wire, client: Client) -> None:
    wire.script(PATH, lambda _: wire.stopped_within(0.4) and None)
    error = failure(client, timeout_seconds=0.1)
    assert "did not answer within 0.1 s" in str(error)
    assert len(error.attempts) == 2
    assert {attempt.status for attempt in error.attempts} == {None}


def test_an_answer_that_drips_comes_to_an_end(wire: Wire, client: Client) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
        while not wire.stopped_within(0.02):
            connection.sendall(b" ")

    wire.script(PATH, drip)
    assert "took too long" in str(failure(client, timeout_seconds=0.1))


@pytest.mark.parametrize(
    "cut",
    [
        reply(200, b"[1,2", Content_Length="400"),
        reply(200, b"5\r\n[1,2,\r\n", Transfer_Encoding="chunked", Content_Length=""),
        reply(200, gzip.compress(b"[1,2]" * 99)[:-9], Content_Encoding="gzip"),
        reply(200, b"[1,2]", Content_Encoding="gzip"),
        reply(200, gzip.compress(b"[1,2]" * 99)[:20] + b"\xff" * 40, Content_Encoding="gzip"),
    ],
    ids=["length", "chunked", "gzip", "not gzip", "broken gzip"],
)  # fmt: skip
def test_a_cut_body_is_retried_and_never_kept(wire: Wire, client: Client, cut: bytes) -> None:
    wire.script(PATH, cut, reply(200, b"[1,2,3]"))
    response = client.fetch(question(), NBA)
    assert response.body == b"[1,2,3]"
    assert [attempt.status for attempt in response.attempts] == [200, 200]
    wire.script(PATH, cut)
    failure(client)


@pytest.mark.parametrize(("packing", "pack"), [
    ("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", lambda body: zlib.compress(body)[2:-4]),
    ("GZIP ", lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:])), ("identity", bytes),
])  # fmt: skip
def test_packed_bodies_are_unpacked(wire: Wire, client: Client, packing: str, pack: object) -> None:
    body = b"[1,2,3]" * 4000
    wire.script(PATH, reply(200, pack(body), Content_Encoding=packing))  # type: ignore[operator]
    assert client.fetch(question(), NBA).body == body
    assert wire.asked[0].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    "answer",
    [
        reply(200, gzip.compress(bytes(50_000_000)), Content_Encoding="gzip"),
        reply(200, b"x" * 200_000),
        reply(200, b"", Content_Length="99999999999"),
        reply(200, gzip.compress(b"") * 20_000, Content_Encoding="gzip", Content_Length=""),
    ],
    ids=["bomb", "long", "promised", "endless"],
)
def test_a_body_is_never_read_past_its_bound(wire: Wire, client: Client, answer: bytes) -> None:
    wire.script(PATH, answer)
    error = failure(client, max_bytes=100_000)
    assert "more than 100,000 bytes" in str(error)
    assert len(error.attempts) == 1


def test_a_bomb_in_a_bomb_is_not_unpacked(wire: Wire, client: Client) -> None:
    wire.script(PATH, reply(200, gzip.compress(gzip.compress(bytes(9_000_000))), Content_Encoding="gzip, gzip"))
    assert "not asked for" in str(failure(client))


def test_a_wrong_content_type_is_a_failure(wire: Wire, client: Client) -> None:
    wire.script(PATH, reply(200, b"<html>", "text/html; charset=utf-8"))
    error = failure(client)
    assert "text/html instead of application/json" in str(error)
    assert [attempt.status for attempt in error.attempts] == [200]


def test_a_content_type_may_be_left_out_or_written_otherwise(wire: Wire, client: Client) -> None:
    wire.script(PATH, reply(200, b"1", None), reply(200, b"2", "Application/JSON;charset=UTF-8"))
    assert [client.fetch(question(), NBA).body for _ in range(2)] == [b"1", b"2"]


def test_not_modified_is_an_answer_to_a_condition(wire: Wire, client: Client) -> None:
    wire.script(PATH, reply(304, b"", ETag='"v1"'))
    response = client.fetch(question(), NBA, '"v1"', "Wed, 01 Jan 2025 10:00:00 GMT")
    assert (response.status, response.body) == (304, b"")
    assert wire.asked[0].headers["if-none-match"] == '"v1"'
    assert wire.asked[0].headers["if-modified-since"] == "Wed, 01 Jan 2025 10:00:00 GMT"


@pytest.mark.parametrize("validator", ['"\u00e9"', "a\r\nCookie: x", "\x00", ""])
def test_a_validator_that_cannot_be_sent_is_not(wire: Wire, client: Client, validator: str) -> None:
    wire.script(PATH, reply(200, b"[1]"))
    assert client.fetch(question(), NBA, validator).body == b"[1]"
    assert not {"if-none-match", "cookie"} & set(wire.asked[0].headers)


def test_nobody_there_is_a_failure(clock: FixedClock, wire: Wire, client: Client) -> None:
    wire.__exit__(None, None, None)
    error = failure(client)
    assert f"{HOST} cannot be reached" in str(error)
    assert len(error.attempts) == 4
    wire.__enter__()
