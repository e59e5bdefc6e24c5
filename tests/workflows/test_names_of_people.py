"""Names of people in signals, in any script, by the real command line tool to the real dev server (R16, R36)."""

import json

import pytest

from domain.cases.first_release import unread_by_first_release
from domain.cases.messages import AuditDecision, CourierTracking, WarehouseInspection
from domain.enums import AuditVerdict, CaseState
from tests.support.factories import inspection
from tests.support.temporal_cli import TemporalCli
from tests.workflows.case_driver import OpenCase
from tests.workflows.shop import Shop

NAMES = ["O'Brien", "O\u2019Brien", "阿卜杜拉·买买提", "J. R. R. Tolkien", "María José", "Nguyễn Văn A", "عَلِي"]


@pytest.fixture
def cli(dev_shop: Shop) -> TemporalCli:
    return TemporalCli(dev_shop.client)


async def approve(cli: TemporalCli, case: OpenCase, name: str) -> None:
    await cli.signal(case.handle.id, "audit_decision", json.dumps({"decision": "approve", "decided_by": name}))


@pytest.mark.parametrize("name", NAMES)
async def test_w4_an_auditor_of_any_name_approves_by_signal(dev_shop: Shop, cli: TemporalCli, name: str) -> None:
    case = await dev_shop.open()
    await approve(cli, case, name)
    await case.until_event("approved")
    assert case.case().approved_by == name
    assert "signal_ignored" not in case.events()


@pytest.mark.parametrize("name", NAMES)
async def test_w4_an_inspector_of_any_name_inspects_by_signal(dev_shop: Shop, cli: TemporalCli, name: str) -> None:
    case = await dev_shop.open()
    await case.audit()
    line = {"sku": "MUG", "quantity": 1, "verdict": "accepted", "disposition": "restock"}
    found = {"lines": [line], "inspected_by": name}
    await cli.signal(case.handle.id, "warehouse_inspection", json.dumps(found, ensure_ascii=False))
    await case.until_event("inspected")
    assert case.case().inspections[0].inspected_by == name


@pytest.mark.parametrize("name", ["", "a\u0000b", "x" * 81, "\u202egnaw", "..."])
async def test_w4_what_is_no_name_is_kept_as_ignored_and_names_the_field(
    dev_shop: Shop, cli: TemporalCli, name: str
) -> None:
    case = await dev_shop.open()
    await approve(cli, case, name)
    await case.until_event("signal_ignored")
    assert case.state is CaseState.UNDER_AUDIT
    [why] = [one.details["why"] for one in case.timeline() if one.event == "signal_ignored"]
    assert str(why).startswith("decided_by: ")


async def test_w4_a_run_of_release_0_1_0_goes_on_ignoring_what_it_ignored(dev_shop: Shop, cli: TemporalCli) -> None:
    case = await dev_shop.open(process_version=1)
    assert case.case().process_version == 1
    await approve(cli, case, "O'Brien")
    await case.until_event("signal_ignored")
    assert case.state is CaseState.UNDER_AUDIT
    await approve(cli, case, "mei")
    await case.until_event("approved")


def test_w4_release_0_1_0_read_the_names_and_ids_that_it_read() -> None:
    read = (
        AuditDecision(decision=AuditVerdict.APPROVE, decided_by="王芳", event_id="audit-1"),
        CourierTracking(carrier="sf_express", tracking_number="SF1234567890", event_id="easypost:evt_1"),
        inspection(("MUG", 1, "accepted")),
    )
    assert [unread_by_first_release(one) for one in read] == [None, None, None]


def test_w4_release_0_1_0_did_not_read_other_names() -> None:
    decision = AuditDecision(decision=AuditVerdict.APPROVE, decided_by="O'Brien")
    found = inspection(("MUG", 1, "accepted"))
    inspected = WarehouseInspection(lines=found.lines, inspected_by="Jean\u2010Luc")
    assert (unread_by_first_release(decision) or "").startswith("decided_by: ")
    assert (unread_by_first_release(inspected) or "").startswith("inspected_by: ")
