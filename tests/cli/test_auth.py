"""A session is stored only where the source took it, and its value is never shown or written anywhere else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.auth import auth
from cli.settings import Settings
from ingest.http.accounts import ACCOUNTS
from lakehouse.clock import FixedClock
from lakehouse.errors import AuthNeeded, BadInput, FetchFailed, PretipError
from tests.ingest.http.asking import SECRET
from tests.ingest.http.wire import Wire, reply
from tests.strategies import T0

COOKIE = f"dk={SECRET}; other=1"
HISTORY = b"Sport,Game_Type,Entry_Key,Entry,Contest_Key,Contest_Date_EST\nNBA,Classic,1,x,2,2025-01-01 19:00:00\n"
SALARIES = json.dumps({"Periods": [{"Id": 1}], "SalaryContainerJson": "{}"}).encode()
ANSWERS = {"draftkings": reply(200, HISTORY, "text/csv"), "linestar": reply(200, SALARIES)}
Auth = Callable[..., Result]


@pytest.fixture
def wire() -> Iterator[Wire]:
    with Wire() as found:
        for name, account in ACCOUNTS.items():
            found.script(path_of(name), ANSWERS[name])
            assert account.check.url.startswith("https://")
        yield found


@pytest.fixture
def run_auth(wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Auth:
    """Calls `pretip auth` as a person whose configuration folder is empty."""
    for name in ("PRETIP_SECRETS", "PRETIP_DRAFTKINGS_COOKIE", "PRETIP_LINESTAR_COOKIE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    settings = Settings(tmp_path / "lake", FixedClock(T0), wire.url)

    def invoke(*args: str, given: str | None = None) -> Result:
        result = CliRunner().invoke(auth, args, input=given, obj=settings)
        assert SECRET not in result.output
        assert SECRET not in repr(result.exception)
        return result

    return invoke


def path_of(account: str) -> str:
    return "/" + ACCOUNTS[account].check.url.removeprefix("https://")


def stored(tmp_path: Path) -> dict[str, str]:
    """Every file below, by path."""
    return {str(path): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}


@pytest.mark.parametrize("account", list(ACCOUNTS))
def test_a_session_that_is_taken_is_stored(run_auth: Auth, wire: Wire, tmp_path: Path, account: str) -> None:
    result = run_auth(account, "--ends", "2030-01-01T00:00:00Z", "--json", given=f"Cookie: {COOKIE}\n")
    assert result.exception is None, result.output
    told = json.loads(result.stdout)
    assert (told["account"], told["expires_ts"]) == (account, "2030-01-01T00:00:00Z")
    [asked] = wire.asked
    assert (asked.path, asked.headers["cookie"]) == (path_of(account), COOKIE)
    assert [path for path, text in stored(tmp_path).items() if SECRET in text] == [told["file"]]
    status = {row["account"]: row for row in json.loads(run_auth("--status", "--json").stdout)}
    assert status[account]["origin"] == "file"
    assert status[account]["verified_ts"] == told["verified_ts"]
    assert [name for name, row in status.items() if row["origin"] is None] == [n for n in ACCOUNTS if n != account]
    assert account in run_auth("--status").stdout
    assert len(json.loads(run_auth(account, "--status", "--json").stdout)) == 1


def test_a_session_of_the_environment_is_verified_and_stored(
    run_auth: Auth, wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRETIP_DRAFTKINGS_COOKIE", COOKIE)
    assert run_auth("draftkings").exception is None
    assert wire.asked[0].headers["cookie"] == COOKIE
    assert "PRETIP_DRAFTKINGS_COOKIE" in run_auth("draftkings", "--expire").stdout


@pytest.mark.parametrize(("answer", "error"), [
    (reply(302, Location="https://myaccount.draftkings.com/login"), AuthNeeded), (reply(401), AuthNeeded),
    (reply(200, b"", "text/csv"), AuthNeeded), (reply(200, b"a,b\n1,2\n", "text/csv"), AuthNeeded),
    (reply(200, b"<html><title>Log In</title>", "text/html"), AuthNeeded),
    (reply(200, b"<html>wait", "text/html"), FetchFailed), (reply(404), FetchFailed), (reply(500), FetchFailed),
    (reply(302, Location="https://evil.example/"), FetchFailed),
    (reply(200, HISTORY + SECRET.encode(), "text/csv"), FetchFailed),
])  # fmt: skip
def test_a_session_that_is_not_taken_is_not_stored(
    run_auth: Auth, wire: Wire, tmp_path: Path, answer: bytes, error: type[PretipError]
) -> None:
    wire.script(path_of("draftkings"), answer)
    result = run_auth("draftkings", given=COOKIE)
    assert type(result.exception) is error
    assert "stored" in str(result.exception)
    assert stored(tmp_path) == {}
    assert {row["origin"] for row in json.loads(run_auth("--status", "--json").stdout)} == {None}


def test_a_failed_verification_leaves_the_older_session(run_auth: Auth, wire: Wire, tmp_path: Path) -> None:
    assert run_auth("draftkings", given="dk=older").exception is None
    before = stored(tmp_path)
    wire.script(path_of("draftkings"), reply(401))
    assert isinstance(run_auth("draftkings", given=COOKIE).exception, AuthNeeded)
    assert stored(tmp_path) == before


def test_an_expired_session_is_forgotten(run_auth: Auth, tmp_path: Path) -> None:
    run_auth("linestar", given=COOKIE)
    assert json.loads(run_auth("linestar", "--expire", "--json").stdout)["forgotten"] is True
    assert json.loads(run_auth("linestar", "--expire", "--json").stdout)["forgotten"] is False
    assert not any(SECRET in text for text in stored(tmp_path).values())


@pytest.mark.parametrize(("args", "given"), [
    ((), COOKIE), (("--expire",), None), (("draftkings",), None), (("draftkings",), "no cookie at all"),
    (("draftkings", "--ends", "2020-01-01T00:00:00Z"), COOKIE), (("draftkings",), f"{COOKIE}\nX-Other: 1"),
])  # fmt: skip
def test_what_cannot_be_done_is_one_sentence(
    run_auth: Auth, wire: Wire, tmp_path: Path, args: tuple[str, ...], given: str | None
) -> None:
    result = run_auth(*args, given=given)
    assert isinstance(result.exception, BadInput)
    assert str(result.exception).endswith(".")
    assert (wire.asked, stored(tmp_path)) == ([], {})


def test_an_account_nobody_knows_is_refused(run_auth: Auth, wire: Wire) -> None:
    assert run_auth("fanduel", given=COOKIE).exit_code == 2
    assert run_auth("draftkings", "--no-verify", given=COOKIE).exit_code == 2
    assert wire.asked == []
