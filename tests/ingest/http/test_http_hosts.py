"""Which hosts are talked to, how fast, and what each of them is told."""

from __future__ import annotations

import logging
import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from ingest.http.breaker import Breaker
from ingest.http.client import Client
from ingest.http.failures import SessionRefused, Unanswered
from ingest.http.limits import Spacing
from ingest.http.sessions import Sessions
from lakehouse.clock import FixedClock, iso
from lakehouse.errors import AuthNeeded, BadInput, FetchFailed
from tests.ingest.http.asking import DRAFTKINGS, HOST, NBA, PATH, SECRET, Asker, account_question, question
from tests.ingest.http.wire import Wire, reply, reset
from tests.strategies import T0

STANDINGS = "/www.draftkings.com/standings/1"
ZIP = reply(200, b"PK", "application/zip")


@pytest.mark.parametrize("location", [
    "/there.json?q=1", "there.json?q=1", "//cdn.nba.com/there.json?q=1", "https://cdn.nba.com/there.json?q=1",
    "https://cdn.nba.com:443/there.json?q=1", "SANDBOX/cdn.nba.com/there.json?q=1",
])  # fmt: skip
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_known_host_is_followed(wire: Wire, client: Client, location: str, status: int) -> None:
    wire.script(PATH, reply(status, Location=location.replace("SANDBOX", wire.url)))
    for there in ("/cdn.nba.com/there.json?q=1", "/cdn.nba.com:443/there.json?q=1"):
        wire.script(there, reply(200, b"[1]"))
    response = client.fetch(question(), NBA)
    assert response.body == b"[1]"
    assert response.url.replace(":443", "") == "https://cdn.nba.com/there.json?q=1"
    assert len(response.attempts) == 1


@pytest.mark.parametrize("location", [
    "https://evil.example/x.json", "//evil.example/x", "http://cdn.nba.com/x.json", "https://cdn.nba.com:8443/x.json",
    "https://cdn.nba.com@evil.example/", "file:///etc/passwd", "https://cdn.nba.com.evil.example/", "", "http://[::1",
    "http://127.0.0.1:1/cdn.nba.com/x.json", "javascript:alert(1)", "https://evil\u00e9.example/",
])  # fmt: skip
def test_a_redirect_elsewhere_is_refused(wire: Wire, client: Client, location: str) -> None:
    wire.script(PATH, reply(302, Location=location))
    with pytest.raises(FetchFailed, match="redirects to") as caught:
        client.fetch(question(), NBA)
    assert len(wire.asked) == 1
    if "evil.example" in location:
        assert "evil.example" in str(caught.value)


def test_redirects_come_to_an_end(wire: Wire, client: Client) -> None:
    wire.script(PATH, reply(302, Location="/x.json"))
    with pytest.raises(FetchFailed, match="more than 5 times"):
        client.fetch(question(), NBA)
    assert len(wire.asked) == 6


@pytest.mark.parametrize("url", [
    "http://cdn.nba.com/x.json", "https://evil.example/x.json", "https://[::1", "ftp://cdn.nba.com/", "x.json",
])  # fmt: skip
def test_an_address_that_is_not_the_sources_is_never_asked(wire: Wire, client: Client, url: str) -> None:
    with pytest.raises(Unanswered) as caught:
        client.fetch(question(url=url), NBA)
    assert [attempt.number for attempt in caught.value.attempts] == [0]
    assert wire.asked == []


def test_a_requests_own_headers_stay_with_its_host(wire: Wire, client: Client) -> None:
    wire.script(PATH, reply(302, Location="https://www.nba.com/y.json"))
    wire.script("/www.nba.com/y.json", reply(200, b"[1]"))
    client.fetch(question(headers={"authorization": "short-lived", "Cookie": "mine", "Host": "x"}), NBA)
    first, second = wire.asked
    assert first.headers["authorization"] == "short-lived"
    assert "authorization" not in second.headers
    assert second.headers["referer"] == "https://www.nba.com/"
    assert not any("cookie" in asked.headers for asked in wire.asked)
    assert {asked.headers["host"] for asked in wire.asked} == {f"127.0.0.1:{wire.port}"}


def test_a_cookie_goes_to_its_own_hosts_only(wire: Wire, client: Client) -> None:
    wire.script(STANDINGS, reply(302, Location="https://cdn.draftkings.com/1.zip"), ZIP)
    wire.script("/cdn.draftkings.com/1.zip", reply(302, Location="https://api.draftkings.com/1.zip"))
    wire.script("/api.draftkings.com/1.zip", ZIP)
    client.fetch(account_question(), DRAFTKINGS)
    assert [asked.headers.get("cookie") for asked in wire.asked] == [
        f"dk={SECRET}; other=1", None, f"dk={SECRET}; other=1",
    ]  # fmt: skip
    assert SECRET not in repr(wire.asked[1])
    wire.asked.clear()
    client.fetch(account_question(auth=None), DRAFTKINGS)
    assert "cookie" not in wire.asked[0].headers


