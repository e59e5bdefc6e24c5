"""How a state machine is played: a sample with every test run, all of it with `make chaos`, every retry at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import cast

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from temporalio.common import RetryPolicy

from tests.chaos.scale import EXAMPLES, IS_WHOLE
from tests.support.assertions import does_not_raise
from workflows import options

SHORT = timedelta(milliseconds=50)


@contextmanager
def hurried() -> Iterator[pytest.MonkeyPatch]:
    """Let every retry come at once."""
    with pytest.MonkeyPatch.context() as hurry:
        hurry.setattr(options, "FIRST_UNKNOWN_RETRY", SHORT)
        hurry.setattr(options, "_PATIENT_RETRY", RetryPolicy(initial_interval=SHORT, maximum_interval=SHORT))
        yield hurry


def play(machine: type[RuleBasedStateMachine], steps: int) -> None:
    """Play as many mixtures as this run asks for, and fail with the steps of one that breaks something."""
    with does_not_raise():
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=steps,
                deadline=None,
                derandomize=not IS_WHOLE,
                database=None,
                phases=tuple(Phase) if IS_WHOLE else (Phase.generate,),  # a sample fails fast, `make chaos` shrinks
                print_blob=True,
                suppress_health_check=cast("list[HealthCheck]", list(HealthCheck)),
            ),
        )
