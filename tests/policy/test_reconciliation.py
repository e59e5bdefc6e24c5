"""Reconciliation: which difference between a gateway's refunds and our payouts is which finding."""

from datetime import timedelta

import pytest

from domain.case import Payout
from domain.findings import Finding, FindingKind
from domain.gateway_events import GatewayEvent, SeenRefund
from domain.value import Value
from domain.words import PayoutState as P
from policy.reconciliation import Comparison, compare, overdue_events, unlooked, unseen
from tests.policy import facts

K = FindingKind
AT = facts.local("2026-03-05")
PAYOUT_ID = f"{facts.CASE_ID}-p1"


class Booked(Value):
    payout: Payout
    case_id: str = facts.CASE_ID
    order_number: str = "A-1001"


def booked(state: P = P.SUCCEEDED, refund_id: str | None = "re_1", **changes) -> Booked:
    known = {
        "payout_id": PAYOUT_ID,
        "provider": "stripe",
        "payment_reference": "pi_1",
        "amount": facts.usd(4000),
        "idempotency_key": "k",
        "state": state,
        "gateway_refund_id": refund_id,
    }
    return Booked(payout=Payout(**{**known, **changes}))


def seen(state: P = P.SUCCEEDED, refund_id: str = "re_1", **changes) -> SeenRefund:
    known = {
        "provider": "stripe",
        "refund_id": refund_id,
        "payment_reference": "pi_1",
        "payout_id": PAYOUT_ID,
        "amount": facts.usd(4000),
        "state": state,
        "created_at": AT - timedelta(hours=1),
    }
    return SeenRefund(**{**known, **changes})


def finding(kind: K, **changes) -> Finding:
    return Finding(
        **{"finding_id": f"{kind}:1", "kind": kind, "says": "", "found_at": AT, "last_seen_at": AT, **changes}
    )


def kinds(whole: Comparison) -> list[K]:
    return [one.kind for one in whole.findings]


AGREE = {
    "paid": ([seen()], booked()),
    "paid_known_by_its_refund_only": ([seen(payout_id=None)], booked()),
    "pending": ([seen(P.PENDING)], booked(P.PENDING)),
    "failed": ([seen(P.FAILED)], booked(P.FAILED)),
    "reversed": ([seen(P.FAILED)], booked(P.REVERSED)),
    "not_heard_of_yet": ([], booked(P.SUBMITTING, None)),
    "failed_then_paid": ([seen(P.FAILED, "re_0"), seen()], booked(attempt=2)),
    "failed_then_tried_again": ([seen(P.FAILED, "re_0")], booked(P.SUBMITTING, None, attempt=2)),
}


@pytest.mark.parametrize(("refunds", "one"), AGREE.values(), ids=AGREE)
def test_books_that_agree_are_no_finding(refunds, one):
    assert compare(refunds, [one], AT) == Comparison()


DIFFER = {
    "i4_a_refund_of_no_payout": ([seen(), seen(refund_id="re_h", payout_id=None)], booked(), [K.UNKNOWN_REFUND]),
    "i4_a_refund_of_a_payout_that_is_not_ours": (
        [seen(), seen(refund_id="re_h", payout_id="x")],
        booked(),
        [K.UNKNOWN_REFUND],
    ),
    "i3_a_second_refund": ([seen(), seen(refund_id="re_2")], booked(), [K.SECOND_REFUND]),
    "i3_a_second_refund_that_is_pending": ([seen(), seen(P.PENDING, "re_2")], booked(), [K.SECOND_REFUND]),
    "i3_a_second_refund_beside_one_out_of_sight": ([seen(refund_id="re_2")], booked(), [K.SECOND_REFUND]),
    "i3_two_refunds_before_an_answer": (
        [seen(P.PENDING), seen(P.PENDING, "re_2")],
        booked(P.UNKNOWN, None),
        [K.SECOND_REFUND],
    ),
    "paid_in_the_books_only": ([], booked(), [K.MISSING_REFUND]),
    "another_amount": ([seen(amount=facts.usd(4001))], booked(), [K.AMOUNT_DIFFERS]),
    "another_currency": ([seen(amount=facts.usd(4000).amend(currency="EUR"))], booked(), [K.AMOUNT_DIFFERS]),
}


@pytest.mark.parametrize(("refunds", "one", "expected"), DIFFER.values(), ids=DIFFER)
def test_fault_10_every_difference_is_a_finding_of_its_kind(refunds, one, expected):
    assert kinds(compare(refunds, [one], AT)) == expected


STALE = {
    "paid_at_the_gateway_only": (seen(), booked(P.UNKNOWN, None)),
    "paid_at_the_gateway_and_pending_in_the_books": (seen(), booked(P.PENDING)),
    "failed_after_success": (seen(P.FAILED), booked()),
    "canceled_after_success": (seen(P.CANCELED), booked()),
    "pending_and_called_paid": (seen(P.PENDING), booked()),
    "failed_while_waited_for": (seen(P.FAILED), booked(P.PENDING)),
    "reversed_in_the_books_only": (seen(), booked(P.REVERSED)),
}


@pytest.mark.parametrize(("refund", "one"), STALE.values(), ids=STALE)
def test_r37_a_payout_of_which_the_gateway_knows_more_is_stale_and_asked_after(refund, one):
    whole = compare([refund], [one], AT)

    [stale] = whole.stale
    assert (stale.payout_id, stale.refund_id, stale.finding.kind) == (PAYOUT_ID, "re_1", K.STATE_DIFFERS)
    assert not whole.findings


def test_r32_a_refund_of_no_payout_takes_room_and_one_that_failed_gives_it_back():
    made, failed = (seen(state, "re_h", payout_id=None) for state in (P.SUCCEEDED, P.FAILED))

    assert compare([made], [], AT).strangers == (made,)
    assert compare([failed], [], AT) == Comparison(strangers=(failed,))


def test_r32_a_second_refund_takes_room_too():
    second = seen(refund_id="re_2")
    assert compare([seen(), second], [booked()], AT).strangers == (second,)


def test_the_same_difference_has_the_same_id_whenever_it_is_found():
    earlier, later = (compare([seen(payout_id=None)], [], AT + timedelta(days=days)).findings for days in (0, 1))
    assert [one.finding_id for one in earlier] == [one.finding_id for one in later]


def test_a_paid_payout_whose_refund_is_in_no_list_is_asked_after_by_itself():
    pending = booked(P.PENDING, "re_2")
    assert unseen([booked(), pending], [seen(refund_id="re_9")]) == [booked()]
    assert unseen([booked()], [seen()]) == []


def test_a_finding_stays_open_once_what_it_is_about_is_too_old_to_be_seen():
    about_refund = finding(K.UNKNOWN_REFUND, refund_id="re_h")
    about_payout = finding(K.MISSING_REFUND, payout_id=PAYOUT_ID, refund_id="re_1")
    in_our_books = finding(K.LEDGER_UNBALANCED, order_number="A-1")
    every = [about_refund, about_payout, in_our_books]

    assert unlooked(every, set(), set()) == [about_refund, about_payout]
    assert unlooked(every, {PAYOUT_ID}, {"re_h"}) == []


def test_fault_16_a_webhook_that_waits_for_long_is_a_finding():
    event = GatewayEvent(provider="stripe", event_id="evt_1", kind="refund.updated", occurred_at=AT)
    assert overdue_events([event], AT + timedelta(minutes=14)) == []
    assert overdue_events([event], AT + timedelta(minutes=16)) == [event]
