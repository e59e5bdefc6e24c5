"""Courier events through API, inbox and workflow: equal times, times without a zone, any order (P1, P2, fault 14)."""

from itertools import permutations

import pytest

from tests.api.courier_calls import report, shipped
from tests.gateways.courier_strategies import PROVIDERS

NINE = "2026-11-20T09:33:00Z"
ORDERS = list(permutations(["in_transit", "lost", "delivered"]))
each_provider = pytest.mark.parametrize("name", PROVIDERS)


@each_provider
@pytest.mark.parametrize("order", ORDERS[::2], ids="-".join)
async def test_p1_reports_of_one_time_leave_the_parcel_lost_in_any_order(couriers, name, order):
    case, number = await shipped(couriers)
    for word in order:
        await report(couriers, name, number, word, NINE)
    lost = await couriers.until(case, "lost_in_return")
    assert lost["shipment"]["status"] == "lost"
    assert lost["next_step"]["party"] == "auditor"


@each_provider
async def test_p1_a_loss_is_heard_that_has_the_time_of_the_movement_before(couriers, name):
    case, number = await shipped(couriers)
    await report(couriers, name, number, "in_transit", NINE)
    await couriers.wait_for(case, lambda shown: shown["shipment"]["status"] == "in_transit")
    await report(couriers, name, number, "lost", NINE)
    await couriers.until(case, "lost_in_return")


@each_provider
async def test_p2_an_older_movement_leaves_a_lost_parcel_lost_and_a_newer_one_does_not(couriers, name):
    case, number = await shipped(couriers)
    await report(couriers, name, number, "lost", "2026-11-20T17:33:00")
    await couriers.until(case, "lost_in_return")
    await report(couriers, name, number, "in_transit", "2026-11-20T16:00:00")
    older = [one for one in await couriers.timeline(case) if one["event"] == "courier_event"]
    assert [one["details"]["status"] for one in older] == ["in_transit"]
    assert (await couriers.case(case))["state"] == "lost_in_return"
    await report(couriers, name, number, "in_transit", "2026-11-20T18:00:00")
    await couriers.until(case, "in_transit")


@each_provider
async def test_fault_14_movements_of_one_day_that_were_not_told_still_outlive_an_older_loss(couriers, name):
    case, number = await shipped(couriers)
    await report(couriers, name, number, "in_transit", "2026-11-20T01:00:00Z")
    await couriers.wait_for(case, lambda shown: shown["shipment"]["status"] == "in_transit")
    await report(couriers, name, number, "in_transit", "2026-11-20T09:00:00Z")
    await report(couriers, name, number, "lost", "2026-11-20T05:00:00Z")
    await report(couriers, name, number, "delivered", "2026-11-20T10:00:00Z")
    delivered = await couriers.wait_for(case, lambda shown: shown["shipment"]["status"] == "delivered")
    assert delivered["state"] == "in_transit"
    assert "parcel_lost" not in [one["event"] for one in await couriers.timeline(case)]
