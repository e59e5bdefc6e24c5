"""R32 and faults 8 and 9: what may still leave a payment, whoever takes it, decided by the database."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from db.cases.cases import Cases
from db.core.engine import Database
from db.orders.orders import Orders
from db.payouts.disputes import Disputes
from db.payouts.payouts import Payouts
from domain.cases.case import Case
from domain.enums import CaseState
from domain.errors import CapExceededError, OrderConflictError
from domain.payment_events import Dispute, DisputeStatus, GatewayRefundRecord
from domain.payout_state import PayoutState
from tests.db.facts import CARD, VOUCHER, a_case, amounts, an_order, at_once, execute, later, money, owing, rows
from tests.support.factories import dispute, refund_record
from tests.support.ledger import Ledger


@pytest.fixture(autouse=True)
def _order(orders: Orders) -> None:
    orders.put(an_order())


def by_hand(minor: int, refund_id: str = "re_hand", **changes: Any) -> GatewayRefundRecord:
    return refund_record(refund_id, **{"payment_reference": "pi_card", "amount": money(minor), **changes})


def lost(minor: int) -> Dispute:
    return dispute(DisputeStatus.LOST, "pi_card", amount=money(minor))


def stands(database: Database) -> list[tuple[Any, ...]]:
    return rows(database, "SELECT committed, external_refunds FROM order_payments ORDER BY position")


def plan(cases: Cases, number: int, goods: int) -> Case:
    owed = owing(a_case(number, lines=()), goods=goods)
    return later(owed, payouts=cases.plan_payouts(owed))


@pytest.mark.parametrize("beyond", [(6001, 0), (0, 6001), (3000, 3001), (-1, 0), (0, -1), (6001, -1)])
def test_fault_8_the_table_itself_refuses_more_than_was_captured(database: Database, beyond: tuple[int, int]):
    change = (
        "UPDATE order_payments SET committed = :committed, external_refunds = :external WHERE reference = 'pi_card'"
    )
    with pytest.raises(IntegrityError, match="within_captured"):
        execute(database, change, committed=beyond[0], external=beyond[1])
    assert stands(database) == [(0, 0), (0, 0)]


def test_fault_10_what_was_refunded_by_hand_leaves_less_room(cases: Cases, payouts: Payouts, database: Database):
    for _ in range(3):
        payouts.record_external_refund(by_hand(5000))
    assert stands(database) == [(0, 5000), (0, 0)]
    assert amounts(plan(cases, 1, 3000).payouts) == [("pi_card", 1000), ("pi_voucher", 2000)]
    with pytest.raises(CapExceededError, match="244 are to be refunded for goods, but only 243 are left"):
        plan(cases, 2, 244)


def test_fault_10_a_refund_by_hand_that_fails_gives_its_room_back_for_good(payouts: Payouts, database: Database):
    failed = by_hand(5000, state=PayoutState.FAILED)
    for told in (by_hand(5000), failed, by_hand(5000)):
        payouts.record_external_refund(told)
    assert stands(database) == [(0, 0), (0, 0)]


def test_fault_10_a_refund_of_a_payment_of_no_order_is_passed_over_until_there_is_one(
    orders: Orders, payouts: Payouts, database: Database
):
    payouts.record_external_refund(by_hand(700, payment_reference="pi_card2"))
    assert stands(database) == [(0, 0), (0, 0)]
    orders.put(an_order(order_number="O-12"))
    assert rows(database, "SELECT external_refunds FROM order_payments WHERE reference = 'pi_card2'") == [(700,)]


def test_r38_what_a_lost_dispute_took_leaves_less_room(cases: Cases, database: Database):
    Disputes(database).record(lost(6000))
    assert stands(database) == [(0, 6000), (0, 0)]
    assert amounts(plan(cases, 1, 1009).payouts) == [("pi_voucher", 1009)]


def test_r32_what_left_twice_never_breaks_the_cap_and_counts_in_full_once_there_is_room(
    cases: Cases, payouts: Payouts, database: Database
):
    case = plan(cases, 1, 6000)
    payouts.record_external_refund(by_hand(5000))
    assert stands(database) == [(6000, 0), (0, 0)]
    cases.record(later(case, state=CaseState.EXPIRED), [])
    assert stands(database) == [(0, 5000), (0, 0)]


def test_r38_a_payout_left_to_a_lost_dispute_counts_once_against_the_cap(cases: Cases, database: Database):
    case = plan(cases, 1, 1009)
    Disputes(database).record(lost(1009))
    canceled = tuple(one.amend(state=PayoutState.CANCELED) for one in case.payouts)
    cases.record(later(case, payouts=canceled, settled_by_dispute="dp_1", state=CaseState.REFUNDED), [])
    assert stands(database) == [(0, 1009), (0, 0)]


def test_r38_a_dispute_ended_by_hand_frees_no_room_either(cases: Cases, database: Database):
    case = plan(cases, 1, 1009)
    canceled = tuple(one.amend(state=PayoutState.CANCELED) for one in case.payouts)
    cases.record(later(case, payouts=canceled, settled_by_dispute="ended_by_hand", state=CaseState.REFUNDED), [])
    assert stands(database) == [(0, 1009), (0, 0)]


def test_r32_a_payment_cannot_be_lowered_below_what_left_it(orders: Orders, payouts: Payouts):
    payouts.record_external_refund(by_hand(6000))
    spread = (CARD.amend(amount=5999), VOUCHER.amend(amount=9000))
    with pytest.raises(OrderConflictError, match="6000 of stripe pi_card is refunded"):
        orders.put(an_order(payments=spread))


def test_r32_a_payment_raised_later_makes_room_for_what_had_none(orders: Orders, payouts: Payouts, database: Database):
    payouts.record_external_refund(by_hand(7000))
    orders.put(an_order(payments=(CARD.amend(amount=9000), VOUCHER)))
    assert stands(database) == [(0, 7000), (0, 0)]


def test_fault_9_cases_and_hands_that_take_at_once_never_exceed_what_was_captured(
    cases: Cases, payouts: Payouts, ledger: Ledger, database: Database
):
    def take(number: int) -> Any:
        if number % 5 == 0:
            return payouts.record_external_refund(by_hand(500, f"re_{number}"))
        return plan(cases, number, 1009)

    outcomes = at_once(20, take)
    assert all(isinstance(one, Case | CapExceededError | list) for one in outcomes), outcomes
    promised = sum(payout.amount.minor for one in outcomes if isinstance(one, Case) for payout in one.payouts)
    committed, external = (sum(column) for column in zip(*stands(database), strict=True))
    assert promised == committed
    assert committed + external <= 8243
    assert ledger.total("O-1") == 0


def test_r32_one_payment_belongs_to_one_order_however_many_claim_it_at_once(orders: Orders, database: Database):
    claims = [
        an_order(order_number=f"O-9{number}", payments=(CARD.amend(reference="pi_x", amount=9000),))
        for number in range(6)
    ]
    outcomes = at_once(6, lambda number: orders.put(claims[number]))
    assert sorted(map(str, outcomes)).count("True") == 1, outcomes
    assert all(one is True or isinstance(one, OrderConflictError) for one in outcomes)
    assert rows(database, "SELECT count(*) FROM order_payments WHERE reference = 'pi_x'") == [(1,)]
