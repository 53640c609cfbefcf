"""Runs the tests that claim a module with one place of it made wrong, in a copy of the tree, and says which one fails.

A server that has imported the heavy libraries, but no module of the product, forks for each mutant: a child starts in
milliseconds, has a fresh product, and nothing of it stays.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Literal

from tests.mutants.find import Code, Mutant

if TYPE_CHECKING:
    import pytest

Outcome = Literal["killed", "survived", "broken"]
# An outcome, the tests that failed, and what went wrong with the job itself.
Verdict = tuple[Outcome, tuple[str, ...], str]
# Imported once, before any fork; importing them starts no threads that a child would miss.
HEAVY = ("polars", "deltalake", "dataframely", "lightgbm", "numba", "pyarrow", "hypothesis", "pytest", "rich_click",
         "pydantic", "pdfplumber", "httpx", "altair")  # fmt: skip
KEPT = ("pyproject.toml", "README.md", "constraints.txt", "tests")
EXAMPLES = 20
# A machine with other work takes as much longer than the processor does.
PATIENCE = 20


@dataclass(frozen=True)
class Job:
    """Tests to run one after the other, until one fails; without a mutant all of them, on the product as it is."""

    tests: tuple[str, ...]
    mutant: Mutant | None = None


@dataclass(frozen=True)
class Result:
    """What became of a job: `failed` names the tests that did, `why` says what went wrong with the job itself."""

    job: Job
    outcome: Outcome
    failed: tuple[str, ...]
    why: str
    seconds: float
    cpu_seconds: float


class Server:
    """Runs jobs, `workers` at a time, each in a process of its own that may use `limit` seconds of a processor."""

    def __init__(self, tree: Path, code: Code, workers: int, limit: int) -> None:
        self._tree = tree
        self._code = code
        self._workers = workers
        self._limit = limit
        for name in HEAVY:
            importlib.import_module(name)

    def run(self, jobs: Sequence[Job]) -> Iterator[Result]:
        """The results as they come in."""
        waiting = list(reversed(jobs))
        running: dict[int, tuple[Job, Path, float]] = {}
        try:
            while waiting or running:
                while waiting and len(running) < self._workers:
                    job, place = waiting.pop(), Path(tempfile.mkdtemp(dir=self._tree.parent))
                    running[self._start(job, place)] = (job, place, time.monotonic())
                yield from self._ended(running)
                time.sleep(0.01)
        finally:
            for child in running:
                os.kill(child, signal.SIGKILL)

    def _start(self, job: Job, place: Path) -> int:
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            _work(self._code, job, self._tree, place, self._limit)
        return child

    def _ended(self, running: dict[int, tuple[Job, Path, float]]) -> Iterator[Result]:
        for child, (job, place, began) in list(running.items()):
            seconds = time.monotonic() - began
            ended, status, used = os.wait4(child, os.WNOHANG)
            if not ended and seconds < PATIENCE * self._limit:
                continue
            if not ended:
                os.killpg(child, signal.SIGKILL)
                _, status, used = os.wait4(child, 0)
            del running[child]
            outcome, failed, why = self._verdict(job, place, status)
            shutil.rmtree(place, ignore_errors=True)
            yield Result(job, outcome, failed, why, seconds, used.ru_utime + used.ru_stime)

    def _verdict(self, job: Job, place: Path, status: int) -> Verdict:
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
            return "killed", job.tests, f"no end in {self._limit} s of a processor"
        try:
            said = json.loads((place / "result").read_text())
            return said["outcome"], tuple(said["failed"]), said["why"]
        except (OSError, ValueError):
            return "broken", (), "died: " + (place / "said").read_text()[-2000:]


@contextmanager
def copied_tree(root: Path) -> Iterator[Path]:
    """A copy of what the tests need, so that nothing that changes under `root` meanwhile is seen."""
    scratch = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="pretip-mutants-", dir=scratch) as folder:
        tree = Path(folder) / "tree"
        tree.mkdir()
        rooms = [path.parent.name for path in sorted(root.glob("*/__init__.py"))]
        for source in (root / name for name in dict.fromkeys([*rooms, *KEPT])):
            if source.is_dir():
                shutil.copytree(source, tree / source.name)
            elif source.exists():
                shutil.copy2(source, tree / source.name)
        yield tree


def _work(code: Code, job: Job, tree: Path, place: Path, limit: int) -> None:
    """What a child does; it never returns."""
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
        said = os.open(place / "said", os.O_WRONLY | os.O_CREAT)
        os.dup2(said, 1)
        os.dup2(said, 2)
        tempfile.tempdir = str(place)
        outcome, failed, why = _judge(code, job, tree, place)
        (place / "result").write_text(json.dumps({"outcome": outcome, "failed": failed, "why": why}))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(0)


def _judge(code: Code, job: Job, tree: Path, place: Path) -> Verdict:
    import pytest
    from hypothesis import HealthCheck, Phase, settings

    os.chdir(tree)
    sys.path.insert(0, str(tree))
    for name in [name for name in sys.modules if name == "tests" or name.startswith("tests.")]:
        del sys.modules[name]
    if job.mutant is not None:
        sys.meta_path.insert(0, _Mutated(job.mutant.module, tree / job.mutant.path, code.mutated(job.mutant)))
    settings.register_profile(
        "mutants",
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
    )
    os.environ["HYPOTHESIS_PROFILE"] = "mutants"
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--assert=plain", f"--basetemp={place / 'tmp'}"]
    stages = [["-x", test] for test in job.tests] if job.mutant is not None else [list(job.tests)]
    for stage in stages:
        watcher = _Watcher()
        ended = pytest.main([*options, *stage], plugins=[watcher])
        if ended == pytest.ExitCode.TESTS_FAILED and watcher.failed:
            return "killed", tuple(watcher.failed), ""
        if ended != pytest.ExitCode.OK:
            return "broken", (), f"{stage}: {ended!s} {watcher.why}"
    return "survived", (), ""


class _Watcher:
    """Remembers which tests failed, and why something could not be collected."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.why = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.why = str(report.longrepr)[-2000:]


class _Mutated(importlib.abc.MetaPathFinder):
    """Finds one module, made wrong."""

    def __init__(self, name: str, path: Path, tree: object) -> None:
        self._name = name
        self._path = path
        self._code = compile(tree, str(path), "exec")  # type: ignore[call-overload]

    def find_spec(
        self, fullname: str, path: object = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        return importlib.util.spec_from_file_location(
            fullname, self._path, loader=_Loader(fullname, str(self._path), self._code)
        )


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:
        return self._code
