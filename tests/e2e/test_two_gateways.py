"""R35: an order paid through two providers goes back through each of them, whose own dialect is spoken."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.system import LAMP, System
from tests.support.api_client import body_of
from tests.support.factories import order, order_line, payment

pytestmark = pytest.mark.e2e

BY_PAYPAL, BY_STRIPE = 3_000, 2_200


def test_r35_an_order_paid_by_paypal_and_card_is_refunded_to_each(embedded_system: System) -> None:
    system, name = embedded_system, uuid4().hex[:12]
    capture, intent = f"CAPTURE{name}", f"pi_{name}"
    for reference, amount in ((capture, BY_PAYPAL), (intent, BY_STRIPE)):
        system.gateway("POST", "/sandbox/payments", {"reference": reference, "amount": amount, "currency": "USD"})
    number = f"TWO-{name}"
    system.shop.call("storefront", "PUT", f"/v1/orders/{number}", facts(capture, intent))
    case = system.ask(number, "personal", LAMP)
    system.approve(case)
    system.ship(case)
    system.inspect(case, LAMP)
    shown = system.shop.wait_for(case["case_id"], "refunded")
    told = [(one["provider"], one["amount"]["minor"], one["state"]) for one in shown["payouts"]]
    assert told == [("paypal", BY_PAYPAL, "succeeded"), ("stripe", LAMP.unit_price - BY_PAYPAL, "succeeded")]
    refunds = {one["payment"]: one["amount"] for one in system.gateway("GET", "/sandbox/ledger")["refunds"]}
    assert (refunds[capture], refunds[intent]) == (BY_PAYPAL, LAMP.unit_price - BY_PAYPAL)


def facts(capture: str, intent: str) -> dict[str, Any]:
    lamp = order_line(LAMP.sku, LAMP.product_name, unit_price=LAMP.unit_price)
    paid = (payment(capture, BY_PAYPAL, "paypal"), payment(intent, BY_STRIPE))
    postage = BY_PAYPAL + BY_STRIPE - LAMP.unit_price
    bought = order(
        now=datetime.now(UTC), customer_id="customer-1", lines=(lamp,), outbound_postage=postage, payments=paid
    )
    return body_of(bought)
