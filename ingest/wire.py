"""Types that contest sites' JSON is checked against: bounded numbers, and instants in the spellings they use."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel, to_pascal

# What a column can hold: a larger number is no row to reject but another kind of payload.
Whole = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
Small = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
Number = Annotated[float, Field(allow_inf_nan=False)]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DOTNET = re.compile(r"/Date\((-?\d{1,15})([+-]\d{4})?\)/", re.ASCII)


class Camel(BaseModel):
    """An object whose keys are written likeThis; what is not read may be anything."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, alias_generator=to_camel)


class Pascal(BaseModel):
    """An object whose keys are written LikeThis; what is not read may be anything."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, alias_generator=to_pascal)


def read_iso(text: object) -> datetime:
    """The instant of '2025-12-20T00:30:00.0000000Z', to the microsecond; raises ValueError for one without a zone."""
    if isinstance(text, datetime):
        return text
    if not isinstance(text, str) or not text.isascii():
        raise ValueError("it should be an ISO instant")
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError("it should be an ISO instant with its zone")


def read_dotnet(text: object) -> datetime:
    """The instant of '/Date(1701475200000)/'; an offset inside says how the site would print it, and changes nothing."""
    if isinstance(text, datetime):
        return text
    found = _DOTNET.fullmatch(text) if isinstance(text, str) else None
    try:
        if found:
            return _EPOCH + timedelta(milliseconds=int(found[1]))
    except OverflowError:
        pass
    raise ValueError("it should be an instant like /Date(1701475200000)/")


def read_dotnet_wall(text: object) -> datetime:
    """The wall time that '/Date(1672549200000-0500)/' shows at its own offset, without a zone."""
    instant = read_dotnet(text)
    found = _DOTNET.fullmatch(text) if isinstance(text, str) else None
    offset = found[2] if found and found[2] else "+0000"
    minutes = int(offset[1:3]) * 60 + int(offset[3:5])
    try:
        wall = instant + timedelta(minutes=-minutes if offset[0] == "-" else minutes)
    except OverflowError:
        raise ValueError("it should be an instant like /Date(1701475200000)/") from None
    return wall.replace(tzinfo=None)


Iso = Annotated[datetime, BeforeValidator(read_iso)]
DotNet = Annotated[datetime, BeforeValidator(read_dotnet)]
DotNetWall = Annotated[datetime, BeforeValidator(read_dotnet_wall)]
