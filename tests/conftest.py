"""Real servers that tests of several areas share: started once a session, on the first test that asks."""

import pytest

pytest_plugins = ("tests.support.sandbox_process", "tests.support.seaweed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record-histories", action="store_true", help="save the histories that the replay tests replay")