def test_cookies_that_servers_set_are_not_kept(wire: Wire, client: Client) -> None:
    wire.script(PATH, reply(200, b"[1]", Set_Cookie="tracker=1; Path=/"))
    for _ in range(2):
        client.fetch(question(), NBA)
    assert all("cookie" not in asked.headers for asked in wire.asked)


@pytest.mark.parametrize("answer", [
    reply(302, Location="https://myaccount.draftkings.com/login?returnPath=x"), reply(302, Location="/account/login"),
    reply(302, Location="/sign-in"), reply(401), reply(403, b'{"error":"no"}'),
    reply(200, b"<html><title>Log In | DraftKings</title>", "text/html"),
    reply(200, b"<html><form><input type='password'>", "text/html"),
])  # fmt: skip
def test_a_session_that_is_not_taken_is_said_so(wire: Wire, client: Client, answer: bytes) -> None:
    wire.script(STANDINGS, answer)
    with pytest.raises(AuthNeeded, match="pretip auth draftkings") as caught:
        client.fetch(account_question(), DRAFTKINGS)
    assert isinstance(caught.value, SessionRefused)
    assert len(caught.value.attempts) == len(wire.asked) == 1


def test_a_log_in_page_counts_where_any_type_may_come(wire: Wire, client: Client) -> None:
    wire.script(STANDINGS, reply(200, b"<html><title>Sign In</title>", "text/html"))
    with pytest.raises(AuthNeeded):
        client.fetch(account_question(accept=()), DRAFTKINGS)


def test_a_page_that_asks_for_no_password_is_not_a_log_in(wire: Wire, client: Client) -> None:
    wire.script(STANDINGS, reply(200, b"<html><title>Just a moment</title>", "text/html"))
    with pytest.raises(FetchFailed, match="instead of application/zip"):
        client.fetch(account_question(), DRAFTKINGS)


def test_a_missing_session_is_not_even_asked_with(wire: Wire, client: Client) -> None:
    assert (client.has_session("draftkings"), client.has_session("linestar")) == (True, False)
    with pytest.raises(SessionRefused, match="pretip auth linestar") as caught:
        client.fetch(account_question(auth="linestar"), DRAFTKINGS)
    assert [attempt.number for attempt in caught.value.attempts] == [0]
    assert wire.asked == []


