"""R39: the units of an order as they are now, and what is said of those that cannot be asked for (R3, R4, R11)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Deadline
from domain.cases.case import Case, Refusal
from domain.cases.case_lines import CaseLine
from domain.cases.exchange import OutboundParcel, Substitute
from domain.cases.messages import Dispatch
from domain.enums import CaseState, DispatchedGoods, ReplacementState
from domain.money import Money
from domain.order import Order, Unit
from policy import dispatches, exchange
from policy.refund_amount import shares_by_line
from policy.units.order_units import OrderUnit, UnitsInCases, meant_by, on_offer, order_units
from policy.units.replaced_units import replaced_units
from tests.policy import facts
from tests.policy.facts import LAMP, MUG, POLICY
from tests.policy.strategies import properly
from tests.support.factories import order_line, payment

SENT, ASKED = facts.local("2026-03-10"), facts.local("2026-03-16")
ORDER = facts.order()


def replaced(of: Order, line: CaseLine, instead: Substitute, number: str = "SF10001", step: int = 1, **changes) -> Case:
    """A case whose accepted units of a line were sent another product instead."""
    mine = line.amend(accepted=line.quantity, exchange_for=instead)
    case = exchange.plan(facts.case(of=of, lines=(mine,), payment_step=step, **changes))
    case = exchange.answered(case, {one.replacement_id: ReplacementState.RESERVED for one in case.replacements})
    parcel = Dispatch(
        goods=DispatchedGoods.REPLACEMENT, carrier="sf", tracking_number=number, sent_by="wang", sku=instead.sku
    )
    return dispatches.dispatched(case, parcel, SENT).amend(state=CaseState.EXCHANGED)


def delivered(case: Case, day: str) -> Case:
    return case.amend(sent=tuple(one.amend(delivered_at=facts.local(day)) for one in case.sent))


def mugs(of: Order, *numbers: int, step: int = 1) -> CaseLine:
    units = tuple(share for share in shares_by_line(of, step)[MUG] if share.unit in numbers)
    return CaseLine(sku=MUG, product_name="Mug", quantity=len(units), units=units)


def now(of: Order, *cases: Case, step: int = 1) -> tuple[OrderUnit, ...]:
    return order_units(of, step, UnitsInCases(exchanges=cases))


def asked(*wanted, at=ASKED, of=ORDER, cases=(), held=()) -> Refusal | Deadline:
    holders = dict.fromkeys(held, "rc_another")
    in_cases = UnitsInCases(exchanges=cases, holders=holders)
    return facts.assessed(of, facts.intake(*wanted, received_at=at), POLICY, facts.china(), step=1, in_cases=in_cases)


def test_r39_a_replacement_stands_in_the_place_of_the_unit_that_it_replaced():
    case = replaced(ORDER, mugs(ORDER, 1), Substitute(sku="CUP", product_name="Cup", price=facts.usd(1200)))
    units = now(ORDER, delivered(case, "2026-03-12"))
    assert {one.unit: (one.sku, one.share.goods, one.product_name) for one in units} == {
        Unit(MUG, 1, 1): ("CUP", 1200, "Cup"),
        Unit(MUG, 2): (MUG, 1500, "Mug"),
        Unit(LAMP, 1): (LAMP, 3000, "Lamp"),
    }
    assert [one.unit for one in meant_by("CUP", units)] == [Unit(MUG, 1, 1)]
    assert [one.unit for one in meant_by(MUG, units)] == [Unit(MUG, 2), Unit(MUG, 1, 1)]


def test_r3_a_line_of_which_a_part_was_replaced_is_named_with_how_many_are_late_and_how_many_can_be_asked_for():
    case = delivered(replaced(ORDER, mugs(ORDER, 1), Substitute(sku=MUG)), "2026-03-12")
    refusal = asked((MUG, 2), cases=[case])
    assert isinstance(refusal, Refusal)
    assert refusal.rule == "R3"
    assert f"1 of {MUG} on 2026-03-11" in refusal.message
    assert f"You can still ask for 1 of {MUG} until 2026-03-23, in a request for nothing else." in refusal.message
    assert isinstance(asked((MUG, 1), cases=[case]), Deadline)


def test_r4_a_replacement_that_was_not_delivered_is_named_as_not_received_yet_beside_what_can_be_asked_for():
    case = replaced(ORDER, mugs(ORDER, 1), Substitute(sku=MUG))
    refusal = asked((MUG, 2), at=facts.local("2026-03-10"), cases=[case])
    assert isinstance(refusal, Refusal)
    assert refusal.rule == "R4"
    assert f"Not received yet: 1 of {MUG}." in refusal.message
    assert f"You can still ask for 1 of {MUG} until 2026-03-11" in refusal.message


def test_r11_a_replacement_that_a_case_has_is_taken_whether_or_not_it_was_received():
    one_mug = facts.order(lines=(order_line(MUG, unit_price=1500),), parcels=(), outbound_postage=0)
    case = replaced(one_mug, mugs(one_mug, 1), Substitute(sku=MUG))
    refusal = asked((MUG, 1), of=one_mug, cases=[case], held=[Unit(MUG, 1, 1)])
    assert isinstance(refusal, Refusal)
    assert (refusal.rule, refusal.code) == ("R11", "units_taken")


@pytest.mark.parametrize(("confirmed", "is_received"), [(-1, False), (0, True), (1, True)])
def test_r4_a_confirmation_is_of_the_replacement_from_when_it_left(confirmed, is_received):
    of = facts.order(parcels=(), receipt_confirmed_at=SENT + timedelta(hours=confirmed))
    [unit] = [one for one in now(of, replaced(of, mugs(of, 1), Substitute(sku=MUG))) if one.share.generation]
    assert unit.received_at == (of.receipt_confirmed_at if is_received else None)


def test_r4_a_parcel_of_a_replacement_in_the_order_says_nothing_of_what_was_sold():
    listed = facts.parcel(MUG, number="SF 10001", delivered_at=facts.local("2026-03-12"))
    of = facts.order(parcels=(*ORDER.parcels, listed))
    received = {one.unit: one.received_at for one in now(of, replaced(of, mugs(of, 1), Substitute(sku=MUG)))}
    assert received[Unit(MUG, 1, 1)] == facts.local("2026-03-12")
    assert received[Unit(MUG, 2)] == facts.local("2026-03-02")


@pytest.mark.parametrize("failed", [{"is_lost": True}, {"returned_to_sender": True}])
def test_r4_a_replacement_that_is_lost_or_goes_back_is_not_received(failed):
    case = delivered(replaced(ORDER, mugs(ORDER, 1), Substitute(sku=MUG)), "2026-03-12")
    sent: tuple[OutboundParcel, ...] = tuple(one.amend(**failed) for one in case.sent)
    [unit] = [one for one in now(ORDER, case.amend(sent=sent)) if one.share.generation]
    assert unit.received_at is None


def test_r39_a_request_by_the_line_s_sku_becomes_lines_of_the_goods_that_the_customer_has():
    case = delivered(replaced(ORDER, mugs(ORDER, 1), Substitute(sku="CUP", price=facts.usd(0))), "2026-03-12")
    units = now(ORDER, case)
    line = CaseLine(sku=MUG, product_name="Mug", quantity=2)
    found = on_offer((line,), {MUG: meant_by(MUG, units)})
    assert [(one.sku, one.quantity, [share.of(one.sku) for share in one.units]) for one in found] == [
        (MUG, 1, [Unit(MUG, 2)]),
        ("CUP", 1, [Unit(MUG, 1, 1)]),
    ]


@properly
@given(
    currency=st.sampled_from(["USD", "JPY", "KWD", "ISK", "HUF"]),
    paid=st.integers(0, 100_000),
    quantity=st.integers(1, 4),
    prices=st.lists(st.integers(0, 100_000), min_size=1, max_size=4),
    step=st.sampled_from([1, 10, 100]),
)
def test_r39_a_chain_of_any_length_gives_back_just_what_was_paid_in_differences_and_at_its_end(
    currency, paid, quantity, prices, step
):
    line = order_line(MUG, quantity=quantity, unit_price=paid)
    of = facts.order(
        lines=(line,), parcels=(), currency=currency, outbound_postage=0, payments=(payment("pi_1", line.paid),)
    )
    goods, differences = mugs(of, *range(1, quantity + 1), step=step), 0
    for place, price in enumerate(prices):
        instead = Substitute(sku=f"P{place}", price=Money(minor=price, currency=currency))
        case = replaced(of, goods, instead, f"SF1000{place}", step, currency=currency)
        differences += sum(one.difference.minor for one in case.replacements)
        shares = tuple(one.share for one in replaced_units(case))
        goods = CaseLine(sku=f"P{place}", product_name="", quantity=quantity, units=shares)
    assert differences + sum(one.goods for one in goods.units) == line.paid
    assert {one.of(goods.sku) for one in goods.units} == {Unit(MUG, n, len(prices)) for n in range(1, quantity + 1)}


def test_r39_what_release_0_1_0_replaced_is_known_by_its_order_and_its_part_of_the_difference():
    case = replaced(ORDER, mugs(ORDER, 1, 2), Substitute(sku="CUP", price=facts.usd(1000)))
    old = case.amend(replacements=tuple(one.amend(units=()) for one in case.replacements))
    assert [one.share for one in replaced_units(old)] == [one.share for one in replaced_units(case)]


def test_r39_of_two_replacements_of_a_line_the_one_that_leaves_first_replaces_its_own_unit():
    first = mugs(ORDER, 1, 2).amend(accepted=1, exchange_for=Substitute(sku=MUG))
    case = exchange.plan(facts.case(of=ORDER, lines=(first,)))
    case = exchange.plan(case.with_line(case.lines[0].amend(accepted=2)))
    case = exchange.answered(case, {case.replacements[1].replacement_id: ReplacementState.RESERVED})
    parcel = Dispatch(goods=DispatchedGoods.REPLACEMENT, carrier="sf", tracking_number="SF20001", sent_by="wang")
    case = dispatches.dispatched(case, parcel, SENT)
    assert [one.unit for one in case.lines[0].units] == [2, 1]
    assert [one.share.unit for one in replaced_units(case)] == [2]
