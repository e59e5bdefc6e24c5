"""The comparison itself, row by row: what the gateway says, what the books say, what is found."""

from datetime import timedelta

import pytest

from domain.cases.payout import REIMBURSEMENT
from domain.findings import FindingKind
from domain.payout_state import PayoutState
from policy.reconciliation import findings
from policy.reconciliation.compare import compare, findings_not_rechecked, overdue_events, unlisted
from policy.reconciliation.event_findings import event_unapplied
from tests.reconciliation.facts import NOON, PAYOUT_ID, booked, by_hand, case_difference, event, seen
from tests.support.factories import usd

K, S = FindingKind, PayoutState
LATER = NOON - timedelta(hours=1)
NOTHING: set[FindingKind] = set()

FOUND = [
    ("the same on both sides", [seen()], [booked()], NOTHING),
    ("an attempt failed before the one that paid", [seen(S.FAILED, "re_0"), seen()], [booked()], NOTHING),
    ("a refund known by its own id only", [by_hand(refund_id="re_1")], [booked()], NOTHING),
    ("planned, and not heard of by the gateway", [], [booked(S.PLANNED, gateway_refund_id=None)], NOTHING),
    ("submitting, after an attempt that failed", [seen(S.FAILED)], [booked(S.SUBMITTING)], NOTHING),
    ("reversed, as the gateway says", [seen(S.FAILED)], [booked(S.REVERSED)], NOTHING),
    ("pending, and the gateway wants something", [seen(S.ACTION_REQUIRED)], [booked(S.PENDING)], NOTHING),
    ("a word of the gateway's that is new", [seen(S.UNKNOWN)], [booked()], NOTHING),
    ("made by hand", [seen(), by_hand()], [booked()], {K.EXTERNAL_REFUND}),
    ("made by hand, and failed", [seen(), by_hand(S.FAILED)], [booked()], NOTHING),
    ("of a payout that nobody planned", [seen(payout_id="rc_00000000-p9", refund_id="re_9")], [], {K.EXTERNAL_REFUND}),
    ("paid twice", [seen(), seen(refund_id="re_2", created_at=LATER)], [booked()], {K.SECOND_REFUND}),
    ("paid, and no refund", [], [booked()], {K.MISSING_REFUND}),
    ("another amount", [seen(amount=usd(3_999))], [booked()], {K.AMOUNT_DIFFERS}),
    ("another amount that failed", [seen(S.FAILED, amount=usd(1))], [booked(S.FAILED)], NOTHING),
    ("paid to another account too", [seen()], [booked(provider=REIMBURSEMENT)], {K.SECOND_REFUND}),
    ("to another account after a failure", [seen(S.FAILED)], [booked(provider=REIMBURSEMENT)], NOTHING),
    ("a reimbursement that is paid", [], [booked(provider=REIMBURSEMENT)], NOTHING),
]


@pytest.mark.parametrize(("refunds", "payouts", "kinds"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND])
def test_i3_i4_what_is_found_between_a_gateway_and_the_books(refunds, payouts, kinds):
    result = compare(refunds, payouts, NOON)
    assert {one.kind for one in result.findings} == kinds
    assert not result.stale


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (S.PENDING, S.SUCCEEDED),
        (S.PENDING, S.FAILED),
        (S.UNKNOWN, S.SUCCEEDED),
        (S.SUBMITTING, S.SUCCEEDED),
        (S.SUCCEEDED, S.FAILED),
        (S.SUCCEEDED, S.CANCELED),
        (S.SUCCEEDED, S.PENDING),
        (S.FAILED, S.SUCCEEDED),
        (S.CANCELED, S.SUCCEEDED),
    ],
)
def test_r37_a_gateway_that_tells_otherwise_is_a_reason_to_ask_it(ours, theirs):
    result = compare([seen(theirs)], [booked(ours)], NOON)
    assert not result.findings
    [stale] = result.stale
    assert (stale.case_id, stale.payout_id, stale.refund_id) == (booked().case_id, PAYOUT_ID, "re_1")
    assert stale.finding.kind is K.STATE_DIFFERS


def test_a_refund_that_counts_is_the_payouts_own_before_one_that_failed():
    result = compare([seen(S.FAILED), seen(refund_id="re_2", created_at=LATER)], [booked(S.FAILED)], NOON)
    assert [one.refund_id for one in result.stale] == ["re_2"]


def test_r32_what_no_payout_made_takes_room_from_its_payment():
    result = compare([seen(), seen(refund_id="re_2", created_at=LATER), by_hand(S.CANCELED)], [booked()], NOON)
    assert {one.refund_id for one in result.external_refunds} == {"re_2", "re_hand"}


def test_a_finding_is_the_same_for_the_same_difference_and_another_for_another():
    def found(refund, payout, at):
        [one] = compare([refund], [payout], at).stale
        return one.finding.finding_id

    first = found(seen(S.FAILED), booked(), NOON)
    assert first == found(seen(S.FAILED), booked(), NOON + timedelta(hours=1))
    assert first != found(seen(S.FAILED), booked(attempt=2), NOON)
    assert first != found(seen(S.CANCELED), booked(), NOON)


def test_only_what_counts_as_paid_and_is_in_no_list_is_looked_up_by_itself():
    payouts = [booked(), booked(payout_id=f"{PAYOUT_ID[:-1]}2", gateway_refund_id="re_2"), booked(S.PENDING)]
    assert unlisted(payouts, [seen()]) == [payouts[1]]


def test_fault_16_an_event_is_overdue_after_an_hour_and_a_refund_by_hand_is_told_once():
    young, old = event(hours_old=0.5), event(event_id="evt_2")
    assert overdue_events([young, old, event(refund=by_hand()), event(refund=None)], NOON) == [old]


def test_a_finding_that_this_comparison_cannot_see_stays_and_one_that_is_gone_does_not():
    hand, missing = findings.external_refund(by_hand(), NOON), findings.missing_refund(booked(), NOON)
    ledger = findings.ledger_unbalanced("SO-1", NOON)
    assert findings_not_rechecked([hand, missing, ledger], set(), set()) == [hand, missing]
    assert findings_not_rechecked([hand, missing, ledger], {PAYOUT_ID}, {"re_hand"}) == []


@pytest.mark.parametrize(
    "finding",
    [
        findings.external_refund(by_hand(), NOON),
        findings.second_refund(booked(), seen(refund_id="re_2"), NOON),
        findings.missing_refund(booked(gateway_refund_id=None), NOON),
        findings.state_differs(booked(), seen(S.FAILED), NOON),
        findings.amount_differs(booked(), seen(amount=usd(1)), NOON),
        findings.case_differs(case_difference(in_books=None), NOON),
        findings.ledger_unbalanced("SO-1", NOON),
        findings.reimbursement_due(booked(provider=REIMBURSEMENT), NOON),
        findings.disputed_and_refunded(booked(), NOON),
        event_unapplied(event(), NOON),
    ],
    ids=lambda finding: finding.kind.value,
)
def test_every_finding_names_what_it_is_about_and_says_what_to_do(finding):
    assert finding.finding_id.startswith(f"{finding.kind}:")
    assert "/" not in finding.finding_id, "it stands in a path"
    assert len(finding.message) > 60


def test_i3_a_paid_payout_is_looked_up_although_another_refund_names_it():
    second = seen(refund_id="re_2")
    assert unlisted([booked()], [second]) == [booked()]
    assert [one.kind for one in compare([second, seen()], [booked()], NOON).findings] == [K.SECOND_REFUND]
