"""PayPal's disputes, translated only here.

Source: developer.paypal.com/docs/api/customer-disputes/v1 (dispute_outcome, disputed_transactions, fund_movements).
"""

from collections.abc import Sequence
from datetime import datetime

from pydantic import TypeAdapter

from domain.money import Money, split
from domain.payment_events import Dispute, DisputeStatus
from gateways.payments.paypal import PROVIDER
from gateways.payments.paypal.amounts import from_paypal
from gateways.payments.paypal.client import Json

_FOR_BUYER = frozenset({"RESOLVED_BUYER_FAVOUR", "ACCEPTED"})
_FOR_SELLER = frozenset({"RESOLVED_SELLER_FAVOUR", "CANCELED_BY_BUYER", "DENIED", "NONE"})
"""NONE: closed without a decision, because another dispute over the same transaction was opened."""
_PROTECTED = "RESOLVED_WITH_PAYOUT"
"""PayPal has paid one of the two itself; the movements of money say which, and otherwise it is unclear."""
_RESOLVED = "RESOLVED"
_TIME: TypeAdapter[datetime] = TypeAdapter(datetime)


def disputes_of(body: Json, at: datetime) -> tuple[Dispute, ...]:
    """Return the dispute over each of its transactions as it was at that time, whose amounts add up to the whole.

    An outcome that did not exist when this was written, or none when it has ended, leaves unclear who got the money.
    Raises KeyError, TypeError or ValueError if it is no dispute.
    """
    transactions: list[Json] = body["disputed_transactions"]
    amount, returned, status = from_paypal(body["dispute_amount"]), _returned(body), _status(body)
    weights = _weights(transactions, amount)
    back = _parts(returned, weights) if returned else [returned] * len(weights)
    return tuple(
        Dispute(
            provider=PROVIDER,
            dispute_id=_id(body, place, transaction),
            payment_reference=transaction["seller_transaction_id"],
            amount=part,
            status=status,
            changed_at=at,
            opened_at=_TIME.validate_python(body["create_time"]) if "create_time" in body else None,
            returned=part_back,
            refund_ids=tuple(transaction.get("refund_ids") or ()),
            is_unclear=status is DisputeStatus.OPEN and _has_ended(body),
        )
        for place, (transaction, part, part_back) in enumerate(
            zip(transactions, _parts(amount, weights), back, strict=True)
        )
        if part or place == 0
    )


def _id(body: Json, place: int, transaction: Json) -> str:
    dispute_id: str = body["dispute_id"]
    return dispute_id if place == 0 else f"{dispute_id}/{transaction['seller_transaction_id']}"


def _status(body: Json) -> DisputeStatus:
    code = _outcome(body).get("outcome_code", "")
    if code in _FOR_SELLER:
        return DisputeStatus.WON
    if code == _PROTECTED:
        paid = _paid_to_buyer(body)
        if paid is None:
            return DisputeStatus.OPEN
        return DisputeStatus.LOST if paid else DisputeStatus.WON
    return DisputeStatus.LOST if code in _FOR_BUYER else DisputeStatus.OPEN


def _has_ended(body: Json) -> bool:
    return body.get("status") == _RESOLVED or bool(_outcome(body).get("outcome_code"))


def _returned(body: Json) -> Money | None:
    """Return what the dispute returned to the customer; None if PayPal does not say.

    What the shop refunded in a dispute that ended without effect is a refund with an event of its own.
    """
    status = _status(body)
    if status is DisputeStatus.WON:
        return from_paypal(body["dispute_amount"]).amend(minor=0)
    return _paid_to_buyer(body) if status is DisputeStatus.LOST else None


def _paid_to_buyer(body: Json) -> Money | None:
    refunded: Json | None = _outcome(body).get("amount_refunded")
    if refunded:
        return from_paypal(refunded)
    movements: list[Json] | None = body.get("fund_movements") or body.get("money_movements")
    if not movements:
        return None
    paid = [from_paypal(one["amount"]) for one in movements if _is_credit_of_buyer(one)]
    whole = from_paypal(body["dispute_amount"]).amend(minor=0)
    return sum(paid[1:], paid[0]) if paid else whole


def _is_credit_of_buyer(movement: Json) -> bool:
    party = movement.get("party") or movement.get("affected_party")
    return party == "BUYER" and movement.get("type") == "CREDIT" and "amount" in movement


def _outcome(body: Json) -> Json:
    outcome: Json = body.get("dispute_outcome") or {}
    return outcome


def _weights(transactions: Sequence[Json], amount: Money) -> list[int]:
    """Return the gross amounts of the transactions; unless all are in the dispute's currency, they count alike."""
    gross = [from_paypal(one["gross_amount"]) if one.get("gross_amount") else None for one in transactions]
    known = [one.minor for one in gross if one is not None and one.currency == amount.currency]
    return known if len(known) == len(transactions) else [1] * len(transactions)


def _parts(whole: Money, weights: Sequence[int]) -> list[Money]:
    return [whole.amend(minor=part) for part in split(whole.minor, weights)]
