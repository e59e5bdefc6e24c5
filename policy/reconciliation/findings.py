"""What each finding says: the difference, and what to do about it; never anything about a person."""

from datetime import datetime
from typing import Any, Protocol

from domain.cases.payout import Payout
from domain.findings import Finding, FindingKind
from domain.payment_events import GatewayEvent, GatewayRefundRecord
from domain.payout_state import PayoutState


class Booked(Protocol):
    """A payout as our books have it."""

    @property
    def payout(self) -> Payout:
        """The payout's latest attempt."""
        ...

    @property
    def case_id(self) -> str:
        """The case that it is of."""
        ...

    @property
    def order_number(self) -> str:
        """The order that it is of."""
        ...


class CaseDiffers(Protocol):
    """A payout on which a case and the books disagree; None is a payout that one of them does not have."""

    @property
    def case_id(self) -> str:
        """The case."""
        ...

    @property
    def order_number(self) -> str:
        """Its order."""
        ...

    @property
    def payout_id(self) -> str:
        """The payout."""
        ...

    @property
    def in_case(self) -> PayoutState | None:
        """What the case says."""
        ...

    @property
    def in_books(self) -> PayoutState | None:
        """What the books say."""
        ...


def external_refund(refund: GatewayRefundRecord, at: datetime) -> Finding:
    """Return that money was refunded which no payout asked for (fault 10, I4)."""
    message = (
        f"{refund.provider} refunded {refund.refund_id} of payment {refund.payment_reference}, and no payout asked for "
        "it: find out who did, and whether a case waits for the same money. It counts against the payment's cap."
    )
    return _found(
        FindingKind.EXTERNAL_REFUND, f"{refund.provider}:{refund.refund_id}", message, at, **_of_refund(refund)
    )


def second_refund(booked: Booked, refund: GatewayRefundRecord, at: datetime) -> Finding:
    """Return that one payout was refunded once more (I3)."""
    message = (
        f"{refund.provider} made refund {refund.refund_id} for payout {booked.payout.payout_id} beside the one that "
        "the books know: the customer has this money twice. It counts against the payment's cap."
    )
    key = f"{refund.provider}:{refund.refund_id}"
    return _found(FindingKind.SECOND_REFUND, key, message, at, **{**_of_payout(booked), **_of_refund(refund)})


def missing_refund(booked: Booked, at: datetime) -> Finding:
    """Return that the books say paid, and the gateway knows nothing of it."""
    payout = booked.payout
    message = (
        f"The books say that payout {payout.payout_id} is paid, and {payout.provider} knows of no such refund: ask the "
        "provider; the customer may not have the money."
    )
    return _found(FindingKind.MISSING_REFUND, _attempt(payout), message, at, **_of_payout(booked))


def state_differs(booked: Booked, refund: GatewayRefundRecord, at: datetime) -> Finding:
    """Return that the books and the gateway disagree on whether it was paid, also after the case has asked."""
    payout = booked.payout
    message = (
        f"Payout {payout.payout_id} is {payout.state} in the books, and refund {refund.refund_id} is {refund.state} at "
        f"{refund.provider}: the case has asked and sees it otherwise; look at its workflow."
    )
    key = f"{_attempt(payout)}:{payout.state}-{refund.state}"
    return _found(FindingKind.STATE_DIFFERS, key, message, at, **{**_of_payout(booked), **_of_refund(refund)})


def amount_differs(booked: Booked, refund: GatewayRefundRecord, at: datetime) -> Finding:
    """Return that another amount was refunded than the payout's."""
    payout = booked.payout
    message = (
        f"Payout {payout.payout_id} is {payout.amount}, and refund {refund.refund_id} at {refund.provider} is "
        f"{refund.amount}: settle the difference with the customer."
    )
    key = f"{_attempt(payout)}:{refund.refund_id}"
    return _found(FindingKind.AMOUNT_DIFFERS, key, message, at, **{**_of_payout(booked), **_of_refund(refund)})


def case_differs(difference: CaseDiffers, at: datetime) -> Finding:
    """Return that a case shows a payout otherwise than the books do."""
    in_case, in_books = difference.in_case or "absent", difference.in_books or "absent"
    message = (
        f"Payout {difference.payout_id} is {in_case} in its case and {in_books} in the books: look at the case's "
        "workflow."
    )
    about = {"case_id": difference.case_id, "order_number": difference.order_number, "payout_id": difference.payout_id}
    return _found(FindingKind.CASE_DIFFERS, f"{difference.payout_id}:{in_case}-{in_books}", message, at, **about)


def ledger_unbalanced(order_number: str, at: datetime) -> Finding:
    """Return that an order's ledger does not add up (I2)."""
    message = f"The ledger of order {order_number} does not add up to zero: somebody wrote into it by hand, or a fault."
    return _found(FindingKind.LEDGER_UNBALANCED, order_number, message, at, order_number=order_number)


def reimbursement_due(booked: Booked, at: datetime) -> Finding:
    """Return that finance owes something outside the original payments (R32, R36)."""
    payout = booked.payout
    message = (
        f"Payout {payout.payout_id} is owed outside the original payments ({payout.payment_reference}): pay it and say "
        "so by the resolution `paid` with the payment's reference."
    )
    return _found(FindingKind.REIMBURSEMENT_DUE, _attempt(payout), message, at, **_of_payout(booked))


def disputed_and_refunded(booked: Booked, at: datetime) -> Finding:
    """Return that the customer has the money twice, by refund and by dispute (R38)."""
    payout = booked.payout
    message = (
        f"Payout {payout.payout_id} was paid, and a dispute over payment {payout.payment_reference} was lost too: the "
        "customer may have the money twice; ask the provider to take one back."
    )
    return _found(FindingKind.DISPUTED_AND_REFUNDED, payout.payout_id, message, at, **_of_payout(booked))


def event_unapplied(event: GatewayEvent, at: datetime) -> Finding:
    """Return that a webhook was taken in long ago and has had no effect yet."""
    message = f"Event {event.event_id} ({event.kind}) of {event.provider} could not be applied yet: see the API's log."
    refund = event.refund
    about = {"refund_id": refund.refund_id, "payout_id": refund.payout_id, "amount": refund.amount} if refund else {}
    key = f"{event.provider}:{event.event_id}"
    return _found(FindingKind.EVENT_UNAPPLIED, key, message, at, provider=event.provider, **about)


def _found(kind: FindingKind, key: str, message: str, at: datetime, **about: Any) -> Finding:  # noqa: ANN401 - fields
    """Return the finding; its id holds what differs, so that another difference is another finding."""
    return Finding(finding_id=f"{kind}:{key}", kind=kind, message=message, found_at=at, last_seen_at=at, **about)


def _attempt(payout: Payout) -> str:
    return f"{payout.payout_id}:a{payout.attempt}"


def _of_payout(booked: Booked) -> dict[str, Any]:
    payout = booked.payout
    return {
        "case_id": booked.case_id,
        "order_number": booked.order_number,
        "payout_id": payout.payout_id,
        "provider": payout.provider,
        "refund_id": payout.gateway_refund_id,
        "amount": payout.amount,
    }


def _of_refund(refund: GatewayRefundRecord) -> dict[str, Any]:
    return {
        "provider": refund.provider,
        "refund_id": refund.refund_id,
        "amount": refund.amount,
        **({"payout_id": refund.payout_id} if refund.payout_id else {}),
    }
