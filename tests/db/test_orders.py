"""Orders: stated by the storefront, relied on by cases."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from db.cases.cases import Cases
from db.core.engine import Database
from db.orders.orders import Orders
from domain.enums import CaseState
from domain.errors import OrderConflictError
from domain.order import Order
from tests.db.facts import CARD, LAMP, MUGS, NOON, VOUCHER, a_case, an_order, at_once, execute, later, owing, rows
from tests.support.factories import parcel


def test_an_order_comes_back_as_it_was_put(orders: Orders):
    order = an_order(receipt_confirmed_at=NOON)
    assert orders.put(order) is True
    assert orders.get("O-1") == order
    assert orders.get("O-2") is None


def test_an_order_put_again_is_not_new_and_its_parts_are_replaced(orders: Orders):
    orders.put(an_order())
    assert orders.put(an_order()) is False
    returned = parcel("CUP", number="OUT-2", delivered_at=NOON, returned_to_sender=True)
    changed = an_order(
        lines=(LAMP, MUGS.amend(sku="CUP")), payments=(VOUCHER, CARD.amend(amount=9000)), parcels=(returned,)
    )
    assert orders.put(changed) is False
    assert orders.get("O-1") == changed


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_m14_an_order_worth_nothing_needs_no_payment_and_may_get_and_lose_one_later(orders: Orders, currency: str):
    free = an_order(currency=currency, lines=(LAMP.amend(unit_price=0, tax=0),), outbound_postage=0, payments=())
    assert orders.put(free) is True
    assert orders.get("O-1") == free
    covered = free.amend(payments=(VOUCHER.amend(amount=0),))
    for changed in (covered, free.amend(payments=(CARD,)), free):
        assert orders.put(changed) is False
        assert orders.get("O-1") == changed


def test_an_order_is_new_once_however_many_put_it_at_once(orders: Orders):
    assert sorted(at_once(8, lambda _: orders.put(an_order()))) == [False] * 7 + [True]
    assert orders.get("O-1") == an_order()


def test_r1_the_customer_cannot_change_once_there_is_a_case(orders: Orders, cases: Cases):
    orders.put(an_order())
    assert orders.put(an_order(customer_id="c-2")) is False
    cases.open(a_case(state=CaseState.REJECTED), [])
    with pytest.raises(OrderConflictError, match="customer_id: a refund case of this order relies on c-2"):
        orders.put(an_order())


def test_r35_the_currency_cannot_change_once_there_is_a_case(orders: Orders, cases: Cases):
    orders.put(an_order())
    cases.open(a_case(), [])
    with pytest.raises(OrderConflictError, match="currency: a refund case"):
        orders.put(an_order(currency="USD"))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"lines": (MUGS.amend(quantity=4), LAMP)}, "lines: MUG"),
        ({"lines": (MUGS.amend(unit_price=999), LAMP)}, "lines: MUG"),
        ({"lines": (LAMP,), "parcels": ()}, "lines: MUG"),
        ({"lines": (MUGS, LAMP.amend(unit_price=2400))}, "lines: LAMP"),
        ({"outbound_postage": 600}, "outbound_postage"),
    ],
)
def test_r30_what_was_paid_cannot_change_while_a_case_relies_on_it(
    orders: Orders, cases: Cases, changes: dict[str, object], named: str
):
    orders.put(an_order())
    opened = cases.open(a_case(), [])
    with pytest.raises(OrderConflictError, match=named):
        orders.put(an_order(**changes))
    assert orders.get("O-1") == an_order()
    cases.record(later(opened, state=CaseState.WITHDRAWN), [])
    orders.put(an_order(**changes))


def test_r4_a_delivery_may_be_told_while_a_case_is_open(orders: Orders, cases: Cases):
    orders.put(an_order(parcels=()))
    cases.open(a_case(), [])
    orders.put(an_order(receipt_confirmed_at=NOON - timedelta(days=1)))
    told = orders.get("O-1")
    assert told is not None
    assert told.parcels == an_order().parcels


def test_r32_a_payment_cannot_be_taken_below_what_is_committed_of_it(orders: Orders, cases: Cases):
    orders.put(an_order())
    cases.plan_payouts(owing(cases.open(a_case(), []), goods=1009))
    enough = VOUCHER.amend(amount=8243)
    for payments in [(CARD.amend(amount=1008), enough), (enough,)]:
        with pytest.raises(OrderConflictError, match="payments: 1009 of stripe pi_card is refunded or about to be"):
            orders.put(an_order(payments=payments))
    orders.put(an_order(payments=(CARD.amend(amount=1009), enough)))


def test_r32_an_order_put_again_keeps_what_is_committed(orders: Orders, cases: Cases, database: Database):
    orders.put(an_order())
    cases.plan_payouts(owing(cases.open(a_case(), []), goods=1009))
    orders.put(an_order(payments=(CARD, VOUCHER.amend(amount=3000))))
    assert rows(database, "SELECT captured, committed FROM order_payments ORDER BY position") == [
        (6000, 1009),
        (3000, 0),
    ]


def test_fault_8_the_table_itself_refuses_to_commit_more_than_was_captured_or_less_than_nothing(
    orders: Orders, database: Database
):
    orders.put(an_order())
    for committed in (6001, -1):
        with pytest.raises(IntegrityError):
            execute(database, "UPDATE order_payments SET committed = :n WHERE reference = 'pi_card'", n=committed)
    execute(database, "UPDATE order_payments SET committed = 6000 WHERE reference = 'pi_card'")


def test_an_order_keeps_its_instants_whatever_timezone_they_came_in(orders: Orders):
    order = Order.model_validate_json(
        an_order().model_dump_json().replace("2026-08-23T12:00:00Z", "2026-08-23T20:00:00+08:00")
    )
    assert order == an_order()
    orders.put(order)
    assert orders.get("O-1") == order
