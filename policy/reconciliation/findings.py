"""The findings with their messages: the difference and what to do about it, never personal data."""

from datetime import datetime
from typing import Any, Protocol

from domain.cases.case import Case
from domain.cases.payout import Payout
from domain.findings import CaseDifference, Finding, FindingKind
from domain.payment_events import GatewayEvent, GatewayRefundRecord


class Booked(Protocol):
    """A payout, as our books record it."""

    @property
    def payout(self) -> Payout:
        """The payout's latest attempt."""
        ...

    @property
    def case_id(self) -> str:
        """The case to which it belongs."""
        ...

    @property
    def order_number(self) -> str:
        """The order to which it belongs."""
        ...


def external_refund(refund: GatewayRefundRecord, at: datetime) -> Finding:
    """Return the finding that money was refunded without a payout (fault 10, I4)."""
    message = (
        f"{refund.provider} made refund {refund.refund_id} of payment {refund.payment_reference}, but no payout "
        "requested it: find out who did, and whether a case is waiting for the same money. It counts against the "
        "payment's cap."
    )
    return _found(
        FindingKind.EXTERNAL_REFUND, f"{refund.provider}:{refund.refund_id}", message, at, **_of_refund(refund)
    )


def second_refund(booked: Booked, refund: GatewayRefundRecord, at: datetime) -> Finding:
    """Return the finding that one payout was refunded a second time (I3)."""
    message = (
        f"{refund.provider} made refund {refund.refund_id} for payout {booked.payout.payout_id} in addition to the one "
        "in the books: the customer has this money twice. It counts against the payment's cap."
    )
    key = f"{refund.provider}:{refund.refund_id}"
    return _found(FindingKind.SECOND_REFUND, key, message, at, **{**_of_payout(booked), **_of_refund(refund)})


def missing_refund(booked: Booked, at: datetime) -> Finding:
    """Return the finding that the books say paid, but the gateway has no such refund."""
    payout = booked.payout
    message = (
        f"The books say that payout {payout.payout_id} is paid, but {payout.provider} has no such refund: ask the "
        "provider; the customer may not have the money."
    )
    return _found(FindingKind.MISSING_REFUND, _attempt(payout), message, at, **_of_payout(booked))


def state_differs(booked: Booked, refund: GatewayRefundRecord, at: datetime) -> Finding:
    """Return the finding that books and gateway still disagree whether it was paid, after the case has asked."""
    payout = booked.payout
    message = (
        f"Payout {payout.payout_id} is {payout.state} in the books, but refund {refund.refund_id} is {refund.state} at "
        f"{refund.provider}, even after the case has asked: look at its workflow."
    )
    key = f"{_attempt(payout)}:{payout.state}-{refund.state}"
    return _found(FindingKind.STATE_DIFFERS, key, message, at, **{**_of_payout(booked), **_of_refund(refund)})


def amount_differs(booked: Booked, refund: GatewayRefundRecord, at: datetime) -> Finding:
    """Return the finding that the refunded amount differs from the payout's."""
    payout = booked.payout
    message = (
        f"Payout {payout.payout_id} is {payout.amount}, but refund {refund.refund_id} at {refund.provider} is "
        f"{refund.amount}: settle the difference with the customer."
    )
    key = f"{_attempt(payout)}:{refund.refund_id}"
    return _found(FindingKind.AMOUNT_DIFFERS, key, message, at, **{**_of_payout(booked), **_of_refund(refund)})


def case_differs(difference: CaseDifference, at: datetime) -> Finding:
    """Return the finding that a case and the books disagree about a payout."""
    in_case, in_books = difference.in_case or "absent", difference.in_books or "absent"
    message = (
        f"Payout {difference.payout_id} is {in_case} in its case but {in_books} in the books: look at the case's "
        "workflow."
    )
    about = {"case_id": difference.case_id, "order_number": difference.order_number, "payout_id": difference.payout_id}
    return _found(FindingKind.CASE_DIFFERS, f"{difference.payout_id}:{in_case}-{in_books}", message, at, **about)


def ledger_unbalanced(order_number: str, at: datetime) -> Finding:
    """Return the finding that an order's ledger does not add up to zero (I2)."""
    message = (
        f"The ledger of order {order_number} does not add up to zero: it was changed by hand, or the service has a "
        "fault. Compare its entries with the order's payouts."
    )
    return _found(FindingKind.LEDGER_UNBALANCED, order_number, message, at, order_number=order_number)


