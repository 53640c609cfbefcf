"""`make mutants`: every comparison of times and every filter by them made wrong, one at a time; tests must notice."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections import Counter
from fnmatch import fnmatch
from itertools import groupby
from pathlib import Path

# Each child has a core to itself; libraries read these when they are loaded.
os.environ |= {
    "POLARS_MAX_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
    "NUMBA_NUM_THREADS": "1",
}

from tests.mutants.claims import CLAIMS
from tests.mutants.find import Code, Mutant
from tests.mutants.run import Job, Result, Server, copied_tree


def main() -> int:
    """Lists or runs the mutants; 0 where every one was killed."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--only", default="*", metavar="GLOB", help="only mutants whose id matches")
    parser.add_argument("--list", action="store_true", help="print them and run nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end instead")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--limit", type=int, default=90, metavar="SECONDS", help="of a processor for one mutant")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that children and the copy are cleared away
    with copied_tree(Path(__file__).parents[2]) as tree:
        code = Code(tree)
        mutants = [mutant for mutant in code.mutants() if fnmatch(mutant.id, asked.only)]
        unclaimed = sorted({mutant.module for mutant in mutants} - set(CLAIMS))
        if asked.list:
            print("\n".join(f"{mutant.id:<44} {mutant.change}" for mutant in mutants))
            print(_counts(mutants))
        elif unclaimed:
            print(f"No test claims the times of {', '.join(unclaimed)}; name some in tests/mutants/claims.py.")
        else:
            return _run(Server(tree, code, asked.workers, asked.limit), mutants, asked.json)
    return 2 if unclaimed else 0


def _run(server: Server, mutants: list[Mutant], as_json: bool) -> int:
    began = time.monotonic()
    results: list[Result] = []
    for result in server.run([Job(CLAIMS[mutant.module], mutant) for mutant in mutants]):
        results.append(result)
        if not as_json:
            print(_line(result), flush=True)
    fail_anyway = _failing(server, results)
    left = [result for result in results if result.outcome != "killed" or fail_anyway & {*result.failed}]
    seconds = time.monotonic() - began
    if as_json:
        rows = [_row(result, result not in left) for result in results]
        print(json.dumps({"seconds": round(seconds, 1), "mutants": rows}, indent=1))
        return 1 if left else 0
    print(_counts(mutants))
    for test in sorted(fail_anyway):
        print(f"fails without a mutant too: {test}")
    for result in left:
        print(_line(result))
    used = sum(result.cpu_seconds for result in results)
    print(f"{len(results) - len(left)} of {len(results)} killed in {seconds:.0f} s; {used:.0f} s of processors")
    return 1 if left else 0


def _failing(server: Server, results: list[Result]) -> set[str]:
    """Of the tests that killed a mutant, those that fail on the product as it is, and so kill nothing."""
    killers = sorted({test for result in results for test in result.failed})
    files = groupby(killers, lambda test: test.split("::")[0])
    checked = list(server.run([Job(tuple(tests)) for _, tests in files]))
    # What cannot be run at all proves nothing either.
    return {test for one in checked if one.outcome != "survived" for test in one.failed or one.job.tests}


def _row(result: Result, is_killed: bool) -> dict[str, object]:
    mutant = result.job.mutant
    assert mutant is not None
    return {"id": mutant.id, "change": mutant.change, "killed": is_killed, "by": [*result.failed], "why": result.why,
            "seconds": round(result.seconds, 2), "cpu_seconds": round(result.cpu_seconds, 2)}  # fmt: skip


def _line(result: Result) -> str:
    mutant = result.job.mutant
    assert mutant is not None
    said = result.why or ", ".join(result.failed)
    return f"{result.outcome:<9}{result.seconds:6.1f} s {result.cpu_seconds:6.1f} s  {mutant.id:<40} {mutant.change:<34} {said}"


def _counts(mutants: list[Mutant]) -> str:
    counts = Counter(mutant.path for mutant in mutants)
    return "\n".join([*(f"{count:>5}  {path}" for path, count in sorted(counts.items())), f"{len(mutants):>5}  in all"])


sys.exit(main())
