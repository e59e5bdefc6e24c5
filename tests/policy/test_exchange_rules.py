"""R39: what may be asked for instead, what is planned, and what the stock and the warehouse change by their word."""

import pytest
from pydantic import ValidationError

from domain.cases.case import Case, Refusal
from domain.cases.case_lines import CaseLine
from domain.cases.exchange import Product, Substitute
from domain.cases.messages import Dispatch
from domain.enums import DispatchedGoods, ReplacementState
from domain.request import RequestedLine
from policy import dispatches, exchange
from policy.refund_amount import owes, refund_due, value_awaiting_replacement
from tests.policy.facts import LAMP, MUG, POLICY, case, local, order, usd
from tests.support.assertions import assert_present

AT = local("2026-03-10")


def product(sku: str, **prices: int) -> dict[str, Product]:
    return {sku: Product(sku=sku, product_name=sku, available=1, prices=prices)}


def asked(instead: str | None, products: dict[str, Product]) -> Refusal | None:
    """Return why a mug of the order cannot be exchanged for that product, or None."""
    wanted = exchange.substitute(order(), RequestedLine(sku=MUG, exchange_for=instead), products)
    one = case((MUG, 1))
    return exchange.check_exchange_request(one.with_line(one.lines[0].amend(exchange_for=wanted)), products)


def exchanged(price: int | None = None, accepted: int = 2) -> Case:
    """Two mugs to be replaced, that many of them accepted."""
    wanted = Substitute(sku="CUP", price=None if price is None else usd(price))
    one = case((MUG, 2))
    return one.with_line(one.lines[0].amend(exchange_for=wanted, accepted=accepted))


def told(one: Case, state: ReplacementState) -> Case:
    return exchange.answered(one, {replacement.replacement_id: state for replacement in one.replacements})


def dispatch(**more) -> Dispatch:
    parcel = {"goods": DispatchedGoods.REPLACEMENT, "carrier": "ups", "tracking_number": "1Z99", "sent_by": "wang"}
    return Dispatch(**{**parcel, **more})


def refusal_of(one: Case, sent: Dispatch) -> Refusal:
    return assert_present(dispatches.check_dispatch(one, sent))


@pytest.mark.parametrize("price", [0, 1, 1499, 1500])
def test_r39_a_replacement_that_costs_no_more_may_be_asked_for(price):
    assert asked("CUP", product("CUP", USD=price)) is None


@pytest.mark.parametrize(("price", "more"), [(1501, "USD 0.01"), (9900, "USD 84.00")])
def test_r39_a_dearer_replacement_is_refused_with_both_prices(price, more):
    refusal = assert_present(asked("CUP", product("CUP", USD=price)))
    assert (refusal.rule, refusal.code) == ("R39", "replacement_dearer")
    assert f"CUP costs USD {price / 100:.2f}" in refusal.message
    assert f"{more} more than was paid for {MUG}" in refusal.message


@pytest.mark.parametrize(
    ("products", "code"),
    [
        ({}, "unknown_replacement"),
        (product("CUP"), "replacement_not_priced"),
        (product("CUP", EUR=1), "replacement_not_priced"),
    ],
)
def test_r39_a_replacement_without_a_known_price_is_refused(products, code):
    refusal = asked("CUP", products)
    assert assert_present(refusal).code == code


def test_r39_the_same_product_needs_no_price_and_a_refund_no_product():
    assert asked(None, {}) is None
    assert asked(MUG, {}) is None
    assert exchange.check_exchange_request(case((MUG, 1)), {}) is None


def test_r39_the_price_is_the_one_of_the_request():
    wanted = exchange.substitute(order(), RequestedLine(sku=MUG, exchange_for="CUP"), product("CUP", USD=1200))
    assert (wanted.sku, wanted.price) == ("CUP", usd(1200))


def test_r39_accepted_units_are_planned_once():
    planned = exchange.plan(exchanged(accepted=1))
    assert [(one.sku, one.quantity, one.state) for one in planned.replacements] == [("CUP", 1, "planned")]
    assert exchange.plan(planned) == planned
    more = exchange.plan(planned.with_line(planned.lines[0].amend(accepted=2)))
    assert [one.replacement_id[-3:] for one in more.replacements] == ["-x1", "-x2"]


