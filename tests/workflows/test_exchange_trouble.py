"""R39, R38, R28: exchanges whose stock does not answer, whose money is disputed, and goods that go back refused."""

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.cases.messages import Dispatch, RefundUpdate
from domain.enums import CaseState, DispatchedGoods, Reason, ResolutionAsked, ResolutionDecision
from domain.payment_events import DisputeStatus
from domain.payout_state import PayoutState
from tests.support.factories import usd
from tests.workflows.case_driver import refused_by
from tests.workflows.exchange_cases import asked, available, dispute_update, inspected, reserved, states, stock
from tests.workflows.shop import Shop


async def test_r39_a_lost_answer_of_the_stock_reserves_and_gives_back_one_unit(shop: Shop) -> None:
    stock(shop)
    shop.stock.answers_to_lose = 2
    case = await reserved(shop)
    assert available(shop) == 8
    shop.stock.answers_to_lose = 2
    await case.resolve(ResolutionDecision.PAY)
    assert await case.ended() == "refunded"
    assert available(shop) == 9


async def test_r39_what_is_given_up_before_the_stock_has_answered_is_given_back_after_its_answer(shop: Shop) -> None:
    stock(shop)
    shop.stock.answers.clear()
    case = await inspected(shop)
    await case.resolve(ResolutionDecision.PAY)
    shop.stock.answers.set()
    assert await case.ended() == "refunded"
    assert (states(case), available(shop)) == (["released"], 9)
    assert len(shop.gateway.refunds) == 1


async def test_r39_what_was_given_up_is_sent_by_nobody_whatever_the_stock_says_later(shop: Shop) -> None:
    stock(shop)
    shop.stock.answers.clear()
    shop.gateway.decline_code = "account_closed"
    case = await inspected(shop)
    await case.resolve(ResolutionDecision.PAY)
    shop.stock.answers.set()
    await case.until_event("replacement_released")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.dispatch()
    assert refused_by(refused.value) == "R39"
    assert (case.state, available(shop)) == (CaseState.PAYOUT_BLOCKED, 9)


@pytest.mark.branch("exchange_in_two_parcels")
async def test_r26_a_second_parcel_is_taken_while_the_replacement_of_the_first_is_due(shop: Shop) -> None:
    stock(shop, "CUP", available=1, USD=1000)
    case = await asked(shop, lines=[("MUG", 2)], exchange_for="CUP")
    await case.ship()
    await case.inspect(("MUG", 1, "accepted"))
    await case.until_event("replacement_reserved")
    await case.receive()
    await case.dispatch()
    await case.until_event("payout_succeeded")
    assert case.state is CaseState.RECEIVED
    await case.inspect(("MUG", 1, "accepted"))
    assert await case.ended() == "exchanged"
    assert [one.amount for one in case.case().payouts] == [usd(33), usd(1033)]
    assert (case.case().lines[0].replaced, case.case().lines[0].paid) == (1, 1)


async def test_r23_a_waived_return_is_exchanged_without_the_goods(shop: Shop) -> None:
    stock(shop)
    case = await shop.open(Reason.QUALITY, resolution=ResolutionAsked.EXCHANGE, evidence=["e1"])
    await case.pin("e1")
    await case.audit(waive_return=True)
    await case.until_event("replacement_reserved")
    await case.dispatch()
    assert await case.ended() == "exchanged"


async def test_r39_a_parcel_is_told_of_while_another_line_is_being_paid(shop: Shop) -> None:
    stock(shop, "CUP", available=1, USD=1000)
    shop.gateway.decline_code = "account_closed"
    order = await shop.order()
    case = await shop.open(
        order=order, resolution=ResolutionAsked.EXCHANGE, lines=[("MUG", 1), ("LAMP", 1)], exchange_for="CUP"
    )
    await case.audit()
    await case.ship()
    await case.inspect(("MUG", 1, "accepted"), ("LAMP", 1, "accepted"))
    await case.until_event("payout_blocked")
    await case.dispatch()
    assert case.state is CaseState.PAYOUT_BLOCKED
    shop.gateway.decline_code = None
    await case.resolve(ResolutionDecision.RETRY)
    assert await case.ended() == "exchanged"
    assert [one.amount for one in case.case().payouts] == [usd(2500), usd(33)]


@pytest.mark.branch("exchange_held_by_a_dispute")
async def test_r38_a_dispute_holds_the_replacement_and_won_it_goes_on(shop: Shop) -> None:
    stock(shop)
    case = await reserved(shop)
    await case.hear("dispute_update", dispute_update(case, DisputeStatus.OPEN))
    await case.until_event("chargeback_hold")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.dispatch()
    assert refused_by(refused.value) == "R38"
    await case.hear("dispute_update", dispute_update(case, DisputeStatus.WON))
    await case.until_event("dispute_won")
    await case.dispatch()
    assert await case.ended() == "exchanged"


