"""Every command explains itself, and every one that reports can report to a program."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import rich_click as click
from click.testing import CliRunner

from cli.main import COMMANDS, pretip

# A command that only groups others, or whose whole output is a side effect.
SILENT: tuple[str, ...] = ()


def walk(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command of a group with its path, groups included."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from walk(command, (*path, name))


ALL = dict(walk(pretip))
LEAVES = {path: command for path, command in ALL.items() if not isinstance(command, click.Group)}


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_has_help(path: tuple[str, ...]) -> None:
    command = ALL[path]
    assert len((command.help or "").split()) >= 4
    for option in command.params:
        assert not isinstance(option, click.Option) or option.help, f"{option.name} has no help"
    shown = CliRunner().invoke(pretip, [*path, "--help"])
    assert shown.exit_code == 0
    assert "Usage" in shown.output


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_reporting_command_takes_json(path: tuple[str, ...]) -> None:
    assert " ".join(path) in SILENT or any("--json" in option.opts for option in LEAVES[path].params)


def test_the_commands_of_the_manual_are_there() -> None:
    promised = (
        "backfill", "compact", "demo", "diff", "doctor", "evaluate minutes", "import history", "lag set", "log",
        "models list", "reproduce", "run", "runs", "sandbox history", "schema", "show", "train minutes",
    )  # fmt: skip
    assert set(promised) <= {" ".join(path) for path in LEAVES}
    assert sorted(COMMANDS) == pretip.list_commands(click.Context(pretip))


def test_help_names_every_command() -> None:
    shown = CliRunner().invoke(pretip, ["--help"])
    assert shown.exit_code == 0
    assert all(name in shown.output for name in COMMANDS)
