"""Payouts as the books have them and refunds as a gateway lists them."""

from datetime import UTC, datetime, timedelta

from db.reconciliation.books import BookedPayout
from domain.findings import CaseDifference
from domain.payment_events import GatewayEvent, GatewayRefundRecord
from domain.payout_state import PayoutState
from tests.support import factories
from tests.support.factories import refund_record

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CASE_ID = "rc_01k0v6xq3e7h"
PAYOUT_ID = f"{CASE_ID}-p1"


def booked(state: PayoutState = PayoutState.SUCCEEDED, *, released: bool = False, **changes) -> BookedPayout:
    facts = {"state": state, "gateway_refund_id": "re_1", "submitted_at": NOON - timedelta(days=1)}
    payout = factories.payout(CASE_ID, **{**facts, **changes})
    case_id, _, _ = payout.payout_id.rpartition("-p")
    first = NOON - timedelta(days=1)
    return BookedPayout(payout=payout, case_id=case_id, order_number="SO-1", released=released, first_attempt_at=first)


def seen(state: PayoutState = PayoutState.SUCCEEDED, refund_id: str = "re_1", **changes) -> GatewayRefundRecord:
    facts = {"payout_id": PAYOUT_ID, "state": state, "created_at": NOON - timedelta(days=1)}
    return refund_record(refund_id, **{**facts, **changes})


def by_hand(state: PayoutState = PayoutState.SUCCEEDED, refund_id: str = "re_hand", **changes) -> GatewayRefundRecord:
    return seen(state, refund_id, payout_id=None, **changes)


def event(*, hours_old: float = 2, **changes) -> GatewayEvent:
    facts = {
        "provider": "stripe",
        "event_id": "evt_1",
        "kind": "refund.updated",
        "occurred_at": NOON - timedelta(hours=hours_old),
        "refund": seen(),
    }
    return GatewayEvent(**{**facts, **changes})


def case_difference(**changes) -> CaseDifference:
    facts = {
        "case_id": CASE_ID,
        "order_number": "SO-1",
        "payout_id": PAYOUT_ID,
        "in_case": PayoutState.SUCCEEDED,
        "in_books": PayoutState.PENDING,
    }
    return CaseDifference(**{**facts, **changes})
