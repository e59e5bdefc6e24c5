"""R39: units are promised once, whoever asks at once, and a unit of an order is refunded or replaced, never both."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from db.cases.cases import Cases
from db.core.engine import Database
from db.orders.orders import Orders
from db.orders.stock import StockTable
from db.payouts.disputes import Disputes
from domain.cases.case import Case
from domain.cases.exchange import Product, Replacement, Reservation
from domain.enums import CaseState, ReplacementState
from domain.errors import UnitsTakenError
from domain.payment_events import DisputeStatus
from tests.db.facts import NOON, a_case, an_order, at_once, execute, later, money, owing, rows
from tests.support.factories import dispute

S = ReplacementState


@pytest.fixture
def stock(database: Database) -> StockTable:
    stock = StockTable(database, lambda: NOON)
    stock.put(Product(sku="CUP", product_name="Cup", available=5, prices={"EUR": 900}))
    return stock


@pytest.fixture
def opened(orders: Orders, cases: Cases) -> Case:
    orders.put(an_order())
    return cases.open(a_case(mugs=2), [])


def reservation(number: int = 1, quantity: int = 1, sku: str = "CUP") -> Reservation:
    return Reservation(
        reservation_id=f"rc_00000001-x{number}", case_id="rc_00000001", order_number="O-1", sku=sku, quantity=quantity
    )


def available(stock: StockTable) -> int:
    return stock.products(["CUP"])["CUP"].available


def replacing(case: Case, stands: ReplacementState, **changes: Any) -> Case:
    one = Replacement(
        replacement_id=f"{case.case_id}-x1", line_sku="MUG", sku="CUP", quantity=2, difference=money(0), state=stands
    )
    return later(case, replacements=(one,), **{"lines": (case.lines[0].amend(accepted=2),), **changes})


def settlements(database: Database) -> list[tuple[Any, ...]]:
    return rows(database, "SELECT unit, settles_as, settled FROM reserved_units ORDER BY unit")


def test_r39_a_product_is_what_the_shop_stated_last(stock: StockTable):
    stock.put(Product(sku="CUP", product_name="Cup, new", available=7, prices={}))
    assert stock.products(["CUP", "NONE"]) == {
        "CUP": Product(sku="CUP", product_name="Cup, new", available=7, prices={})
    }
    assert stock.products([]) == {}


def test_r39_a_reservation_takes_its_units_once(stock: StockTable):
    for _ in range(3):
        assert stock.reserve(reservation(quantity=2))
    assert (available(stock), stock.reserved("CUP")) == (3, 2)


def test_r39_more_than_there_is_is_not_reserved_and_stays_so(stock: StockTable):
    assert not stock.reserve(reservation(quantity=6))
    stock.put(Product(sku="CUP", product_name="Cup", available=9))
    assert not stock.reserve(reservation(quantity=6)), "the case has turned into a refund by then"
    assert not stock.reserve(reservation(2, sku="UNKNOWN"))
    assert (available(stock), stock.reserved("CUP")) == (9, 0)


def test_r39_what_is_released_comes_back_once(stock: StockTable):
    stock.reserve(reservation(quantity=2))
    for _ in range(3):
        stock.release(reservation(quantity=2))
    assert available(stock) == 5
    assert not stock.reserve(reservation(quantity=2)), "a release that overtook its reservation stands"


def test_r39_what_was_never_reserved_gives_nothing_back_and_is_reserved_no_more(stock: StockTable):
    stock.release(reservation())
    assert not stock.reserve(reservation())
    stock.reserve(reservation(2, quantity=6))
    stock.release(reservation(2, quantity=6))
    assert available(stock) == 5


def test_r39_many_at_once_never_promise_more_than_there_is(stock: StockTable):
    answers = at_once(12, lambda number: stock.reserve(reservation(number)))
    assert (answers.count(True), available(stock)) == (5, 0)


def test_r39_the_same_reservation_at_once_is_one(stock: StockTable):
    assert at_once(6, lambda _: stock.reserve(reservation(quantity=2))) == [True] * 6
    assert available(stock) == 3


def test_r39_the_table_itself_promises_no_unit_that_is_not_there(stock: StockTable, database: Database):
    with pytest.raises(IntegrityError, match="promised_within_stock"):
        execute(database, "UPDATE products SET available = -1")


def test_r39_a_unit_is_claimed_for_its_replacement_before_the_stock_is_asked(
    cases: Cases, opened: Case, database: Database
):
    cases.record(replacing(opened, S.PLANNED), [])
    assert settlements(database) == [(1, "replacement", False), (2, "replacement", False)]


def test_r39_a_unit_whose_replacement_was_sent_is_never_refunded(cases: Cases, opened: Case, database: Database):
    line = opened.lines[0].amend(accepted=2, replaced=2)
    sent = replacing(opened, S.SENT, lines=(line,), state=CaseState.EXCHANGED)
    cases.record(sent, [])
    forgetful = owing(sent.amend(lines=(line.amend(replaced=0),), replacements=()), goods=2016)
    with pytest.raises(
        UnitsTakenError, match="MUG: unit 1 is already settled and cannot be settled as a refund as well"
    ):
        cases.plan_payouts(forgetful)
    assert settlements(database) == [(1, "replacement", True), (2, "replacement", True)]
    assert rows(database, "SELECT * FROM payouts") == []


def test_r39_a_unit_whose_refund_is_planned_is_never_replaced(cases: Cases, opened: Case, database: Database):
    owed = owing(opened.amend(lines=(opened.lines[0].amend(accepted=2),)), goods=2016)
    cases.record(later(owed, payouts=cases.plan_payouts(owed)), [])
    with pytest.raises(UnitsTakenError, match="cannot be settled as a replacement as well"):
        cases.record(replacing(owed.amend(version=9), S.PLANNED, state=CaseState.REPLACEMENT_DUE), [])
    assert {kind for _, kind, _ in settlements(database)} == {"refund"}


def test_r39_what_is_out_of_stock_or_given_up_may_be_refunded(cases: Cases, opened: Case, database: Database):
    planned = replacing(opened, S.PLANNED)
    cases.record(planned, [])
    cases.plan_payouts(owing(replacing(planned, S.OUT_OF_STOCK), goods=2016))
    assert settlements(database) == [(1, "refund", False), (2, "refund", False)]


@pytest.mark.parametrize("broken", ["settles_as = 'both'", "settled = true, settles_as = NULL"])
def test_r39_the_table_itself_knows_one_settlement_of_a_unit(opened: Case, database: Database, broken: str):
    with pytest.raises(IntegrityError, match="settle"):
        execute(database, f"UPDATE reserved_units SET {broken}")  # noqa: S608 - written here


def test_r38_a_dispute_over_any_payment_of_the_order_holds_its_replacements(
    cases: Cases, opened: Case, database: Database
):
    disputes = Disputes(database)
    cases.record(replacing(opened, S.RESERVED, state=CaseState.REPLACEMENT_DUE), [])
    told = dispute(payment_reference="pi_voucher", amount=money(1))
    assert disputes.record(told) == [opened.case_id]
    assert disputes.holds("O-1")
    assert not disputes.holds("O-2")
    disputes.record(told.amend(status=DisputeStatus.WON))
    assert not disputes.holds("O-1")
