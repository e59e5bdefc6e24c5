"""Attempts of payouts: durable before the gateway hears of them; faults 2, 3 and 11."""

from datetime import timedelta

import pytest

from db.cases.cases import Cases
from db.core.engine import Database
from db.orders.orders import Orders
from db.payouts.payouts import Payouts
from domain.cases.case import Case
from domain.cases.payout import Payout
from domain.enums import CaseState
from domain.errors import CapExceededError
from domain.payout_state import PayoutState
from tests.db.facts import NOON, a_case, an_order, at_once, later, owing, rows, settled

LATER = NOON + timedelta(hours=3)


@pytest.fixture
def planned(orders: Orders, cases: Cases) -> Case:
    """A case with one planned payout, as the workflow holds it."""
    orders.put(an_order())
    owed = owing(cases.open(a_case(), []), goods=1009)
    case = later(owed, payouts=cases.plan_payouts(owed))
    cases.record(case, [])
    return case


def recorded(payouts: Payouts, payout: Payout) -> Payout:
    """The payout as recorded: beginning it once more changes nothing."""
    return payouts.submitting(payout, LATER + timedelta(days=9))


def test_fault_2_an_attempt_that_begins_again_keeps_its_key_and_its_first_time(payouts: Payouts, planned: Case):
    first = payouts.submitting(planned.payouts[0], NOON)
    assert first == planned.payouts[0].amend(state=PayoutState.SUBMITTING, submitted_at=NOON)
    assert payouts.submitting(planned.payouts[0], LATER) == first


def test_fault_3_two_callers_with_the_same_proof_take_one_new_key(payouts: Payouts, planned: Case):
    first = payouts.submitting(planned.payouts[0], NOON)
    renewed = at_once(8, lambda number: payouts.next_attempt(first, LATER + timedelta(seconds=number)))
    assert all(one == renewed[0] for one in renewed), renewed
    assert (renewed[0].attempt, renewed[0].idempotency_key) == (2, "refund/rc_00000001/p1/a2")
    third = payouts.next_attempt(renewed[0], LATER + timedelta(hours=1))
    assert payouts.next_attempt(first, LATER + timedelta(hours=2)) == third


def test_r37_an_answered_attempt_is_followed_by_no_other_without_a_human(payouts: Payouts, cases: Cases, planned: Case):
    unknown = payouts.submitting(planned.payouts[0], NOON)
    paid = planned.payouts[0].amend(state=PayoutState.SUCCEEDED, gateway_refund_id="re_1")
    cases.record(later(planned, payouts=(paid,)), [])
    assert payouts.next_attempt(unknown, LATER) == payouts.submitting(unknown, LATER)
    known = recorded(payouts, unknown)
    assert (known.attempt, known.state, known.gateway_refund_id) == (1, PayoutState.SUCCEEDED, "re_1")


def test_fault_3_an_older_attempt_that_begins_again_goes_on_with_the_newer(payouts: Payouts, planned: Case):
    first = payouts.submitting(planned.payouts[0], NOON)
    renewed = payouts.next_attempt(first, LATER)
    assert payouts.submitting(planned.payouts[0], LATER + timedelta(hours=1)) == renewed


def test_fault_3_a_record_that_knows_less_takes_no_begun_attempt_back(payouts: Payouts, cases: Cases, planned: Case):
    renewed = payouts.next_attempt(payouts.submitting(planned.payouts[0], NOON), LATER)
    cases.record(planned, [])
    cases.record(settled(planned, PayoutState.UNKNOWN), [])
    assert recorded(payouts, planned.payouts[0]) == renewed


def test_r36_a_retry_decided_by_finance_is_a_new_attempt(payouts: Payouts, cases: Cases, planned: Case):
    payouts.submitting(planned.payouts[0], NOON)
    failed = settled(planned, PayoutState.FAILED, state=CaseState.PAYOUT_BLOCKED)
    cases.record(failed, [])
    again = failed.payouts[0].amend(state=PayoutState.PLANNED, attempt=2, idempotency_key="refund/rc_00000001/p1/a2")
    cases.record(later(failed, payouts=(again,), state=CaseState.PAYOUT_DUE), [])
    begun = payouts.submitting(again, LATER)
    assert begun == again.amend(state=PayoutState.SUBMITTING, submitted_at=LATER)


def test_r36_the_newest_attempt_counts_as_failed_when_the_case_says_that_the_payout_failed(
    payouts: Payouts, cases: Cases, planned: Case
):
    payouts.next_attempt(payouts.submitting(planned.payouts[0], NOON), LATER)
    cases.record(settled(planned, PayoutState.FAILED, state=CaseState.PAYOUT_BLOCKED), [])
    assert recorded(payouts, planned.payouts[0]).state is PayoutState.FAILED
    assert recorded(payouts, planned.payouts[0]).attempt == 2


