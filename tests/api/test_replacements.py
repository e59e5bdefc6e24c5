"""A replacement takes the unit's place: delivered, broken, lost, confirmed, exchanged again (R4, R39, R43)."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.api.courier_calls import new_number, report
from tests.gateways.courier_strategies import PROVIDERS
from tests.support.api_client import inspection, problem, told
from tests.support.factories import order_line

each_provider = pytest.mark.parametrize("name", PROVIDERS)
PRICES = {"USD": 900, "JPY": 900, "KWD": 9000, "ISK": 900, "HUF": 90_000}
ODD = {"USD": 1001, "JPY": 1001, "KWD": 10_010, "ISK": 1001, "HUF": 100_100}


async def product(api, sku, currency="USD", price=900):
    body = {"product_name": sku.title(), "available": 9, "prices": {currency: price}}
    told(await api.ask("PUT", f"/v1/stock/{sku}", body, "dev-storefront"), 200)
    return sku


async def of_one(api, currency="USD", minor=1000, **more):
    """Place an order of one product of its own and return its number and the product's sku."""
    sku = await product(api, f"POT-{uuid4().hex[:8]}", currency, minor)
    line = order_line(sku, "Pot", unit_price=minor).model_dump(mode="json")
    facts = {"lines": [line], "outbound_postage": 0, "currency": currency, "payments": [paid(minor)], **more}
    return await api.order(parcels=[], receipt_confirmed_at=ago(api, 1), **facts), sku


def paid(minor):
    return {"provider": "stripe", "reference": f"pi_{uuid4().hex[:12]}", "amount": minor}


def ago(api, days):
    return (api.services.now() - timedelta(days=days)).isoformat()


def asks(api, order, sku, **more):
    return api.request(order, **{"lines": [{"sku": sku, "quantity": 1}], **more})


async def replaced(api, order, sku, number, instead=None):
    """Have a unit replaced, and return the case whose replacement left in the parcel with that number."""
    line = {"sku": sku, "quantity": 1, **({"exchange_for": instead} if instead else {})}
    case = told(await api.submit(asks(api, order, sku, resolution="exchange", lines=[line])), 201)
    told(await api.send(case, "audit", {"decision": "approve"}, "dev-auditor"), 200)
    return await sent(api, await found(api, case, sku), number)


async def found(api, case, sku):
    body = inspection(quantity=1)
    body["lines"][0]["sku"] = sku
    return told(await api.send(case, "inspection", body, "dev-warehouse"), 200)


async def sent(api, case, number):
    await api.wait_for(case, lambda shown: shown["replacements"][-1]["state"] == "reserved")
    body = {"goods": "replacement", "carrier": "sf_express", "tracking_number": number}
    told(await api.send(case, "dispatch", body, "dev-warehouse"), 200)
    return await api.until(case, "exchanged")


async def refunded(api, order, sku, **more):
    case = told(await api.submit(asks(api, order, sku, **more)), 201)
    told(await api.send(case, "audit", {"decision": "approve"}, "dev-auditor"), 200)
    await found(api, case, sku)
    return await api.until(case, "refunded")


def went_back(*cases):
    return sum(case["amounts"]["paid"]["minor"] for case in cases)


@each_provider
async def test_p8_r4_a_replacement_is_received_when_its_courier_delivers_it_and_then_refunded(couriers, name):
    (order, sku), number = await of_one(couriers), new_number()
    await replaced(couriers, order, sku, number)
    refused = problem(await couriers.submit(asks(couriers, order, sku)), 422, "not-yet-received")
    assert (refused["rule"], sku in refused["detail"]) == ("R4", True)
    await report(couriers, name, number, "delivered", couriers.services.now())
    case = await refunded(couriers, order, sku)
    assert (case["amounts"]["paid"]["minor"], case["lines"][0]["units"][0]["generation"]) == (1000, 1)
    assert problem(await couriers.submit(asks(couriers, order, sku)), 422, "units-taken")["rule"] == "R11"


