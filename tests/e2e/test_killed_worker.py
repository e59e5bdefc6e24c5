"""Fault 2: a worker dies as in a power cut (SIGKILL), another one goes on."""

import json

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from local.demo.shop import Json
from tests.e2e.system import LAMP, System, accepted
from tests.support.temporal_cli import TemporalCli
from tests.support.waiting import wait_until

pytestmark = pytest.mark.e2e

ANSWER_HELD_SECONDS = 10
PARCEL = {"carrier": "sf_express", "tracking_number": "SF1234567890", "status": "in_transit"}


async def test_fault_2_killed_between_the_gateways_commit_and_the_record_it_pays_once(
    deaf_system: System,
) -> None:
    system, shop = deaf_system, deaf_system.shop
    order, case = approved(system)
    system.ship(case)
    shop.break_gateway({"kind": "held_answer", "seconds": ANSWER_HELD_SECONDS})
    system.inspect(case, LAMP)
    wait_until(lambda: shop.refunds_at_gateway(order))
    system.stack.kill_worker()
    assert shop.case(case["case_id"])["state"] == "payout_due"
    assert system.payouts_paid(case) == 0
    system.stack.start_worker()
    shown = shop.wait_for(case["case_id"], "refunded")
    (refund,) = shop.refunds_at_gateway(order)
    (payout,) = shown["payouts"]
    assert (refund["amount"], refund["status"]) == (LAMP.unit_price, "succeeded")
    assert (payout["gateway_refund_id"], payout["attempt"]) == (refund["id"], 1)
    assert system.events(case).count("payout_succeeded") == 1
    assert system.payouts_paid(case) == LAMP.unit_price
    assert await tries_of_payout(system, case) == 2
    system.assert_books_agree(order)


async def test_fault_2_what_is_signalled_while_no_worker_lives_is_not_lost(embedded_system: System) -> None:
    system, shop = embedded_system, embedded_system.shop
    order, case = approved(system)
    system.stack.kill_worker()
    cli = TemporalCli(await client_of(system))
    workflow_id = f"refund/{case['case_id']}"
    await cli.signal(workflow_id, "courier_tracking", json.dumps(PARCEL))
    await cli.signal(workflow_id, "warehouse_inspection")
    inspection = {"lines": [accepted(LAMP)], "inspected_by": "wang"}
    await cli.signal(workflow_id, "warehouse_inspection", json.dumps(inspection))
    assert shop.case(case["case_id"])["state"] == "awaiting_return"
    system.stack.start_worker()
    shown = shop.wait_for(case["case_id"], "refunded")
    assert shown["shipment"]["tracking_number"] == PARCEL["tracking_number"]
    happened = [
        event for event in system.events(case) if event in {"shipment_registered", "signal_ignored", "inspected"}
    ]
    assert happened == ["shipment_registered", "signal_ignored", "inspected"]
    assert sum(refund["amount"] for refund in shop.refunds_at_gateway(order)) == LAMP.unit_price
    system.assert_books_agree(order)


def approved(system: System) -> tuple[str, Json]:
    order = system.shop.place_order(LAMP)
    case = system.ask(order, "personal", LAMP)
    system.approve(case)
    return order, case


async def tries_of_payout(system: System, case: Json) -> int:
    """Return how often the gateway was called, by the server's history."""
    client = await client_of(system)
    history = client.get_workflow_handle(f"refund/{case['case_id']}").fetch_history_events()
    started = EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED
    return sum(
        [one.activity_task_started_event_attributes.attempt async for one in history if one.event_type == started]
    )


async def client_of(system: System) -> Client:
    return await Client.connect(system.stack.urls.temporal_address)
