"""The laws again and again, under one seed after another, for as long as asked: `make soak MINUTES=30`."""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from lakehouse.clock import perf_seconds

# How long a round that is called off may take to put its things away.
CLOSING_SECONDS = 30.0
ROOT = Path(sys.modules["tests"].__path__[0]).parent


def soak(seconds: float, first_seed: int, tests: list[str]) -> int:
    """Rounds of the tests until the time is up; 0, or the status of the first round that failed, whose seed is printed."""
    end = perf_seconds() + seconds
    seed = first_seed
    while (left := end - perf_seconds()) > 0:
        print(f"soak: seed {seed}, {left / 60:.1f} min left", flush=True)
        status = _round(seed, left, tests)
        if status is None:
            break
        if status:
            again = f"HYPOTHESIS_PROFILE=soak python -m pytest --hypothesis-seed={seed} {' '.join(tests)}"
            print(f"soak: seed {seed} failed; again with `{again}`", flush=True)
            return status
        seed += 1
    print(f"soak: {seed - first_seed} whole rounds, and no failure", flush=True)
    return 0


def _round(seed: int, seconds: float, tests: list[str]) -> int | None:
    """The status of one round; None where the time was up before its end."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", f"--hypothesis-seed={seed}", *tests]
    environment = {**os.environ, "HYPOTHESIS_PROFILE": "soak"}
    # A group of its own, so that the processes that a test started end with it.
    with subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True) as child:
        try:
            return child.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGINT)
        try:
            child.wait(CLOSING_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
    return None


def main() -> int:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--seed", type=int, help="of the first round; drawn where not given")
    parser.add_argument("tests", nargs="*", default=["tests/properties"])
    asked = parser.parse_args()
    return soak(asked.seconds, random.randrange(10**6) if asked.seed is None else asked.seed, asked.tests)


if __name__ == "__main__":
    sys.exit(main())