def test_r34_the_first_attempt_of_all_stays_on_record(payouts: Payouts, planned: Case, database: Database):
    payouts.next_attempt(payouts.submitting(planned.payouts[0], NOON), LATER)
    query = "SELECT count(*) FROM payouts WHERE first_attempt_at < submitted_at"
    assert rows(database, query) == [(1,)]


def test_a_payout_that_was_never_planned_cannot_begin(payouts: Payouts, planned: Case):
    stranger = planned.payouts[0].amend(payout_id="rc_00000001-p7")
    with pytest.raises(LookupError, match="rc_00000001-p7 was never planned"):
        payouts.submitting(stranger, NOON)


def test_r32_a_payout_given_up_with_its_case_cannot_begin(payouts: Payouts, cases: Cases, planned: Case):
    cases.record(later(planned, state=CaseState.EXPIRED), [])
    with pytest.raises(CapExceededError, match="plan it again"):
        payouts.submitting(planned.payouts[0], NOON)


def test_r32_what_may_have_been_submitted_stays_committed_when_its_case_ends(
    payouts: Payouts, cases: Cases, planned: Case, database: Database
):
    payouts.submitting(planned.payouts[0], NOON)
    cases.record(later(planned, state=CaseState.EXPIRED), [])
    assert rows(database, "SELECT sum(committed) FROM order_payments") == [(1009,)]


def test_r32_an_ended_case_recorded_again_gives_its_payouts_up_once(cases: Cases, planned: Case, database: Database):
    ended = later(planned, state=CaseState.EXPIRED)
    for case in (ended, ended, later(ended)):
        cases.record(case, [])
    assert rows(database, "SELECT sum(committed) FROM order_payments") == [(0,)]
    assert rows(database, "SELECT count(*) FROM ledger_entries WHERE movement = 'released'") == [(2,)]


def test_fault_1_an_attempt_whose_answer_was_lost_keeps_when_it_began_and_what_is_known_of_it(
    payouts: Payouts, cases: Cases, planned: Case
):
    begun = payouts.submitting(planned.payouts[0], NOON)
    pending = begun.amend(state=PayoutState.PENDING, gateway_refund_id="re_1")
    cases.record(later(planned, payouts=(pending,)), [])
    cases.record(settled(later(planned), PayoutState.UNKNOWN), [])
    assert recorded(payouts, planned.payouts[0]) == pending.amend(state=PayoutState.UNKNOWN)


def test_r36_another_account_is_paid_even_when_the_gateway_was_tried_more_often_than_the_case_knows(
    payouts: Payouts, cases: Cases, planned: Case, database: Database
):
    payouts.next_attempt(payouts.submitting(planned.payouts[0], NOON), LATER)
    failed = settled(planned, PayoutState.FAILED, state=CaseState.PAYOUT_BLOCKED)
    cases.record(failed, [])
    other = {"provider": "reimbursement", "payment_reference": "acct-7", "state": PayoutState.ACTION_REQUIRED}
    moved = failed.payouts[0].amend(attempt=2, idempotency_key="refund/rc_00000001/p1/a2", **other)
    cases.record(later(failed, payouts=(moved,)), [])
    query = "SELECT provider, payment_reference, state, attempt, source_reference FROM payouts"
    assert rows(database, query) == [("reimbursement", "acct-7", "action_required", 3, "pi_card")]
    assert rows(database, "SELECT sum(committed) FROM order_payments") == [(1009,)]


def test_r36_what_is_paid_to_another_account_never_goes_back_to_the_gateway(
    payouts: Payouts, cases: Cases, planned: Case
):
    other = {"provider": "reimbursement", "payment_reference": "acct-7", "state": PayoutState.ACTION_REQUIRED}
    moved = later(planned, payouts=(planned.payouts[0].amend(attempt=2, idempotency_key="k/a2", **other),))
    cases.record(moved, [])
    cases.record(settled(later(later(planned))), [])
    with pytest.raises(CapExceededError, match="paid to another account"):
        payouts.submitting(planned.payouts[0], NOON)


def test_r36_a_retry_never_repeats_a_key_that_failed_and_that_the_case_does_not_know_of(
    payouts: Payouts, cases: Cases, planned: Case
):
    renewed = payouts.next_attempt(payouts.submitting(planned.payouts[0], NOON), LATER)
    failed = settled(planned, PayoutState.FAILED, state=CaseState.PAYOUT_BLOCKED)
    cases.record(failed, [])
    again = failed.payouts[0].amend(state=PayoutState.PLANNED, attempt=2, idempotency_key=renewed.idempotency_key)
    for _ in range(2):
        cases.record(later(failed, payouts=(again,), state=CaseState.PAYOUT_DUE), [])
    begun = payouts.submitting(again, LATER)
    assert (begun.attempt, begun.idempotency_key) == (3, "refund/rc_00000001/p1/a3")
