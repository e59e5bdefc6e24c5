"""R39: an exchange passes the same gates; a unit is refunded or replaced, never both; no stock, a refund."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.enums import CaseState, Reason, ResolutionAsked, ResolutionDecision
from domain.payment_events import DisputeStatus
from tests.support.factories import order_line, usd
from tests.workflows.case_driver import refused_by
from tests.workflows.exchange_cases import asked, available, dispute_update, inspected, reserved, states, stock
from tests.workflows.shop import Shop


@pytest.mark.branch("exchanged")
async def test_r39_accepted_goods_are_replaced_and_nothing_is_paid(shop: Shop) -> None:
    stock(shop, available=5)
    case = await reserved(shop, lines=[("MUG", 2)])
    assert (case.state, available(shop)) == (CaseState.REPLACEMENT_DUE, 3)
    await case.dispatch("SF7770001")
    assert await case.ended() == "exchanged"
    case_now = case.case()
    assert [(one.sku, one.quantity, one.tracking_number) for one in case_now.replacements] == [("MUG", 2, "SF7770001")]
    assert (case_now.payouts, case_now.lines[0].replaced, case_now.lines[0].paid) == ((), 2, 0)
    assert case.events()[-4:] == ["replacement_planned", "replacement_reserved", "replacement_sent", "exchanged"]


async def test_r39_nothing_is_replaced_before_the_goods_are_inspected(shop: Shop) -> None:
    stock(shop)
    case = await asked(shop)
    await case.ship()
    await case.receive()
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.dispatch()
    assert refused_by(refused.value) == "R39"
    assert (available(shop), case.case().replacements) == (9, ())


@pytest.mark.branch("exchanged_for_a_cheaper_one")
async def test_r39_what_a_replacement_is_cheaper_by_is_refunded_once_it_is_sent(shop: Shop) -> None:
    stock(shop, "CUP", USD=800)
    case = await reserved(shop, lines=[("MUG", 2)], exchange_for="CUP")
    assert case.case().payouts == ()
    await case.dispatch()
    assert await case.ended() == "exchanged"
    assert [one.amount for one in case.case().payouts] == [usd(2 * (1033 - 800))]
    assert len(shop.gateway.refunds) == 1


@pytest.mark.parametrize(
    ("price", "code"), [({"USD": 1034}, "replacement_dearer"), ({"EUR": 1}, "replacement_not_priced")]
)
async def test_r39_a_dearer_replacement_or_one_without_a_price_is_refused(shop: Shop, price, code) -> None:
    stock(shop, "VASE", **price)
    case = await shop.open(resolution=ResolutionAsked.EXCHANGE, exchange_for="VASE")
    refusal = case.refusal
    assert (case.state, refusal.rule, refusal.code) == (CaseState.REJECTED, "R39", code)
    assert "ask for a refund" in refusal.message


async def test_r39_one_that_costs_just_what_was_paid_is_taken_and_an_unknown_one_is_not(shop: Shop) -> None:
    stock(shop, "JUG", USD=1033)
    order = await shop.order()
    taken = await shop.open(order=order, resolution=ResolutionAsked.EXCHANGE, exchange_for="JUG")
    unknown = await shop.open(order=order, resolution=ResolutionAsked.EXCHANGE, exchange_for="NOWHERE")
    assert taken.state is CaseState.UNDER_AUDIT
    assert unknown.refusal.code == "unknown_replacement"


@pytest.mark.branch("exchange_out_of_stock")
async def test_r39_out_of_stock_turns_into_a_refund(shop: Shop) -> None:
    stock(shop, available=1)
    case = await inspected(shop, lines=[("MUG", 2)])
    assert await case.ended() == "refunded"
    assert (states(case), available(shop)) == (["out_of_stock"], 1)
    assert case.refund_due.total == usd(2066)
    assert case.case().lines[0].exchange_for is None


async def test_r39_a_product_that_the_stock_does_not_know_is_out_of_stock(shop: Shop) -> None:
    line = order_line(f"SOLO-{uuid4().hex[:6]}", "Solo")
    case = await inspected(
        shop,
        order=await shop.order(lines=(line,), parcels=(), receipt_confirmed_at=await shop.now()),
        lines=[(line.sku, 1)],
    )
    assert await case.ended() == "refunded"


@pytest.mark.branch("exchange_of_one_line_of_two")
async def test_r39_of_two_lines_one_is_replaced_and_the_other_refunded(shop: Shop) -> None:
    stock(shop)
    stock(shop, "LAMP", available=0)
    case = await inspected(shop, Reason.QUALITY, lines=[("MUG", 1), ("LAMP", 1)])
    await case.until_event("payout_succeeded")
    assert case.state is CaseState.REPLACEMENT_DUE
    owed = case.refund_due
    assert (owed.goods, owed.return_postage) == (usd(2500), usd(600))
    await case.dispatch()
    assert await case.ended() == "exchanged"
    assert [(line.paid, line.replaced) for line in case.case().lines] == [(0, 1), (1, 0)]
    assert len(case.case().payouts) == 1, "the return postage is owed once"


async def test_r30_the_seller_at_fault_pays_the_return_postage_of_an_exchange_too(shop: Shop) -> None:
    stock(shop)
    case = await reserved(shop, Reason.NOT_AS_DESCRIBED)
    await case.dispatch()
    assert await case.ended() == "exchanged"
    owed = case.refund_due
    assert (owed.goods, owed.outbound_postage, owed.return_postage) == (usd(0), usd(0), usd(600))


@pytest.mark.branch("exchange_given_up")
async def test_r39_a_human_has_it_refunded_instead_and_the_stock_gets_its_unit_back(shop: Shop) -> None:
    stock(shop)
    case = await reserved(shop)
    await case.resolve(ResolutionDecision.PAY)
    assert await case.ended() == "refunded"
    assert (states(case), available(shop)) == (["released"], 9)
    assert case.refund_due.total == usd(1033)


async def test_r39_what_is_refunded_instead_is_not_sent_any_more(shop: Shop) -> None:
    stock(shop)
    case = await reserved(shop)
    shop.gateway.decline_code = "account_closed"
    await case.resolve(ResolutionDecision.PAY)
    await case.until_event("payout_blocked")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.dispatch()
    assert refused_by(refused.value) == "R39"


async def test_r39_what_was_sent_is_not_refunded_before_it_arrives(shop: Shop) -> None:
    stock(shop)
    case = await reserved(shop)
    await case.dispatch()
    await case.ended()
    again = await shop.open(order_number=case.intake.order_number, lines=[("MUG", 3)])
    assert again.refusal.rule == "R4"
    assert "Not received yet: 1 of MUG." in again.refusal.message


async def test_r39_only_pay_can_be_decided_while_a_replacement_is_due(shop: Shop) -> None:
    stock(shop)
    case = await reserved(shop)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.resolve(ResolutionDecision.REFUSE)
    assert refused_by(refused.value) == "R39"


async def test_r39_the_same_parcel_told_twice_is_one(shop: Shop) -> None:
    stock(shop)
    stock(shop, "LAMP")
    case = await reserved(shop, lines=[("MUG", 1), ("LAMP", 1)])
    first = await case.dispatch("SF1-A", sku="LAMP")
    again = await case.dispatch("SF1-A", sku="LAMP")
    assert (first.version, first.state) == (again.version, CaseState.REPLACEMENT_DUE)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.dispatch("SF1-B", sku="LAMP")
    assert refused_by(refused.value) == "R39"
    await case.dispatch("SF1-B")
    assert await case.ended() == "exchanged"
    assert [one.tracking_number for one in case.case().sent] == ["SF1A", "SF1B"]


async def test_r39_the_warehouse_has_its_days_and_is_overdue_after_them(shop: Shop) -> None:
    stock(shop)
    case = await reserved(shop)
    await case.to_second_before("replacement_target")
    assert not case.case().overdue
    await case.elapsed("replacement_target")
    await case.until_event("replacement_overdue")
    assert case.case().overdue


@pytest.mark.branch("exchange_of_what_was_refunded_elsewhere")
async def test_r32_nothing_is_sent_for_goods_whose_money_went_back_before(shop: Shop) -> None:
    stock(shop)
    case = await asked(shop)
    shop.disputes.record(dispute_update(case, DisputeStatus.LOST).dispute)
    await case.ship()
    await case.inspect(("MUG", 1, "accepted"))
    await case.until_event("payout_blocked")
    assert (case.case().blocked_by, states(case), available(shop)) == ("refunded_elsewhere", ["planned"], 9)
    await case.resolve(ResolutionDecision.CLOSE)
    assert await case.ended() == "refunded"
    assert (states(case), available(shop), case.case().payouts) == (["released"], 9, ())


async def test_r32_finance_has_it_sent_all_the_same_once_there_is_money_for_it(shop: Shop) -> None:
    stock(shop)
    case = await asked(shop)
    shop.disputes.record(dispute_update(case, DisputeStatus.LOST).dispute)
    await case.ship()
    await case.inspect(("MUG", 1, "accepted"))
    await case.until_event("payout_blocked")
    await case.resolve(ResolutionDecision.RETRY)
    await case.until_event("payout_blocked", times=2)
    shop.disputes.record(dispute_update(case, DisputeStatus.LOST, minor=1).dispute.amend(changed_at=datetime.now(UTC)))
    await case.resolve(ResolutionDecision.RETRY)
    await case.until_event("replacement_reserved")
    await case.dispatch()
    assert await case.ended() == "exchanged"
    assert case.case().payouts == ()