@pytest.mark.parametrize("unclear", [False, True])
async def test_r38_a_dispute_holds_the_replacement_when_another_line_is_paid_meanwhile(
    shop: Shop, *, unclear: bool
) -> None:
    stock(shop, "CUP", available=1, USD=1000)
    shop.gateway.state = PayoutState.PENDING
    case = await asked(shop, lines=[("MUG", 1), ("LAMP", 1)], exchange_for="CUP")
    await case.inspect(("MUG", 1, "accepted"), ("LAMP", 1, "accepted"))
    await case.until_event("payout_pending")
    opened = dispute_update(case, DisputeStatus.OPEN)
    opened = opened.amend(dispute=opened.dispute.amend(is_unclear=unclear))
    shop.disputes.record(opened.dispute)
    await case.hear("dispute_update", opened)
    await case.until_event("payout_blocked" if unclear else "chargeback_hold")
    held = case.state
    [pending] = case.case().payouts
    shop.gateway.state = PayoutState.SUCCEEDED
    await case.hear("refund_update", RefundUpdate(payout_id=pending.payout_id, refund_id="re_1"))
    await case.until_event("payout_succeeded")
    assert case.state is held
    won = dispute_update(case, DisputeStatus.WON)
    shop.disputes.record(won.dispute)
    await case.hear("dispute_update", won)
    await case.until_event("dispute_won")
    assert case.state is CaseState.REPLACEMENT_DUE
    await case.dispatch()
    assert await case.ended() == "exchanged"
    assert [one.amount for one in case.case().payouts] == [usd(2500), usd(33)]


async def test_r38_a_lost_dispute_has_returned_the_money_and_nothing_is_sent(shop: Shop) -> None:
    stock(shop)
    case = await reserved(shop)
    await case.hear("dispute_update", dispute_update(case, DisputeStatus.OPEN))
    await case.hear("dispute_update", dispute_update(case, DisputeStatus.LOST))
    assert await case.ended() == "refunded"
    assert (states(case), available(shop), case.case().payouts) == (["released"], 9, ())


async def test_r38_a_lost_dispute_over_less_than_the_goods_asks_finance(shop: Shop) -> None:
    stock(shop)
    case = await reserved(shop)
    await case.hear("dispute_update", dispute_update(case, DisputeStatus.LOST, minor=1032))
    await case.until_event("payout_blocked")
    assert (case.state, case.case().blocked_by) == (CaseState.PAYOUT_BLOCKED, "dispute_lost_in_part")
    await case.resolve(ResolutionDecision.PAY)
    assert await case.ended() == "refunded"
    assert [one.amount.minor for one in case.case().payouts if one.counts] == [1]


async def test_r38_finance_ends_the_hold_and_the_unit_goes_back_to_the_stock(shop: Shop) -> None:
    stock(shop)
    case = await reserved(shop)
    opened = dispute_update(case, DisputeStatus.OPEN)
    shop.disputes.record(opened.dispute)
    await case.hear("dispute_update", opened)
    await case.until_event("chargeback_hold")
    await case.resolve(ResolutionDecision.CLOSE)
    assert await case.ended() == "refunded"
    assert available(shop) == 9


async def test_r38_nothing_is_reserved_while_a_dispute_is_open(shop: Shop) -> None:
    stock(shop)
    case = await asked(shop)
    shop.disputes.record(dispute_update(case, DisputeStatus.OPEN).dispute)
    await case.ship()
    await case.inspect(("MUG", 1, "accepted"))
    await case.until_event("chargeback_hold")
    assert (states(case), available(shop)) == (["planned"], 9)
    shop.disputes.record(dispute_update(case, DisputeStatus.WON).dispute)
    await case.hear("dispute_update", dispute_update(case, DisputeStatus.WON))
    await case.until_event("replacement_reserved")
    await case.dispatch()
    assert await case.ended() == "exchanged"


@pytest.mark.branch("refused_goods_sent_back")
async def test_r28_goods_refused_under_release_0_1_0_can_still_be_sent_after_the_case_has_ended(shop: Shop) -> None:
    case = await shop.open(process_version=1)
    await case.audit()
    await case.inspect(("MUG", 1, "used"))
    await case.resolve(ResolutionDecision.REFUSE)
    assert await case.ended() == "returning_to_customer"
    parcel = Dispatch(
        goods=DispatchedGoods.REFUSED_GOODS,
        carrier="sf_express",
        tracking_number="SF-BACK-1",
        sent_by="wang",
        received_at=await shop.now(),
    )
    await case.revive_by("record_dispatch", parcel)
    assert await case.ended() == "returning_to_customer"
    assert [(one.goods, one.tracking_number) for one in case.case().sent] == [("refused_goods", "SFBACK1")]
    assert case.events()[-1] == "goods_sent_back"


async def test_r28_goods_that_were_not_refused_do_not_go_back(shop: Shop) -> None:
    stock(shop)
    case = await reserved(shop)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.dispatch(goods="refused_goods")
    assert refused_by(refused.value) == "R28"
