"""PUT /v1/orders/{order_number}."""

from uuid import uuid4

import pytest

from tests.support.api_client import inspection, problem, told


async def test_an_order_is_created_then_updated(api):
    facts = api.facts("O-put-1")

    created = told(await api.ask("PUT", "/v1/orders/O-put-1", facts), 201)
    updated = told(await api.ask("PUT", "/v1/orders/O-put-1", {**facts, "outbound_postage": 600}), 200)

    assert created["order_number"] == "O-put-1"
    assert updated == {**created, "outbound_postage": 600}
    assert told(await api.ask("PUT", "/v1/orders/O-put-1", {**facts, "outbound_postage": 600}), 200) == updated


async def test_the_order_number_may_stand_in_the_body_again_but_not_differ(api):
    facts = api.facts("O-put-2")
    told(await api.ask("PUT", "/v1/orders/O-put-2", {**facts, "order_number": "O-put-2"}), 201)

    refused = await api.ask("PUT", "/v1/orders/O-put-2", {**facts, "order_number": "O-put-3"})

    assert problem(refused, 422, "invalid-request")["errors"][0]["field"] == "order_number"


async def test_what_a_case_relies_on_cannot_be_changed(api):
    number = await api.order()
    told(await api.submit(api.request(number)), 201)

    refused = await api.ask("PUT", f"/v1/orders/{number}", api.facts(number, currency="EUR"))

    assert "currency" in problem(refused, 409, "order-conflict")["detail"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"placed_at": "9999-12-31T23:59:59-10:00"}, "2000 to 2099"),
        ({"placed_at": "0001-01-01T00:00:00+10:00"}, "2000 to 2099"),
        ({"placed_at": "2000-01-01T00:30:00+05:00"}, "2000 to 2099"),
        ({"receipt_confirmed_at": "2099-12-31T23:30:00-05:00"}, "2000 to 2099"),
        ({"placed_at": "2026-11-01T10:00:00"}, "timezone"),
        ({"payments": [{"provider": "stripe", "reference": "pi_1", "amount": 1}]}, "add up to less"),
        ({"parcels": [{"tracking_number": "T", "skus": ["NONE"]}]}, "NONE"),
        ({"payments": []}, "add up to less"),
        ({"payments": [{"provider": "stripe", "reference": "pi_1", "amount": -1}]}, "greater than or equal to 0"),
        ({"lines": []}, "at least 1"),
    ],
)
async def test_an_order_that_contradicts_itself_is_refused_with_the_field(api, changes, message):
    refused = await api.ask("PUT", "/v1/orders/O-bad", api.facts("O-bad", **changes))
    assert message in problem(refused, 422, "invalid-request")["detail"]


@pytest.mark.parametrize("payments", [None, [], [{"provider": "voucher", "reference": "v-1", "amount": 0}]])
async def test_m14_an_order_that_was_free_is_recorded_and_its_refund_owes_nothing(api, payments):
    line = {"sku": "MUG", "product_name": "Mug", "quantity": 2, "unit_price": 900, "discount": 1800}
    number = f"O-free-{uuid4().hex[:8]}"
    facts = {**api.facts(number), "lines": [line], "outbound_postage": 0}
    facts["parcels"] = [{**facts["parcels"][0], "skus": ["MUG"]}]
    del facts["payments"]
    facts |= {} if payments is None else {"payments": [{**one, "reference": number} for one in payments]}
    created = told(await api.ask("PUT", f"/v1/orders/{number}", facts), 201)
    assert [one["amount"] for one in created["payments"]] == [0 for _ in payments or ()]
    case = told(await api.submit(api.request(number)), 201)
    told(await api.send(case, "audit", {"decision": "approve"}, "dev-auditor"), 200)
    told(await api.send(case, "inspection", inspection(), "dev-warehouse"), 200)
    case = await api.until(case, "refunded")
    nothing = {"minor": 0, "currency": "USD"}
    amounts = [amount for amount in case["amounts"].values() if isinstance(amount, dict) and "minor" in amount]
    assert amounts == [nothing for _ in amounts]
    assert (case["amounts"]["refund_due"], case["amounts"]["obligations"]) == (nothing, [])
    assert case["next_step"]["says"] == "Nothing more: nothing was owed for these goods."


async def test_an_order_of_more_than_any_case_can_carry_is_refused(api):
    lines = [{"sku": f"S-{one}", "product_name": "S", "quantity": 1000, "unit_price": 0} for one in range(11)]
    refused = await api.ask("PUT", "/v1/orders/O-big", api.facts("O-big", lines=lines, parcels=[]))
    assert "10000 units" in problem(refused, 422, "invalid-request")["detail"]
