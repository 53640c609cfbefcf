"""Writers in processes of their own: some that kill themselves at a named point, and one that writes and writes."""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from lakehouse.clock import FixedClock, SystemClock
from lakehouse.faults import Faults
from lakehouse.lake import Lake
from tests.lakehouse.samples import pair
from tests.strategies import T0

LATER = T0 + timedelta(hours=1)


def commit_and_die(root: Path, point: str, reach: int) -> None:
    """Commits the pair "killed", and dies the `reach`-th time it comes to a point."""
    seen = 0

    def strike(reached: str) -> None:
        nonlocal seen
        seen += reached == point
        if seen == reach:
            os.kill(os.getpid(), signal.SIGKILL)

    Lake.open(root, FixedClock(LATER), Faults(strike)).commit(pair("killed"))


def write_many(root: Path, name: str, count: int) -> None:
    """Commits that many pairs, named after the writer."""
    lake = Lake.open(root, SystemClock())
    for number in range(count):
        lake.commit(pair(f"{name}-{number}"))


def serve_deaths() -> None:
    """Dies once for each line "reach point root" of the input, and answers how; importing the lake costs but once."""
    for line in sys.stdin:
        reach, point, root = line.rstrip("\n").split(" ", 2)
        # No thread exists yet in this process: the libraries start theirs when first used.
        child = os.fork()
        if child == 0:
            commit_and_die(Path(root), point, int(reach))
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        write_many(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
    else:
        serve_deaths()
