"""Parcels that arrive after their case has ended, and the withdrawal of a lost one (R19, R21, R22, R24)."""

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.cases.messages import GoodsReceipt, Withdrawal
from domain.enums import CaseState, Reason, ResolutionAsked, ResolutionDecision
from tests.support.factories import inspection
from tests.workflows.case_driver import OpenCase, refused_by
from tests.workflows.exchange_cases import stock
from tests.workflows.refund_cases import approved
from tests.workflows.shop import Shop

ARRIVED = GoodsReceipt(received_by="wang")
MATCHED = GoodsReceipt(received_by="wang", matched_by="lin")


async def lost(shop: Shop, reason: Reason = Reason.PERSONAL, sub_status: str = "lost", units: int = 1) -> OpenCase:
    """A case whose parcel is lost."""
    case = await approved(shop, reason, lines=[("MUG", units)])
    await case.ship(status="exception", sub_status=sub_status)
    assert case.state is CaseState.LOST_IN_RETURN
    return case


@pytest.mark.parametrize("reason", [Reason.PERSONAL, Reason.QUALITY])
@pytest.mark.parametrize("sub_status", ["lost", "destroyed"])
async def test_p5_r22_a_parcel_whose_loss_was_closed_takes_its_case_up_again(
    shop: Shop, reason: Reason, sub_status: str
) -> None:
    case = await lost(shop, reason, sub_status)
    await case.resolve(ResolutionDecision.CLOSE)
    assert await case.ended() == "lost_in_return"
    await case.revive_by("record_receipt", ARRIVED)
    shown = case.case()
    assert (shown.state, shown.is_open, shown.payouts) == (CaseState.RECEIVED, True, ())
    assert not case.deadline("inspection_target").passed
    [revived] = [one for one in case.timeline() if one.event == "revived"]
    assert (revived.rule, revived.details) == ("R22", {"was": "lost_in_return"})
    await case.inspect(("MUG", 1, "accepted"))
    assert await case.ended() == "refunded"
    assert len(case.case().payouts) == 1


async def test_p5_r22_an_inspection_alone_takes_it_up_as_well(shop: Shop) -> None:
    case = await lost(shop)
    await case.resolve(ResolutionDecision.CLOSE)
    await case.ended()
    await case.revive_by("record_inspection", inspection(("MUG", 1, "accepted")))
    assert await case.ended() == "refunded"


async def test_p5_r11_not_when_another_case_has_its_units_by_then(shop: Shop) -> None:
    order = await shop.order()
    case = await approved(shop, order=order, lines=[("LAMP", 1)])
    await case.ship(status="exception", sub_status="lost")
    await case.resolve(ResolutionDecision.CLOSE)
    await case.ended()
    other = await shop.open(order=order, lines=[("LAMP", 1)])
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.revive_by("record_receipt", ARRIVED)
    assert refused_by(refused.value) == "R11"
    assert (case.state, other.state) == (CaseState.LOST_IN_RETURN, CaseState.UNDER_AUDIT)


async def test_p5_r11_it_gets_another_unit_of_the_line_when_its_own_is_taken_by_then(shop: Shop) -> None:
    order = await shop.order()
    case = await approved(shop, order=order)
    await case.ship(status="exception", sub_status="lost")
    await case.resolve(ResolutionDecision.CLOSE)
    await case.ended()
    other = await shop.open(order=order)
    await case.revive_by("record_receipt", ARRIVED)
    assert [[share.unit for share in one.case().lines[0].units] for one in (other, case)] == [[1], [2]]
    await case.inspect(("MUG", 1, "accepted"))
    assert await case.ended() == "refunded"


async def test_p5_r19_the_rest_that_arrives_after_its_window_is_inspected_and_only_it_is_paid(shop: Shop) -> None:
    case = await approved(shop, lines=[("MUG", 3)])
    await case.inspect(("MUG", 1, "accepted"), ("MUG", 2, "missing"))
    await case.until_event("rest_awaited")
    await case.elapsed("ship_by")
    assert await case.ended() == "refunded"
    await case.revive_by("record_receipt", ARRIVED)
    assert case.state is CaseState.RECEIVED
    await case.inspect(("MUG", 2, "accepted"))
    assert await case.ended() == "refunded"
    assert sum(payout.amount.minor for payout in case.case().payouts) == 3 * 1000 + 100 - 1


async def test_p5_r21_the_parcel_of_a_withdrawn_case_is_taken_in_once_an_operator_matched_it(shop: Shop) -> None:
    case = await approved(shop)
    await case.withdraw()
    assert await case.ended() == "withdrawn"
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.revive_by("record_receipt", ARRIVED)
    assert refused_by(refused.value) == "wrong_state"
    await case.revive_by("record_receipt", MATCHED)
    assert case.state is CaseState.RECEIVED
    [revived] = [one for one in case.timeline() if one.event == "revived"]
    assert (revived.actor, revived.rule, revived.details) == ("lin", "R21", {"was": "withdrawn"})
    await case.inspect(("MUG", 1, "accepted"))
    assert await case.ended() == "refunded"


