"""What the league's own payloads share: how ids, seasons and stamps read, and what goes with every question."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from lakehouse.clock import EASTERN

USER_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36"
)
SITE = "https://www.nba.com"
# The third digit of a game id says what kind of game it is.
SEASON_TYPES = {
    "1": "Preseason",
    "2": "Regular Season",
    "3": "All-Star",
    "4": "Playoffs",
    "5": "Play-In",
    "6": "NBA Cup Final",
}
REGULATION_PERIODS = 4
REGULATION_MINUTES, OVERTIME_MINUTES = 240, 25
# Placeholders for a time that is not known are of the years 1 and 1900.
_FIRST_YEAR, _LAST_YEAR = 1946, 2200
_LARGEST_ID = 2**53
_LARGEST_COUNT = 2**31 - 1


def read_instant(value: Any) -> datetime | None:
    """A stamp with its zone, in UTC; None for a placeholder. Raises ValueError."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError("Input should be a time as text")
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError("Input should be a time with its zone")
    if instant.year > _LAST_YEAR:
        raise ValueError(f"Input should be a time before {_LAST_YEAR}")
    return instant.astimezone(UTC) if instant.year >= _FIRST_YEAR else None


def read_wall(value: Any) -> datetime | None:
    """A stamp that may lack its zone, as it is written; None for a placeholder. Raises ValueError."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError("Input should be a time as text")
    wall = datetime.fromisoformat(value)
    if wall.year > _LAST_YEAR:
        raise ValueError(f"Input should be a time before {_LAST_YEAR}")
    return wall if wall.year >= _FIRST_YEAR else None


def _require_unicode(text: str) -> str:
    # JSON can spell half a character, which nothing can store; the error is a ValueError.
    text.encode()
    return text


Text = Annotated[str, Field(strict=True), AfterValidator(_require_unicode)]


def _read_day(value: Any) -> date:
    if not isinstance(value, str):
        raise ValueError("Input should be a date as text")
    return date.fromisoformat(value)


Day = Annotated[date, BeforeValidator(_read_day)]
AnyGameId = Annotated[str, Field(pattern=r"^[0-9]{10}$")]
GameId = Annotated[str, Field(pattern=r"^00[1-6][0-9]{7}$")]
TeamId = Annotated[int, Field(strict=True, ge=0, le=_LARGEST_ID)]
PersonId = Annotated[int, Field(strict=True, ge=1, le=_LARGEST_ID)]
Whole = Annotated[int, Field(strict=True, ge=-_LARGEST_COUNT, le=_LARGEST_COUNT)]
Real = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-_LARGEST_COUNT, le=_LARGEST_COUNT)]
# An instant with its zone, in UTC; None where the payload has none.
Instant = Annotated[datetime | None, BeforeValidator(read_instant)]
# A stamp that may lack its zone.
Wall = Annotated[datetime | None, BeforeValidator(read_wall)]
Yes = Annotated[bool, Field(strict=True)]


class Told(BaseModel):
    """Part of a payload; `team_id` is read from `teamId`."""

    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


class Meta(Told):
    """The head of a payload. `time` is Eastern wall time, also where it is written with a Z."""

    code: int | None = None
    time: Any = None


class Headed(Told):
    """A payload with a head."""

    meta: Meta = Meta()


def published_at(meta: Meta, fetched_ts: datetime) -> datetime | None:
    """The head's stamp as an instant; None where there is none, or it would lie after the fetch.

    The league writes New York's wall time: a box score of a game from 7 to 9:30 pm there is stamped 23:40.
    """
    try:
        wall = read_wall(meta.time)
    except ValueError:
        return None
    instant, _ = resolve_eastern(wall.replace(tzinfo=None)) if wall is not None else (None, True)
    return instant if instant is not None and instant <= fetched_ts else None


def resolve_eastern(wall: datetime) -> tuple[datetime | None, bool]:
    """The instant a wall time of New York names, and whether it is the only one.

    Of two (clocks go back) the later; None where there is none (clocks go forward).
    """
    first, last = (wall.replace(tzinfo=EASTERN, fold=fold).astimezone(UTC) for fold in (0, 1))
    if last.astimezone(EASTERN).replace(tzinfo=None) != wall:
        return None, False
    return last, first == last


def season_label(game_id: str) -> str:
    """The season of a game: '2025-26' of 0022500001."""
    start = int(game_id[3:5])
    return f"20{start:02d}-{(start + 1) % 100:02d}"


def season_start(day: date) -> int:
    """The year in which the season of a date starts; seasons turn on 1 August."""
    return day.year if day.month >= 8 else day.year - 1


def label_season(start_year: int) -> str:
    """The season that starts in a year: '2025-26' of 2025."""
    return f"{start_year}-{(start_year + 1) % 100:02d}"


def season_type(game_id: str) -> str | None:
    """The kind of game its id says; None for ids of other leagues."""
    return SEASON_TYPES.get(game_id[2]) if game_id.startswith("00") else None


def headers(page: str) -> dict[str, str]:
    """Headers of a JSON question, as a browser on that page of the league's site sends them."""
    return {"User-Agent": USER_AGENT, "Accept": "application/json", "Referer": f"{SITE}{page}", "Origin": SITE}
