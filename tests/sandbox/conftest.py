from itertools import count

import pytest

NUMBERS = count(1)


@pytest.fixture
def payment(sandbox):
    """A captured payment of 10.00 USD."""
    return sandbox.capture(f"pi_sandbox_test_{next(NUMBERS)}", 1_000)


@pytest.fixture
def refund(sandbox, payment):
    """Ask for a refund of the payment, in Stripe's dialect."""

    def ask(amount=400, key=None, **fields):
        headers = {"Idempotency-Key": f"{payment}/{key}"} if key else {}
        body = {"payment_intent": payment, **({"amount": str(amount)} if amount else {}), **fields}
        return sandbox.stripe("POST", "/refunds", body, **headers)

    return ask
