"""Secrets lie where only their owner can read them, and nowhere else."""

from __future__ import annotations

import json
import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from ingest.http.secrets import read_cookie, scrub, scrub_url
from ingest.http.sessions import Sessions
from lakehouse.clock import FixedClock
from lakehouse.errors import BadInput, UnknownName
from tests.ingest.http.asking import SECRET
from tests.strategies import T0

COOKIE = SecretStr(f"dk={SECRET}; other=1")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration folder of a person without any secrets yet."""
    for name in ("PRETIP_SECRETS", "PRETIP_DRAFTKINGS_COOKIE", "PRETIP_LINESTAR_COOKIE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config"


def test_a_session_is_kept_for_its_owner_alone(home: Path, clock: FixedClock) -> None:
    before = os.umask(0)
    try:
        path = Sessions.open(clock).store("draftkings", COOKIE, clock.now())
    finally:
        os.umask(before)
    assert path == home / "pretip" / "sessions.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["sessions.json"]
    again = Sessions.open(clock)
    found = again.cookie("draftkings")
    assert found is not None
    assert found.get_secret_value() == COOKIE.get_secret_value()
    assert (again.has("draftkings"), again.has("linestar")) == (True, False)
    assert SECRET not in repr(again.status()) + repr(vars(again)) + repr(found) + json.dumps(
        [status.to_dict() for status in again.status()], default=str
    )


def test_a_session_ends_at_its_end_or_when_it_is_expired(home: Path, clock: FixedClock) -> None:
    sessions = Sessions.open(clock)
    sessions.store("draftkings", COOKIE, clock.now(), clock.now() + timedelta(hours=1))
    sessions.store("linestar", COOKIE, clock.now())
    clock.sleep(3599)
    assert Sessions.open(clock).has("draftkings")
    clock.sleep(1)
    assert not Sessions.open(clock).has("draftkings")
    assert [status.has_expired for status in Sessions.open(clock).status()] == [True, False]
    assert sessions.expire("linestar")
    assert not sessions.expire("linestar")
    assert not Sessions.open(clock).has("linestar")
    assert SECRET in (home / "pretip" / "sessions.json").read_text()
    assert sessions.expire("draftkings")
    assert SECRET not in (home / "pretip" / "sessions.json").read_text()


def test_the_environment_wins_and_is_never_written(
    home: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    Sessions.open(clock).store("draftkings", SecretStr("dk=from-the-file"), clock.now())
    monkeypatch.setenv("PRETIP_DRAFTKINGS_COOKIE", f" Cookie: dk={SECRET}\n")
    sessions = Sessions.open(clock)
    found = sessions.cookie("draftkings")
    assert found is not None
    assert found.get_secret_value() == f"dk={SECRET}"
    assert sessions.status()[0].origin == "environment"
    sessions.store("linestar", SecretStr("a=b"), clock.now())
    assert SECRET not in (home / "pretip" / "sessions.json").read_text()
    monkeypatch.setenv("PRETIP_DRAFTKINGS_COOKIE", SECRET)
    with pytest.raises(BadInput, match="PRETIP_DRAFTKINGS_COOKIE") as caught:
        Sessions.open(clock)
    assert SECRET not in str(caught.value)


def test_the_sandbox_has_sessions_of_its_own(home: Path, clock: FixedClock) -> None:
    Sessions.open(clock).store("draftkings", COOKIE, clock.now())
    sandbox = Sessions.open(clock, is_sandbox=True)
    assert not sandbox.has("draftkings")
    assert sandbox.store("draftkings", COOKIE, clock.now()) == home / "pretip" / "sandbox-sessions.json"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o601])
def test_a_file_that_others_can_touch_is_refused(home: Path, clock: FixedClock, mode: int) -> None:
    path = Sessions.open(clock).store("draftkings", COOKIE, clock.now())
    path.chmod(mode)
    with pytest.raises(BadInput, match="chmod 600"):
        Sessions.open(clock)


@pytest.mark.parametrize("inside", ["lake", "tree/deep", "link"])
def test_a_file_in_the_lake_or_in_a_git_tree_is_refused(
    home: Path, tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    (tmp_path / "lake").mkdir()
    (tmp_path / "tree" / ".git").mkdir(parents=True)
    (tmp_path / "tree" / "deep").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "lake")
    path = tmp_path / inside / "sessions.json"
    monkeypatch.setenv("PRETIP_SECRETS", str(path))
    sessions = Sessions.open(clock, tmp_path / "lake")
    with pytest.raises(BadInput, match="PRETIP_SECRETS"):
        sessions.store("draftkings", COOKIE, clock.now())
    assert not path.exists()
    path.write_text("{}")
    path.chmod(0o600)
    with pytest.raises(BadInput, match="PRETIP_SECRETS"):
        Sessions.open(clock, tmp_path / "lake")


@pytest.mark.parametrize("content", [
    b"", b"[]", b"\xff\xfe", b'{"draftkings": 1}', b'{"draftkings": {"cookie": "SECRET", "verified_ts": "SECRET"}}',
    b'{"draftkings": {"cookie": "SECRET", "verified_ts": "2025-01-01T00:00:00"}}',
])  # fmt: skip
def test_a_file_of_something_else_is_refused_without_showing_it(home: Path, clock: FixedClock, content: bytes) -> None:
    path = home / "pretip" / "sessions.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(content.replace(b"SECRET", SECRET.encode()))
    path.chmod(0o600)
    with pytest.raises(BadInput, match="pretip auth") as caught:
        Sessions.open(clock)
    assert SECRET not in str(caught.getrepr(chain=True, showlocals=False))


def test_an_account_nobody_knows_is_refused(home: Path, clock: FixedClock) -> None:
    with pytest.raises(UnknownName, match="draftkings"):
        Sessions.open(clock).store("fanduel", COOKIE, clock.now())
    with pytest.raises(BadInput):
        Sessions.of(clock, {}).store("draftkings", COOKIE, clock.now())
    with pytest.raises(BadInput, match="time zone"):
        Sessions.open(clock).store("draftkings", COOKIE, T0.replace(tzinfo=None))


@pytest.mark.parametrize("text", ["", " \n", "hello", "a=b\r\nEvil: 1", "a=\u00e9", "a=\x00", "Cookie:"])
def test_what_is_no_cookie_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(BadInput, match=r"^What was piped in is no Cookie header") as caught:
        read_cookie(text, "What was piped in")
    assert not text.strip() or text.strip() == "Cookie:" or text not in str(caught.value)


WORDS = st.text("abcdefXYZ0123456789%/+", min_size=12, max_size=40)


@given(value=WORDS, before=st.text(max_size=20), after=st.text(max_size=20))
def test_scrubbing_leaves_no_part_of_a_cookie(value: str, before: str, after: str) -> None:
    cookies = [SecretStr(f'a={value}; b="{value[::-1]}"; c=1')]
    for text in (value, value[::-1], f'a={value}; b="{value[::-1]}"; c=1'):
        told = scrub(f"{before}\0{text}\0{after}", cookies)
        assert f"\0{text}\0" not in told
        assert value not in told.split("\0")[1]


def test_an_address_is_told_without_what_looks_secret() -> None:
    assert scrub_url("https://me:pw@h.example/p?x=1&authToken=abc#frag") == "https://h.example/p?x=1&authToken=***"
    assert scrub_url("https://h.example/p?a=b%20c&d") == "https://h.example/p?a=b%20c&d"
