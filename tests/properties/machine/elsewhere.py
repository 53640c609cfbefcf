"""A run and a training in a process of their own: `python -m tests.properties.machine.elsewhere LAKE`, told as JSON.

The environment is the caller's: threads, hash seed, time zone.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path

from lakehouse.clock import FixedClock
from lakehouse.lake import Lake
from models.registry import train_minutes
from pipeline.compute import compute_run
from pipeline.request import RunRequest
from tests.properties.machine.ground import DAY, NOON, TINY, WORLDS


def tell(root: Path, threads: int) -> dict[str, object]:
    """Digests, status and reasons of DAY's published run at ten Eastern, and the id of a model trained until DAY."""
    lake = Lake.open(root, FixedClock(NOON + timedelta(hours=2)))
    row = train_minutes(lake, DAY, now=lake.clock.now(), config=TINY, horizons=(15,), threads=threads).row
    request = RunRequest(DAY, NOON - timedelta(hours=2), "published", worlds=WORLDS, model_id=row.model_id)
    run = compute_run(lake, request)
    return {"digests": run.digests, "status": run.status, "reasons": run.reasons, "model": row.model_id}


if __name__ == "__main__":
    print(json.dumps(tell(Path(sys.argv[1]), int(sys.argv[2]))))
