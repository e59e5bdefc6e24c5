"""R32, R35: the refund due is split over the payments of the order, within the cap of each; fault 8."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.cases.cases import Cases
from db.core.engine import Database
from db.orders.orders import Orders
from domain.cases.case import Case
from domain.cases.payout import Payout
from domain.enums import CaseState
from domain.errors import CapExceededError
from domain.order import Order
from domain.payout_state import PayoutState
from tests.db.facts import a_case, amounts, an_order, at_once, later, money, owing, rows, settled
from tests.support.ledger import Ledger

_numbers = iter(range(1, 10_000))


@pytest.fixture
def opened(orders: Orders, cases: Cases) -> Case:
    orders.put(an_order())
    return cases.open(a_case(), [])


def committed(database: Database, order_number: str = "O-1") -> list[int]:
    query = "SELECT committed FROM order_payments WHERE order_number = :order ORDER BY position"
    return [amount for (amount,) in rows(database, query, order=order_number)]


def test_r35_a_refund_within_the_first_payment_goes_back_to_it(cases: Cases, opened: Case, database: Database):
    (payout,) = cases.plan_payouts(owing(opened, goods=1009, return_postage=500))
    assert payout == Payout(
        payout_id="rc_00000001-p1",
        provider="stripe",
        payment_reference="pi_card",
        amount=money(1509),
        idempotency_key="refund/rc_00000001/p1/a1",
        state=PayoutState.PLANNED,
    )
    assert committed(database) == [1509, 0]


def test_r35_an_order_paid_twice_is_refunded_to_each_in_their_order(cases: Cases, opened: Case, database: Database):
    planned = cases.plan_payouts(owing(opened, goods=8243))
    assert amounts(planned) == [("pi_card", 6000), ("pi_voucher", 2243)]
    assert committed(database) == [6000, 2243]


def test_r32_return_postage_beyond_the_cap_is_a_reimbursement_of_its_own(
    cases: Cases, opened: Case, ledger: Ledger, database: Database
):
    planned = cases.plan_payouts(owing(opened, goods=8243, return_postage=900))
    assert amounts(planned) == [("pi_card", 6000), ("pi_voucher", 2243), ("outside", 900)]
    assert (planned[2].provider, planned[2].state) == ("reimbursement", PayoutState.ACTION_REQUIRED)
    assert committed(database) == [6000, 2243]
    owed = [(e.account, e.amount.minor) for e in ledger.of_case(opened.case_id) if e.movement == "postage_owed"]
    assert owed == [("return_postage", 900), ("reimbursements_payable", -900)]


def test_r32_postage_paid_through_the_card_leaves_the_next_case_its_goods(cases: Cases, opened: Case):
    cases.plan_payouts(owing(opened, goods=1009, return_postage=500))
    second = cases.open(a_case(2, mugs=4), [])
    planned = cases.plan_payouts(owing(second, goods=7234))
    assert amounts(planned) == [("pi_card", 4491), ("pi_voucher", 2243), ("outside", 500)]


def test_fault_8_more_for_goods_than_was_paid_is_refused_and_nothing_is_committed(
    cases: Cases, opened: Case, ledger: Ledger, database: Database
):
    with pytest.raises(CapExceededError, match="8244 are to be refunded for goods, but only 8243 are left"):
        cases.plan_payouts(owing(opened, goods=8244))
    assert committed(database) == [0, 0]
    assert ledger.of_case(opened.case_id) == []


def test_fault_8_what_other_cases_were_promised_is_not_promised_again(cases: Cases, opened: Case, database: Database):
    cases.plan_payouts(owing(opened, goods=8000))
    second = cases.open(a_case(2), [])
    with pytest.raises(CapExceededError, match="1009 are to be refunded for goods, but only 243 are left"):
        cases.plan_payouts(owing(second, goods=1009))
    assert committed(database) == [6000, 2000]


def test_fault_9_twenty_plans_for_one_order_at_once_never_exceed_what_was_captured(
    cases: Cases, orders: Orders, ledger: Ledger, database: Database
):
    orders.put(an_order())
    everything = [owing(a_case(number, lines=()), goods=1009, return_postage=77) for number in range(20)]
    outcomes = at_once(20, lambda number: cases.plan_payouts(everything[number]))
    assert all(isinstance(one, tuple | CapExceededError) for one in outcomes), outcomes
    through = [payout for plan in outcomes if isinstance(plan, tuple) for payout in plan]
    assert len([plan for plan in outcomes if isinstance(plan, tuple)]) == 8
    assert sum(one.amount.minor for one in through if one.provider == "stripe") == sum(committed(database)) == 8243
    assert ledger.total("O-1") == 0


def test_r35_a_plan_repeated_is_the_same_plan(cases: Cases, opened: Case, database: Database):
    owed = owing(opened, goods=7000)
    plans = at_once(6, lambda _: cases.plan_payouts(owed))
    assert all(plan == plans[0] for plan in plans), plans
    assert cases.plan_payouts(owed) == plans[0]
    assert committed(database) == [6000, 1000]


def test_r26_a_second_round_continues_the_numbers(cases: Cases, opened: Case):
    owed = owing(opened, goods=1009)
    first = later(owed, payouts=cases.plan_payouts(owed))
    paid = settled(first, state=CaseState.AWAITING_RETURN)
    cases.record(paid, [])
    planned = cases.plan_payouts(owing(paid, goods=1008))
    assert [one.payout_id for one in planned] == ["rc_00000001-p1", "rc_00000001-p2"]
    assert [one.state for one in planned] == [PayoutState.SUCCEEDED, PayoutState.PLANNED]


def test_r33_nothing_to_pay_is_no_payout(cases: Cases, opened: Case):
    assert cases.plan_payouts(opened) == ()
    assert cases.plan_payouts(owing(opened, goods=0)) == ()


def test_fault_2_a_plan_of_a_history_that_never_became_true_is_given_up(cases: Cases, opened: Case, database: Database):
    cases.plan_payouts(owing(opened, goods=2018, return_postage=7000))
    planned = cases.plan_payouts(owing(opened, goods=1009))
    assert [one.payout_id for one in planned] == ["rc_00000001-p4"]
    assert amounts(planned) == [("pi_card", 1009)]
    assert committed(database) == [1009, 0]
    assert rows(database, "SELECT sum(amount) FROM ledger_entries") == [(0,)]


def test_fault_2_a_plan_that_the_ended_case_never_heard_of_is_given_up(cases: Cases, opened: Case, database: Database):
    cases.plan_payouts(owing(opened, goods=8000, return_postage=900))
    cases.record(later(opened, state=CaseState.WITHDRAWN), [])
    assert committed(database) == [0, 0]
    assert rows(database, "SELECT DISTINCT state FROM payouts") == [("canceled",)]
    second = cases.open(a_case(2), [])
    assert amounts(cases.plan_payouts(owing(second, goods=8243))) == [("pi_card", 6000), ("pi_voucher", 2243)]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    captured=st.lists(st.integers(1, 900), min_size=1, max_size=4),
    asked=st.lists(st.tuples(st.integers(0, 700), st.integers(0, 300)), min_size=1, max_size=5),
)
def test_r32_whatever_is_asked_for_no_payment_is_exceeded_and_every_plan_adds_up(
    database: Database, captured: list[int], asked: list[tuple[int, int]]
):
    order = _paid_with(captured)
    Orders(database).put(order)
    for goods, postage in asked:
        _plan_and_pay(Cases(database), owing(a_case(next(_numbers), order=order, lines=()), goods, postage))
    gone = committed(database, order.order_number)
    assert all(0 <= part <= whole for part, whole in zip(gone, captured, strict=True))
    assert Ledger(database).total(order.order_number) == 0


def _paid_with(captured: list[int]) -> Order:
    """An order of one line, paid with so many payments."""
    number = f"O-{next(_numbers)}"
    line = an_order().lines[1].amend(unit_price=sum(captured))
    paid = tuple(
        an_order().payments[0].amend(reference=f"pi_{number}_{i}", amount=one) for i, one in enumerate(captured)
    )
    return an_order(order_number=number, lines=(line,), payments=paid, outbound_postage=0, parcels=())


def _plan_and_pay(cases: Cases, owed: Case) -> None:
    try:
        planned = cases.plan_payouts(owed)
    except CapExceededError:
        return
    assert owed.refund_due is not None
    assert sum(one.amount.minor for one in planned) == owed.refund_due.total.minor
    cases.record(settled(later(owed, payouts=planned)), [])
