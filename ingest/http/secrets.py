"""Where secrets may lie on this machine, and keeping them out of everything that is written."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from lakehouse.errors import BadInput

_HIDDEN = "***"
# Shorter values of a cookie are flags and counters; striking them out would make sentences unreadable.
_SHORTEST = 12
# A body that holds a value of at least this length was made from the cookie; a shorter one may stand there by chance.
_UNMISTAKABLE = 24
_TELLING = ("auth", "token", "secret", "session", "passw", "signature", "apikey", "api_key", "sid", "jwt")
_FOLDER, _FILE, _SANDBOX_FILE = "pretip", "sessions.json", "sandbox-sessions.json"


class SecretSettings(BaseSettings):
    """What the environment says of secrets."""

    model_config = SettingsConfigDict(
        env_prefix="PRETIP_", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    secrets: Path | None = None
    draftkings_cookie: SecretStr | None = None
    linestar_cookie: SecretStr | None = None
    config_home: Path | None = Field(default=None, validation_alias="XDG_CONFIG_HOME")

    def cookies(self) -> dict[str, SecretStr]:
        """Cookie header by account, of those that are set; raises BadInput where one is no Cookie header."""
        given = {"draftkings": self.draftkings_cookie, "linestar": self.linestar_cookie}
        return {
            name: read_cookie(cookie.get_secret_value(), f"PRETIP_{name.upper()}_COOKIE")
            for name, cookie in given.items()
            if cookie is not None
        }

    def sessions_file(self, is_sandbox: bool) -> Path:
        """The settings file: $PRETIP_SECRETS, else one of its own for the sandbox and one for the real sources."""
        if self.secrets is not None:
            return self.secrets.expanduser()
        home = self.config_home or Path.home() / ".config"
        return home / _FOLDER / (_SANDBOX_FILE if is_sandbox else _FILE)


def read_cookie(text: str, where: str) -> SecretStr:
    """A Cookie header as a browser shows it, with or without its name; raises BadInput, which never shows it."""
    found = text.strip()
    if found[:7].lower() == "cookie:":
        found = found[7:].strip()
    if "=" not in found or not found.isascii() or not found.isprintable():
        advice = "copy the line from a logged-in browser, like name=value; name=value"
        raise BadInput(f"{where} is no Cookie header; {advice}.")
    return SecretStr(found)


def require_private(path: Path, lake: Path | None) -> None:
    """Raises BadInput where a file of secrets lies inside the lake or a git tree, or where others can read it."""
    real = path.expanduser().resolve()
    if lake is not None and real.is_relative_to(lake.resolve()):
        raise BadInput(f"The sessions file {path} lies inside the lake; name one outside it in PRETIP_SECRETS.")
    for folder in real.parents:
        if os.path.exists(folder / ".git"):
            advice = "name one outside it in PRETIP_SECRETS"
            raise BadInput(f"The sessions file {path} lies in the git tree {folder}; {advice}.")
    try:
        found = real.stat()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise BadInput(f"The sessions file {path} cannot be read ({error.strerror}).") from None
    if not stat.S_ISREG(found.st_mode):
        raise BadInput(f"The sessions file {path} is not a file; name another in PRETIP_SECRETS.")
    if found.st_mode & 0o077:
        raise BadInput(f"The sessions file {path} is open to others on this machine; run `chmod 600 {path}`.")
    if found.st_uid != os.getuid():
        raise BadInput(f"The sessions file {path} belongs to somebody else; name your own in PRETIP_SECRETS.")


def write_private(path: Path, text: str) -> None:
    """Replaces a file by one that only its owner can read; it is never there half, nor readable for a moment."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def scrub(text: str, cookies: Iterable[SecretStr]) -> str:
    """The text without any of the cookies, whole or in parts, plain or percent-encoded."""
    for secret in _parts(cookies):
        text = text.replace(secret, _HIDDEN)
    return text


def is_echoed(body: bytes, cookies: Iterable[SecretStr]) -> bool:
    """Whether a body holds one of the cookies, or an unmistakable part of one."""
    return any(secret.encode() in body for secret in _parts(cookies) if len(secret) >= _UNMISTAKABLE)


def scrub_url(url: str, cookies: Iterable[SecretStr] = ()) -> str:
    """The address without user, password, fragment, cookies, or the values of parameters that look secret."""
    parts = urlsplit(scrub(url, cookies))
    query = parts.query
    pairs = parse_qsl(query, keep_blank_values=True)
    if any(_is_telling(name) for name, _ in pairs):
        query = urlencode([(name, _HIDDEN if _is_telling(name) else value) for name, value in pairs], safe="*")
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, ""))


def _is_telling(name: str) -> bool:
    return any(word in name.lower() for word in _TELLING)


def _parts(cookies: Iterable[SecretStr]) -> list[str]:
    found: dict[str, None] = {}
    for cookie in cookies:
        whole = cookie.get_secret_value()
        values = [pair.partition("=")[2].strip().strip('"') for pair in whole.split(";")]
        for value in (whole, *(value for value in values if len(value) >= _SHORTEST)):
            found[value] = found[quote(value, safe="")] = None
    # The longest first, so that no part of a longer one is left standing.
    return sorted(found, key=lambda secret: (-len(secret), secret))
