"""`pretip sandbox serve`: a server that says where it is, and refuses what it cannot do."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

START = "from cli.main import main; main()"


def _serve(*options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", START, "sandbox", "serve", "--date", "2025-11-05", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_it_serves_on_its_own_clock_until_ended(tmp_path: Path) -> None:
    plan = tmp_path / "faults.json"
    plan.write_text(json.dumps([{"match": "players", "fault": "5xx"}]))
    with _serve("--at", "18:30", "--port", "0", "--faults", str(plan), "--json") as process:
        assert process.stdout is not None
        lines: list[bytes] = []
        while not (lines and lines[-1].startswith(b"}")):
            lines.append(process.stdout.readline())
            assert lines[-1], process.stderr and process.stderr.read().decode()
        told = json.loads(b"".join(lines))
        assert told["now"] == "2025-11-05T23:30:00Z"
        assert told["env"] == f"PRETIP_SANDBOX={told['url']}"
        with urlopen(f"{told['url']}/_sandbox/clock") as answer:
            assert json.load(answer) == {"now": "2025-11-05T23:30:00Z", "speed": 0.0}
        with urlopen(f"{told['url']}/_sandbox/faults") as answer:
            assert [(one["fault"], one["fired"]) for one in json.load(answer)] == [("5xx", 0)]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.mark.parametrize(
    ("options", "word"),
    [(("--at", "half past"), "half past"), (("--speed", "-2"), "speed"), (("--faults", "plan"), "plan")],
)
def test_what_it_cannot_do_is_said_at_once(tmp_path: Path, options: tuple[str, ...], word: str) -> None:
    (tmp_path / "plan").write_text('[{"match": "x"}]')
    found = tuple(str(tmp_path / "plan") if option == "plan" else option for option in options)
    with _serve(*found) as process:
        _, error = process.communicate(timeout=60)
    assert process.returncode not in (0, 70)
    assert word in error.decode()