async def test_p8_r4_the_customer_s_confirmation_counts_only_if_it_is_of_after_it_left(couriers):
    order, sku = await of_one(couriers)
    await replaced(couriers, order, sku, new_number())
    facts = await couriers.get(f"/v1/orders/{order}", "dev-storefront")
    for confirmed, status in ((facts["receipt_confirmed_at"], 422), (couriers.services.now().isoformat(), 201)):
        body = {**facts, "receipt_confirmed_at": confirmed}
        told(await couriers.ask("PUT", f"/v1/orders/{order}", body, "dev-storefront"), 200)
        told(await couriers.submit(asks(couriers, order, sku)), status)


async def test_p8_r4_a_replacement_that_the_shop_lists_in_its_order_is_received_as_the_shop_says(couriers):
    (order, sku), number = await of_one(couriers), new_number()
    await replaced(couriers, order, sku, number)
    facts = await couriers.get(f"/v1/orders/{order}", "dev-storefront")
    for more, status in (({}, 422), ({"delivered_at": couriers.services.now().isoformat()}, 201)):
        body = {**facts, "parcels": [{"tracking_number": number, "skus": [sku], **more}]}
        told(await couriers.ask("PUT", f"/v1/orders/{order}", body, "dev-storefront"), 200)
        told(await couriers.submit(asks(couriers, order, sku)), status)


@pytest.mark.parametrize("word", ["lost", "returned"])
@each_provider
async def test_p8_r43_a_replacement_that_does_not_arrive_is_the_warehouse_s_task_and_sent_again(couriers, name, word):
    (order, sku), number, then = await of_one(couriers), new_number(), new_number()
    case = await replaced(couriers, order, sku, number)
    await report(couriers, name, number, word, couriers.services.now())
    case = await couriers.until(case, "replacement_due")
    assert (case["next_step"]["party"], case["next_step"]["by"] is not None) == ("warehouse", True)
    assert "did not arrive" in case["next_step"]["says"]
    await sent(couriers, case, then)
    await report(couriers, name, then, "delivered", couriers.services.now())
    again = await refunded(couriers, order, sku)
    assert went_back(case, again) == 1000


async def test_p8_r43_a_lost_replacement_is_refunded_if_an_auditor_decides_so(couriers):
    (order, sku), number = await of_one(couriers), new_number()
    cup = await product(couriers, f"CUP-{uuid4().hex[:8]}")
    case = await replaced(couriers, order, sku, number, cup)
    assert went_back(case) == 100
    await report(couriers, "aftership", number, "lost", couriers.services.now())
    await couriers.until(case, "replacement_due")
    told(await couriers.send(case, "resolution", {"decision": "pay"}, "dev-auditor"), 200)
    case = await couriers.until(case, "refunded")
    assert went_back(case) == 1000
    assert problem(await couriers.submit(asks(couriers, order, sku)), 422, "units-taken")["rule"] == "R11"


async def test_p8_r12_r39_an_operator_reopens_an_exchange_whose_replacement_did_not_arrive(couriers):
    (order, sku), number = await of_one(couriers), new_number()
    case = await replaced(couriers, order, sku, number)
    assert "reopen" in (await couriers.case(case))["allowed_resolutions"]
    refused = await couriers.send(case, "resolution", {"decision": "reopen"}, "dev-auditor")
    assert problem(refused, 422, "reason-required")["rule"] == "R12"
    body = {"decision": "reopen", "reason_code": "not_delivered"}
    told(await couriers.send(case, "resolution", body, "dev-auditor"), 200)
    await sent(couriers, case, new_number())
    entries = [one for one in await couriers.timeline(case) if one["event"] == "replacement_lost"]
    assert [(one["actor"], one["details"]["why"]) for one in entries] == [("auditor", "not_delivered")]