def reimbursement_due(booked: Booked, at: datetime) -> Finding:
    """Return the finding that finance has to pay something outside the original payments (R32, R36)."""
    payout = booked.payout
    message = (
        f"Payout {payout.payout_id} is owed outside the original payments ({payout.payment_reference}): pay it, then "
        "send the resolution `paid` with the payment's reference."
    )
    return _found(FindingKind.REIMBURSEMENT_DUE, _attempt(payout), message, at, **_of_payout(booked))


def disputed_and_refunded(booked: Booked, at: datetime) -> Finding:
    """Return the finding that the customer may have the money twice, by refund and by dispute (R38)."""
    payout = booked.payout
    message = (
        f"Payout {payout.payout_id} was paid, but a dispute over payment {payout.payment_reference} was lost too: the "
        "customer may have the money twice; ask the provider to take one back."
    )
    return _found(FindingKind.DISPUTED_AND_REFUNDED, payout.payout_id, message, at, **_of_payout(booked))


def event_unapplied(event: GatewayEvent, at: datetime) -> Finding:
    """Return the finding that a webhook was stored long ago and has not been applied yet."""
    message = f"Event {event.event_id} ({event.kind}) of {event.provider} could not be applied yet: see the API's log."
    refund = event.refund
    about = {"refund_id": refund.refund_id, "payout_id": refund.payout_id, "amount": refund.amount} if refund else {}
    key = f"{event.provider}:{event.event_id}"
    return _found(FindingKind.EVENT_UNAPPLIED, key, message, at, provider=event.provider, **about)


def event_unreadable(provider: str, event_id: str | None, body_sha256: str, reason: str, at: datetime) -> Finding:
    """Return the finding that a signed webhook cannot be read; `reason` says why, without personal data."""
    named = (
        f"Event {event_id}" if event_id else f"An event without a readable id (its body has the SHA-256 {body_sha256})"
    )
    message = (
        f"{named} of {provider} is signed but cannot be read: {reason}. It changed nothing. Look it up in the "
        "provider's dashboard, do by hand what it reports, and close this finding."
    )
    about = {"provider": provider, "event_id": event_id, "body_sha256": body_sha256}
    return _found(FindingKind.EVENT_UNREADABLE, f"{provider}:{event_id or body_sha256}", message, at, **about)


def workflow_lost(case: Case, at: datetime) -> Finding:
    """Return the finding that an open case had no running workflow and was restarted from its record (fault 33)."""
    message = (
        f"Case {case.case_id} was open, but its workflow had been terminated, deleted or lost. It was restarted from "
        "its record and goes on: find out who ended it, because a case ends by its rules only. Then close this finding."
    )
    key = f"{case.case_id}:v{case.version}"
    return _found(FindingKind.WORKFLOW_LOST, key, message, at, case_id=case.case_id, order_number=case.order_number)


def record_behind(case: Case, recorded_version: int, at: datetime) -> Finding:
    """Return the finding that a case's record was older than its workflow, and was written again (fault 31)."""
    message = (
        f"Case {case.case_id} was recorded as version {recorded_version}, but its workflow had reached {case.version}: "
        "was the database restored from a backup? The case is recorded again; notes and files that were added since "
        "the backup are missing. Compare what the customer and the warehouse know, then close this finding."
    )
    key = f"{case.case_id}:v{case.version}"
    return _found(FindingKind.RECORD_BEHIND, key, message, at, case_id=case.case_id, order_number=case.order_number)


def payout_entered_again(booked: Booked, at: datetime, *, is_short: bool) -> Finding:
    """Return the finding that the database had lost a payout of a case, and has it again (fault 31).

    `is_short` says that its payment has no room for it any more.
    """
    payout = booked.payout
    message = (
        f"Payout {payout.payout_id} of {payout.amount} was not in the database any more: was it restored from a "
        "backup? It is entered again as its case knows it, and is not paid twice. Compare it with the gateway's list, "
        "then close this finding."
    )
    if is_short:
        message += " Its payment has no room for it: see what else went back from that payment, and to whom."
    return _found(FindingKind.RECORD_BEHIND, _attempt(payout), message, at, **_of_payout(booked))


def _found(kind: FindingKind, key: str, message: str, at: datetime, **about: Any) -> Finding:  # noqa: ANN401 - fields
    """Return the finding; its id contains what differs, so that another difference is another finding."""
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
