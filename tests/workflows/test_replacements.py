"""R39: a replacement takes the unit's place: its own receipt, its own windows, what was paid less the difference."""

from datetime import timedelta

import pytest

from domain.cases.messages import DeliveryReport
from domain.enums import CaseState, Reason, ResolutionAsked, ResolutionDecision
from domain.order import Order
from tests.support.factories import order_line, usd
from tests.workflows.case_driver import OpenCase
from tests.workflows.exchange_cases import available, reserved, states, stock
from tests.workflows.shop import Shop


async def mug_order(shop: Shop, **more) -> Order:
    """An order of one mug, for which 10.00 and 2.00 of postage were paid."""
    return await shop.order(lines=(order_line(),), outbound_postage=200, **more)


async def replaced(shop: Shop, order: Order, number: str, **more) -> OpenCase:
    """A case whose replacement is on its way to the customer in a parcel with that number."""
    case = await reserved(shop, order=order, **more)
    await case.dispatch(number)
    assert await case.ended() == "exchanged"
    return case


async def confirm(shop: Shop, order: Order) -> Order:
    """Let the customer confirm what arrived last."""
    confirmed = order.amend(receipt_confirmed_at=await shop.now())
    shop.orders.put(confirmed)
    return confirmed


async def refunded(case: OpenCase, sku: str = "MUG") -> OpenCase:
    await case.audit()
    await case.ship()
    await case.inspect((sku, 1, "accepted"))
    assert await case.ended() == "refunded"
    return case


async def test_p8_r4_a_replacement_that_was_not_delivered_or_confirmed_is_not_received_yet(shop: Shop) -> None:
    stock(shop)
    order = await mug_order(shop)
    await replaced(shop, order, "SF8000001")
    again = await shop.open(order=order)
    assert (again.state, again.refusal.rule, again.refusal.code) == (CaseState.REJECTED, "R4", "not_yet_received")
    await confirm(shop, order)
    assert (await shop.open(order=order)).state is CaseState.UNDER_AUDIT


async def test_p8_r30_a_broken_replacement_is_refunded_with_the_postage_of_the_order_once(shop: Shop) -> None:
    stock(shop)
    order = await mug_order(shop)
    await replaced(shop, order, "SF8000002")
    await confirm(shop, order)
    case = await shop.open(Reason.QUALITY, order=order, evidence=["e1"])
    await case.pin("e1")
    await refunded(case)
    owed = case.refund_due
    assert (owed.goods, owed.outbound_postage) == (usd(1000), usd(200))
    third = await shop.open(order=order)
    assert third.refusal.rule == "R11"


async def test_p8_r3_a_replacement_has_a_window_of_its_own_that_ends(shop: Shop) -> None:
    stock(shop)
    order = await mug_order(shop, delivered_days_ago=1)
    await replaced(shop, order, "SF8000003")
    await confirm(shop, order)
    now = await shop.now()
    late = await shop.open(order=order, received_at=now + timedelta(days=40))
    assert late.refusal.rule == "R3"
    assert (await shop.open(order=order, received_at=now + timedelta(days=5))).state is CaseState.UNDER_AUDIT


@pytest.mark.parametrize("named", ["CUP", "MUG"])
async def test_p8_r39_a_cheaper_replacement_is_worth_what_was_paid_less_the_difference(shop: Shop, named: str) -> None:
    stock(shop, "CUP", USD=800)
    order = await mug_order(shop)
    first = await replaced(shop, order, "SF8000004", exchange_for="CUP")
    await confirm(shop, order)
    case = await refunded(await shop.open(order=order, lines=[(named, 1)]), "CUP")
    [line] = case.case().lines
    assert (line.sku, line.units[0].ordered_as, line.product_name) == ("CUP", "MUG", "cup")
    back = [payout.amount for one in (first, case) for payout in one.case().payouts]
    assert back == [usd(200), usd(800)]


async def test_p8_r39_a_replacement_that_costs_more_than_it_is_worth_is_refused_with_what_was_paid_for_it(
    shop: Shop,
) -> None:
    stock(shop, "CUP", USD=800)
    stock(shop, "JUG", USD=900)
    order = await mug_order(shop)
    await replaced(shop, order, "SF8000005", exchange_for="CUP")
    await confirm(shop, order)
    wish = {"resolution": ResolutionAsked.EXCHANGE, "lines": [("CUP", 1)]}
    dearer = await shop.open(order=order, exchange_for="JUG", **wish)
    assert (dearer.refusal.code, "USD 1.00 more than was paid for CUP" in dearer.refusal.message) == (
        "replacement_dearer",
        True,
    )
    assert (await shop.open(order=order, **wish)).state is CaseState.UNDER_AUDIT


async def test_p8_r39_a_chain_of_replacements_gives_back_no_more_than_was_paid(shop: Shop) -> None:
    stock(shop, "CUP", USD=800)
    stock(shop, "JUG", USD=500)
    order = await mug_order(shop)
    first = await replaced(shop, order, "SF8000006", exchange_for="CUP")
    order = await confirm(shop, order)
    second = await replaced(shop, order, "SF8000007", exchange_for="JUG", lines=[("CUP", 1)])
    assert (await shop.open(order=order, lines=[("JUG", 1)])).refusal.rule == "R4"
    await confirm(shop, order)
    third = await refunded(await shop.open(order=order, lines=[("JUG", 1)]), "JUG")
    back = [payout.amount for one in (first, second, third) for payout in one.case().payouts]
    assert back == [usd(200), usd(300), usd(500)]
    assert (await shop.open(order=order)).refusal.rule == "R11"


@pytest.mark.parametrize("word", ["lost", "destroyed", "returned"])
async def test_p8_r43_a_replacement_that_does_not_arrive_is_sent_again(shop: Shop, word: str) -> None:
    stock(shop)
    order = await mug_order(shop)
    case = await replaced(shop, order, "SF8000008")
    await case.hear("delivery_report", DeliveryReport(tracking_number="SF8000008", word=word))
    await case.until_event("replacement_reserved", times=2)
    assert (case.state, states(case), available(shop)) == (CaseState.REPLACEMENT_DUE, ["lost", "reserved"], 7)
    assert case.case().next_deadline is not None
    await case.dispatch("SF8000009")
    assert await case.ended() == "exchanged"
    assert (await shop.open(order=order)).refusal.rule == "R4"
    await confirm(shop, order)
    again = await refunded(await shop.open(order=order))
    assert again.refund_due.total == usd(1000)


async def test_p8_r43_a_lost_replacement_is_refunded_instead_without_the_difference_that_was_paid(shop: Shop) -> None:
    stock(shop, "CUP", USD=800)
    order = await mug_order(shop)
    case = await replaced(shop, order, "SF8000010", exchange_for="CUP")
    await case.hear("delivery_report", DeliveryReport(tracking_number="SF8000010", word="lost"))
    await case.until_event("replacement_reserved", times=2)
    await case.resolve(ResolutionDecision.PAY)
    assert await case.ended() == "refunded"
    assert [one.amount for one in case.case().payouts] == [usd(200), usd(800)]
    assert (await shop.open(order=order)).refusal.rule == "R11"


@pytest.mark.branch("lost_replacement_without_stock")
async def test_p8_r39_without_stock_a_lost_replacement_is_refunded(shop: Shop) -> None:
    stock(shop, available=1)
    case = await replaced(shop, await mug_order(shop), "SF8000011")
    await case.hear("delivery_report", DeliveryReport(tracking_number="SF8000011", word="lost"))
    await case.until_event("refunded")
    assert [one.amount for one in case.case().payouts] == [usd(1000)]
