"""The sandbox behaves as PayPal documents it, seen as any HTTP client sees it."""

from uuid import uuid4

import httpx2
import pytest

from local.stack.stack_config import PAYPAL_CLIENT, PAYPAL_SECRET


@pytest.fixture
def ask(sandbox):
    """Ask PayPal's side, with a token."""
    with httpx2.Client(base_url=sandbox.url, trust_env=False) as http:
        token = http.post("/v1/oauth2/token", auth=(PAYPAL_CLIENT, PAYPAL_SECRET)).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        yield http.request


def refund(ask, capture, value, currency):
    amount = {"value": value, "currency_code": currency}
    return ask("POST", f"/v2/payments/captures/{capture}/refund", json={"amount": amount})


@pytest.mark.parametrize(
    ("captured", "refused", "taken"),
    [
        ((2_897_000, "HUF"), ("9656.67", "9656.00"), "9656"),
        ((520_000, "TWD"), ("52.5", "52.00"), "52"),
        ((5_200, "JPY"), ("52.5", "52.00"), "52"),
        ((5_200, "USD"), ("52.001",), "52.00"),
    ],
)
def test_m3_decimals_are_refused_where_paypal_has_none(sandbox, ask, captured, refused, taken):
    amount, currency = captured
    capture = sandbox.capture(f"cap{uuid4().hex[:10]}", amount, currency)
    for value in refused:
        answer = refund(ask, capture, value, currency)
        assert (answer.status_code, sandbox.refunds(capture)) == (422, [])
    assert refund(ask, capture, taken, currency).json()["amount"] == {"value": taken, "currency_code": currency}


def test_m5_a_refund_in_another_currency_is_refused_whatever_its_amount(sandbox, ask):
    capture = sandbox.capture(f"cap{uuid4().hex[:10]}", 5_200, "USD")
    for value in ("52", "99999"):
        answer = refund(ask, capture, value, "JPY")
        assert answer.json()["details"][0]["issue"] == "REFUND_CAPTURE_CURRENCY_MISMATCH"


def test_m6_a_capture_and_its_order_are_shown_with_each_other(sandbox, ask):
    capture, order = f"cap{uuid4().hex[:10]}", f"ord{uuid4().hex[:10]}"
    payment = {"reference": capture, "amount": 5_200, "currency": "USD", "other_reference": order}
    sandbox.call("POST", "/sandbox/payments", payment)
    shown = ask("GET", f"/v2/payments/captures/{capture}").json()
    assert shown["supplementary_data"]["related_ids"] == {"order_id": order}
    unit = ask("GET", f"/v2/checkout/orders/{order}").json()["purchase_units"][0]
    assert [one["id"] for one in unit["payments"]["captures"]] == [capture]
    assert ask("GET", f"/v2/payments/captures/{order}").status_code == 404
    assert ask("GET", f"/v2/checkout/orders/{capture}").status_code == 404
