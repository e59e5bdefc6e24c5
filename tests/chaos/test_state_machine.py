"""Nothing that people, gateways and faults do in any order breaks I1 to I7 or pays more than is owed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import cast

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from temporalio.common import RetryPolicy

from tests.chaos.chaos_environment import ChaosEnvironment, chaos_environment
from tests.chaos.machine import Refunding
from tests.chaos.scale import EXAMPLES, IS_WHOLE
from tests.support.assertions import does_not_raise
from workflows import options

pytestmark = pytest.mark.e2e

SHORT = timedelta(milliseconds=50)
STEPS = 20


@pytest.fixture(scope="module")
def hurried_env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChaosEnvironment]:
    """An environment in which every retry comes at once."""
    with pytest.MonkeyPatch.context() as hurry:
        hurry.setattr(options, "FIRST_UNKNOWN_RETRY", SHORT)
        hurry.setattr(options, "_PATIENT_RETRY", RetryPolicy(initial_interval=SHORT, maximum_interval=SHORT))
        with chaos_environment(tmp_path_factory.mktemp("chaos_env")) as opened:
            yield opened


def test_r32_any_order_of_steps_faults_and_webhooks_leaves_the_books_right(hurried_env: ChaosEnvironment) -> None:
    class InTheHurriedEnvironment(Refunding):
        def __init__(self) -> None:
            super().__init__(hurried_env)

    with does_not_raise():
        run_state_machine_as_test(
            InTheHurriedEnvironment,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                derandomize=not IS_WHOLE,
                database=None,
                phases=tuple(Phase) if IS_WHOLE else (Phase.generate,),  # a sample fails fast, `make chaos` shrinks
                print_blob=True,
                suppress_health_check=cast("list[HealthCheck]", list(HealthCheck)),
            ),
        )
