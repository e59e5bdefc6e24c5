"""R38: a chargeback holds every payout of its payment until it has ended."""

from datetime import timedelta
from typing import Any

import pytest

from db.cases.cases import Cases
from db.core.engine import Database
from db.orders.orders import Orders
from db.payouts.disputes import Disputes
from db.payouts.payouts import Payouts
from domain.cases.case import Case
from domain.enums import CaseState
from domain.errors import CapExceededError, ChargeDisputedError
from domain.payment_events import Dispute, DisputeStatus
from domain.payout_state import PayoutState
from tests.db.facts import NOON, a_case, an_order, at_once, later, money, owing, settled
from tests.support.factories import dispute

OPEN, WON, LOST = DisputeStatus.OPEN, DisputeStatus.WON, DisputeStatus.LOST


@pytest.fixture
def disputes(database: Database) -> Disputes:
    return Disputes(database)


@pytest.fixture
def planned(orders: Orders, cases: Cases) -> Case:
    orders.put(an_order())
    owed = owing(cases.open(a_case(), []), goods=1009)
    case = later(owed, payouts=cases.plan_payouts(owed))
    cases.record(case, [])
    return case


def told(status: DisputeStatus, minutes: int = 0, **changes: Any) -> Dispute:
    facts = {"payment_reference": "pi_card", "amount": money(1009), "changed_at": NOON + timedelta(minutes=minutes)}
    return dispute(status, **{**facts, **changes})


def test_r38_no_attempt_begins_while_a_chargeback_over_its_payment_is_open(
    disputes: Disputes, payouts: Payouts, planned: Case
):
    begun = payouts.submitting(planned.payouts[0], NOON)
    disputes.record(told(OPEN))
    for begin in (payouts.submitting, payouts.next_attempt):
        with pytest.raises(ChargeDisputedError, match="a chargeback over stripe pi_card is open"):
            begin(planned.payouts[0], NOON)
    disputes.record(told(WON, minutes=1))
    assert payouts.submitting(planned.payouts[0], NOON) == begun


def test_r38_a_chargeback_over_another_payment_holds_nothing(disputes: Disputes, payouts: Payouts, planned: Case):
    disputes.record(told(OPEN, payment_reference="pi_voucher"))
    assert payouts.submitting(planned.payouts[0], NOON).state is PayoutState.SUBMITTING


def test_fault_14_an_older_update_never_overwrites_a_newer_one_and_an_ended_dispute_stays_ended(
    disputes: Disputes, planned: Case
):
    assert disputes.record(told(LOST, minutes=2)) == [planned.case_id]
    for late in (told(OPEN), told(OPEN, minutes=2), told(OPEN, minutes=9), told(WON, minutes=1)):
        assert disputes.record(late) == []
    assert disputes.of("stripe", "pi_card") == [told(LOST, minutes=2)]


def test_fault_13_the_same_event_fifty_times_is_one_dispute_of_one_case(disputes: Disputes, planned: Case):
    outcomes = at_once(10, lambda _: [disputes.record(told(OPEN)) for _ in range(5)])
    assert outcomes == [[[planned.case_id]] * 5] * 10
    assert disputes.of("stripe", "pi_card") == [told(OPEN)]


def test_r38_cases_that_ended_or_pay_elsewhere_are_not_concerned(disputes: Disputes, cases: Cases, planned: Case):
    assert disputes.record(told(OPEN, payment_reference="pi_voucher", dispute_id="dp_2")) == []
    cases.record(settled(planned, state=CaseState.REFUNDED), [])
    assert disputes.record(told(OPEN)) == []


def test_r38_a_case_that_pays_another_account_in_place_of_the_payment_is_concerned(
    disputes: Disputes, cases: Cases, payouts: Payouts, planned: Case
):
    elsewhere = {"provider": "reimbursement", "payment_reference": "acct-7", "state": PayoutState.ACTION_REQUIRED}
    failed = settled(planned, PayoutState.FAILED)
    cases.record(failed, [])
    cases.record(later(failed, payouts=(failed.payouts[0].amend(**elsewhere),)), [])
    assert disputes.record(told(OPEN)) == [planned.case_id]
    with pytest.raises(CapExceededError, match="paid to another account"):
        payouts.submitting(planned.payouts[0], NOON)
