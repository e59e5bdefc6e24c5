"""Payouts that a restored database has lost are entered again from their case, and paid once (fault 31)."""

from typing import Any

import pytest

from db.cases.cases import Cases
from db.core.engine import Database
from db.orders.orders import Orders
from db.payouts.payouts import Payouts
from db.reconciliation.findings import Findings
from domain.cases.case import Case
from domain.cases.payout import OUTSIDE, REIMBURSEMENT, Payout
from domain.errors import CapExceededError
from domain.payment_events import GatewayRefundRecord
from domain.payout_state import PayoutState
from tests.db.facts import NOON, a_case, an_order, execute, later, money, owing, rows
from tests.support.factories import payout
from tests.support.ledger import Ledger


@pytest.fixture(autouse=True)
def _order(orders: Orders) -> None:
    orders.put(an_order())


def ahead(cases: Cases, *payouts: Payout) -> Case:
    """A case whose workflow has these payouts, while the database was restored to before their plan."""
    opened = cases.open(a_case(), [])
    accepted = opened.lines[0].amend(accepted=1)
    return owing(opened, goods=1009, payouts=payouts, version=9, payout_plan_count=1, lines=(accepted,))


def a_payout(number: int = 1, **changes: Any) -> Payout:
    facts = {"provider": "stripe", "payment_reference": "pi_card", "amount": money(1009)}
    return payout("rc_00000001", number, **{**facts, **changes})


def committed(database: Database) -> int:
    return rows(database, "SELECT sum(committed) FROM order_payments")[0][0]


def found(database: Database) -> list[str]:
    return [one.finding_id for one in Findings(database).page() if one.payout_id]


@pytest.mark.parametrize(
    ("state", "paid"),
    [
        (PayoutState.PLANNED, 0),
        (PayoutState.SUBMITTING, 0),
        (PayoutState.UNKNOWN, 0),
        (PayoutState.PENDING, 0),
        (PayoutState.SUCCEEDED, 1009),
        (PayoutState.FAILED, 0),
    ],
)
def test_fault_31_a_payout_that_the_database_lost_is_entered_again_in_whatever_state(
    cases: Cases, payouts: Payouts, database: Database, state: PayoutState, paid: int
):
    at_gateway = None if state.is_unconfirmed else "re_1"
    case = ahead(cases, a_payout(state=state, gateway_refund_id=at_gateway))
    cases.record(case, [])
    cases.record(later(case), [])

    assert rows(database, "SELECT payout_id, amount, state FROM payouts") == [("rc_00000001-p1", 1009, state.value)]
    assert committed(database) == 1009
    moved = [one.amount.minor for one in Ledger(database).of_case(case.case_id) if one.account == "stripe:pi_card"]
    assert -sum(moved) == paid
    assert Ledger(database).total("O-1") == 0
    assert found(database) == ["record_behind:rc_00000001-p1:a1"]
    begun = payouts.submitting(case.payouts[0], NOON)
    assert (begun.idempotency_key, begun.gateway_refund_id) == (case.payouts[0].idempotency_key, at_gateway)


def test_fault_31_a_lost_payout_keeps_its_number_when_more_falls_due(cases: Cases, database: Database):
    case = ahead(cases, a_payout(state=PayoutState.SUCCEEDED, gateway_refund_id="re_1"))
    more = later(case, refund_due=owing(case, goods=500).refund_due, payout_plan_count=2)
    planned = cases.plan_payouts(more)
    assert [one.payout_id for one in planned] == ["rc_00000001-p1", "rc_00000001-p2"]
    assert committed(database) == 1509


def test_fault_31_a_lost_payout_to_another_account_and_postage_outside_are_entered_again(
    cases: Cases, database: Database
):
    elsewhere = a_payout(provider=REIMBURSEMENT, payment_reference="bank-7", state=PayoutState.SUCCEEDED)
    outside = {"provider": REIMBURSEMENT, "payment_reference": OUTSIDE, "state": PayoutState.ACTION_REQUIRED}
    cases.record(ahead(cases, elsewhere, a_payout(2, amount=money(900), **outside)), [])
    kept = "SELECT state, source_reference FROM payouts ORDER BY position"
    assert rows(database, kept) == [("succeeded", "pi_card"), ("action_required", None)]
    assert committed(database) == 1009
    assert Ledger(database).total("O-1") == 0


def test_fault_31_a_refund_that_was_taken_for_somebody_elses_is_the_payouts_again(
    cases: Cases, payouts: Payouts, database: Database
):
    case = ahead(cases, a_payout(state=PayoutState.SUCCEEDED, gateway_refund_id="re_1", amount=money(6000)))
    stranger = GatewayRefundRecord(
        provider="stripe",
        refund_id="re_1",
        payment_reference="pi_card",
        amount=money(6000),
        state=PayoutState.SUCCEEDED,
        payout_id="rc_00000001-p1",
        created_at=NOON,
    )
    payouts.record_external_refund(stranger)
    cases.record(case, [])
    assert rows(database, "SELECT committed, external_refunds FROM order_payments WHERE reference = 'pi_card'") == [
        (6000, 0)
    ]
    assert rows(database, "SELECT count(*) FROM external_refunds") == [(0,)]


@pytest.mark.parametrize("state", [PayoutState.PLANNED, PayoutState.SUCCEEDED])
def test_fault_31_a_lost_payout_without_room_is_not_paid_and_never_wedges_its_case(
    cases: Cases, payouts: Payouts, database: Database, state: PayoutState
):
    case = ahead(cases, a_payout(state=state))
    execute(database, "UPDATE order_payments SET committed = captured")
    cases.record(case, [])
    assert cases.case(case.case_id) == case
    assert "has no room for it" in Findings(database).page()[0].message
    assert Ledger(database).total("O-1") == 0
    if state is PayoutState.PLANNED:
        with pytest.raises(CapExceededError):
            payouts.submitting(case.payouts[0], NOON)


def test_fault_31_what_was_given_up_before_the_restore_stays_given_up(cases: Cases, database: Database):
    given_up = a_payout(state=PayoutState.CANCELED, released=True)
    cases.record(ahead(cases, given_up, a_payout(2, state=PayoutState.SUCCEEDED, gateway_refund_id="re_1")), [])
    assert rows(database, "SELECT released FROM payouts ORDER BY position") in ([(1,), (0,)], [(True,), (False,)])
    assert committed(database) == 1009
    assert Ledger(database).total("O-1") == 0
