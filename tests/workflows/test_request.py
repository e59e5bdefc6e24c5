"""Request: R1-R12, on the time-skipping server."""

from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.cases.messages import CaseResolution
from domain.enums import CaseState, EvidenceStatus, Reason, ResolutionDecision
from tests.support.assertions import assert_present
from tests.workflows.case_driver import refused_by
from tests.workflows.shop import Shop


async def test_r1_the_purchaser_gets_a_case(shop: Shop) -> None:
    case = await shop.open()
    assert case.state is CaseState.UNDER_AUDIT


async def test_r1_a_stranger_is_refused_like_an_unknown_order(shop: Shop) -> None:
    stranger = await shop.open(customer_id="c-2")
    nowhere = await shop.open(order_number="O-unknown")
    assert stranger.state is nowhere.state is CaseState.REJECTED
    assert stranger.refusal == nowhere.refusal
    assert stranger.refusal.rule == "R1"


async def test_r3_a_request_in_the_last_second_is_in_time(shop: Shop) -> None:
    late = await shop.open(order=await shop.order(delivered_days_ago=30))
    deadline = assert_present(late.refusal.deadline)
    in_time = await shop.open(order=await shop.order(delivered_days_ago=30), received_at=deadline.when)
    assert in_time.state is CaseState.UNDER_AUDIT


@pytest.mark.branch("refused")
async def test_r3_a_request_a_second_late_is_refused_with_its_deadline_and_nothing_runs(shop: Shop) -> None:
    order = await shop.order(delivered_days_ago=30)
    deadline = assert_present((await shop.open(order=order)).refusal.deadline)
    late = await shop.open(order=order, received_at=deadline.when + timedelta(seconds=1))
    assert late.refusal.rule == "R3"
    assert late.refusal.deadline == deadline
    assert await late.ended() == "rejected"
    assert late.events() == ["request_refused"]


async def test_r4_goods_not_yet_received_are_refused(shop: Shop) -> None:
    case = await shop.open(order=await shop.order(parcels=()))
    assert case.refusal.rule == "R4"


async def test_r7_evidence_may_follow_after_the_request_window(shop: Shop) -> None:
    order = await shop.order(delivered_days_ago=4)
    deadline = (await shop.open(Reason.QUALITY, order=order, evidence=["e0"])).deadline("request")
    case = await shop.open(Reason.QUALITY, order=order, lines=[("LAMP", 1)], evidence=["e1"], received_at=deadline.when)
    assert case.deadline("information").when > deadline.when
    await case.past("request")
    await case.pin("e1")
    assert case.state is CaseState.UNDER_AUDIT


@pytest.mark.branch("evidence")
async def test_r8_a_quality_request_with_its_photos_goes_to_the_auditor(shop: Shop) -> None:
    case = await shop.open(Reason.QUALITY, evidence=["e1", "e2"])
    assert case.state is CaseState.INFORMATION_REQUESTED
    await case.pin("e1")
    assert case.state is CaseState.INFORMATION_REQUESTED, "e2 was announced and is still awaited"
    await case.pin("e2")
    assert case.state is CaseState.UNDER_AUDIT


async def test_r8_a_refused_photo_alone_does_not_do(shop: Shop) -> None:
    case = await shop.open(Reason.QUALITY, evidence=["e1"])
    await case.pin("e1", status=EvidenceStatus.REFUSED)
    assert case.state is CaseState.INFORMATION_REQUESTED
    await case.pin("e2")
    assert case.state is CaseState.UNDER_AUDIT


async def test_r8_more_units_than_were_sold_are_refused(shop: Shop) -> None:
    case = await shop.open(lines=[("MUG", 4)])
    assert case.refusal.rule == "R8"


@pytest.mark.branch("information_in_time")
async def test_r9_the_customer_is_reminded_and_information_in_the_last_second_is_in_time(shop: Shop) -> None:
    case = await shop.open(Reason.QUALITY)
    await case.to_second_before("information")
    await case.pin("e1")
    assert case.state is CaseState.UNDER_AUDIT
    assert case.events().count("customer_reminded") == 2