async def test_p8_r39_an_exchange_whose_replacement_was_delivered_is_not_reopened(couriers):
    (order, sku), number = await of_one(couriers), new_number()
    case = await replaced(couriers, order, sku, number)
    await report(couriers, "easypost", number, "delivered", couriers.services.now())
    body = {"decision": "reopen", "reason_code": "not_delivered"}
    assert (await couriers.send(case, "resolution", body, "dev-auditor")).status_code == 409


@pytest.mark.parametrize("currency", PRICES)
async def test_p8_r33_r39_a_chain_of_two_gives_back_just_what_was_paid_in_every_currency(couriers, currency):
    order, sku = await of_one(couriers, currency, ODD[currency])
    cheaper = await product(couriers, f"CUP-{uuid4().hex[:8]}", currency, PRICES[currency])
    cheapest = await product(couriers, f"JUG-{uuid4().hex[:8]}", currency, PRICES[currency] // 3)
    numbers = new_number(), new_number()
    first = await replaced(couriers, order, sku, numbers[0], cheaper)
    await report(couriers, "17track", numbers[0], "delivered", couriers.services.now())
    second = await replaced(couriers, order, cheaper, numbers[1], cheapest)
    await report(couriers, "17track", numbers[1], "delivered", couriers.services.now())
    third = await refunded(couriers, order, cheapest)
    assert went_back(first, second, third) == ODD[currency]
    assert all(case["amounts"]["paid"]["minor"] > 0 for case in (first, second, third))


async def test_p8_r39_a_dearer_product_than_the_replacement_is_worth_is_refused(couriers):
    (order, sku), number = await of_one(couriers), new_number()
    cup = await product(couriers, f"CUP-{uuid4().hex[:8]}")
    jug = await product(couriers, f"JUG-{uuid4().hex[:8]}", price=950)
    await replaced(couriers, order, sku, number, cup)
    await report(couriers, "easypost", number, "delivered", couriers.services.now())
    line = {"sku": sku, "quantity": 1, "exchange_for": jug}
    refused = await couriers.submit(asks(couriers, order, sku, resolution="exchange", lines=[line]))
    assert "USD 0.50 more than was paid" in problem(refused, 422, "replacement-dearer")["detail"]


async def test_p8_r43_a_replacement_that_has_not_moved_for_thirty_days_is_taken_for_lost(couriers):
    (order, sku), number, silent = await of_one(couriers), new_number(), new_number()
    case = await replaced(couriers, order, sku, number)
    unknown = await replaced(couriers, *await of_one(couriers), silent)
    await report(couriers, "aftership", number, "in_transit", couriers.services.now())
    inbox = couriers.services.courier_inbox
    for days, event in ((29, 0), (29, 0), (31, 1), (62, 1)):
        then = couriers.services.now() + timedelta(days=days)
        await replace(inbox, now=lambda then=then: then).report_stalled(100)
        assert len([one for one in await couriers.timeline(case) if one["event"] == "replacement_lost"]) <= event
    assert (await couriers.until(case, "replacement_due"))["replacements"][0]["state"] == "lost"
    assert (await couriers.case(unknown))["state"] == "exchanged"


async def test_p8_r39_a_lost_replacement_that_is_delivered_after_all_is_not_sent_twice(couriers):
    (order, sku), number = await of_one(couriers), new_number()
    cup = await product(couriers, f"CUP-{uuid4().hex[:8]}")
    case = await replaced(couriers, order, sku, number, cup)
    await report(couriers, "easypost", number, "lost", couriers.services.now() - timedelta(minutes=2))
    await couriers.wait_for(case, lambda shown: [one["state"] for one in shown["replacements"]] == ["lost", "reserved"])
    await report(couriers, "easypost", number, "delivered", couriers.services.now())
    case = await couriers.wait_for(case, lambda shown: shown["replacements"][-1]["state"] == "released")
    assert (case["state"], [one["state"] for one in case["replacements"]]) == ("exchanged", ["sent", "released"])
    assert (await couriers.get(f"/v1/stock/{cup}"))["available"] == 8
    assert went_back(case, await refunded(couriers, order, cup)) == 1000
