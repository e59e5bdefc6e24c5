"""A case that money, postage or a replacement takes up again takes no units back, and ends as what it is (R11)."""

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.cases.messages import DeliveryReport, RefundUpdate
from domain.enums import CaseState, Reason, ResolutionDecision
from domain.payout_state import PayoutState
from tests.workflows.case_driver import OpenCase, refused_by
from tests.workflows.exchange_cases import asked, stock
from tests.workflows.postage_cases import ended, sent, tell, tell_late
from tests.workflows.shop import Shop

LOST = DeliveryReport(tracking_number="OUT-9", word="lost", event_id="aftership:1")


async def paid_in_part(shop: Shop) -> tuple[OpenCase, OpenCase]:
    """A case that has ended with one unit paid, and another case that has its other unit by now."""
    case = await sent(shop, units=2)
    await case.inspect(("MUG", 1, "accepted"))
    await case.until_event("rest_awaited")
    await case.withdraw()
    assert await case.ended() == "refunded"
    order = shop.orders.get(case.intake.order_number)
    assert order is not None
    return case, await shop.open(order=order)


def update(case: OpenCase, place: int = 0) -> RefundUpdate:
    payout = case.case().payouts[place]
    return RefundUpdate(payout_id=payout.payout_id, refund_id=payout.gateway_refund_id or "", event_id="stripe:evt_1")


async def test_r37_a_refund_that_fails_is_owed_again_while_another_case_has_the_rest(shop: Shop) -> None:
    case, other = await paid_in_part(shop)
    shop.gateway.fail()
    await case.hear("refund_update", update(case))
    await case.until_event("payout_reversed")
    assert (case.state, case.case().blocked_by) == (CaseState.PAYOUT_BLOCKED, "refund_reversed")
    await case.resolve(ResolutionDecision.RETRY)
    assert (await case.ended(), other.state) == ("refunded", CaseState.UNDER_AUDIT)


async def test_r39_a_replacement_that_is_lost_is_sent_again_while_another_case_has_the_rest(shop: Shop) -> None:
    stock(shop)
    case = await asked(shop, lines=[("MUG", 2)])
    await case.ship()
    await case.inspect(("MUG", 1, "accepted"))
    await case.until_event("replacement_reserved")
    await case.dispatch()
    await case.ship("SF-REST-1", status="exception", sub_status="lost")
    await case.resolve(ResolutionDecision.CLOSE)
    await case.ended()
    order = shop.orders.get(case.intake.order_number)
    assert order is not None
    await shop.open(order=order, lines=[("MUG", 2)])
    await case.hear("delivery_report", LOST)
    await case.until_event("replacement_reserved", times=2)
    await case.dispatch("OUT-10")
    await case.ended()
    assert (case.case().lines[0].replaced, case.case().is_open) == (1, False)


async def test_r11_the_rest_that_another_case_has_by_now_does_not_keep_a_supplement_from_being_paid(shop: Shop) -> None:
    case, other = await paid_in_part(shop)
    shop.gateway.state = PayoutState.PENDING
    await tell_late(case, 700)
    await case.until_event("payout_pending")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.receive()
    assert refused_by(refused.value) == "R11"
    shop.gateway.state = PayoutState.SUCCEEDED
    await case.hear("refund_update", update(case, 1))
    assert (await case.ended(), other.state) == ("refunded", CaseState.UNDER_AUDIT)


async def test_r43_an_exchange_refunded_after_its_supplement_does_not_end_as_exchanged(shop: Shop) -> None:
    stock(shop)
    case = await asked(shop, Reason.QUALITY)
    await case.ship()
    await case.inspect(("MUG", 1, "accepted"))
    await case.until_event("replacement_reserved")
    await case.dispatch()
    assert await case.ended() == "exchanged"
    shop.gateway.state = PayoutState.PENDING
    await tell_late(case, 700)
    await case.until_event("payout_pending")
    await case.hear("delivery_report", LOST)
    await case.until_event("replacement_lost")
    shop.gateway.state = PayoutState.SUCCEEDED
    await case.hear("refund_update", update(case))
    await case.until_event("replacement_reserved", times=2)
    await case.resolve(ResolutionDecision.PAY)
    assert await case.ended() == "refunded"


async def test_r43_a_supplement_that_finance_waives_ends_the_case_as_closed(shop: Shop) -> None:
    case = await ended(shop)
    shop.gateway.decline_code = "charge_disputed"
    await tell_late(case, 700)
    await case.until_event("chargeback_hold")
    await case.resolve(ResolutionDecision.CLOSE)
    assert await case.ended() == "closed"
    assert case.case().waived == case.case().money(700)


async def test_r43_high_postage_that_is_corrected_before_an_auditor_decides_holds_nothing_up(shop: Shop) -> None:
    case = await ended(shop)
    await tell_late(case, 90_000)
    assert case.case().blocked_by == "postage_review"
    await tell(case, 0)
    assert (await case.ended(), case.case().blocked_by) == ("refunded", None)


async def test_r19_the_rest_that_arrives_while_finance_is_to_pay_outside_is_inspected_and_paid(shop: Shop) -> None:
    case = await sent(shop, units=2)
    await tell(case, 800_000)
    await case.inspect(("MUG", 1, "accepted"))
    await case.until_event("rest_awaited")
    await case.resolve(ResolutionDecision.ACCEPT)
    await case.until_event("reimbursement_owed")
    await case.until_event("rest_awaited", times=2)
    await case.elapsed("ship_by")
    await case.until_event("return_window_ended")
    assert (case.state, case.case().is_open) == (CaseState.REIMBURSEMENT_DUE, True)
    await case.receive()
    assert case.state is CaseState.RECEIVED