@pytest.mark.branch("information_expired")
async def test_r9_without_information_the_case_expires_a_second_after_the_window(shop: Shop) -> None:
    case = await shop.open(Reason.QUALITY)
    await case.past("information")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.pin("e1")
    assert refused_by(refused.value) == "wrong_state"
    assert await case.ended() == "expired"


@pytest.mark.branch("information_partly")
async def test_r9_a_window_that_ends_with_some_of_the_photos_goes_on_with_them(shop: Shop) -> None:
    case = await shop.open(Reason.QUALITY, evidence=["e1", "e2"])
    await case.pin("e1")
    await case.elapsed("information")
    await case.until_event("audit_requested")
    await case.audit()
    assert case.state is CaseState.AWAITING_RETURN


async def test_r9_what_an_auditor_asks_for_must_come(shop: Shop) -> None:
    case = await shop.open(Reason.QUALITY, evidence=["e1"])
    await case.pin("e1")
    await case.audit("request_information", reason_code="blurred_photo")
    assert case.state is CaseState.INFORMATION_REQUESTED
    await case.elapsed("information")
    assert await case.ended() == "expired"


@pytest.mark.branch("information_requested")
async def test_r9_what_an_auditor_asked_for_takes_the_case_back_to_audit(shop: Shop) -> None:
    case = await shop.open(Reason.QUALITY, evidence=["e1"])
    await case.pin("e1")
    await case.audit("request_information", reason_code="blurred_photo")
    await case.pin("e2")
    assert case.state is CaseState.UNDER_AUDIT


async def test_r10_special_goods_are_refused(shop: Shop) -> None:
    case = await shop.open(lines=[("RING", 1)])
    assert case.refusal.rule == "R10"


async def test_r10_other_goods_of_the_same_order_are_not(shop: Shop) -> None:
    case = await shop.open(lines=[("LAMP", 1)])
    assert case.state is CaseState.UNDER_AUDIT


async def test_r11_a_unit_in_an_open_case_cannot_be_in_another(shop: Shop) -> None:
    order = await shop.order()
    first = await shop.open(order=order, lines=[("MUG", 2)])
    second = await shop.open(order=order, lines=[("MUG", 2)])
    assert first.state is CaseState.UNDER_AUDIT
    assert second.refusal.rule == "R11"


async def test_r11_other_units_of_the_line_may_have_their_own_case(shop: Shop) -> None:
    order = await shop.order()
    await shop.open(order=order, lines=[("MUG", 2)])
    other = await shop.open(order=order, lines=[("MUG", 1)])
    assert other.state is CaseState.UNDER_AUDIT


async def test_r11_the_units_of_a_withdrawn_case_are_free_again(shop: Shop) -> None:
    order = await shop.order()
    await (await shop.open(order=order, lines=[("MUG", 3)])).withdraw()
    assert (await shop.open(order=order, lines=[("MUG", 3)])).state is CaseState.UNDER_AUDIT


@pytest.mark.branch("reopened")
async def test_r12_an_operator_reopens_a_refused_request_as_goodwill(shop: Shop) -> None:
    case = await shop.open(order=await shop.order(delivered_days_ago=30))
    await case.revive_by("resolve", _reopening())
    assert case.state is CaseState.UNDER_AUDIT
    assert case.case().goodwill
    assert case.case().lines[0].units, "the units are reserved after all"
    await case.audit()
    await case.ship()
    await case.inspect(("MUG", 1, "accepted"))
    assert await case.ended() == "refunded"


async def test_r12_units_that_another_case_has_since_taken_stay_with_it(shop: Shop) -> None:
    order = await shop.order()
    first = await shop.open(order=order, lines=[("MUG", 3)])
    late = await shop.open(order=order, lines=[("MUG", 1)])
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await late.revive_by("resolve", _reopening())
    assert refused_by(refused.value) == "R11"
    assert (first.state, late.state) == (CaseState.UNDER_AUDIT, CaseState.REJECTED)


def _reopening() -> CaseResolution:
    return CaseResolution(decision=ResolutionDecision.REOPEN, decided_by="mei", reason_code="loyal_customer")