@pytest.mark.parametrize("receipt", [ARRIVED, MATCHED])
async def test_p5_r21_a_case_that_was_never_approved_takes_no_parcel(shop: Shop, receipt: GoodsReceipt) -> None:
    case = await shop.open()
    await case.audit("reject", reason_code="signs_of_use")
    assert await case.ended() == "rejected"
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.revive_by("record_receipt", receipt)
    assert refused_by(refused.value) == "wrong_state"


async def test_p5_r22_goods_whose_loss_was_paid_are_recorded_and_never_paid_again(shop: Shop) -> None:
    case = await lost(shop, Reason.QUALITY, units=2)
    await case.resolve(ResolutionDecision.PAY)
    assert await case.ended() == "refunded"
    paid = case.case().payouts
    await case.revive_by("record_receipt", ARRIVED)
    assert await case.ended() == "refunded"
    assert case.case().paid_goods_received_at is not None
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.revive_by("record_inspection", inspection(("MUG", 3, "accepted")))
    assert refused_by(refused.value) == "R26"
    await case.revive_by("record_inspection", inspection(("MUG", 1, "accepted"), ("MUG", 1, "used")))
    assert await case.ended() == "refunded"
    shown = case.case()
    assert (shown.payouts, [line.disposition for line in shown.inspections[0].lines]) == (paid, ["restock", "restock"])
    assert case.events()[-2:] == ["received", "inspected"]
    with pytest.raises(WorkflowUpdateFailedError) as again:
        await case.revive_by("record_inspection", inspection(("MUG", 1, "accepted")))
    assert refused_by(again.value) == "wrong_state"


async def test_p5_r22_they_may_arrive_while_the_payout_waits_and_it_goes_on_all_the_same(shop: Shop) -> None:
    shop.gateway.decline_code = "lost_or_stolen_card"
    case = await lost(shop, Reason.QUALITY)
    await case.resolve(ResolutionDecision.PAY)
    await case.until_event("payout_blocked")
    await case.receive()
    await case.inspect(("MUG", 1, "accepted"))
    assert (case.state, case.events()[-2:]) == (CaseState.PAYOUT_BLOCKED, ["received", "inspected"])
    shop.gateway.decline_code = None
    await case.resolve(ResolutionDecision.RETRY)
    assert await case.ended() == "refunded"
    assert len(case.case().payouts) == 1


async def test_p5_r39_goods_that_were_replaced_after_their_loss_are_recorded_too(shop: Shop) -> None:
    stock(shop)
    case = await approved(shop, Reason.QUALITY, ResolutionAsked.EXCHANGE)
    await case.ship(status="exception", sub_status="lost")
    await case.resolve(ResolutionDecision.PAY)
    await case.until_event("replacement_reserved")
    await case.dispatch("SF-NEW-2")
    assert await case.ended() == "exchanged"
    await case.revive_by("record_inspection", inspection(("MUG", 1, "accepted")))
    assert await case.ended() == "exchanged"
    assert (case.case().payouts, len(case.case().inspections)) == ((), 1)


async def test_p5_r23_goods_that_come_back_although_they_need_not_are_recorded_when_matched(shop: Shop) -> None:
    case = await shop.open(Reason.QUALITY, evidence=["e1"])
    await case.pin("e1")
    await case.audit(waive_return=True)
    assert await case.ended() == "refunded"
    await case.revive_by("record_receipt", MATCHED)
    assert await case.ended() == "refunded"
    assert (case.events()[-1], len(case.case().payouts)) == ("received", 1)


@pytest.mark.parametrize("reason", [Reason.PERSONAL, Reason.QUALITY])
async def test_p6_r24_a_lost_parcel_may_be_withdrawn(shop: Shop, reason: Reason) -> None:
    case = await lost(shop, reason)
    await case.withdraw()
    assert await case.ended() == "withdrawn"
    assert case.case().payouts == ()


async def test_p6_r24_a_parcel_that_stopped_moving_may_be_withdrawn(shop: Shop) -> None:
    case = await approved(shop)
    await case.ship()
    await case.elapsed("parcel_stalled")
    await case.until_event("parcel_stalled")
    await case.withdraw()
    assert await case.ended() == "withdrawn"


async def test_p6_r24_a_case_that_was_paid_in_part_ends_as_refunded_when_its_lost_rest_is_withdrawn(shop: Shop) -> None:
    case = await approved(shop, lines=[("MUG", 2)])
    await case.inspect(("MUG", 1, "accepted"), ("MUG", 1, "missing"))
    await case.until_event("rest_awaited")
    await case.ship("SF7654321")
    await case.ship("SF7654321", status="exception", sub_status="lost")
    await case.withdraw()
    assert await case.ended() == "refunded"
    assert len(case.case().payouts) == 1


async def test_p6_r24_not_after_a_human_decided_about_the_loss(shop: Shop) -> None:
    case = await lost(shop)
    await case.resolve(ResolutionDecision.CLOSE)
    assert await case.ended() == "lost_in_return"
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.revive_by("withdraw", Withdrawal())
    assert refused_by(refused.value) == "wrong_state"


async def test_p6_r24_a_case_that_release_0_1_0_opened_waits_for_the_decision_about_its_loss(shop: Shop) -> None:
    case = await approved(shop, process_version=1)
    await case.ship(status="exception", sub_status="lost")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.withdraw()
    assert refused_by(refused.value) == "R24"