@pytest.mark.parametrize(("price", "cheaper"), [(None, 0), (1500, 0), (2000, 0), (1499, 2), (0, 3000)])
def test_r39_the_difference_is_what_all_units_are_cheaper_by_and_never_negative(price, cheaper):
    assert exchange.plan(exchanged(price)).replacements[0].difference == usd(cheaper)


def test_r39_what_awaits_its_replacement_is_not_refunded():
    planned = exchange.plan(exchanged())
    assert not owes(planned, POLICY)
    assert not owes(told(planned, ReplacementState.RESERVED), POLICY)
    assert value_awaiting_replacement(planned) == 3000


def test_r39_out_of_stock_turns_the_line_into_a_refund():
    out = told(exchange.plan(exchanged()), ReplacementState.OUT_OF_STOCK)
    assert refund_due(out, POLICY).goods == usd(3000)
    assert exchange.plan(out) == out
    assert value_awaiting_replacement(out) == 0


def test_r39_what_was_sent_is_refunded_by_its_difference_only():
    held = told(exchange.plan(exchanged(1200)), ReplacementState.RESERVED)
    sent = dispatches.dispatched(held, dispatch(), AT)
    assert (sent.lines[0].replaced, sent.sent[0].sent_at) == (2, AT)
    assert owes(sent, POLICY)
    assert refund_due(sent, POLICY).goods == usd(600)


def test_r39_nothing_is_owed_for_an_even_exchange():
    held = told(exchange.plan(exchanged()), ReplacementState.RESERVED)
    assert not owes(dispatches.dispatched(held, dispatch(), AT), POLICY)


def test_r39_what_is_given_up_is_refunded_and_its_late_reservation_changes_nothing():
    given_up = exchange.give_up(exchange.plan(exchanged()))
    assert given_up.replacements[0].state is ReplacementState.RELEASING
    assert refund_due(given_up, POLICY).goods == usd(3000)
    assert told(given_up, ReplacementState.RESERVED) == given_up
    assert told(given_up, ReplacementState.RELEASED).replacements[0].state is ReplacementState.RELEASED


@pytest.mark.parametrize("late", [ReplacementState.OUT_OF_STOCK, ReplacementState.RESERVED, ReplacementState.RELEASED])
def test_r39_a_late_or_repeated_answer_takes_nothing_back(late):
    sent = dispatches.dispatched(told(exchange.plan(exchanged()), ReplacementState.RESERVED), dispatch(), AT)
    assert told(sent, late) == sent


def test_r39_only_what_is_reserved_may_be_sent():
    planned = exchange.plan(exchanged())
    assert refusal_of(planned, dispatch()).code == "stock_has_not_answered"
    held = told(planned, ReplacementState.RESERVED)
    assert dispatches.check_dispatch(held, dispatch()) is None
    assert dispatches.check_dispatch(held, dispatch(sku="CUP")) is None
    assert refusal_of(held, dispatch(sku=LAMP)).code == "no_replacement_reserved"
    assert refusal_of(exchange.give_up(held), dispatch()).code == "no_replacement_reserved"


def test_r28_only_refused_goods_go_back():
    back = dispatch(goods=DispatchedGoods.REFUSED_GOODS)
    assert refusal_of(exchanged(), back).rule == "R28"
    refused = case((MUG, 2))
    refused = refused.with_line(refused.lines[0].amend(refused=1))
    assert dispatches.check_dispatch(refused, back) is None
    assert dispatches.is_known_parcel(dispatches.dispatched(refused, back, AT), back)


def test_r39_no_line_can_say_that_a_unit_was_both_refunded_and_replaced():
    CaseLine(sku=MUG, product_name="Mug", quantity=2, accepted=2, paid=1, replaced=1)
    with pytest.raises(ValidationError, match="R39"):
        CaseLine(sku=MUG, product_name="Mug", quantity=2, accepted=1, paid=1, replaced=1)
