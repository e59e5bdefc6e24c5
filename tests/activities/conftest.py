from itertools import count

import pytest

from activities.payouts import PayoutOrder
from tests.activities.payout_harness import PIN, PayoutHarness
from tests.support.factories import payout

NUMBERS = count(1)


@pytest.fixture
def harness(sandbox):
    return PayoutHarness(sandbox)


@pytest.fixture
def order(sandbox):
    """A payout of 40.00 USD out of a payment of 100.00, so that a second one by mistake would find money."""
    case_id = f"rc_desk{next(NUMBERS):08d}"
    planned = payout(case_id, payment_reference=sandbox.capture(f"pi_{case_id}", 10_000))
    return PayoutOrder(case_id=case_id, order_number=f"SO-{case_id}", payout=planned, evidence=(PIN,))


@pytest.fixture
def refunds(sandbox, order):
    """What the provider's own ledger says was refunded for the order."""
    return lambda: sandbox.refunds(order.payout.payment_reference)
