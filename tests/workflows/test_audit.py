"""Audit: R13-R17, R23, on the time-skipping server."""

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.cases.next_step import next_step
from domain.enums import CaseState, Party, Reason
from tests.support.assertions import assert_present
from tests.support.factories import usd
from tests.workflows.case_driver import refused_by
from tests.workflows.shop import Shop


async def test_r13_there_are_no_return_instructions_before_approval(shop: Shop) -> None:
    case = await shop.open()
    assert case.case().return_code is None
    assert case.case().return_address == ()
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.ship()
    assert refused_by(refused.value) == "wrong_state"


async def test_r13_approval_gives_address_code_and_deadline(shop: Shop) -> None:
    case = await shop.open()
    await case.audit()
    assert assert_present(case.case().return_code).startswith("RMA-")
    assert case.case().return_address
    assert case.deadline("ship_by")


async def test_r14_silence_marks_overdue_a_second_after_the_target_and_decides_nothing(shop: Shop) -> None:
    case = await shop.open()
    await case.elapsed("audit_target")
    await case.until_event("audit_overdue")
    assert case.state is CaseState.UNDER_AUDIT
    assert case.case().overdue


async def test_r14_a_decision_in_the_last_second_of_the_target_is_not_overdue(shop: Shop) -> None:
    case = await shop.open()
    await case.to_second_before("audit_target")
    await case.audit()
    assert "audit_overdue" not in case.events()


@pytest.mark.branch("audit_overdue")
async def test_r14_a_late_decision_is_still_a_decision_and_clears_the_mark(shop: Shop) -> None:
    case = await shop.open()
    await case.past("audit_target")
    await case.audit()
    assert case.state is CaseState.AWAITING_RETURN
    assert not case.case().overdue


@pytest.mark.branch("rejected")
async def test_r15_a_rejection_with_a_code_and_a_text_ends_the_case(shop: Shop) -> None:
    case = await shop.open()
    await case.audit("reject", reason_code="anything_special", note="The mug was engraved by yourself.")
    assert await case.ended() == "rejected"


async def test_r15_a_rejection_without_a_code_is_refused(shop: Shop) -> None:
    case = await shop.open()
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.audit("reject", note="no")
    assert refused_by(refused.value) == "R15"
    assert case.state is CaseState.UNDER_AUDIT


async def test_r16_a_personal_return_needs_a_named_auditor(shop: Shop) -> None:
    case = await shop.open(Reason.PERSONAL)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.audit(decided_by=None)
    assert refused_by(refused.value) == "R16"


async def test_r16_who_approved_and_what_was_weighed_is_on_record(shop: Shop) -> None:
    case = await shop.open(Reason.PERSONAL)
    await case.audit()
    approved = next(one for one in shop.cases.timeline(case.intake.case_id) if one.event == "approved")
    assert approved.actor == "mei"
    assert approved.details["reason"] == "personal"


@pytest.mark.branch("reclassified")
async def test_r17_a_reclassified_case_follows_the_new_reason_in_its_money(shop: Shop) -> None:
    case = await shop.open(Reason.QUALITY, evidence=["e1"])
    await case.pin("e1")
    await case.audit(reclassify_as=Reason.PERSONAL)
    await case.ship(postage=usd(900))
    await case.inspect(("MUG", 1, "accepted"))
    await case.ended()
    due = case.refund_due
    assert (case.case().reason, case.case().reason_asked) == (Reason.PERSONAL, Reason.QUALITY)
    assert (due.outbound_postage.minor, due.return_postage.minor) == (0, 0)
    assert "reclassified" in case.events()


async def test_r17_a_reason_is_reclassified_by_an_approval_only(shop: Shop) -> None:
    case = await shop.open()
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.audit("request_information", reason_code="blurred_photo", reclassify_as=Reason.QUALITY)
    assert refused_by(refused.value) == "R17"


@pytest.mark.branch("return_waived")
async def test_r23_a_cheap_faulty_thing_need_not_come_back(shop: Shop) -> None:
    case = await shop.open(Reason.QUALITY, evidence=["e1"])
    await case.pin("e1")
    await case.audit(waive_return=True)
    assert await case.ended() == "refunded"
    assert case.case().inspections == ()


async def test_r23_above_the_ceiling_or_for_personal_reasons_it_must(shop: Shop) -> None:
    personal = await shop.open(Reason.PERSONAL)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await personal.audit(waive_return=True)
    assert refused_by(refused.value) == "R23"
    dear = await shop.open(Reason.QUALITY, lines=[("LAMP", 1), ("MUG", 3)], evidence=["e1"])
    await dear.pin("e1")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await dear.audit(waive_return=True)
    assert refused_by(refused.value) == "R23"


async def test_fault_29_the_same_decision_twice_is_one_decision_with_one_answer(shop: Shop) -> None:
    case = await shop.open()
    first, second = await case.audit(), await case.audit()
    assert first == second
    assert case.events().count("approved") == 1


@pytest.mark.branch("decision_refused")
async def test_fault_29_another_decision_afterwards_is_refused_with_the_state(shop: Shop) -> None:
    case = await shop.open()
    await case.audit()
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.audit("reject", reason_code="signs_of_use", note="worn")
    assert refused_by(refused.value) == "wrong_state"
    assert next_step(case.case()).party is Party.CUSTOMER
