"""A courier's "delivered" for a parcel to the customer is the receipt, from which the request window counts (R4)."""

from datetime import timedelta

import pytest

from db.inbox.tracking_registrations import Registrations
from tests.api.courier_calls import new_number, report
from tests.gateways.courier_strategies import PROVIDERS
from tests.support.api_client import problem, told

each_provider = pytest.mark.parametrize("name", PROVIDERS)


def on_its_way(number: str, **more):
    return {"parcels": [{"tracking_number": number, "skus": ["MUG", "LAMP"], **more}]}


async def sent_order(couriers, number, **more):
    """Return an order whose parcel's delivery the shop does not state."""
    return await couriers.order(**on_its_way(number, **more))


async def parcel_of(couriers, order_number):
    [parcel] = (await couriers.get(f"/v1/orders/{order_number}", "dev-storefront"))["parcels"]
    return parcel


def days_ago(couriers, days: float):
    return (couriers.services.now() - timedelta(days=days)).replace(microsecond=0)


@each_provider
async def test_t4_r4_the_courier_s_delivery_is_the_receipt_of_the_order(couriers, name):
    number = new_number()
    order = await sent_order(couriers, number)
    request = couriers.request(order)
    assert problem(await couriers.submit(request), 422, "not-yet-received")["rule"] == "R4"
    delivered = days_ago(couriers, 1)
    await report(couriers, name, number, "delivered", delivered)
    assert (await parcel_of(couriers, order))["delivered_at"] == f"{delivered:%Y-%m-%dT%H:%M:%S}Z"
    assert told(await couriers.submit(request), 201)["state"] == "under_audit"


@each_provider
async def test_t4_r3_the_window_counts_from_the_courier_s_own_time(couriers, name):
    number = new_number()
    order = await couriers.order(delivered_days_ago=40, **on_its_way(number))
    await report(couriers, name, number, "delivered", days_ago(couriers, 30))
    refused = problem(await couriers.submit(couriers.request(order)), 422, "request-window-passed")
    assert refused["rule"] == "R3"


@each_provider
async def test_t4_r4_what_goes_back_to_the_sender_starts_no_window_in_either_order(couriers, name):
    for words in (["returned", "delivered"], ["delivered", "returned"]):
        number = new_number()
        order = await sent_order(couriers, number)
        for place, word in enumerate(words):
            await report(couriers, name, number, word, days_ago(couriers, 2 - place))
        parcel = await parcel_of(couriers, order)
        assert (parcel["returned_to_sender"], parcel["delivered_at"]) == (True, None)
        assert problem(await couriers.submit(couriers.request(order)), 422, "not-yet-received")["rule"] == "R4"


@each_provider
async def test_t4_fault_16_a_delivery_that_is_told_before_its_order_counts_when_the_order_comes(couriers, name):
    number, delivered = new_number(), days_ago(couriers, 1)
    await report(couriers, name, number, "delivered", delivered)
    [waiting] = couriers.services.courier_events.pending_of(number)
    assert waiting.word == "delivered"
    order = await sent_order(couriers, number)
    assert couriers.services.courier_events.pending_of(number) == []
    assert (await parcel_of(couriers, order))["delivered_at"] == f"{delivered:%Y-%m-%dT%H:%M:%S}Z"


async def test_t4_fault_14_a_loss_and_movements_around_a_delivery_leave_what_is_true(couriers):
    number = new_number()
    order = await sent_order(couriers, number)
    first, then = days_ago(couriers, 3), days_ago(couriers, 2)
    await report(couriers, "easypost", number, "in_transit", then)
    await report(couriers, "easypost", number, "delivered", first)
    assert (await parcel_of(couriers, order))["delivered_at"] == f"{first:%Y-%m-%dT%H:%M:%S}Z"
    await report(couriers, "17track", number, "lost", then)
    assert (await parcel_of(couriers, order))["delivered_at"] is None
    await report(couriers, "aftership", number, "delivered", days_ago(couriers, 1))
    assert (await parcel_of(couriers, order))["delivered_at"] is not None


async def test_t4_r4_the_number_is_registered_once_unless_the_shop_states_the_delivery(couriers):
    number, stated = new_number(), new_number()
    await sent_order(couriers, number)
    await sent_order(couriers, stated, delivered_at=days_ago(couriers, 1).isoformat())
    pending = Registrations(couriers.services.database).pending(days_ago(couriers, 1), 1000)
    assert (pending.count(number), pending.count(stated)) == (1, 0)


async def test_t4_r4_an_update_of_the_shop_keeps_the_courier_s_word_unless_it_states_another_time(couriers):
    number, delivered = new_number(), days_ago(couriers, 2)
    order = await sent_order(couriers, number)
    await report(couriers, "aftership", number, "delivered", delivered)
    facts = couriers.facts(order, **on_its_way(number))
    kept = told(await couriers.ask("PUT", f"/v1/orders/{order}", facts, "dev-storefront"), 200)
    assert kept["parcels"][0]["delivered_at"] == f"{delivered:%Y-%m-%dT%H:%M:%S}Z"
    told(await couriers.ask("PUT", f"/v1/orders/{order}", kept, "dev-storefront"), 200)  # as it was read
    later = days_ago(couriers, 1)
    await report(couriers, "aftership", number, "delivered", later)
    assert (await parcel_of(couriers, order))["delivered_at"] == f"{later:%Y-%m-%dT%H:%M:%S}Z"
    own = days_ago(couriers, 3)
    stated = couriers.facts(order, **on_its_way(number, delivered_at=own.isoformat()))
    told(await couriers.ask("PUT", f"/v1/orders/{order}", stated, "dev-storefront"), 200)
    await report(couriers, "aftership", number, "delivered", days_ago(couriers, 0.5))
    assert (await parcel_of(couriers, order))["delivered_at"] == f"{own:%Y-%m-%dT%H:%M:%S}Z"


async def test_t4_r4_a_number_that_was_used_before_the_order_was_placed_delivers_nothing(couriers):
    number = new_number()
    await report(couriers, "17track", number, "delivered", days_ago(couriers, 200))
    assert (await parcel_of(couriers, await sent_order(couriers, number)))["delivered_at"] is None


async def test_t4_an_unknown_order_is_not_found(couriers):
    problem(await couriers.ask("GET", "/v1/orders/O-nowhere", as_="dev-storefront"), 404, "unknown-order")


@each_provider
async def test_t4_r39_a_parcel_that_was_sent_to_the_customer_shows_when_it_was_delivered(couriers, name):
    case = await couriers.inspected("used")
    told(await couriers.send(case, "resolution", {"decision": "refuse"}, "dev-auditor"), 200)
    await couriers.until(case, "returning_to_customer")
    number = new_number()
    body = {"goods": "refused_goods", "carrier": "sf_express", "tracking_number": number}
    told(await couriers.send(case, "dispatch", body, "dev-warehouse"), 200)
    delivered = couriers.services.now().replace(microsecond=0)
    await report(couriers, name, number, "delivered", delivered)
    [sent] = (await couriers.case(case))["sent"]
    assert (sent["delivered_at"], sent["returned_to_sender"]) == (f"{delivered:%Y-%m-%dT%H:%M:%S}Z", False)
    told_of = [one["details"]["status"] for one in await couriers.timeline(case) if one["event"] == "courier_event"]
    assert told_of == ["delivered"]
