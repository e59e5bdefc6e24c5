"""Captured payments: created by Stripe's own call, or by the sandbox's call with any reference."""

import time
from typing import Annotated

from pydantic import Field

from domain.money import Currency
from domain.types import Identifier
from domain.value import Value
from local.payment_sandbox.ledger import Answer, Ledger, Payment
from local.payment_sandbox.stripe import dialect
from local.payment_sandbox.stripe.dialect import OK, Params


class TestPayment(Value):
    """A payment of a shop's order, with the reference that the order uses."""

    reference: Identifier
    amount: Annotated[int, Field(ge=1, strict=True, description="integer minor units")]
    currency: Currency


class PaymentDiffersError(Exception):
    """A payment with that reference exists, but with another amount or currency."""


def capture(ledger: Ledger, asked: TestPayment) -> Payment:
    """Record a captured payment under its reference; a repeat returns the same payment."""
    payment = _new(asked.reference, asked.amount, asked.currency.lower())
    known = ledger.payment(asked.reference)
    if known and (known.amount, known.currency) != (payment.amount, payment.currency):
        raise PaymentDiffersError(f"payment {known.id} exists and is over {known.amount} {known.currency}")
    if not known:
        ledger.add_payment(payment)
    return known or payment


def create(ledger: Ledger, params: Params) -> Answer:
    """Capture a new payment at once, whatever the payment method."""
    for name in ("amount", "currency"):
        if name not in params:
            raise dialect.invalid(f"Missing required param: {name}.", "parameter_missing", name)
    reference = f"pi_sandbox_{ledger.next_number('payments'):08d}"
    payment = _new(reference, dialect.whole_number(params, "amount", 1), params["currency"].lower())
    ledger.add_payment(payment)
    return Answer(OK, dialect.payment_intent(payment))


def retrieve(ledger: Ledger, reference: str) -> Answer:
    """Show one payment."""
    if (payment := ledger.payment(reference)) is None:
        raise dialect.missing("payment_intent", reference, "intent")
    return Answer(OK, dialect.payment_intent(payment))


def _new(reference: str, amount: int, currency: str) -> Payment:
    charge = reference if reference.startswith("ch_") else f"ch_of_{reference}"
    return Payment(reference, charge, amount, currency, int(time.time()))
