"""Questions that the tests ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.http.request import Request

HOST = "cdn.nba.com"
PATH = f"/{HOST}/x.json"
SECRET = "Kq7vPlantedSecretOfTheSessionZ4"


@dataclass(frozen=True)
class Asker:
    """A source as the client sees it."""

    name: str = "schedule"
    rates: Mapping[str, float] = field(default_factory=lambda: {HOST: 1000.0, "www.nba.com": 1000.0})
    headers: Mapping[str, str] = field(default_factory=lambda: {"Referer": "https://www.nba.com/"})


NBA = Asker()
DRAFTKINGS = Asker(
    "draftkings", {"www.draftkings.com": 1000.0, "api.draftkings.com": 1000.0, "cdn.draftkings.com": 1000.0}
)


def question(**changes: object) -> Request:
    """A question to the content network."""
    values: dict[str, object] = {
        "source": "schedule", "key": "season file", "url": f"https://{HOST}/x.json", "accept": ("application/json",),
    }  # fmt: skip
    return Request(**{**values, **changes})  # type: ignore[arg-type]


def account_question(**changes: object) -> Request:
    """A question that needs a session."""
    values: dict[str, object] = {
        "source": "draftkings", "key": "standings 1", "url": "https://www.draftkings.com/standings/1",
        "auth": "draftkings", "accept": ("application/zip",),
    }  # fmt: skip
    return Request(**{**values, **changes})  # type: ignore[arg-type]
