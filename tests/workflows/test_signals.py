"""Signals as operators send them, by the real `temporal` command line tool to the real dev server."""

import json

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.common import RawValue

from db.cases.cases import TimelineRecord
from domain.enums import CaseState
from tests.support.temporal_cli import TemporalCli
from tests.workflows.case_driver import OpenCase
from tests.workflows.shop import Shop

APPROVAL = {"decision": "approve", "decided_by": "mei"}
PARCEL = {"carrier": "sf_express", "tracking_number": "SF1234567890", "status": "in_transit"}
UNREADABLE = "not a JSON object of the expected shape"


@pytest.fixture
def cli(dev_shop: Shop) -> TemporalCli:
    return TemporalCli(dev_shop.client)


def found(sku: str = "MUG", quantity: int = 1) -> dict[str, object]:
    line = {"sku": sku, "quantity": quantity, "verdict": "accepted", "disposition": "restock"}
    return {"lines": [line], "inspected_by": "wang"}


def ignored(case: OpenCase) -> list[TimelineRecord]:
    return [one for one in case.timeline() if one.event == "signal_ignored"]


async def send(cli: TemporalCli, case: OpenCase, name: str, *inputs: object) -> None:
    await cli.signal(case.handle.id, name, *(json.dumps(one) for one in inputs))


async def carry_to_the_end(cli: TemporalCli, case: OpenCase) -> None:
    """Carry a case from wherever it stands to its refund, by signals alone."""
    if case.state is CaseState.UNDER_AUDIT:
        await send(cli, case, "audit_decision", APPROVAL)
    await case.until_event("approved")
    await send(cli, case, "courier_tracking", PARCEL)
    await case.until_event("shipment_registered")
    await send(cli, case, "warehouse_inspection", found())
    assert await case.ended() == "refunded"


async def assert_no_task_failed(case: OpenCase) -> None:
    kinds = {event.event_type async for event in case.handle.fetch_history_events()}
    assert EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED in kinds
    assert EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED not in kinds
    assert EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT not in kinds


async def test_the_three_signals_of_the_command_line_carry_a_case_to_its_refund(
    dev_shop: Shop, cli: TemporalCli
) -> None:
    case = await dev_shop.open()
    await carry_to_the_end(cli, case)
    assert case.case().approved_by == "mei"
    assert case.case().inspections[0].inspected_by == "wang"
    assert ignored(case) == []
    await assert_no_task_failed(case)


@pytest.mark.parametrize(
    ("name", "inputs", "why"),
    [
        pytest.param(
            "audit_decision", [{"decision": "maybe"}], "decision: enum", id="wrong shape, a word nobody knows"
        ),
        pytest.param("audit_decision", [{"decisoin": "approve"}], "decision: missing", id="wrong shape, misspelt"),
        pytest.param("audit_decision", ["approve"], "input: model_type", id="wrong shape, no object"),
        pytest.param("courier_tracking", [None], "input: model_type", id="wrong shape, null"),
        pytest.param(
            "warehouse_inspection", [{"lines": [], "inspected_by": "wang"}], "too_short", id="wrong shape, none"
        ),
        pytest.param("audit_decision", [], "no input: give one JSON object", id="empty, audit"),
        pytest.param("courier_tracking", [], "no input: give one JSON object", id="empty, courier"),
        pytest.param("warehouse_inspection", [], "no input: give one JSON object", id="empty, warehouse"),
        pytest.param("audit_decision", [APPROVAL, APPROVAL], "2 inputs: give one JSON object", id="two inputs, audit"),
        pytest.param("courier_tracking", [PARCEL, PARCEL], "2 inputs: give one JSON object", id="two inputs, courier"),
        pytest.param(
            "warehouse_inspection", [found(), 1], "2 inputs: give one JSON object", id="two inputs, warehouse"
        ),
        pytest.param("courier_tracking", [PARCEL], "not expected in state under_audit", id="wrong state, courier"),
        pytest.param(
            "warehouse_inspection", [found()], "not expected in state under_audit", id="wrong state, warehouse"
        ),
        pytest.param("audit_descision", [APPROVAL], "no such signal; 1 inputs", id="unknown signal"),
        pytest.param("refund_now", [], "no such signal; 0 inputs", id="unknown signal, empty"),
        pytest.param("refund_now", [1, 2, 3], "no such signal; 3 inputs", id="unknown signal, three inputs"),
    ],
)
async def test_a_bad_signal_is_kept_as_ignored_with_why_and_the_case_goes_on_to_its_end(
    dev_shop: Shop, cli: TemporalCli, name: str, inputs: list[object], why: str
) -> None:
    case = await dev_shop.open()
    await send(cli, case, name, *inputs)
    await case.until_event("signal_ignored")
    assert case.state is CaseState.UNDER_AUDIT
    await carry_to_the_end(cli, case)
    kept = ignored(case)
    assert [one.actor for one in kept] == [name]
    assert why in str(kept[0].details["why"])
    await assert_no_task_failed(case)


