"""R32, R36, R37: what is still owed is planned anew, and the ledger says all that happened before."""

import pytest

from db.cases.cases import Cases
from db.core.engine import Database
from db.orders.orders import Orders
from db.payouts.payouts import Payouts
from domain.cases.case import Case
from domain.cases.payment_balance import Owed, PlanRequest
from domain.payout_state import PayoutState
from tests.db.facts import NOON, a_case, an_order, later, money, owing
from tests.support.factories import refund_record
from tests.support.ledger import Ledger

GOODS = 1009


@pytest.fixture
def paid(orders: Orders, cases: Cases) -> Case:
    orders.put(an_order())
    owed = owing(cases.open(a_case(process_version=2), []), goods=GOODS, owed=Owed(goods=GOODS))
    [planned] = cases.plan_payouts(owed)
    case = later(owed, payouts=(planned.amend(state=PayoutState.SUCCEEDED, gateway_refund_id="re_1"),))
    cases.record(case, [])
    return case


def in_state(case: Case, state: PayoutState) -> Case:
    return case.amend(payouts=tuple(one.amend(state=state) for one in case.payouts))


@pytest.mark.parametrize("twice", [False, True], ids=["once", "by a worker that died before"])
def test_r37_a_reversal_that_is_told_together_with_a_new_plan_is_in_the_ledger(
    database: Database, cases: Cases, ledger: Ledger, paid: Case, twice
):
    Payouts(database).record_external_refund(
        refund_record("re_hand", amount=money(6_000), payment_reference="pi_card", created_at=NOON)
    )
    Payouts(database).record_external_refund(
        refund_record("re_hand_2", amount=money(2_243), payment_reference="pi_voucher", created_at=NOON)
    )
    reversed_one = in_state(paid, PayoutState.REVERSED)
    for _ in range(2 if twice else 1):
        plan = cases.replan_payouts(reversed_one, PlanRequest(pays=False, counts_shortage=True))
    cases.record(later(paid, payouts=plan.payouts, counted=plan.counted), [])
    assert [(one.state, one.released) for one in plan.payouts] == [(PayoutState.CANCELED, True)]
    assert sum(one.amount.minor for one in plan.counted) == GOODS
    movements = [one.movement for one in ledger.of_order("O-1") if one.payout_id == plan.payouts[0].payout_id]
    assert sorted(set(movements)) == ["refund_planned", "refunded", "released", "reversed"]


def test_r36_a_plan_that_is_right_as_it_is_stays(cases: Cases, paid: Case):
    retried = paid.amend(payouts=tuple(one.amend(state=PayoutState.FAILED).next_attempt() for one in paid.payouts))
    failed = later(paid, payouts=tuple(one.amend(state=PayoutState.REVERSED) for one in paid.payouts))
    cases.record(failed, [])
    plan = cases.replan_payouts(later(failed, payouts=retried.payouts), PlanRequest())
    assert [(one.payout_id, one.attempt, one.state) for one in plan.payouts] == [
        (paid.payouts[0].payout_id, 2, PayoutState.PLANNED)
    ]