def test_nothing_that_is_told_holds_the_secret(
    wire: Wire, client: Client, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = reply(200, SECRET.encode(), "application/zip", Set_Cookie=f"dk={SECRET}", X_Echo=SECRET)
    home = f"https://api.draftkings.com/{SECRET}?token={SECRET}&user=me&sessionId=abc"
    answers = [
        echo, reset, reply(200, b"PK", f"text/{SECRET}"), reply(302, Location=f"https://{SECRET}.example/{SECRET}"),
        reply(302, Location=f"https://myaccount.draftkings.com/login?back={SECRET}"),
        f"HTTP/1.1 200 OK\r\n bad {SECRET}\r\n\r\n".encode(),
        reply(200, b"PK", "application/zip", Content_Encoding=SECRET),
    ]  # fmt: skip
    told: list[str] = []
    for answer in answers:
        wire.script(STANDINGS, answer)
        with pytest.raises((FetchFailed, AuthNeeded)) as caught:
            client.fetch(account_question(key=f"standings {SECRET}"), DRAFTKINGS)
        told += [str(caught.value), repr(caught.value), str(caught.getrepr(style="long", showlocals=True))]
        told += [repr(attempt) for attempt in getattr(caught.value, "attempts", ())]
    wire.script(STANDINGS, reply(302, Location=home))
    wire.script(home.replace("https:/", ""), ZIP)
    response = client.fetch(account_question(), DRAFTKINGS)
    assert response.url == "https://api.draftkings.com/***?token=***&user=me&sessionId=***"
    captured = capfd.readouterr()
    told += [repr(response), caplog.text, captured.out, captured.err]
    # What the server itself was told is this test's own record, and stands among the locals.
    assert all(asked.headers["cookie"] for asked in wire.asked if asked.path == STANDINGS)
    for text in told:
        lines = [line for line in text.splitlines() if SECRET in line and not is_own(line)]
        assert lines == []


def is_own(line: str) -> bool:
    """Whether a line of a traceback shows what this test itself wrote: its source, its locals, and the question."""
    own = ("SECRET", "echo ", "home ", "answers ", "answer ", "wire ", "Request(", "told ", "key=", "request ")
    return any(word in line for word in own)


def test_hosts_are_asked_no_faster_than_agreed(wire: Wire, client: Client, clock: FixedClock) -> None:
    slow = Asker(rates={HOST: 0.5, "www.nba.com": 10.0})
    wire.script(PATH, reply())
    wire.script("/www.nba.com/x.json", reply())
    began = [client.fetch(question(), slow).attempts[0] for _ in range(3)]
    client.fetch(question(url="https://www.nba.com/x.json"), slow)
    assert len(began) == 3
    assert (clock.now() - T0).total_seconds() == pytest.approx(4)


@given(
    rate=st.floats(0.05, 50), steps=st.lists(st.tuples(st.sampled_from("ab"), st.floats(-50, 50)), min_size=1, max_size=30)
)  # fmt: skip
def test_turns_of_a_host_are_apart_whatever_the_clock_does(rate: float, steps: list[tuple[str, float]]) -> None:
    clock = FixedClock(T0)
    spacing = Spacing(clock)
    last: dict[str, float] = {}
    apart = 1 / rate
    for host, jump in steps:
        clock.advance(timedelta(seconds=jump))
        before = (clock.now() - T0).total_seconds()
        spacing.wait(host, rate)
        after = (clock.now() - T0).total_seconds()
        # Never longer than a turn, and where time went on, never less than it.
        assert after - before <= apart + 1e-3
        if host in last and before >= last[host]:
            assert after - last[host] >= apart - 1e-3
        last[host] = after


def test_a_host_that_keeps_failing_is_left_alone_and_tried_again(wire: Wire, client: Client, clock: FixedClock) -> None:
    wire.script(PATH, reply(500))
    for _ in range(2):
        with pytest.raises(FetchFailed):
            client.fetch(question(), NBA)
    assert len(wire.asked) == 5
    with pytest.raises(Unanswered, match="left alone until") as caught:
        client.fetch(question(), NBA)
    assert [attempt.number for attempt in caught.value.attempts] == [0]
    wire.script("/www.nba.com/x.json", reply())
    assert client.fetch(question(url="https://www.nba.com/x.json"), NBA).status == 200
    clock.sleep(60)
    with pytest.raises(Unanswered) as caught:
        client.fetch(question(), NBA)
    assert [attempt.number for attempt in caught.value.attempts] == [1]
    clock.sleep(61)
    wire.script(PATH, reply())
    assert client.fetch(question(), NBA).status == 200
    wire.script(PATH, reply(500), reply())
    assert client.fetch(question(), NBA).status == 200


@given(st.lists(st.sampled_from(["fail", "answer", "wait"]), max_size=40))
def test_the_breaker_opens_after_so_many_failures_in_a_row(events: list[str]) -> None:
    clock = FixedClock(T0)
    breaker = Breaker(clock, threshold=3, rest_seconds=10)
    in_a_row = 0
    for event in events:
        if event == "wait":
            clock.sleep(10)
        elif event == "answer":
            breaker.note_answer("h")
            in_a_row = 0
        else:
            breaker.note_failure("h")
            in_a_row += 1
        rests = breaker.resting_until("h") is not None
        assert rests <= (in_a_row >= 3)
        assert event != "fail" or rests == (in_a_row >= 3)
        assert event == "fail" or event == "answer" or not rests
        assert breaker.resting_until("other") is None


def test_a_certificate_that_does_not_hold_is_refused(clock: FixedClock, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    with Wire(tls=context) as wire, Client(clock, Sessions.of(clock, {"draftkings": SecretStr("a=b")})) as client:
        wire.script("/x.json", reply())
        asker = Asker(rates={"localhost": 1000.0})
        with pytest.raises(FetchFailed, match="certificate"):
            client.fetch(question(url=f"https://localhost:{wire.port}/x.json"), asker)
        assert wire.asked == []


@pytest.mark.parametrize("url", [
    "http://example.com", "https://127.0.0.1:8000", "127.0.0.1:8000", "http://10.0.0.1", "http://127.0.0.1:x", "",
    "http://127.0.0.1.example.com", "http://[::1", "http://127.0.0.1/path",
])  # fmt: skip
def test_a_sandbox_is_on_this_machine(clock: FixedClock, url: str) -> None:
    with pytest.raises(BadInput, match="sandbox"):
        Client(clock, Sessions.of(clock, {}), sandbox=url)


def self_signed(folder: Path) -> Path:
    """A certificate for localhost that nobody vouches for, with its key."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(T0 - timedelta(days=1))
    builder = builder.not_valid_after(T0 + timedelta(days=36500))
    alternative = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    certificate = builder.add_extension(alternative, critical=False).sign(key, hashes.SHA256())
    path = folder / f"{iso(T0)[:10]}.pem"
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, plain)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
