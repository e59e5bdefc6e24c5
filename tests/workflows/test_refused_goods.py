"""Refused goods (R28): the warehouse's task, with a target, until their parcel is recorded."""

from typing import Unpack

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.cases.messages import WarehouseInspection
from domain.cases.next_step import awaiting, next_step
from domain.enums import CaseState, Disposition, Party, Reason, ResolutionDecision
from tests.support.factories import inspected_line, usd
from tests.workflows.case_driver import OpenCase, refused_by
from tests.workflows.exchange_cases import asked, stock
from tests.workflows.refund_cases import approved
from tests.workflows.shop import RequestChanges, Shop


async def refused(shop: Shop, reason: Reason = Reason.PERSONAL, **more: Unpack[RequestChanges]) -> OpenCase:
    """A case whose only unit was refused."""
    case = await approved(shop, reason, **more)
    await case.inspect(("MUG", 1, "used"))
    await case.resolve(ResolutionDecision.REFUSE)
    return case


async def agreed(shop: Shop, disposition: Disposition) -> OpenCase:
    """A case with a partial refund for a used unit, for which the warehouse has chosen the disposition."""
    case = await approved(shop)
    found = inspected_line("MUG", 1, "used", disposition)
    await case.say("record_inspection", WarehouseInspection(lines=(found,), inspected_by="wang"))
    await case.resolve(ResolutionDecision.PARTIAL_REFUND, amount=usd(400))
    return case


@pytest.mark.parametrize("reason", [Reason.PERSONAL, Reason.QUALITY])
async def test_p7_refused_goods_are_the_warehouses_task_until_they_are_dispatched(shop: Shop, reason: Reason) -> None:
    case = await refused(shop, reason)
    shown = case.case()
    assert (shown.state, shown.is_open, awaiting(shown)) == ("returning_to_customer", True, Party.WAREHOUSE)
    step = next_step(shown)
    assert step.send["POST dispatch"] == {
        "goods": "refused_goods",
        "carrier": "sf_express",
        "tracking_number": "SF1234567890",
    }
    assert step.by == case.deadline("return_to_customer_target").when
    await case.dispatch("SF-BACK-1", "refused_goods")
    assert await case.ended() == "returning_to_customer"
    ended = case.case()
    assert (ended.ended_at is not None, awaiting(ended), ended.deadlines) == (True, Party.NOBODY, ())
    assert next_step(ended).message == "Nothing more: the refused goods were sent back to the customer."
    assert case.events()[-2:] == ["returning_to_customer", "goods_sent_back"]


async def test_p7_the_target_of_three_working_days_alerts_and_decides_nothing(shop: Shop) -> None:
    case = await refused(shop)
    await case.to_second_before("return_to_customer_target")
    assert not case.case().overdue
    await case.elapsed("return_to_customer_target")
    await case.until_event("send_back_overdue")
    assert (case.state, case.case().overdue) == (CaseState.RETURNING_TO_CUSTOMER, True)
    await case.dispatch("SF-BACK-2", "refused_goods")
    assert await case.ended() == "returning_to_customer"
    assert not case.case().overdue


async def test_p7_what_is_accepted_is_paid_first_and_the_case_ends_once_the_rest_is_sent_back(shop: Shop) -> None:
    case = await approved(shop, lines=[("MUG", 2)])
    await case.inspect(("MUG", 1, "accepted"), ("MUG", 1, "used"))
    await case.until_event("decision_needed")
    await case.resolve(ResolutionDecision.REFUSE)
    assert (case.state, [one.state for one in case.case().payouts]) == ("returning_to_customer", ["succeeded"])
    await case.dispatch("SF-BACK-3", "refused_goods")
    assert await case.ended() == "refunded"


async def test_p7_goods_may_leave_before_the_money_and_their_target_runs_while_it_is_blocked(shop: Shop) -> None:
    shop.gateway.decline_code = "lost_or_stolen_card"
    case = await agreed(shop, Disposition.RETURN_TO_CUSTOMER)
    await case.until_event("payout_blocked")
    step = next_step(case.case())
    assert (step.party, "sends the refused goods back" in step.message) == (Party.FINANCE, True)
    assert step.by != case.deadline("return_to_customer_target").when
    await case.dispatch("SF-BACK-5", "refused_goods")
    assert (case.state, case.case().sends_back) == (CaseState.PAYOUT_BLOCKED, False)
    shop.gateway.decline_code = None
    await case.resolve(ResolutionDecision.RETRY)
    assert await case.ended() == "refunded"


