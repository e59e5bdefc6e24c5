"""Inspection: R25-R29, on the time-skipping server."""

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.cases.case import PROCESS_VERSION
from domain.enums import CaseState, Reason, ResolutionDecision
from tests.support.factories import usd
from tests.workflows.case_driver import OpenCase, refused_by
from tests.workflows.shop import Shop


async def in_transit(
    shop: Shop, reason: Reason = Reason.PERSONAL, units: int = 1, process_version: int = PROCESS_VERSION
) -> OpenCase:
    evidence = ["e1"] if reason is not Reason.PERSONAL else []
    case = await shop.open(reason, lines=[("MUG", units)], evidence=evidence, process_version=process_version)
    if evidence:
        await case.pin("e1")
    await case.audit()
    await case.ship()
    return case


async def test_r25_nothing_is_paid_before_the_inspection(shop: Shop) -> None:
    case = await in_transit(shop)
    await case.receive()
    assert case.case().payouts == ()
    assert case.state is CaseState.RECEIVED


async def test_r25_the_inspection_is_on_record_when_it_is_paid(shop: Shop) -> None:
    case = await in_transit(shop)
    await case.inspect(("MUG", 1, "accepted"))
    await case.ended()
    record = case.case().inspections[0]
    assert (record.inspected_by, record.lines[0].disposition) == ("wang", "restock")


@pytest.mark.branch("partial_receipt")
async def test_r26_a_partial_receipt_pays_the_accepted_units_and_waits_for_the_rest(shop: Shop) -> None:
    case = await in_transit(shop, units=3)
    await case.inspect(("MUG", 1, "accepted"), ("MUG", 2, "missing"))
    await case.until_event("rest_awaited")
    assert case.state is CaseState.AWAITING_RETURN
    assert [payout.amount.minor for payout in case.case().payouts] == [1033]
    await case.ship("SF7654321")
    await case.inspect(("MUG", 2, "accepted"))
    assert await case.ended() == "refunded"
    assert sum(payout.amount.minor for payout in case.case().payouts) == 3 * 1000 + 100 - 1


@pytest.mark.branch("rest_expired")
async def test_r26_the_rest_that_never_comes_ends_with_its_window(shop: Shop) -> None:
    case = await in_transit(shop, units=3)
    await case.inspect(("MUG", 1, "accepted"), ("MUG", 2, "missing"))
    await case.until_event("rest_awaited")
    await case.elapsed("ship_by")
    assert await case.ended() == "refunded"
    assert len(case.case().payouts) == 1


async def test_r26_units_that_nobody_asked_about_are_refused(shop: Shop) -> None:
    case = await in_transit(shop)
    for found in [("CUP", 1, "accepted"), ("MUG", 2, "accepted")]:
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await case.inspect(found)
        assert refused_by(refused.value) == "R26"
    assert case.state is CaseState.IN_TRANSIT


async def test_r26_an_unexpected_item_is_on_record_and_changes_no_amount(shop: Shop) -> None:
    case = await in_transit(shop)
    await case.inspect(("MUG", 1, "accepted"), ("CUP", 1, "unexpected"))
    assert await case.ended() == "refunded"
    assert case.refund_due.total == usd(1033)


async def test_r27_a_defect_not_found_asks_a_human_and_pays_nothing(shop: Shop) -> None:
    case = await in_transit(shop, Reason.QUALITY)
    await case.inspect(("MUG", 1, "no_defect_found"))
    assert case.state is CaseState.INSPECTION_FAILED
    assert case.case().payouts == ()


@pytest.mark.branch("no_defect_reclassified")
async def test_r27_a_human_reclassifies_and_the_money_follows(shop: Shop) -> None:
    case = await in_transit(shop, Reason.QUALITY)
    await case.inspect(("MUG", 1, "no_defect_found"))
    await case.resolve(ResolutionDecision.RECLASSIFY)
    assert await case.ended() == "refunded"
    assert case.refund_due.outbound_postage.minor == 0


async def test_r27_what_is_no_answer_to_a_failed_inspection_is_refused(shop: Shop) -> None:
    case = await in_transit(shop)
    await case.inspect(("MUG", 1, "used"))
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.resolve(ResolutionDecision.RECLASSIFY)
    assert refused_by(refused.value) == "R27"


@pytest.mark.branch("returned_to_customer")
async def test_r28_a_case_that_release_0_1_0_opened_ends_with_the_decision_as_it_did_there(shop: Shop) -> None:
    case = await in_transit(shop, process_version=1)
    await case.inspect(("MUG", 1, "used"))
    await case.resolve(ResolutionDecision.REFUSE)
    assert await case.ended() == "returning_to_customer"
    assert case.case().payouts == ()


@pytest.mark.branch("partial_refund")
async def test_r28_a_partial_refund_is_paid_as_agreed_and_the_units_are_settled(shop: Shop) -> None:
    order = await shop.order()
    case = await shop.open(order=order, lines=[("MUG", 2)])
    await case.audit()
    await case.inspect(("MUG", 1, "accepted"), ("MUG", 1, "used"))
    await case.until_event("decision_needed")
    await case.resolve(ResolutionDecision.PARTIAL_REFUND, amount=usd(400))
    assert await case.ended() == "refunded"
    assert [payout.amount for payout in case.case().payouts] == [usd(1033), usd(400)]
    again = await shop.open(order=order, lines=[("MUG", 2)])
    assert again.refusal.rule == "R11"


async def test_r28_more_than_the_units_cost_cannot_be_agreed(shop: Shop) -> None:
    case = await in_transit(shop)
    await case.inspect(("MUG", 1, "used"))
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.resolve(ResolutionDecision.PARTIAL_REFUND, amount=usd(5000))
    assert refused_by(refused.value) == "R28"


async def test_r29_an_inspection_in_the_last_second_of_the_target_is_not_overdue(shop: Shop) -> None:
    case = await in_transit(shop)
    await case.receive()
    await case.to_second_before("inspection_target")
    await case.inspect(("MUG", 1, "accepted"))
    assert "inspection_overdue" not in case.events()


@pytest.mark.branch("inspection_overdue")
async def test_r29_a_second_later_it_is_and_nothing_is_decided(shop: Shop) -> None:
    case = await in_transit(shop)
    await case.receive()
    await case.elapsed("inspection_target")
    await case.until_event("inspection_overdue")
    assert case.state is CaseState.RECEIVED
    assert case.case().overdue


@pytest.mark.parametrize("verdict", ["used", "incomplete", "wrong_item"])
async def test_r27_a_decision_is_marked_overdue_at_its_target_and_not_before(shop: Shop, verdict: str) -> None:
    case = await in_transit(shop)
    await case.inspect(("MUG", 1, verdict))
    await case.to_second_before("decision_target")
    assert not case.case().overdue
    await case.elapsed("decision_target")
    await case.until_event("decision_overdue")
    assert case.state is CaseState.INSPECTION_FAILED
