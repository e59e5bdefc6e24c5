"""The findings with their messages: the difference and what to do about it, never personal data."""

from datetime import datetime
from typing import Any, Protocol

from domain.cases.case import Case
from domain.cases.payout import Payout
from domain.findings import CaseDifference, Finding, FindingKind
from domain.payment_events import GatewayRefundRecord


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
    return finding_of(
        FindingKind.EXTERNAL_REFUND, f"{refund.provider}:{refund.refund_id}", message, at, **_of_refund(refund)
    )


def second_refund(booked: Booked, refund: GatewayRefundRecord, at: datetime) -> Finding:
    """Return the finding that one payout was refunded a second time (I3)."""
    message = (
        f"{refund.provider} made refund {refund.refund_id} for payout {booked.payout.payout_id} in addition to the one "
        "in the books: the customer has this money twice. It counts against the payment's cap."
    )
    key = f"{refund.provider}:{refund.refund_id}"
    return finding_of(FindingKind.SECOND_REFUND, key, message, at, **{**_of_payout(booked), **_of_refund(refund)})


def missing_refund(booked: Booked, at: datetime) -> Finding:
    """Return the finding that the books say paid, but the gateway has no such refund."""
    payout = booked.payout
    message = (
        f"The books say that payout {payout.payout_id} is paid, but {payout.provider} has no such refund: ask the "
        "provider; the customer may not have the money."
    )
    return finding_of(FindingKind.MISSING_REFUND, _attempt(payout), message, at, **_of_payout(booked))


def state_differs(booked: Booked, refund: GatewayRefundRecord, at: datetime) -> Finding:
    """Return the finding that books and gateway still disagree whether it was paid, after the case has asked."""
    payout = booked.payout
    message = (
        f"Payout {payout.payout_id} is {payout.state} in the books, but refund {refund.refund_id} is {refund.state} at "
        f"{refund.provider}, even after the case has asked: look at its workflow."
    )
    key = f"{_attempt(payout)}:{payout.state}-{refund.state}"
    return finding_of(FindingKind.STATE_DIFFERS, key, message, at, **{**_of_payout(booked), **_of_refund(refund)})


def amount_differs(booked: Booked, refund: GatewayRefundRecord, at: datetime) -> Finding:
    """Return the finding that the refunded amount differs from the payout's."""
    payout = booked.payout
    message = (
        f"Payout {payout.payout_id} is {payout.amount}, but refund {refund.refund_id} at {refund.provider} is "
        f"{refund.amount}: settle the difference with the customer."
    )
    key = f"{_attempt(payout)}:{refund.refund_id}"
    return finding_of(FindingKind.AMOUNT_DIFFERS, key, message, at, **{**_of_payout(booked), **_of_refund(refund)})


def case_differs(difference: CaseDifference, at: datetime) -> Finding:
    """Return the finding that a case and the books disagree about a payout."""
    in_case, in_books = difference.in_case or "absent", difference.in_books or "absent"
    message = (
        f"Payout {difference.payout_id} is {in_case} in its case but {in_books} in the books: look at the case's "
        "workflow."
    )
    about = {"case_id": difference.case_id, "order_number": difference.order_number, "payout_id": difference.payout_id}
    return finding_of(FindingKind.CASE_DIFFERS, f"{difference.payout_id}:{in_case}-{in_books}", message, at, **about)


def ledger_unbalanced(order_number: str, at: datetime) -> Finding:
    """Return the finding that an order's ledger does not add up to zero (I2)."""
    message = (
        f"The ledger of order {order_number} does not add up to zero: it was changed by hand, or the service has a "
        "fault. Compare its entries with the order's payouts."
    )
    return finding_of(FindingKind.LEDGER_UNBALANCED, order_number, message, at, order_number=order_number)


def reimbursement_due(booked: Booked, at: datetime) -> Finding:
    """Return the finding that finance has to pay something outside the original payments (R32, R36)."""
    payout = booked.payout
    message = (
        f"Payout {payout.payout_id} is owed outside the original payments ({payout.payment_reference}): pay it, then "
        "send the resolution `paid` with the payment's reference."
    )
    return finding_of(FindingKind.REIMBURSEMENT_DUE, _attempt(payout), message, at, **_of_payout(booked))


def disputed_and_refunded(booked: Booked, at: datetime) -> Finding:
    """Return the finding that the customer may have the money twice, by refund and by dispute (R38)."""
    payout = booked.payout
    message = (
        f"Payout {payout.payout_id} was paid, but a dispute over payment {payout.payment_reference} was lost too: the "
        "customer may have the money twice; ask the provider to take one back."
    )
    return finding_of(FindingKind.DISPUTED_AND_REFUNDED, payout.payout_id, message, at, **_of_payout(booked))


def workflow_lost(case: Case, at: datetime) -> Finding:
    """Return the finding that an open case had no running workflow and was restarted from its record (fault 33)."""
    message = (
        f"Case {case.case_id} was open, but its workflow had been terminated, deleted or lost. It was restarted from "
        "its record and goes on: find out who ended it, because a case ends by its rules only. Then close this finding."
    )
    key = f"{case.case_id}:v{case.version}"
    return finding_of(FindingKind.WORKFLOW_LOST, key, message, at, case_id=case.case_id, order_number=case.order_number)


def record_behind(case: Case, recorded_version: int, at: datetime) -> Finding:
    """Return the finding that a case's record was older than its workflow, and was written again (fault 31)."""
    message = (
        f"Case {case.case_id} was recorded as version {recorded_version}, but its workflow had reached {case.version}: "
        "was the database restored from a backup? The case is recorded again; notes and files that were added since "
        "the backup are missing. Compare what the customer and the warehouse know, then close this finding."
    )
    key = f"{case.case_id}:v{case.version}"
    return finding_of(FindingKind.RECORD_BEHIND, key, message, at, case_id=case.case_id, order_number=case.order_number)


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
    return finding_of(FindingKind.RECORD_BEHIND, _attempt(payout), message, at, **_of_payout(booked))


def finding_of(kind: FindingKind, key: str, message: str, at: datetime, **about: Any) -> Finding:  # noqa: ANN401 - fields
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