async def test_p7_goods_late_while_the_money_was_blocked_are_still_overdue_when_it_is_paid(shop: Shop) -> None:
    shop.gateway.decline_code = "lost_or_stolen_card"
    case = await agreed(shop, Disposition.RETURN_TO_CUSTOMER)
    await case.until_event("payout_blocked")
    await case.elapsed("return_to_customer_target")
    await case.until_event("send_back_overdue")
    shop.gateway.decline_code = None
    await case.resolve(ResolutionDecision.RETRY)
    await case.until_event("returning_to_customer")
    assert (case.case().overdue, case.case().due) == (True, None)
    await case.dispatch("SF-BACK-6", "refused_goods")
    assert await case.ended() == "refunded"


@pytest.mark.parametrize("disposition", [Disposition.RESALE_HOLD, Disposition.RECYCLE, Disposition.DONATE])
async def test_p7_after_a_partial_refund_the_shop_keeps_the_goods(shop: Shop, disposition: Disposition) -> None:
    case = await agreed(shop, disposition)
    assert await case.ended() == "refunded"


async def test_p7_after_a_partial_refund_goods_set_aside_for_the_customer_go_back(shop: Shop) -> None:
    case = await agreed(shop, Disposition.RETURN_TO_CUSTOMER)
    await case.until_event("returning_to_customer")
    await case.dispatch("SF-BACK-4", "refused_goods")
    assert await case.ended() == "refunded"


async def test_p7_replaced_and_refused_units_end_as_exchanged_once_both_parcels_left(shop: Shop) -> None:
    stock(shop)
    case = await asked(shop, lines=[("MUG", 2)])
    await case.inspect(("MUG", 1, "accepted"), ("MUG", 1, "incomplete"))
    await case.until_event("replacement_reserved")
    await case.dispatch("SF-NEW-1")
    await case.resolve(ResolutionDecision.REFUSE)
    assert case.state is CaseState.RETURNING_TO_CUSTOMER
    await case.dispatch("SF-BACK-7", "refused_goods")
    assert await case.ended() == "exchanged"


async def test_p7_each_line_may_go_back_in_a_parcel_of_its_own(shop: Shop) -> None:
    case = await approved(shop, lines=[("MUG", 1), ("LAMP", 1)])
    await case.inspect(("MUG", 1, "used"), ("LAMP", 1, "wrong_item"))
    await case.resolve(ResolutionDecision.REFUSE)
    with pytest.raises(WorkflowUpdateFailedError) as other:
        await case.dispatch("SF-BACK-8", "refused_goods", sku="RING")
    assert refused_by(other.value) == "R28"
    await case.dispatch("SF-BACK-8", "refused_goods", sku="LAMP")
    assert case.state is CaseState.RETURNING_TO_CUSTOMER
    await case.dispatch("SF-BACK-8", "refused_goods", sku="LAMP")
    assert [line.to_send_back for line in case.case().lines] == [1, 0]
    await case.dispatch("SF-BACK-9", "refused_goods", sku="MUG")
    assert await case.ended() == "returning_to_customer"


async def test_p7_the_rest_is_taken_in_while_refused_goods_still_wait_for_their_parcel(shop: Shop) -> None:
    case = await approved(shop, lines=[("MUG", 2)])
    await case.inspect(("MUG", 1, "used"), ("MUG", 1, "missing"))
    await case.resolve(ResolutionDecision.REFUSE)
    assert case.state is CaseState.RETURNING_TO_CUSTOMER
    await case.receive()
    assert case.state is CaseState.RECEIVED
    await case.inspect(("MUG", 1, "accepted"))
    await case.until_event("returning_to_customer", 2)
    await case.dispatch("SF-BACK-10", "refused_goods")
    assert await case.ended() == "refunded"


async def test_p7_once_the_refused_goods_left_the_case_waits_for_the_rest(shop: Shop) -> None:
    case = await approved(shop, lines=[("MUG", 2)])
    await case.inspect(("MUG", 1, "used"), ("MUG", 1, "missing"))
    await case.resolve(ResolutionDecision.REFUSE)
    await case.dispatch("SF-BACK-11", "refused_goods")
    assert (case.state, awaiting(case.case())) == (CaseState.AWAITING_RETURN, Party.CUSTOMER)
    await case.withdraw()
    assert await case.ended() == "returning_to_customer"
