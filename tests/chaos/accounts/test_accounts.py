"""No mixture of refunds by hand, disputes, accounts and faults pays too much, too little, or leaves a case stuck."""

from collections.abc import Iterator
from datetime import timedelta
from typing import cast

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from temporalio.common import RetryPolicy

from activities.inbox import payment_events
from tests.chaos.accounts.environment import AccountsEnvironment, accounts_environment
from tests.chaos.accounts.machine import Accounts
from tests.chaos.scale import EXAMPLES, IS_WHOLE
from tests.support.assertions import does_not_raise
from workflows import options

pytestmark = pytest.mark.e2e

SHORT = timedelta(milliseconds=50)
STEPS = 12


@pytest.fixture(scope="module")
def hurried_env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AccountsEnvironment]:
    """An environment in which every retry comes at once."""
    with pytest.MonkeyPatch.context() as hurry:
        hurry.setattr(options, "FIRST_UNKNOWN_RETRY", SHORT)
        hurry.setattr(options, "_PATIENT_RETRY", RetryPolicy(initial_interval=SHORT, maximum_interval=SHORT))
        hurry.setattr(payment_events, "ANSWER_TAKES", SHORT)
        with accounts_environment(tmp_path_factory.mktemp("accounts_env")) as opened:
            yield opened


def test_r32_no_mixture_of_ways_pays_too_much_or_too_little(hurried_env: AccountsEnvironment) -> None:
    class InTheHurriedEnvironment(Accounts):
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
