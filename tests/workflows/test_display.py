"""What an operator sees in Temporal itself: cases found by search attributes, details to act on, and summaries."""

import json
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio.api.enums.v1 import EventType

from api.refund_workflows import RefundWorkflows
from domain.cases.messages import WarehouseInspection
from tests.support import factories
from tests.support.assertions import assert_present
from tests.support.factories import inspection
from tests.support.temporal_cli import TemporalCli
from tests.support.waiting import until
from tests.workflows.case_driver import OpenCase
from tests.workflows.shop import Shop
from workflows.payload_converter import DATA_CONVERTER

PATIENCE_SECONDS = 20
POLL_SECONDS = 0.1
A_SECOND = timedelta(seconds=1)
STEP = re.compile(r"Send `(?P<name>\w+)`:\n```json\n(?P<body>.*?)\n```", re.DOTALL)
SUMMARISED = {
    EventType.EVENT_TYPE_TIMER_STARTED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
    EventType.EVENT_TYPE_MARKER_RECORDED,
}
NOTE = "Jane Doe of 1 Elm Street called"


@pytest.fixture
def cli(dev_shop: Shop) -> TemporalCli:
    return TemporalCli(dev_shop.client)


async def opened(shop: Shop) -> OpenCase:
    """Open a case as the API does."""
    order = await shop.order()
    case_id = f"rc_{uuid4().hex[:20]}"
    intake = factories.intake(
        ("MUG", 2), case_id=case_id, order_number=order.order_number, received_at=await shop.now()
    )
    await RefundWorkflows(shop.client).open(intake)
    return OpenCase(shop.env, shop.cases, intake)


async def details_of(cli: TemporalCli, case: OpenCase) -> str:
    return (await metadata_of(cli, case))["currentDetails"]


async def metadata_of(cli: TemporalCli, case: OpenCase) -> dict[str, Any]:
    told = await cli.ask("workflow", "metadata", "--workflow-id", case.handle.id)
    return told["queryResult"][0]


async def until_found(cli: TemporalCli, case: OpenCase, query: str) -> None:
    """Wait until exactly this case is found; what is found lags a little behind."""
    only = f'{query} AND OrderNumber="{case.intake.order_number}"'
    await until(lambda: found(cli, only), lambda ids: ids == [case.handle.id], PATIENCE_SECONDS)


async def found(cli: TemporalCli, query: str) -> list[str]:
    return [one["execution"]["workflowId"] for one in await cli.ask("workflow", "list", "--query", query)]


async def summaries(case: OpenCase) -> dict[int, tuple[str, str]]:
    """Return kind and summary of each timer and activity, by event."""
    told: dict[int, tuple[str, str]] = {}
    async for event in case.handle.fetch_history_events():
        if event.event_type in SUMMARISED:
            given = event.user_metadata.summary
            summary = DATA_CONVERTER.payload_converter.from_payload(given, str) if given.data else ""
            told[event.event_id] = (EventType.Name(event.event_type), summary)
    return told


async def test_a_case_is_found_by_its_state_reason_party_deadline_and_order(dev_shop: Shop, cli: TemporalCli) -> None:
    case = await opened(dev_shop)
    await until_found(cli, case, 'RefundState="under_audit" AND AwaitingParty="auditor" AND RefundReason="personal"')
    await case.audit()
    before, after = (
        f"{assert_present(case.case().due).when + away:%Y-%m-%dT%H:%M:%SZ}" for away in (-A_SECOND, A_SECOND)
    )
    await until_found(cli, case, f'RefundState="awaiting_return" AND RefundDeadline BETWEEN "{before}" AND "{after}"')
    await until_found(cli, case, 'AwaitingParty="customer" AND Overdue=false')
    await case.withdraw()
    await until_found(cli, case, 'RefundState="withdrawn" AND AwaitingParty="nobody" AND RefundDeadline IS NULL')
    assert await found(cli, f'RefundState="under_audit" AND OrderNumber="{case.intake.order_number}"') == []


