"""What reconciliation reads of our own books, and which payout a gateway's refund belongs to."""

from datetime import timedelta
from typing import Any

import pytest

from db.cases.cases import Cases
from db.core.engine import Database
from db.orders.orders import Orders
from db.payouts.disputes import Disputes
from db.payouts.payouts import FoundPayout, Payouts
from db.reconciliation.books import Books
from domain.cases.case import Case
from domain.enums import CaseState
from domain.payment_events import DisputeStatus
from domain.payout_state import PayoutState
from tests.db.facts import NOON, a_case, an_order, execute, later, money, owing, settled
from tests.support.factories import dispute

DAY = timedelta(days=1)


@pytest.fixture
def books(database: Database) -> Books:
    return Books(database)


@pytest.fixture
def planned(orders: Orders, cases: Cases) -> Case:
    """A case with a payout through the card, and one of return postage outside."""
    orders.put(an_order())
    owed = owing(cases.open(a_case(), []), goods=8243, return_postage=700)
    case = later(owed, payouts=cases.plan_payouts(owed))
    cases.record(case, [])
    return case


def paid(case: Case, refund_id: str = "re_1", **changes: Any) -> Case:
    told = {"state": PayoutState.SUCCEEDED, "gateway_refund_id": refund_id, "settled_at": NOON + DAY, **changes}
    return later(case, payouts=(case.payouts[0].amend(**told), *case.payouts[1:]))


def test_r37_a_refund_is_found_by_its_metadata_or_by_its_own_id(payouts: Payouts, cases: Cases, planned: Case):
    cases.record(paid(planned), [])
    (mine, *_) = paid(planned).payouts
    found = FoundPayout(payout=mine, case_id=planned.case_id, order_number="O-1", released=False)
    assert payouts.find("stripe", mine.payout_id, "re_other") == found
    assert payouts.find("stripe", None, "re_1") == found
    assert payouts.find("stripe", "rc_00000009-p1", "re_1") == found


def test_fault_16_a_refund_that_no_payout_made_is_not_found(payouts: Payouts, cases: Cases, planned: Case):
    cases.record(paid(planned), [])
    assert payouts.find("paypal", None, "re_1") is None
    assert payouts.find("stripe", None, "re_hand") is None


def test_fault_10_payouts_are_compared_from_when_a_gateway_heard_of_them(books: Books, payouts: Payouts, planned: Case):
    assert books.payouts_since(NOON) == []
    begun = payouts.submitting(planned.payouts[0], NOON)
    (booked,) = books.payouts_since(NOON)
    assert (booked.payout, booked.case_id, booked.first_attempt_at) == (begun, planned.case_id, NOON)


def test_fault_12_a_payout_without_an_end_is_compared_however_old_it_is(
    books: Books, payouts: Payouts, cases: Cases, planned: Case
):
    begun = payouts.submitting(planned.payouts[0], NOON)
    assert [one.payout for one in books.payouts_since(NOON + DAY * 9)] == [begun]
    cases.record(paid(planned), [])
    assert len(books.payouts_since(NOON + DAY)) == 1
    assert books.payouts_since(NOON + DAY * 9) == []


def test_i2_an_order_whose_ledger_does_not_add_up_is_named(books: Books, planned: Case, database: Database):
    assert books.unbalanced() == []
    if database.dialect != "sqlite":
        return
    # As if the file had been changed by hand, past the guards.
    execute(database, "DROP TRIGGER ledger_entries_no_update")
    execute(database, "UPDATE ledger_entries SET amount = amount + 1 WHERE movement = 'postage_owed' AND amount > 0")
    assert books.unbalanced() == ["O-1"]


def test_a_case_and_the_books_agree_after_every_record(books: Books, cases: Cases, planned: Case):
    for case in (paid(planned), settled(paid(planned), PayoutState.REVERSED)):
        cases.record(case, [])
        assert books.case_differences(NOON - DAY) == []


def test_a_case_that_shows_as_paid_what_the_books_do_not_is_a_difference(
    books: Books, cases: Cases, planned: Case, database: Database
):
    cases.record(paid(planned), [])
    execute(database, "UPDATE payouts SET state = 'pending' WHERE position = 1")
    (one,) = books.case_differences(NOON - DAY)
    assert (one.payout_id, one.in_case, one.in_books) == (
        "rc_00000001-p1",
        PayoutState.SUCCEEDED,
        PayoutState.PENDING,
    )
    assert books.case_differences(NOON + DAY) == []


def test_r32_what_is_owed_outside_is_due_until_it_is_marked_as_paid(books: Books, cases: Cases, planned: Case):
    (due,) = books.reimbursements_due()
    assert due.payout == planned.payouts[2]
    done = planned.payouts[2].amend(state=PayoutState.SUCCEEDED)
    cases.record(later(planned, payouts=(*planned.payouts[:2], done)), [])
    assert books.reimbursements_due() == []


def test_r38_a_customer_who_was_refunded_and_won_the_dispute_is_found(
    books: Books, cases: Cases, planned: Case, database: Database
):
    cases.record(paid(planned, state=PayoutState.SUCCEEDED), [])
    opened = dispute(payment_reference="pi_card", amount=money(6000))
    Disputes(database).record(opened)
    assert books.refunded_and_lost() == []
    Disputes(database).record(opened.amend(status=DisputeStatus.LOST))
    assert [one.payout.payout_id for one in books.refunded_and_lost()] == ["rc_00000001-p1"]


def test_fault_10_a_case_that_ended_without_its_payout_is_no_difference(books: Books, cases: Cases, planned: Case):
    cases.record(later(planned, state=CaseState.WITHDRAWN), [])
    assert books.case_differences(NOON - DAY) == []
