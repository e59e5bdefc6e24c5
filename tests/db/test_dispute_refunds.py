"""R38: a refund and a lost dispute that are the same money take from a payment once, on both databases."""

from datetime import timedelta

import pytest

from db.cases.cases import Cases
from db.core.engine import Database
from db.orders.orders import Orders
from db.payouts.disputes import Disputes
from db.payouts.payouts import Payouts
from domain.cases.payment_balance import NamedReturn, Owed, PlanRequest
from domain.payment_events import DisputeStatus
from tests.db.facts import NOON, a_case, an_order, money, owing, payment
from tests.support.factories import dispute, refund_record

CAPTURED = 8_243


@pytest.fixture
def payouts(database: Database, orders: Orders) -> Payouts:
    orders.put(an_order(payments=(payment("pi_1", CAPTURED),)))
    return Payouts(database)


@pytest.fixture
def disputes(database: Database) -> Disputes:
    return Disputes(database)


def lost(**more):
    ended = NOON + timedelta(hours=2)
    return dispute(DisputeStatus.LOST, returned=money(4_000), opened_at=NOON, changed_at=ended, **more)


def by_hand(name: str, **more):
    return refund_record(name, amount=money(4_000), created_at=NOON + timedelta(hours=1), **more)


@pytest.mark.parametrize("refund_first", [True, False], ids=["refund first", "dispute first"])
@pytest.mark.parametrize("how", ["named", "reversed", "alike"])
def test_r38_the_same_money_told_as_refund_and_as_dispute_is_taken_once(payouts, disputes, how, refund_first):
    refund = by_hand("re_1", is_reversal=how == "reversed")
    ended = lost(refund_ids=("re_1",) if how == "named" else ())
    tellings = [lambda: payouts.record_external_refund(refund), lambda: disputes.record(ended)]
    for tell in tellings if refund_first else reversed(tellings):
        tell()
    assert payouts.left_for_goods("O-1") == CAPTURED - 4_000


def test_r38_a_second_refund_of_the_same_amount_is_taken_as_well(payouts, disputes):
    disputes.record(lost())
    for name in ("re_1", "re_2"):
        payouts.record_external_refund(by_hand(name))
    assert payouts.left_for_goods("O-1") == CAPTURED - 8_000


def test_r38_a_reversal_of_which_no_dispute_was_told_is_taken(payouts):
    payouts.record_external_refund(by_hand("re_1", is_reversal=True))
    assert payouts.left_for_goods("O-1") == CAPTURED - 4_000


def test_r38_a_refund_that_counts_for_a_case_counts_on_when_the_dispute_it_was_is_lost(payouts, disputes, cases: Cases):
    payouts.record_external_refund(by_hand("re_1"))
    owed = owing(cases.open(a_case(process_version=2), []), goods=4_000, owed=Owed(goods=4_000))
    finance = PlanRequest(pays=False, named=(NamedReturn(return_id="re_1"),), requested_by="wu")
    counted = cases.replan_payouts(owed, finance).counted
    assert [(one.return_id, one.amount.minor) for one in counted] == [("re_1", 4_000)]
    disputes.record(lost())
    again = cases.replan_payouts(owed.amend(counted=counted), PlanRequest(counts_shortage=True))
    assert (again.counted, again.payouts) == (counted, ())