async def test_the_details_say_state_next_step_and_deadlines_in_every_state(dev_shop: Shop, cli: TemporalCli) -> None:
    case = await opened(dev_shop)
    assert_tells(await details_of(cli, case), case, party="auditor")
    await case.audit()
    assert_tells(await details_of(cli, case), case, party="customer")
    await case.ship()
    assert_tells(await details_of(cli, case), case, party="warehouse")
    await case.inspect(("MUG", 2, "accepted"))
    await case.ended()
    told = await details_of(cli, case)
    assert_tells(told, case, party="nobody")
    assert f"| {case.case().payouts[0].payout_id} | {case.case().payouts[0].amount} | stripe | succeeded |" in told


def assert_tells(told: str, case: OpenCase, party: str) -> None:
    shown = case.case()
    assert f"**{shown.state}** · {shown.reason} · order `{shown.order_number}` · policy {shown.policy_version}" in told
    assert f"**Next: {party}.**" in told
    for deadline in shown.deadlines if shown.is_open else ():
        assert f"| {deadline.what} | {deadline.when:%Y-%m-%d %H:%M:%S} UTC |" in told
    assert f"/v1/refunds/{shown.case_id}/timeline" in told


async def test_the_very_json_that_the_details_show_carries_a_case_to_its_refund(
    dev_shop: Shop, cli: TemporalCli
) -> None:
    case = await opened(dev_shop)
    sent: list[str] = []
    for event in ("approved", "shipment_registered", "inspected"):
        step = STEP.search(await details_of(cli, case))
        assert step, f"nothing to send in {case.state}"
        await cli.signal(case.handle.id, step["name"], step["body"])
        await case.until_event(event)
        sent.append(step["name"])
    assert sent == ["audit_decision", "courier_tracking", "warehouse_inspection"]
    assert await case.ended() == "refunded"
    assert "signal_ignored" not in case.events()


async def test_what_signals_take_is_said_beside_their_names(dev_shop: Shop, cli: TemporalCli) -> None:
    case = await opened(dev_shop)
    told = await metadata_of(cli, case)
    said = {one.get("name"): one.get("description", "") for one in told["definition"]["signalDefinitions"]}
    assert {name for name, description in said.items() if "One JSON object: {" in description} == {
        "audit_decision",
        "courier_tracking",
        "warehouse_inspection",
        "refund_update",
        "dispute_update",
        "case_resolution",
        "returns_changed",
        "delivery_report",
        "calendar_published",
    }


async def test_the_summary_of_a_case_names_its_reason_and_order(dev_shop: Shop) -> None:
    case = await opened(dev_shop)
    described = await case.handle.describe()
    assert await described.static_summary() == f"personal · order {case.intake.order_number}"
    assert f"/v1/refunds/{case.intake.case_id}" in str(await described.static_details())


async def test_every_timer_and_activity_has_a_summary(dev_shop: Shop) -> None:
    case = await opened(dev_shop)
    await case.audit()
    await case.inspect(("MUG", 2, "accepted"))
    await case.ended()
    told = (await summaries(case)).values()
    assert {kind for kind, _ in told} == {EventType.Name(kind) for kind in SUMMARISED}
    assert [kind for kind, summary in told if not summary] == []
    assert any(summary.startswith("audit_target: ") for _, summary in told)
    assert any(summary.startswith("refund ") and case.intake.case_id in summary for _, summary in told)


async def test_nothing_personal_is_shown(dev_shop: Shop, cli: TemporalCli) -> None:
    case = await opened(dev_shop)
    await case.audit(note=NOTE, decided_by="mei")
    seen = [await details_of(cli, case)]
    found_units: WarehouseInspection = inspection(("MUG", 2, "accepted"))
    await case.say("record_inspection", found_units.amend(note=NOTE))
    await case.ended()
    seen += [await details_of(cli, case), str(await summaries(case)), await attributes_of(case)]
    shown = case.case()
    hidden = (*NOTE.split()[:2], "Elm", shown.customer_id, "Mug", *shown.return_address)
    assert [(word, text) for word in hidden for text in seen if re.search(rf"\b{re.escape(word)}\b", text)] == []


async def attributes_of(case: OpenCase) -> str:
    described = await case.handle.describe()
    pairs: dict[str, Any] = {pair.key.name: str(pair.value) for pair in described.typed_search_attributes}
    assert "RefundState" in pairs
    return json.dumps(pairs)
