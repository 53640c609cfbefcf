"""`pretip sandbox`: a seeded league for those who have no data yet."""

from __future__ import annotations

import json
import re
import signal
from contextlib import suppress
from datetime import date
from pathlib import Path

import rich_click as click

from cli.options import DAY, as_json
from cli.output import console, emit, progress_bar, say
from lakehouse.clock import iso
from lakehouse.errors import BadInput
from sandbox.history import write_history
from sandbox.league import generate
from sandbox.times import eastern, instant


@click.group()
def sandbox() -> None:
    """A made-up league with a known truth, in the formats of the real one."""


@sandbox.command("history")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same league.")
@click.option(
    "--seasons", type=click.IntRange(min=1), default=3, show_default=True, help="Seasons; the last ends at --until."
)
@click.option("--until", type=DAY, required=True, metavar="DATE", help="Games before it have results.")
@as_json
def write_league(folder: Path, seed: int, seasons: int, until: date, as_json: bool) -> None:
    """Write a history archive of plausible seasons, ready for `pretip import history`."""
    with progress_bar() as move:
        rows = write_history(folder, seed=seed, seasons=seasons, until=until, progress=move)
    if as_json:
        emit({"folder": str(folder), "rows": rows})
        return
    for name, count in rows.items():
        console().print(f"{name:<20} {count:>9,} rows")


@sandbox.command("serve")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same league.")
@click.option(
    "--seasons", type=click.IntRange(min=1), default=1, show_default=True, help="Seasons; the last holds --date."
)
@click.option("--date", "day", type=DAY, required=True, metavar="DATE", help="The Eastern date on which it starts.")
@click.option(
    "--at", "hour", default="12:00", show_default=True, metavar="HH:MM", help="The Eastern time it starts at."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8123, show_default=True, help="Port; 0 takes any.")
@click.option("--speed", type=float, default=0.0, show_default=True, help="Seconds that pass in one; 0 stands still.")
@click.option(
    "--faults", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="What goes wrong: a JSON list."
)
@as_json
def serve_league(
    seed: int, seasons: int, day: date, hour: str, port: int, speed: float, faults: Path | None, as_json: bool
) -> None:
    """Serve a league as all its sources, on a clock of its own, until it is interrupted or ended.

    Every source is at `/HOST/PATH` of the address that is printed; `/_sandbox/clock` moves the clock and
    `/_sandbox/faults` makes answers go wrong (see sandbox/serve/README.md).
    """
    # A server is what few who import a history need; its libraries are loaded here.
    from sandbox.serve.clock import MovingClock
    from sandbox.serve.faults import read_faults
    from sandbox.serve.server import SandboxServer

    start = instant(eastern(day, _read_hour(hour)))
    clock = MovingClock(start, speed)
    plan = read_faults(_read_plan(faults)) if faults is not None else ()
    with progress_bar() as move:
        league = generate(seed, seasons, day, progress=move)
    # Making the league took a while, which is not to count.
    clock.set(start)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with SandboxServer(league, clock, port, plan, log=True) as server:
        env = f"PRETIP_SANDBOX={server.url}"
        if as_json:
            emit({"url": server.url, "env": env, "now": iso(clock.now()), "speed": clock.speed})
        else:
            console().print(
                f"{server.url} serves the league of seed {seed} at {iso(clock.now())}; use it with", soft_wrap=True
            )
            console().print(f"export {env}", soft_wrap=True)
        with suppress(KeyboardInterrupt):
            server.wait()
        say("The sandbox has stopped.")


def _read_hour(text: str) -> float:
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text)
    if found is None:
        raise BadInput(f"{text!r} is not a time of day; write it like 18:30.")
    return int(found[1]) + int(found[2]) / 60


def _read_plan(path: Path) -> object:
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise BadInput(
            f"{path} is not JSON ({error}); write a list of faults as sandbox/serve/README.md shows."
        ) from None
