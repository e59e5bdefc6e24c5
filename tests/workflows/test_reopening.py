"""Reopening (R12): a rejection, and an information window that passed, are decided anew."""

from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.cases.messages import CaseResolution
from domain.enums import CaseState, Reason, ResolutionDecision
from tests.workflows.case_driver import OpenCase, refused_by
from tests.workflows.refund_cases import approved
from tests.workflows.shop import Shop


def reopening(by: str, **more: Any) -> CaseResolution:
    facts = {"reason_code": "loyal_customer", **more}
    return CaseResolution(decision=ResolutionDecision.REOPEN, decided_by=by, **facts)


async def rejected(shop: Shop, reason: Reason = Reason.PERSONAL) -> OpenCase:
    """A case that Mei has rejected."""
    case = await shop.open(reason, evidence=["e1"])
    await case.pin("e1")
    await case.audit("reject", reason_code="signs_of_use", note="worn", decided_by="Mei")
    assert await case.ended() == "rejected"
    return case


@pytest.mark.parametrize("reason", [Reason.PERSONAL, Reason.QUALITY, Reason.TRANSIT_DAMAGE])
async def test_w7_r12_an_auditors_rejection_is_reopened_by_somebody_else_and_audited_again(
    shop: Shop, reason: Reason
) -> None:
    case = await rejected(shop, reason)
    await case.revive_by("resolve", reopening("lin"))
    shown = case.case()
    assert (shown.state, shown.goodwill, shown.rejected_by) == (CaseState.UNDER_AUDIT, True, None)
    assert not case.deadline("audit_target").passed
    [reopened] = [one for one in case.timeline() if one.event == "reopened"]
    assert (reopened.actor, reopened.rule) == ("lin", "R12")
    assert reopened.details == {"reason_code": "loyal_customer", "against": "R15"}
    await case.audit()
    await case.inspect(("MUG", 1, "accepted"))
    assert await case.ended() == "refunded"


@pytest.mark.parametrize("by", ["Mei", "MEI", "mei"])
async def test_w7_r12_not_by_who_rejected_it(shop: Shop, by: str) -> None:
    case = await rejected(shop)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.revive_by("resolve", reopening(by))
    assert refused_by(refused.value) == "R12"
    assert case.state is CaseState.REJECTED


async def test_w7_r12_a_rejection_of_release_0_1_0_is_known_by_its_timeline(shop: Shop) -> None:
    case = await rejected(shop)
    old = case.case()
    shop.cases.record(old.amend(version=old.version + 1, rejected_by=None, process_version=1), ())
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.revive_by("resolve", reopening("mei"))
    assert refused_by(refused.value) == "R12"
    await case.revive_by("resolve", reopening("lin"))
    assert case.state is CaseState.UNDER_AUDIT


async def test_w7_r12_a_second_rejection_can_be_reopened_too_and_not_by_its_own_auditor(shop: Shop) -> None:
    case = await rejected(shop)
    await case.revive_by("resolve", reopening("lin"))
    await case.audit("reject", reason_code="not_a_defect", decided_by="lin")
    await case.ended()
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.revive_by("resolve", reopening("lin"))
    assert refused_by(refused.value) == "R12"
    await case.revive_by("resolve", reopening("mei"))
    assert case.state is CaseState.UNDER_AUDIT


async def test_w7_r12_a_reopening_needs_a_reason(shop: Shop) -> None:
    case = await rejected(shop)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.revive_by("resolve", reopening("lin", reason_code=None))
    assert refused_by(refused.value) == "R12"


async def test_w7_r12_a_rejected_unit_that_another_case_has_by_now_stays_with_it(shop: Shop) -> None:
    order = await shop.order()
    case = await shop.open(order=order, lines=[("LAMP", 1)])
    await case.audit("reject", reason_code="signs_of_use")
    await case.ended()
    other = await shop.open(order=order, lines=[("LAMP", 1)])
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.revive_by("resolve", reopening("lin"))
    assert refused_by(refused.value) == "R11"
    assert (case.state, other.state) == (CaseState.REJECTED, CaseState.UNDER_AUDIT)


async def test_w7_r11_a_reopened_case_gets_another_unit_of_its_line_when_its_own_is_taken(shop: Shop) -> None:
    order = await shop.order()
    case = await shop.open(order=order)
    await case.audit("reject", reason_code="signs_of_use")
    await case.ended()
    other = await shop.open(order=order)
    await case.revive_by("resolve", reopening("lin"))
    assert [[share.unit for share in one.case().lines[0].units] for one in (other, case)] == [[1], [2]]


@pytest.mark.parametrize("reason", [Reason.QUALITY, Reason.NOT_AS_DESCRIBED])
async def test_w7_r12_an_expired_information_window_is_reopened_with_a_fresh_one(shop: Shop, reason: Reason) -> None:
    case = await shop.open(reason)
    first = case.deadline("information").when
    await case.elapsed("information")
    assert await case.ended() == "expired"
    await case.revive_by("resolve", reopening("mei"))
    assert case.state is CaseState.INFORMATION_REQUESTED
    assert case.deadline("information").when > first
    assert not case.deadline("information_reminder_1").passed
    [reopened] = [one for one in case.timeline() if one.event == "reopened"]
    assert reopened.details["against"] == "R9"
    await case.pin("e1")
    assert case.state is CaseState.UNDER_AUDIT


async def test_w7_r12_what_an_auditor_had_asked_for_is_still_asked_for_after_the_reopening(shop: Shop) -> None:
    case = await shop.open(Reason.QUALITY, evidence=["e1"])
    await case.pin("e1")
    await case.audit("request_information", reason_code="blurred_photo")
    await case.elapsed("information")
    assert await case.ended() == "expired"
    await case.revive_by("resolve", reopening("mei"))
    assert (case.state, case.case().awaits_more) == (CaseState.INFORMATION_REQUESTED, True)
    await case.pin("e2")
    assert case.state is CaseState.UNDER_AUDIT


async def test_w7_r19_an_expired_return_window_is_not_reopened_so(shop: Shop) -> None:
    case = await approved(shop)
    await case.elapsed("ship_by")
    assert await case.ended() == "expired"
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.revive_by("resolve", reopening("lin"))
    assert refused_by(refused.value) == "wrong_state"
