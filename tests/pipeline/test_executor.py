"""Executors give the results in the order of the items."""

from __future__ import annotations

import operator

from pipeline.executor import make_executor


def test_results_come_in_the_order_of_the_items() -> None:
    for executor in (make_executor(1), make_executor(2)):
        assert list(executor.run(operator.neg, range(5))) == [0, -1, -2, -3, -4]
