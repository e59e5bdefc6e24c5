"""Refunds as Stripe handles them: never more than captured, listed newest first."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from local.payment_sandbox.ledger import Ledger
from local.payment_sandbox.paypal import dialect as paypals
from local.payment_sandbox.paypal import units as paypal
from local.payment_sandbox.paypal.events import paypals_refund_event
from local.payment_sandbox.records import Answer, Payment, Refund
from local.payment_sandbox.stripe import dialect
from local.payment_sandbox.stripe import units as stripe
from local.payment_sandbox.stripe.dialect import OK, Params

KNOWN = frozenset({"payment_intent", "charge", "amount", "reason"})
REASONS = frozenset({"duplicate", "fraudulent", "requested_by_customer"})
DISPUTED = "charge_disputed"
DEFAULT_LIMIT, MAX_LIMIT = 10, 100


def create(ledger: Ledger, params: Params, status: str = "succeeded", failure_reason: str | None = None) -> Answer:
    """Refund a payment in full or in part; `status` is the refund's first status."""
    _refuse_malformed(params)
    payment = _payment(ledger, params)
    amount = _within(ledger, dialect.minor_units(params, payment.currency), payment)
    metadata = dialect.metadata(params)
    refund = record(ledger, payment, amount, status, failure_reason, params.get("reason"), metadata)
    return Answer(OK, dialect.refund(refund, payment))


def by_hand(ledger: Ledger, reference: str, amount: int) -> Refund:
    """Refund a payment by hand as in the provider's dashboard, without metadata.

    Raises RefusedError as the provider's call does.
    """
    if (payment := ledger.payment(reference)) is None:
        raise dialect.missing("payment", reference, "reference")
    try:
        paypal.payable(amount, payment.currency) if payment.is_paypals else stripe.payable(amount, payment.currency)
    except ValueError as error:
        raise dialect.refused(str(error), param="amount") from None
    with ledger.writing():
        return record(ledger, payment, _within(ledger, amount, payment))


def record(  # noqa: PLR0913, PLR0917 - a refund has these parts
    ledger: Ledger,
    payment: Payment,
    amount: int,
    status: str = "succeeded",
    failure_reason: str | None = None,
    reason: str | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Refund:
    """Record a refund without further checks, and have its event sent."""
    refund = Refund(
        id=f"re_sandbox_{ledger.next_number('refunds'):08d}",
        payment=payment.id,
        amount=amount,
        status=status,
        failure_reason=failure_reason,
        reason=reason,
        metadata=dict(metadata or {}),
        created=int(time.time()),
    )
    ledger.add_refund(refund)
    announce(ledger, "refund.created", refund, payment)
    return refund


def announce(ledger: Ledger, kind: str, refund: Refund, payment: Payment) -> None:
    """Have the refund told by its provider; `kind` is Stripe's."""
    if payment.is_paypals:
        ledger.webhooks.announce(paypals_refund_event(refund.status), paypals.refund(refund, payment), "paypal")
    else:
        ledger.webhooks.announce(kind, dialect.refund(refund, payment))


def retrieve(ledger: Ledger, refund_id: str) -> Answer:
    """Show one refund in its current state."""
    if (refund := ledger.refund(refund_id)) is None:
        raise dialect.missing("refund", refund_id, "id")
    return Answer(OK, _shown(ledger, [refund])[0])


def listed(ledger: Ledger, params: Params) -> Answer:
    """Show a page of refunds, newest first, of one payment or of all."""
    limit = min(dialect.whole_number(params, "limit", DEFAULT_LIMIT), MAX_LIMIT)
    of_one = "payment_intent" in params or "charge" in params
    since = dialect.whole_number(params, "created[gte]", 1) if "created[gte]" in params else 0
    every = ledger.refunds(_payment(ledger, params).id) if of_one else [r for r in ledger.refunds() if not r.is_paypals]
    found = [one for one in every if one.created >= since]
    after = _after(found, params)
    return Answer(OK, dialect.page("/v1/refunds", _shown(ledger, after[:limit]), has_more=len(after) > limit))


def _refuse_malformed(params: Params) -> None:
    unknown = [name for name in params if name not in KNOWN and not name.startswith("metadata[")]
    if unknown:
        raise dialect.invalid(f"Received unknown parameter: {unknown[0]}", "parameter_unknown", unknown[0])
    if params.get("reason", "duplicate") not in REASONS:
        raise dialect.invalid(
            f"Invalid reason: must be one of {', '.join(sorted(REASONS))}", "parameter_invalid", "reason"
        )
    dialect.whole_number(params, "amount", 1)


def _payment(ledger: Ledger, params: Params) -> Payment:
    param = "payment_intent" if "payment_intent" in params else "charge"
    if param not in params:
        raise dialect.invalid("One of payment_intent and charge is required.", "parameter_missing", param)
    payment = ledger.payment(params[param])
    if payment is None or params[param] != (payment.charge if param == "charge" else payment.intent):
        raise dialect.missing(param, params[param], param)
    return payment


def _within(ledger: Ledger, asked: int | None, payment: Payment) -> int:
    """Return the amount to refund.

    A charge that is being disputed cannot be refunded, one that was disputed as far as something is left of it.
    Source: docs.stripe.com/error-codes (charge_disputed), /api/disputes/object (is_charge_refundable).
    """
    left = ledger.left(payment)
    amount = left if asked is None else asked
    if ledger.disputes.is_open(payment.id) or (left == 0 and ledger.disputes.taken(payment.id)):
        raise dialect.refused(f"Charge {payment.charge} has been charged back; cannot issue a refund.", code=DISPUTED)
    if left == 0:
        raise dialect.refused(f"Charge {payment.charge} has already been refunded.", code="charge_already_refunded")
    if amount > left:
        raise dialect.refused(f"Refund amount ({amount}) is greater than unrefunded amount ({left})", param="amount")
    return amount


def _after(found: Sequence[Refund], params: Params) -> Sequence[Refund]:
    if "starting_after" not in params:
        return found
    ids = [refund.id for refund in found]
    if params["starting_after"] not in ids:
        raise dialect.missing("refund", params["starting_after"], "starting_after")
    return found[ids.index(params["starting_after"]) + 1 :]


def _shown(ledger: Ledger, refunds: Sequence[Refund]) -> list[dict[str, Any]]:
    payments = {payment.id: payment for payment in ledger.payments()}
    return [dialect.refund(one, payments[one.payment]) for one in refunds]
