"""Servers that tests of several areas share, the order of the files, and when the garbage collector runs."""

import gc
from pathlib import Path

import pytest

pytest_plugins = ("tests.support.sandbox_process", "tests.support.seaweed")

SLOWEST_FILES = (
    "tests/chaos/test_kill_matrix.py",
    "tests/api/test_schemathesis.py",
    "tests/chaos/test_mutations.py",
    "tests/test_deploying.py",
    "tests/local/test_dev.py",
    "tests/local/test_stack.py",
    "tests/chaos/test_state_machine.py",
    "tests/e2e/test_killed_worker.py",
    "tests/e2e/test_faults.py",
    "tests/e2e/test_whole_refund.py",
    "tests/reconciliation/test_command.py",
    "tests/benchmarks/test_bench_run.py",
    "tests/scanner/test_scanning.py",
    "tests/docs/test_recipes.py",
    "tests/test_readme.py",
    "tests/workflows/test_payout.py",
)
"""They begin first, so that no process of the run is left alone with one of them at the end."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record-histories", action="store_true", help="save the histories that the replay tests replay")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    gone = [file for file in SLOWEST_FILES if not Path(__file__).parents[1].joinpath(file).is_file()]
    if gone:
        raise pytest.UsageError(f"SLOWEST_FILES of tests/conftest.py names files that do not exist: {', '.join(gone)}")
    places = {file: place for place, file in enumerate(SLOWEST_FILES)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))


def pytest_collection_finish() -> None:
    """Keep full collections out of the tests: inside a workflow task, a long one looks like a deadlock.

    What the collected test modules hold lives until the end, so no later collection looks at it again.
    """
    gc.collect()
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, 1_000_000)


def pytest_runtest_logfinish() -> None:
    """Collect fully between two tests instead, once about a million new objects may wait."""
    if gc.get_count()[2] > 200:
        gc.collect()
