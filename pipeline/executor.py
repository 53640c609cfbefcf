"""Where the work of many runs is done: here, or in processes of this machine. Whoever asks is the one committer."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Executor(Protocol):
    """Applies a picklable function to items and gives the results in the items' order."""

    def run(self, work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """The results, one an item, as they come."""
        ...


@dataclass(frozen=True)
class Serial:
    """One after the other, in this process."""

    def run(self, work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        return map(work, items)


@dataclass(frozen=True)
class Processes:
    """In fresh processes of this machine."""

    workers: int = 2

    def run(self, work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        # Spawned, because a fork would copy the locks of Polars' and numba's threads in whatever state they are.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(max(1, min(self.workers, len(items))), mp_context=context) as pool:
            yield from pool.map(work, items)


def make_executor(workers: int) -> Executor:
    """Serial for one worker, else that many processes."""
    return Serial() if workers <= 1 else Processes(workers)
