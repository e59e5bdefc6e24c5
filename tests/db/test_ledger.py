"""The double-entry ledger: balanced, append-only, each movement once."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from db.cases import Cases
from db.engine import Database
from db.orders import Orders
from db.payouts import Payouts
from domain.case import Case
from domain.errors import UnknownOrderError
from domain.words import CaseState, PayoutState
from tests.db.facts import a_case, an_order, execute, later, money, owing, rows, settled
from tests.postgres import Postgres

LEG = """INSERT INTO ledger_entries
    (transaction_id, position, movement, account, amount, currency, case_id, order_number, payout_id, at) VALUES
    ('by hand', :position, 'refunded', 'x', :amount, 'EUR', :case, 'O-1', :payout, '2026-09-01 12:00:00')"""


@pytest.fixture
def planned(orders: Orders, cases: Cases) -> Case:
    """A case with a planned refund of 1009 for goods and 500 for return postage."""
    orders.put(an_order())
    owed = owing(cases.open(a_case(), []), goods=1009, return_postage=500)
    return later(owed, payouts=cases.plan_payouts(owed))


def entries(payouts: Payouts, movement: str) -> list[tuple[str, int]]:
    ledger = payouts.ledger("rc_00000001")
    return [(entry.account, entry.amount.minor) for entry in ledger if entry.movement == movement]


def test_r30_a_plan_is_owed_for_goods_and_for_return_postage(payouts: Payouts, planned: Case):
    owed = [("goods_refunds", 1009), ("return_postage", 500), ("refunds_payable", -1509)]
    assert entries(payouts, "refund_planned") == owed


def test_r34_a_payout_is_refunded_once_it_succeeded_and_once_only(payouts: Payouts, cases: Cases, planned: Case):
    cases.record(settled(planned, PayoutState.PENDING), [])
    assert entries(payouts, "refunded") == []
    paid = settled(planned, version=5)
    for case in (paid, paid, later(paid, state=CaseState.REFUNDED)):
        cases.record(case, [])
    assert entries(payouts, "refunded") == [("refunds_payable", 1509), ("stripe:pi_card", -1509)]
    assert payouts.ledger_total("O-1") == money(0)


def test_f11_a_refund_reversed_later_is_owed_again_and_can_be_refunded_again(
    payouts: Payouts, cases: Cases, planned: Case
):
    paid = settled(planned)
    reversed_ = settled(paid, PayoutState.REVERSED)
    attempt = reversed_.payouts[0].amend(
        attempt=2, idempotency_key="refund/rc_00000001/p1/a2", state=PayoutState.SUCCEEDED
    )
    for case in (paid, reversed_, later(reversed_, payouts=(attempt,))):
        cases.record(case, [])
    assert entries(payouts, "reversed") == [("stripe:pi_card", 1509), ("refunds_payable", -1509)]
    assert entries(payouts, "refunded") == [("refunds_payable", 1509), ("stripe:pi_card", -1509)] * 2


def test_f11_a_reversal_heard_of_before_the_success_enters_both(payouts: Payouts, cases: Cases, planned: Case):
    cases.record(settled(planned, PayoutState.REVERSED), [])
    assert len(entries(payouts, "refunded")) == len(entries(payouts, "reversed")) == 2


def test_i2_the_ledger_of_an_unknown_order_is_unknown(payouts: Payouts):
    with pytest.raises(UnknownOrderError):
        payouts.ledger_total("O-9")


@pytest.mark.parametrize("statement", ["UPDATE ledger_entries SET amount = 1", "DELETE FROM ledger_entries"])
def test_i2_the_table_itself_refuses_to_change_or_lose_an_entry(database: Database, planned: Case, statement: str):
    with pytest.raises(IntegrityError, match="append-only"):
        execute(database, statement)
    assert rows(database, "SELECT sum(amount), count(*) FROM ledger_entries") == [(0, 3)]


def test_i2_postgresql_refuses_to_empty_the_ledger(postgres: Postgres):
    with postgres.migrated() as url:
        database = Database(url)
        with pytest.raises(IntegrityError, match="append-only"):
            execute(database, "TRUNCATE ledger_entries")
        database.close()


def test_i2_the_table_itself_refuses_a_transaction_that_does_not_add_up(database: Database, planned: Case):
    with pytest.raises(IntegrityError, match="adds up to zero"):
        _enter_by_hand(database, planned, 100, -99)
    _enter_by_hand(database, planned, 60, 40, -100)
    assert rows(database, "SELECT count(*) FROM ledger_entries WHERE transaction_id = 'by hand'") == [(3,)]


def _enter_by_hand(database: Database, planned: Case, *amounts: int) -> None:
    legs = [
        {"position": i, "amount": amount, "case": planned.case_id, "payout": planned.payouts[0].payout_id}
        for i, amount in enumerate(amounts)
    ]
    with database.writing() as connection:
        connection.execute(text(LEG), legs)
