"""No mixture of refunds by hand, disputes, accounts and faults pays too much, too little, or leaves a case stuck."""

from collections.abc import Iterator

import pytest

from activities.inbox import payment_events
from tests.chaos.accounts.environment import AccountsEnvironment, accounts_environment
from tests.chaos.accounts.machine import Accounts
from tests.chaos.play import SHORT, hurried, play

pytestmark = pytest.mark.e2e

STEPS = 12


@pytest.fixture(scope="module")
def hurried_env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AccountsEnvironment]:
    """An environment in which every retry comes at once."""
    with hurried() as hurry:
        hurry.setattr(payment_events, "ANSWER_TAKES", SHORT)
        with accounts_environment(tmp_path_factory.mktemp("accounts_env")) as opened:
            yield opened


def test_r32_no_mixture_of_ways_pays_too_much_or_too_little(hurried_env: AccountsEnvironment) -> None:
    class InTheHurriedEnvironment(Accounts):
        def __init__(self) -> None:
            super().__init__(hurried_env)

    play(InTheHurriedEnvironment, STEPS)
