"""Stored log-ins: read from the environment or from a settings file outside the tree, never shown."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, SecretStr, TypeAdapter, ValidationError

from ingest.http.accounts import ACCOUNTS, get_account
from ingest.http.secrets import SecretSettings, is_echoed, require_private, scrub, scrub_url, write_private
from lakehouse.clock import Clock, iso, require_instant
from lakehouse.errors import BadInput, PretipError

Origin = Literal["environment", "file"]


@dataclass(frozen=True)
class SessionStatus:
    """What is known of an account's session, without its value; `origin` is None where none is stored."""

    account: str
    origin: Origin | None
    verified_ts: datetime | None = None
    expires_ts: datetime | None = None
    has_expired: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The value as plain data."""
        return asdict(self)


class _Stored(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True, frozen=True)

    cookie: SecretStr
    verified_ts: AwareDatetime
    expires_ts: AwareDatetime | None = None


_FILE = TypeAdapter(dict[str, _Stored], config=ConfigDict(hide_input_in_errors=True))


class Sessions:
    """The sessions of the accounts (`ingest.http.accounts`); what the environment gives wins over the file."""

    def __init__(
        self, clock: Clock, given: Mapping[str, SecretStr], path: Path | None = None, lake: Path | None = None
    ) -> None:
        """Raises BadInput where the file is there and is not one of sessions, or is not private to its owner."""
        self._clock = clock
        self._given = dict(given)
        self._path = path
        self._lake = lake
        self._stored = {} if path is None else _read(path, lake)

    @classmethod
    def open(cls, clock: Clock, lake: Path | None = None, *, is_sandbox: bool = False) -> Sessions:
        """The sessions of this person: PRETIP_DRAFTKINGS_COOKIE, PRETIP_LINESTAR_COOKIE and the settings file.

        The file is $PRETIP_SECRETS or pretip/sessions.json in the configuration folder; the sandbox has one of its
        own there. Raises BadInput where others can read it, or where it lies inside the lake or a git tree.
        """
        settings = SecretSettings()
        path = settings.sessions_file(is_sandbox)
        return cls(clock, settings.cookies(), path, lake)

    @classmethod
    def of(cls, clock: Clock, cookies: Mapping[str, SecretStr]) -> Sessions:
        """Sessions that are only held, never stored; for trying one, and for the sandbox."""
        return cls(clock, cookies)

    @property
    def path(self) -> Path | None:
        """The settings file, whether it is there or not."""
        return self._path

    def given(self, name: str) -> SecretStr | None:
        """The Cookie header that the environment gives for an account."""
        return self._given.get(name)

    def cookie(self, name: str) -> SecretStr | None:
        """The Cookie header of an account; None where there is none or where it has ended."""
        found = self._given.get(name)
        if found is not None or name not in self._stored:
            return found
        stored = self._stored[name]
        return None if self._has_expired(stored) else stored.cookie

    def has(self, name: str) -> bool:
        """Whether there is a session of that account that has not ended."""
        return self.cookie(name) is not None

    def store(self, name: str, cookie: SecretStr, verified_ts: datetime, expires_ts: datetime | None = None) -> Path:
        """Keeps a session that was verified, in place of an older one, and says in which file."""
        account = get_account(name)
        if self._path is None:
            raise BadInput("These sessions have no file to be stored in; open those of the settings file.")
        require_private(self._path, self._lake)
        verified = require_instant(verified_ts, "The instant of verification")
        ends = None if expires_ts is None else require_instant(expires_ts, "The end of the session")
        self._stored[account.name] = _Stored(cookie=cookie, verified_ts=verified, expires_ts=ends)
        self._write(self._path)
        return self._path

    def expire(self, name: str) -> bool:
        """Forgets an account's session; False where the file held none. One of the environment stays there."""
        account = get_account(name)
        if self._path is None or self._stored.pop(account.name, None) is None:
            return False
        self._write(self._path)
        return True

    def status(self) -> tuple[SessionStatus, ...]:
        """What is known of each account's session, in order of the accounts."""
        return tuple(self._status(name) for name in ACCOUNTS)

    def scrub(self, text: str) -> str:
        """The text without any secret held here."""
        return scrub(text, self._secrets())

    def scrub_url(self, url: str) -> str:
        """The address without any secret held here, nor what looks like one."""
        return scrub_url(url, self._secrets())

    def is_echoed(self, body: bytes) -> bool:
        """Whether a body holds a secret held here."""
        return is_echoed(body, self._secrets())

    def _secrets(self) -> list[SecretStr]:
        return [*self._given.values(), *(stored.cookie for stored in self._stored.values())]

    def _status(self, name: str) -> SessionStatus:
        if name in self._given:
            return SessionStatus(name, "environment")
        stored = self._stored.get(name)
        if stored is None:
            return SessionStatus(name, None)
        return SessionStatus(name, "file", stored.verified_ts, stored.expires_ts, self._has_expired(stored))

    def _has_expired(self, stored: _Stored) -> bool:
        return stored.expires_ts is not None and stored.expires_ts <= self._clock.now()

    def _write(self, path: Path) -> None:
        written = {
            name: {
                "cookie": stored.cookie.get_secret_value(),
                "verified_ts": iso(stored.verified_ts),
                "expires_ts": None if stored.expires_ts is None else iso(stored.expires_ts),
            }
            for name, stored in sorted(self._stored.items())
        }
        try:
            write_private(path, json.dumps(written, indent=2) + "\n")
        except OSError as error:
            raise PretipError(f"The sessions file {path} cannot be written ({error.strerror}).") from None


def _read(path: Path, lake: Path | None) -> dict[str, _Stored]:
    if not os.path.lexists(path):
        return {}
    require_private(path, lake)
    try:
        return _FILE.validate_json(path.read_bytes())
    except OSError as error:
        raise BadInput(f"The sessions file {path} cannot be read ({error.strerror}).") from None
    except ValidationError:
        advice = "delete it and run `pretip auth` again"
        raise BadInput(f"The sessions file {path} does not hold sessions as pretip stores them; {advice}.") from None
