"""Options and values the commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

import rich_click as click

from lakehouse.clock import parse_instant
from lakehouse.errors import BadInput

Command = TypeVar("Command", bound=Callable[..., Any])


class Instant(click.ParamType[datetime]):
    """An ISO stamp with its time zone."""

    name = "ts"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        return value if isinstance(value, datetime) else parse_instant(str(value))


class Day(click.ParamType[date]):
    """An Eastern date."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            raise BadInput(f"{value!r} is not a date; write it like 2025-11-25.") from None


INSTANT = Instant()
DAY = Day()

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout, for programs.")


def knowledge_option(default: str) -> Callable[[Command], Command]:
    """The option that says which knowledge a command reads."""
    return click.option(
        "--knowledge", type=click.Choice(["observed", "published"]), default=default, show_default=True,
        help="What this lake held at the instant, or what the world had been told by then.",
    )  # fmt: skip


def window_options(command: Command) -> Command:
    """The options that name a window of dates."""
    command = click.option("--to", "last", type=DAY, required=True, metavar="DATE", help="Last Eastern date.")(command)
    return click.option("--from", "first", type=DAY, required=True, metavar="DATE", help="First Eastern date.")(command)