async def test_r26_an_inspection_of_an_unknown_sku_is_ignored_and_the_right_one_is_taken(
    dev_shop: Shop, cli: TemporalCli
) -> None:
    case = await dev_shop.open()
    await case.audit()
    await send(cli, case, "warehouse_inspection", found("NOPE"))
    await case.until_event("signal_ignored")
    assert case.state is CaseState.AWAITING_RETURN
    await carry_to_the_end(cli, case)
    assert [one.actor for one in ignored(case)] == ["warehouse_inspection"]
    assert "NOPE" in str(ignored(case)[0].details["why"])
    await assert_no_task_failed(case)


async def test_r16_the_same_decision_signalled_again_changes_nothing(dev_shop: Shop, cli: TemporalCli) -> None:
    case = await dev_shop.open()
    decision = {**APPROVAL, "event_id": "audit-1"}
    await send(cli, case, "audit_decision", decision)
    await send(cli, case, "audit_decision", decision)
    await carry_to_the_end(cli, case)
    assert case.events().count("approved") == 1
    assert ignored(case) == []


async def test_r15_a_second_decision_with_another_content_is_kept_as_ignored(dev_shop: Shop, cli: TemporalCli) -> None:
    case = await dev_shop.open()
    await send(cli, case, "audit_decision", APPROVAL)
    await send(cli, case, "audit_decision", {"decision": "reject", "reason_code": "signs_of_use", "decided_by": "li"})
    await case.until_event("signal_ignored")
    await carry_to_the_end(cli, case)
    assert [one.details["why"] for one in ignored(case)] == ["not expected in state awaiting_return"]


async def test_why_a_signal_is_ignored_repeats_nothing_that_was_typed(dev_shop: Shop, cli: TemporalCli) -> None:
    case = await dev_shop.open()
    await send(cli, case, "audit_decision", {"decision": "Jane Doe, 1 Elm Street", "decided_by": "+1 555 0100!"})
    await case.until_event("signal_ignored")
    told = ignored(case)[0].model_dump_json()
    assert not [word for word in ("Jane", "Elm", "555 0100") if word in told]


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(Payload(metadata={"encoding": b"binary/plain"}, data=b"\x00\xff\xfe"), id="bytes"),
        pytest.param(Payload(metadata={"encoding": b"binary/null"}), id="null"),
        pytest.param(Payload(metadata={"encoding": b"json/plain"}, data=b"{not json"), id="broken JSON"),
        pytest.param(Payload(metadata={"encoding": b"binary/encrypted"}, data=b"x"), id="an encoding nobody knows"),
        pytest.param(Payload(data=b"x"), id="no encoding"),
    ],
)
async def test_fault_25_a_payload_that_nobody_can_read_is_kept_as_ignored(dev_shop: Shop, payload: Payload) -> None:
    case = await dev_shop.open()
    await case.handle.signal("audit_decision", RawValue(payload))
    await case.until_event("signal_ignored")
    assert case.state is CaseState.UNDER_AUDIT
    await case.withdraw()
    assert await case.ended() == "withdrawn"
    assert ignored(case)[0].details["why"] != ""
    await assert_no_task_failed(case)


async def test_a_signal_name_that_cannot_be_printed_is_kept_without_what_a_database_refuses(dev_shop: Shop) -> None:
    case = await dev_shop.open()
    await case.handle.signal("odd\x00name\n", 1)
    await case.until_event("signal_ignored")
    assert [one.actor for one in ignored(case)] == ["odd?name?"]
    await case.withdraw()
    assert await case.ended() == "withdrawn"
