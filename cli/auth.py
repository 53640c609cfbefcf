"""`pretip auth`: log-ins for what a source does not show to everybody."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime

import rich_click as click
from pydantic import SecretStr
from rich.table import Table

from cli.options import INSTANT, as_json
from cli.output import cell, console, emit
from cli.settings import Settings, pass_settings
from ingest.http.accounts import ACCOUNTS, Account, get_account
from ingest.http.client import Client
from ingest.http.failures import SessionRefused
from ingest.http.secrets import read_cookie
from ingest.http.sessions import Sessions, SessionStatus
from lakehouse.errors import AuthNeeded, BadInput, FetchFailed


@click.command()
@click.argument("account", type=click.Choice(list(ACCOUNTS)), required=False, metavar="[draftkings|linestar]")
@click.option("--ends", "expires_ts", type=INSTANT, metavar="TS", help="When the session ends, where that is known.")
@click.option("--expire", is_flag=True, help="Forget the stored session instead.")
@click.option("--status", "wants_status", is_flag=True, help="Show what is stored, without its value, instead.")
@as_json
@pass_settings
def auth(
    settings: Settings,
    account: str | None,
    expires_ts: datetime | None,
    expire: bool,
    wants_status: bool,
    as_json: bool,
) -> None:
    """Store a session of an account, after trying it with one real request.

    The session is the Cookie header of a logged-in browser. It is read from stdin where something is piped in, else
    from PRETIP_DRAFTKINGS_COOKIE or PRETIP_LINESTAR_COOKIE, else asked for without being shown. One that is not taken
    is not stored. Sessions lie in a file that only you can read: $PRETIP_SECRETS, or pretip/sessions.json in your
    configuration folder.
    """
    sessions = Sessions.open(settings.clock, settings.root, is_sandbox=settings.sandbox is not None)
    if wants_status:
        show_status([one for one in sessions.status() if account in (None, one.account)], as_json)
        return
    if account is None:
        raise BadInput(f"Name the account, one of {', '.join(ACCOUNTS)}; --status alone shows all of them.")
    if expire:
        forget(sessions, account, as_json)
    else:
        store(settings, sessions, get_account(account), expires_ts, as_json)


def show_status(found: Sequence[SessionStatus], as_json: bool) -> None:
    """What is stored of some accounts."""
    if as_json:
        emit([status.to_dict() for status in found])
        return
    table = Table(title="Sessions", title_justify="left")
    for name in ("account", "stored", "verified", "ends"):
        table.add_column(name)
    for status in found:
        stored = "expired" if status.has_expired else status.origin or "no"
        table.add_row(status.account, stored, cell(status.verified_ts), cell(status.expires_ts))
    console().print(table)


def forget(sessions: Sessions, account: str, as_json: bool) -> None:
    """Expires a stored session."""
    was_stored = sessions.expire(account)
    in_environment = sessions.given(account) is not None
    if as_json:
        emit({"account": account, "forgotten": was_stored, "in_environment": in_environment})
        return
    console().print(f"{account}: {'forgotten' if was_stored else 'no session was stored'}")
    if in_environment:
        console().print(f"{variable(account)} still holds one; unset it.")


def store(settings: Settings, sessions: Sessions, account: Account, expires_ts: datetime | None, as_json: bool) -> None:
    """Verifies a session and keeps it; one that is not taken is not kept, and the error says so."""
    if expires_ts is not None and expires_ts <= settings.clock.now():
        raise BadInput(f"A session that ends at {cell(expires_ts)} has ended; nothing is stored.")
    cookie = ask_cookie(sessions, account.name)
    verify(settings, account, cookie)
    verified_ts = settings.clock.now()
    path = sessions.store(account.name, cookie, verified_ts, expires_ts)
    if as_json:
        stored = {"account": account.name, "file": str(path), "verified_ts": verified_ts, "expires_ts": expires_ts}
        emit(stored)
    else:
        console().print(f"{account.name}: verified, stored in {path}", soft_wrap=True)


def ask_cookie(sessions: Sessions, account: str) -> SecretStr:
    """The session that the person gives; raises BadInput where none is."""
    if not sys.stdin.isatty():
        piped = sys.stdin.read()
        if piped.strip():
            return read_cookie(piped, "What was piped in")
    given = sessions.given(account)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise BadInput(f"No session was given; pipe the Cookie header in, or set {variable(account)}.")
    return read_cookie(click.prompt(f"Cookie header of {account}", hide_input=True, err=True), "What was entered")


def verify(settings: Settings, account: Account, cookie: SecretStr) -> None:
    """Tries a session; raises AuthNeeded where it is not taken, FetchFailed where nobody could say."""
    held = Sessions.of(settings.clock, {account.name: cookie})
    with Client(settings.clock, held, sandbox=settings.sandbox) as client:
        try:
            body = client.fetch(account.check, account).body
        except AuthNeeded as error:
            reason = error.attempts[-1].reason if isinstance(error, SessionRefused) else error
            raise AuthNeeded(f"{account.name} does not take that session ({reason}); nothing is stored.") from None
        except FetchFailed as error:
            raise FetchFailed(f"The session could not be tried and is not stored: {error}") from None
    if not account.is_answer(body):
        reason = "it answered, but not as to somebody logged in"
        raise AuthNeeded(f"{account.name} does not take that session ({reason}); nothing is stored.")


def variable(account: str) -> str:
    """The environment variable that can hold an account's session."""
    return f"PRETIP_{account.upper()}_COOKIE"
