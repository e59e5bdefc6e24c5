"""Nothing that people, gateways and faults do in any order breaks I1 to I7 or pays more than is owed."""

from collections.abc import Iterator

import pytest

from tests.chaos.chaos_environment import ChaosEnvironment, chaos_environment
from tests.chaos.machine import Refunding
from tests.chaos.play import hurried, play

pytestmark = pytest.mark.e2e

STEPS = 20


@pytest.fixture(scope="module")
def hurried_env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChaosEnvironment]:
    """An environment in which every retry comes at once."""
    with hurried(), chaos_environment(tmp_path_factory.mktemp("chaos_env")) as opened:
        yield opened


def test_r32_any_order_of_steps_faults_and_webhooks_leaves_the_books_right(hurried_env: ChaosEnvironment) -> None:
    class InTheHurriedEnvironment(Refunding):
        def __init__(self) -> None:
            super().__init__(hurried_env)

    play(InTheHurriedEnvironment, STEPS)
