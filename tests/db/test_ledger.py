"""The double-entry ledger: balanced, append-only, each movement once."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from db.cases.cases import Cases
from db.core.engine import Database
from db.orders.orders import Orders
from domain.cases.case import Case
from domain.enums import CaseState
from domain.payout_state import PayoutState
from tests.db.facts import a_case, an_order, execute, later, owing, rows, settled
from tests.support.ledger import Ledger
from tests.support.postgres import Postgres

LEG = """INSERT INTO ledger_entries
    (transaction_id, position, movement, account, amount, currency, case_id, order_number, payout_id, at) VALUES
    ('by hand', :position, 'refunded', 'x', :amount, :currency, :case, 'O-1', :payout, '2026-09-01 12:00:00')"""


COMPLETION = "INSERT INTO ledger_transactions (transaction_id) VALUES ('by hand')"


@pytest.fixture
def planned(orders: Orders, cases: Cases) -> Case:
    """A case with a planned refund of 1009 for goods and 500 for return postage."""
    orders.put(an_order())
    owed = owing(cases.open(a_case(), []), goods=1009, return_postage=500)
    return later(owed, payouts=cases.plan_payouts(owed))


def entries(ledger: Ledger, movement: str) -> list[tuple[str, int]]:
    found = ledger.of_case("rc_00000001")
    return [(entry.account, entry.amount.minor) for entry in found if entry.movement == movement]


def test_r30_a_plan_is_owed_for_goods_and_for_return_postage(ledger: Ledger, planned: Case):
    owed = [("goods_refunds", 1009), ("return_postage", 500), ("refunds_payable", -1509)]
    assert entries(ledger, "refund_planned") == owed


def test_r34_a_payout_is_refunded_once_it_succeeded_and_once_only(ledger: Ledger, cases: Cases, planned: Case):
    cases.record(settled(planned, PayoutState.PENDING), [])
    assert entries(ledger, "refunded") == []
    paid = settled(planned, version=5)
    for case in (paid, paid, later(paid, state=CaseState.REFUNDED)):
        cases.record(case, [])
    assert entries(ledger, "refunded") == [("refunds_payable", 1509), ("stripe:pi_card", -1509)]
    assert ledger.total("O-1") == 0


def test_fault_11_a_refund_reversed_later_is_owed_again_and_can_be_refunded_again(
    ledger: Ledger, cases: Cases, planned: Case
):
    paid = settled(planned)
    reversed_ = settled(paid, PayoutState.REVERSED)
    attempt = reversed_.payouts[0].amend(
        attempt=2, idempotency_key="refund/rc_00000001/p1/a2", state=PayoutState.SUCCEEDED
    )
    for case in (paid, reversed_, later(reversed_, payouts=(attempt,))):
        cases.record(case, [])
    assert entries(ledger, "reversed") == [("stripe:pi_card", 1509), ("refunds_payable", -1509)]
    assert entries(ledger, "refunded") == [("refunds_payable", 1509), ("stripe:pi_card", -1509)] * 2


def test_fault_11_a_reversal_heard_of_before_the_success_enters_both(ledger: Ledger, cases: Cases, planned: Case):
    cases.record(settled(planned, PayoutState.REVERSED), [])
    assert len(entries(ledger, "refunded")) == len(entries(ledger, "reversed")) == 2


@pytest.mark.parametrize("table", ["ledger_entries", "ledger_transactions"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET transaction_id = 'x'", "DELETE FROM {}"])
def test_i2_the_tables_themselves_refuse_to_change_or_lose_an_entry(
    database: Database, planned: Case, statement: str, table: str
):
    with pytest.raises(IntegrityError, match="append-only"):
        execute(database, statement.format(table))
    assert rows(database, "SELECT sum(amount), count(*) FROM ledger_entries") == [(0, 7)]
    assert rows(database, "SELECT count(*) FROM ledger_transactions") == [(3,)]


@pytest.mark.parametrize("table", ["ledger_entries", "ledger_transactions"])
def test_i2_postgresql_refuses_to_empty_the_ledger(postgres: Postgres, table: str):
    with postgres.migrated() as url:
        database = Database(url)
        with pytest.raises(IntegrityError, match="append-only"):
            execute(database, f"TRUNCATE {table} CASCADE")
        database.close()


@pytest.mark.parametrize("amounts", [(100, -99), (100, -60, -39), (-100, 99), (100,), (-1,)])
def test_i2_the_table_itself_refuses_a_transaction_that_does_not_add_up(
    database: Database, planned: Case, amounts: tuple[int, ...]
):
    with pytest.raises(IntegrityError, match="adds up to zero"):
        _enter_by_hand(database, planned, amounts)


@pytest.mark.parametrize("amounts", [(60, 40, -100), (100, -60, -40), (-40, 100, -60), (-60, -40, 100)])
def test_i2_a_transaction_has_as_many_debits_and_credits_as_it_needs_in_any_order(
    database: Database, planned: Case, amounts: tuple[int, ...]
):
    _enter_by_hand(database, planned, amounts)
    assert rows(database, "SELECT count(*) FROM ledger_entries WHERE transaction_id = 'by hand'") == [(len(amounts),)]


@pytest.mark.parametrize("amounts", [(100, -100), (100, -60)])
def test_i2_legs_without_a_transaction_are_never_committed(database: Database, planned: Case, amounts: tuple[int, ...]):
    with pytest.raises(IntegrityError, match=r"(?i)foreign key|adds up to zero"):
        _enter_by_hand(database, planned, amounts, complete=False)
    assert rows(database, "SELECT count(*) FROM ledger_entries WHERE transaction_id = 'by hand'") == [(0,)]


def test_i2_a_complete_transaction_takes_no_more_legs(database: Database, planned: Case):
    _enter_by_hand(database, planned, (100, -100))
    with pytest.raises(IntegrityError, match="takes no more legs"):
        _enter_by_hand(database, planned, (7, -7), first=2, complete=False)


def test_i2_a_transaction_without_legs_is_refused(database: Database):
    with pytest.raises(IntegrityError, match="adds up to zero"):
        execute(database, COMPLETION)


def test_i2_legs_in_two_currencies_do_not_add_up(database: Database, planned: Case):
    with pytest.raises(IntegrityError, match="adds up to zero"):
        _enter_by_hand(database, planned, (100, -100), second_currency="USD")


def _leg(planned: Case, position: int, amount: int) -> dict[str, object]:
    case, payout = planned.case_id, planned.payouts[0].payout_id
    return {"position": position, "amount": amount, "case": case, "payout": payout}


def _enter_by_hand(
    database: Database,
    planned: Case,
    amounts: tuple[int, ...],
    *,
    first: int = 0,
    complete: bool = True,
    second_currency: str = "EUR",
) -> None:
    legs = [_leg(planned, i, amount) for i, amount in enumerate(amounts, first)]
    currencies = ["EUR", *(second_currency for _ in legs[1:])]
    with database.writing() as connection:
        for leg, currency in zip(legs, currencies, strict=True):
            connection.execute(text(LEG), {**leg, "currency": currency})
        if complete:
            connection.execute(text(COMPLETION))
