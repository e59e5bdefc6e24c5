"""Captured payments: created by Stripe's own call, or by the sandbox's call with any reference."""

import time
from typing import Annotated

from pydantic import Field

from domain.money import Currency
from domain.types import Identifier
from domain.value import Value
from local.payment_sandbox.ledger import Ledger
from local.payment_sandbox.records import CHARGES, Answer, Payment
from local.payment_sandbox.stripe import dialect
from local.payment_sandbox.stripe.dialect import OK, Params


class TestPayment(Value):
    """A payment of a shop's order, with the reference that the order uses."""

    reference: Identifier
    amount: Annotated[int, Field(ge=1, strict=True, description="integer minor units of ISO 4217")]
    currency: Currency
    other_reference: Identifier | None = Field(
        None,
        description="its other id at the provider: the charge of an intent, the intent of a charge, PayPal's order",
    )


class PaymentDiffersError(Exception):
    """A payment with that reference exists, but with another amount or currency."""


def capture(ledger: Ledger, asked: TestPayment) -> Payment:
    """Record a captured payment under its reference; a repeat returns the same payment."""
    payment = _new(asked.reference, asked.amount, asked.currency.lower(), asked.other_reference)
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
    currency = params["currency"].lower()
    payment = _new(reference, dialect.minor_units(params, currency) or 0, currency)
    ledger.add_payment(payment)
    return Answer(OK, dialect.payment_intent(payment))


def retrieve(ledger: Ledger, reference: str) -> Answer:
    """Show one payment intent."""
    payment = ledger.payment(reference)
    if payment is None or payment.intent != reference:
        raise dialect.missing("payment_intent", reference, "intent")
    return Answer(OK, dialect.payment_intent(payment))


def retrieve_charge(ledger: Ledger, reference: str) -> Answer:
    """Show one charge."""
    payment = ledger.payment(reference)
    if payment is None or payment.charge != reference:
        raise dialect.missing("charge", reference, "id")
    return Answer(OK, dialect.charge(payment))


def _new(reference: str, amount: int, currency: str, other: str | None = None) -> Payment:
    is_intent = reference.startswith("pi_")
    charge = reference if reference.startswith(CHARGES) else f"ch_of_{reference}"
    return Payment(
        id=reference,
        charge=(other or charge) if is_intent else charge,
        amount=amount,
        currency=currency,
        created=int(time.time()),
        other_id=None if is_intent else other,
    )
