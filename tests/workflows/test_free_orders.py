"""Orders worth nothing, and free lines of others: refunded, exchanged and partly refunded like any other (R30-R33)."""

from uuid import uuid4

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.cases.next_step import next_step
from domain.enums import CaseState, Reason, ResolutionAsked, ResolutionDecision
from domain.money import Money
from domain.order import Order
from tests.support.factories import order_line, payment, usd
from tests.workflows.case_driver import OpenCase, refused_by
from tests.workflows.exchange_cases import states, stock
from tests.workflows.refund_cases import approved
from tests.workflows.shop import Shop

FREE = order_line(quantity=2, unit_price=1500, discount=3000)
GIFT, LAMP = order_line(quantity=2, unit_price=0), order_line("LAMP", "Lamp", unit_price=2500)


async def free_order(shop: Shop, currency: str = "USD", *, is_paid: bool = False) -> Order:
    """An order of two mugs whose price was deducted in full, with no payment or with one of nothing."""
    payments = (payment(f"free-{uuid4().hex}", 0, "giftcard"),) if is_paid else ()
    return await shop.order(lines=(FREE,), outbound_postage=0, currency=currency, payments=payments)


async def accepted(shop: Shop, order: Order, reason: Reason = Reason.PERSONAL, units: int = 2) -> OpenCase:
    case = await approved(shop, reason, order=order, lines=[("MUG", units)])
    await case.inspect(("MUG", units, "accepted"))
    return case


@pytest.mark.parametrize("reason", [Reason.PERSONAL, Reason.QUALITY])
@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD", "ISK"])
async def test_m14_the_refund_of_an_order_worth_nothing_owes_nothing_and_ends_well(
    shop: Shop, currency: str, reason: Reason
) -> None:
    case = await accepted(shop, await free_order(shop, currency, is_paid=currency == "JPY"), reason)
    assert await case.ended() == "refunded"
    shown = case.case()
    assert (case.refund_due.total, shown.payouts) == (Money(minor=0, currency=currency), ())
    assert next_step(shown).message == "Nothing more: nothing was owed for these goods."
    assert "nothing_owed" in case.events()
    assert "payout_due" not in case.events()


async def test_m14_r11_a_unit_worth_nothing_is_refunded_once_like_any_other(shop: Shop) -> None:
    order = await free_order(shop)
    await (await accepted(shop, order)).ended()
    again = await shop.open(order=order, lines=[("MUG", 1)])
    assert again.refusal.rule == "R11"


async def test_m14_r30_the_return_postage_of_goods_worth_nothing_is_still_borne_by_the_shop(shop: Shop) -> None:
    case = await approved(shop, Reason.QUALITY, order=await free_order(shop), lines=[("MUG", 2)])
    await case.ship(postage=usd(900))
    await case.inspect(("MUG", 2, "accepted"))
    await case.until_event("reimbursement_owed")
    [owed] = case.case().payouts
    assert (owed.provider, owed.amount, owed.state) == ("reimbursement", usd(900), "action_required")


async def test_m14_r30_postage_that_was_paid_for_free_goods_comes_back_in_full(shop: Shop) -> None:
    order = await shop.order(lines=(FREE,), outbound_postage=501)
    case = await accepted(shop, order, Reason.TRANSIT_DAMAGE)
    assert await case.ended() == "refunded"
    assert [payout.amount for payout in case.case().payouts] == [usd(501)]


async def test_m14_r31_a_return_label_is_never_deducted_below_nothing(shop: Shop) -> None:
    case = await shop.open(order=await free_order(shop), lines=[("MUG", 2)])
    await case.audit(shop_paid_label=usd(700))
    await case.inspect(("MUG", 2, "accepted"))
    assert await case.ended() == "refunded"
    assert (case.refund_due.total, case.case().payouts) == (usd(0), ())


async def test_m14_r31_what_a_label_eats_up_is_not_said_to_be_returned(shop: Shop) -> None:
    case = await shop.open(lines=[("MUG", 1)])
    await case.audit(shop_paid_label=usd(5000))
    await case.inspect(("MUG", 1, "accepted"))
    assert await case.ended() == "refunded"
    assert next_step(case.case()).message == "Nothing more: nothing was owed for these goods."


async def test_m14_r39_it_can_be_exchanged(shop: Shop) -> None:
    stock(shop)
    case = await approved(shop, resolution=ResolutionAsked.EXCHANGE, order=await free_order(shop), lines=[("MUG", 2)])
    await case.inspect(("MUG", 2, "accepted"))
    await case.until_event("replacement_reserved")
    await case.dispatch("SF-NEW-3")
    assert await case.ended() == "exchanged"
    assert (states(case), case.case().payouts) == (["sent"], ())


async def test_m14_r39_without_stock_its_refund_owes_nothing(shop: Shop) -> None:
    stock(shop, available=0)
    case = await approved(shop, resolution=ResolutionAsked.EXCHANGE, order=await free_order(shop), lines=[("MUG", 2)])
    await case.inspect(("MUG", 2, "accepted"))
    assert await case.ended() == "refunded"
    assert case.case().payouts == ()


async def test_m14_r39_it_is_not_exchanged_for_what_costs_more(shop: Shop) -> None:
    stock(shop, "CUP", USD=1)
    stock(shop, "GIFT", USD=0)
    order = await free_order(shop)
    dearer = await shop.open(order=order, exchange_for="CUP", resolution=ResolutionAsked.EXCHANGE)
    assert dearer.refusal.rule == "R39"
    free = await shop.open(order=order, exchange_for="GIFT", resolution=ResolutionAsked.EXCHANGE)
    assert free.state is CaseState.UNDER_AUDIT


async def test_m14_r33_a_free_line_takes_no_share_of_the_postage_and_leaves_the_rest_as_it_was(shop: Shop) -> None:
    order = await shop.order(lines=(GIFT, LAMP), outbound_postage=700)
    case = await approved(shop, Reason.QUALITY, order=order, lines=[("MUG", 2), ("LAMP", 1)])
    await case.inspect(("MUG", 2, "accepted"))
    await case.until_event("rest_awaited")
    assert case.refund_due.total == usd(0)
    await case.inspect(("LAMP", 1, "accepted"))
    assert await case.ended() == "refunded"
    assert [payout.amount for payout in case.case().payouts] == [usd(3200)]
    assert next_step(case.case()).message == "Nothing more: the money was returned."


async def test_m14_r28_no_partial_refund_is_agreed_for_goods_worth_nothing(shop: Shop) -> None:
    case = await approved(shop, order=await free_order(shop), lines=[("MUG", 2)])
    await case.inspect(("MUG", 2, "used"))
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.resolve(ResolutionDecision.PARTIAL_REFUND, amount=usd(1))
    assert refused_by(refused.value) == "R28"
    assert "nothing was paid for the failed units" in str(refused.value.cause)
    await case.resolve(ResolutionDecision.ACCEPT)
    assert await case.ended() == "refunded"


async def test_m14_r22_the_loss_of_goods_worth_nothing_is_decided_too(shop: Shop) -> None:
    case = await approved(shop, Reason.QUALITY, order=await free_order(shop), lines=[("MUG", 2)])
    await case.ship(status="exception", sub_status="lost")
    await case.resolve(ResolutionDecision.PAY)
    assert await case.ended() == "refunded"
    assert case.case().payouts == ()
