"""The command `pretip`: options every command shares, and errors as one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import rich_click as click
from click.exceptions import Exit
from polars.exceptions import PanicException

from cli.options import INSTANT
from cli.settings import Settings
from lakehouse.clock import Clock, FixedClock, SystemClock
from lakehouse.errors import LakeDamaged, PretipError
from lakehouse.storage import full_disk_is_an_error

DEFECT = 70
# Name of each command, and where it lives; a module is imported when its command is asked for.
COMMANDS = {
    "auth": "cli.auth:auth",
    "backfill": "cli.backfill:backfill_runs",
    "compact": "cli.upkeep:compact",
    "coverage": "cli.coverage:coverage",
    "demo": "cli.demo:demo",
    "diff": "cli.diff:diff",
    "doctor": "cli.upkeep:doctor",
    "evaluate": "cli.evaluate:evaluate",
    "explain": "cli.explain:explain_player",
    "freeze": "cli.freeze:freeze",
    "gold": "cli.gold:gold",
    "holes": "cli.coverage:holes",
    "ids": "cli.ids:ids",
    "import": "cli.imports:imports",
    "ingest": "cli.ingest:ingest",
    "injuries": "cli.history:injuries",
    "known": "cli.history:known",
    "labels": "cli.labels:labels",
    "lag": "cli.lag:lag",
    "lines": "cli.history:lines",
    "live": "cli.live:live",
    "log": "cli.upkeep:log",
    "models": "cli.models:models",
    "parse": "cli.parse:parse",
    "rebuild": "cli.rebuild:rebuild",
    "reproduce": "cli.reproduce:reproduce_run",
    "run": "cli.run:run",
    "runs": "cli.run:runs",
    "sandbox": "cli.sandbox:sandbox",
    "schema": "cli.schema:schema",
    "show": "cli.show:show",
    "sources": "cli.sources:sources",
    "train": "cli.models:train",
}


class Pretip(click.RichGroup):
    """The group of all commands: loads each when it is asked for, and turns errors into one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:
        lake = Path(os.environ.get("PRETIP_LAKE", "lake"))
        try:
            with full_disk_is_an_error(lake):
                return super().main(args, *rest, **options)
        except PretipError as error:
            click.echo(f"pretip: {error}", err=True)
            sys.exit(error.exit_code)
        except (Exit, click.ClickException, click.Abort):
            raise
        except PanicException as error:
            # Polars gives up on a data file that is not what the table's log says it is.
            click.echo(f"pretip: A data file under {lake} cannot be read ({error}); run `pretip doctor`.", err=True)
            sys.exit(LakeDamaged.exit_code)
        except Exception as error:
            if os.environ.get("PRETIP_TRACEBACK"):
                raise
            what = (str(error).splitlines() or [""])[0]
            advice = "this is a defect of pretip: run again with PRETIP_TRACEBACK=1 to see where."
            click.echo(f"pretip: {type(error).__name__}: {what}; {advice}", err=True)
            sys.exit(DEFECT)


@click.group(cls=Pretip, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--lake", "root", type=click.Path(path_type=Path), default=Path("lake"), envvar="PRETIP_LAKE", show_default=True,
    show_envvar=True, help="Folder of the lake.",
)  # fmt: skip
@click.option("--now", type=INSTANT, metavar="TS", help="Pretend it is this instant; for replays and demonstrations.")
@click.option(
    "--sandbox",
    metavar="URL",
    envvar="PRETIP_SANDBOX",
    show_envvar=True,
    help="Ask a sandbox league at this address instead of the real sources, and take its clock.",
)
@click.version_option(package_name="pretip", prog_name="pretip")
@click.pass_context
def pretip(ctx: click.Context, root: Path, now: Any, sandbox: str | None) -> None:
    """NBA daily-fantasy projections that can prove what they knew before tip-off."""
    ctx.obj = Settings(root, _clock(now, sandbox), sandbox)


def _clock(now: datetime | None, sandbox: str | None) -> Clock:
    if now is not None:
        return FixedClock(now)
    if sandbox is None:
        return SystemClock()
    from ingest.http.sandbox import SandboxClock

    return SandboxClock(sandbox)


def main() -> None:
    """Entry point of the console script."""
    # LightGBM's threads spin while they wait; on a machine that is doing something else too, that costs minutes.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    pretip()
