"""Couriers' webhooks through the API: kept once, heard when they change the case, parked for an unknown number."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from db.inbox.tracking_registrations import Registrations
from tests.api.breakage import broken
from tests.api.courier_calls import shipped, tell
from tests.api.inbox_sweep import sweep
from tests.api.warehouse import scan, send
from tests.gateways import courier_bodies as bodies
from tests.support.api_client import problem, told
from workflows.client.case_notifier import TemporalCaseNotifier

START = datetime(2026, 11, 20, 8, tzinfo=UTC)


async def aftership(couriers, number, tag="InTransit", subtag="InTransit_001", hour=0):
    at = (START + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M:%S")
    body = bodies.aftership(number, tag, subtag, at)
    told(await tell(couriers, "aftership", body, bodies.signed_aftership("two", body)), 200)


async def signals(couriers, case):
    history = await couriers.handle(case).fetch_history()
    names = [one.workflow_execution_signaled_event_attributes.signal_name for one in history.events]
    return names.count("courier_tracking")


async def events(couriers, case, event="courier_event"):
    return [one["details"]["status"] for one in await couriers.timeline(case) if one["event"] == event]


async def status_of(couriers, case, status):
    return await couriers.wait_for(case, lambda shown: shown["shipment"]["status"] == status)


async def test_each_provider_moves_the_parcel(couriers):
    case, number = await shipped(couriers)
    body = bodies.seventeen_track(number)
    told(await tell(couriers, "17track", body, bodies.signed_seventeen_track("four", body)), 200)
    await status_of(couriers, case, "in_transit")
    body = bodies.easypost(number, "delivered", "arrived_at_destination", "2026-11-20T09:15:00")
    told(await tell(couriers, "easypost", body, bodies.signed_easypost("three", body)), 200)
    delivered = await status_of(couriers, case, "delivered")
    assert delivered["state"] == "in_transit"  # R20: only the warehouse's scan is receipt


async def test_r22_a_lost_parcel_asks_a_human(couriers):
    case, number = await shipped(couriers)
    await aftership(couriers, number, "Exception", "Exception_013")
    await couriers.until(case, "lost_in_return")


async def test_fault_13_the_same_webhook_50_times_has_one_effect(couriers):
    case, number = await shipped(couriers)
    await asyncio.gather(*(aftership(couriers, number) for _ in range(50)))
    await status_of(couriers, case, "in_transit")
    assert await signals(couriers, case) == 1
    assert await events(couriers, case, "parcel_moved") == ["in_transit"]


async def test_events_that_change_nothing_stay_in_the_timeline_and_are_no_signals(couriers):
    case, number = await shipped(couriers)
    await aftership(couriers, number)
    await status_of(couriers, case, "in_transit")
    for hour in range(1, 6):
        await aftership(couriers, number, hour=hour)
    assert await signals(couriers, case) == 1
    assert await events(couriers, case) == ["in_transit"] * 5


async def test_r22_a_parcel_that_still_moves_a_day_later_is_heard_again(couriers):
    case, number = await shipped(couriers)
    await aftership(couriers, number)
    await status_of(couriers, case, "in_transit")
    before = (await couriers.case(case))["shipment"]["last_moved_at"]
    body = bodies.aftership(number, at=(couriers.services.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%S"))
    told(await tell(couriers, "aftership", body, bodies.signed_aftership("one", body)), 200)
    await couriers.wait_for(case, lambda shown: shown["shipment"]["last_moved_at"] != before)
    assert await signals(couriers, case) == 2


async def test_fault_14_events_in_any_order_leave_the_parcel_where_the_courier_last_saw_it(couriers):
    told_by = [("InTransit", "InTransit_001", 1), ("OutForDelivery", "OutForDelivery_001", 2), ("Delivered", "D", 3)]
    for order in itertools.permutations(told_by):
        case, number = await shipped(couriers)
        for tag, subtag, hour in order:
            await aftership(couriers, number, tag, subtag, hour)
        await status_of(couriers, case, "delivered")


async def test_fault_15_a_forged_webhook_is_refused_and_the_old_secret_still_signs(couriers):
    case, number = await shipped(couriers)
    body = bodies.aftership(number)
    for headers in ({}, bodies.signed_aftership("stolen", body), bodies.signed_easypost("three", body)):
        problem(await tell(couriers, "aftership", body, headers), 401, "bad-signature")
    told(await tell(couriers, "aftership", body, bodies.signed_aftership("one", body)), 200)
    await status_of(couriers, case, "in_transit")


async def test_fault_16_what_a_courier_tells_before_its_number_is_known_is_applied_when_it_is_given(couriers):
    number = f"SF{uuid4().int % 10**12:012}"
    await aftership(couriers, number, hour=1)
    await aftership(couriers, number, "Delivered", "Delivered_001", hour=2)
    assert len(couriers.services.courier_events.pending_of(number)) == 2

    case, _ = await shipped(couriers, f"{number[:2]}-{number[2:]}".lower())

    await status_of(couriers, case, "delivered")
    assert couriers.services.courier_events.pending_of(number) == []


async def test_p4_a_webhook_s_number_may_have_any_spelling_and_come_first(couriers):
    digits = f"{uuid4().int % 10**16:016}"
    await aftership(couriers, f"jjd {digits[:8]} {digits[8:]}", "Delivered", "Delivered_001", hour=1)
    case, _ = await shipped(couriers, f"JD-{digits}")
    await status_of(couriers, case, "delivered")
    await aftership(couriers, f"JJD{digits}", "Exception", "Exception_013", hour=2)
    await couriers.until(case, "lost_in_return")


async def test_fault_16_what_temporal_could_not_take_is_applied_by_the_sweep(couriers):
    case, number = await shipped(couriers)
    body = bodies.aftership(number)
    event = couriers.services.couriers["aftership"].read(body, bodies.signed_aftership("one", body))
    couriers.services.courier_events.take_in(event)  # and the process dies
    await sweep(couriers.temporal)
    await status_of(couriers, case, "in_transit")


async def test_a_courier_s_event_that_cannot_be_applied_goes_behind_the_others(couriers):
    class Confused(TemporalCaseNotifier):
        async def tell_running(self, case_id, message):
            raise KeyError("a fault of ours")

    _, number = await shipped(couriers)
    services = couriers.services
    async with broken(couriers, notifier=Confused(couriers.temporal, services.submissions)) as confused:
        await aftership(confused, number)
    assert services.courier_events.pending(1000)[-1].tracking_number == number


async def test_r20_after_the_scan_a_courier_s_events_are_history(couriers):
    case, number = await shipped(couriers)
    await send(couriers, scan(number), scan(number, "inspected"))
    await couriers.until(case, "refunded")
    await aftership(couriers, number, "Exception", "Exception_013")
    assert (await couriers.case(case))["state"] == "refunded"
    assert await events(couriers, case) == ["lost"]


async def test_a_number_that_looks_mistyped_is_taken_with_a_warning(couriers):
    case = await couriers.approved()
    body = {"carrier": "china_post", "tracking_number": "RR123456784CN"}
    warned = told(await couriers.send(case, "shipment", body, "dev-storefront"), 200)
    assert (warned["state"], len(warned["warnings"])) == ("in_transit", 1)
    assert "UPU S10" in warned["warnings"][0]


async def test_a_provider_without_a_secret_is_not_taken(api):
    body = bodies.aftership("SF1")
    problem(await tell(api, "aftership", body, bodies.signed_aftership("one", body)), 404, "unknown-provider")


async def refused_goods_sent_back(couriers):
    case = await couriers.inspected("used")
    told(await couriers.send(case, "resolution", {"decision": "refuse"}, "dev-auditor"), 200)
    await couriers.until(case, "returning_to_customer")
    number = f"SF{uuid4().int % 10**12:012}"
    body = {"goods": "refused_goods", "carrier": "sf_express", "tracking_number": number}
    return told(await couriers.send(case, "dispatch", body, "dev-warehouse"), 200), number


async def test_r28_what_a_courier_tells_of_a_parcel_to_the_customer_stands_in_the_timeline(couriers):
    case, number = await refused_goods_sent_back(couriers)
    await aftership(couriers, number)
    await aftership(couriers, number, "Delivered", "Delivered_001", hour=9)
    assert await events(couriers, case) == ["in_transit", "delivered"]
    assert number in Registrations(couriers.services.database).pending(START, 200)


async def test_r21_a_parcel_to_the_customer_that_comes_back_is_no_receipt_and_names_its_case(couriers):
    case, number = await refused_goods_sent_back(couriers)
    scan = {"scan_id": uuid4().hex, "code": number, "kind": "received", "scanned_at": START.isoformat()}
    told(await couriers.ask("POST", "/v1/warehouse/scans", {"scans": [scan]}, "dev-warehouse"), 200)
    [parcel] = [
        one for one in (await couriers.get("/v1/warehouse/unexpected"))["items"] if one["parcel_id"] == scan["scan_id"]
    ]
    assert parcel["why"] == f"{case['case_id']} sent it to the customer"
    assert (await couriers.case(case))["state"] == "returning_to_customer"
