"""Faults 8 and 9: never more than was captured, and no unit twice, whoever asks at the same time."""

from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from sqlalchemy import text

from local.demo.shop import Json, Line
from tests.e2e.system import LAMP, MUG, System

pytestmark = pytest.mark.e2e

AT_ONCE = 20
CREATED, REFUSED = 201, 422
ONE_MUG = Line(MUG.sku, MUG.product_name, MUG.unit_price)


def test_fault_8_more_than_was_captured_is_refused_before_the_gateway_hears_of_it(embedded_system: System) -> None:
    system, shop = embedded_system, embedded_system.shop
    order = shop.place_order(LAMP)
    case = system.ask(order, "personal", LAMP)
    system.approve(case)
    system.ship(case)
    shrink_captured(system, order, LAMP.unit_price - 1)
    shop.break_gateway({"kind": "busy", "status": 503})
    system.inspect(case, LAMP)
    shown = shop.wait_for(case["case_id"], "payout_blocked")
    left = httpx2.get(f"{system.stack.urls.sandbox}/sandbox/faults", trust_env=False).json()
    shop.break_gateway()
    assert (shown["blocked_by"], shown["payouts"]) == ("cap_exceeded", [])
    assert len(left) == 1, "the gateway was never asked"
    assert shop.refunds_at_gateway(order) == []
    system.assert_books_agree(order)


def test_fault_9_twenty_requests_for_one_order_at_once_exceed_neither_its_units_nor_its_sum(
    embedded_system: System,
) -> None:
    system, order = embedded_system, embedded_system.shop.place_order(MUG)
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        answers = [
            answer.result() for answer in [crowd.submit(request, system, order, number) for number in range(AT_ONCE)]
        ]
    taken = [case for status, case in answers if status == CREATED]
    assert len(taken) == MUG.quantity
    assert {(status, case["rule"]) for status, case in answers if case not in taken} == {(REFUSED, "R11")}
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        list(crowd.map(lambda case: pay(system, case), taken))
    refunds = system.shop.refunds_at_gateway(order)
    assert [refund["amount"] for refund in refunds] == [MUG.unit_price] * MUG.quantity
    system.assert_books_agree(order)


def request(system: System, order: str, number: int) -> tuple[int, Json]:
    """Ask for one mug over a connection of one's own."""
    body = {
        "order_number": order,
        "customer_id": "customer-1",
        "reason": "personal",
        "resolution": "refund",
        "lines": [{"sku": MUG.sku, "quantity": 1}],
    }
    headers = {"Authorization": "Bearer dev-storefront", "Idempotency-Key": f"crowd-{order}-{number}"}
    answer = httpx2.post(f"{system.stack.urls.api}/v1/refunds", json=body, headers=headers, timeout=60, trust_env=False)
    return answer.status_code, answer.json()


def pay(system: System, case: Json) -> None:
    system.approve(case)
    system.ship(case)
    system.inspect(case, ONE_MUG)
    system.shop.wait_for(case["case_id"], "refunded")


def shrink_captured(system: System, order: str, captured: int) -> None:
    """Let the books know of less money than the order is worth, as when a part of it was paid back elsewhere."""
    change = "UPDATE order_payments SET captured = :captured WHERE order_number = :order"
    with system.database.writing() as connection:
        connection.execute(text(change), {"captured": captured, "order": order})
