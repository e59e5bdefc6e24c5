"""R33, M2 and M3: shares, deductions and agreements in steps that the providers can pay, with nothing lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cases.case import Case
from domain.cases.exchange import Substitute
from domain.cases.payout import RefundDue
from domain.enums import Reason, ResolutionDecision
from domain.money import split
from policy.exchange import plan
from policy.inspection import check_resolution
from policy.payments.payment_allocation import Part, allocate, common_step, share_out
from policy.refund_amount import refund_due
from tests.policy import facts
from tests.policy.facts import MUG, POLICY, usd
from tests.support import factories
from tests.support.assertions import assert_present
from tests.support.factories import unit_shares


def shares(paid: int, quantity: int, step: int) -> list[int]:
    line = factories.order_line(quantity=quantity, unit_price=paid // quantity, tax=paid % quantity)
    return [unit.goods for unit in unit_shares(factories.order(lines=(line,)), "MUG", step)]


@pytest.mark.parametrize(
    ("paid", "quantity", "step", "expected"),
    [
        (10_000, 3, 10, [3_340, 3_330, 3_330]),
        (2_897_000, 3, 100, [965_700, 965_700, 965_600]),
        (10_000, 3, 1, [3_334, 3_333, 3_333]),
        (5_200, 3, 1, [1_734, 1_733, 1_733]),
    ],
)
def test_m2_m3_r33_shares_are_multiples_of_the_step_and_add_up(paid, quantity, step, expected):
    assert shares(paid, quantity, step) == expected


def test_r33_the_part_that_is_no_multiple_goes_to_the_last_unit():
    assert shares(10_005, 3, 10) == [3_340, 3_330, 3_335]


def test_r33_lines_that_are_no_multiples_are_rounded_so_that_the_order_is_one():
    lines = (factories.order_line(unit_price=1_005), factories.order_line("LAMP", "Lamp", unit_price=995))
    order = factories.order(lines=lines, outbound_postage=0)
    goods = {sku: [unit.goods for unit in unit_shares(order, sku, 10)] for sku in ("MUG", "LAMP")}
    assert goods == {"LAMP": [1_000], "MUG": [1_000]}


@given(
    paid=st.lists(st.integers(0, 10**7), min_size=1, max_size=4),
    quantities=st.lists(st.integers(1, 7), min_size=4, max_size=4),
    postage=st.integers(0, 10**5),
    step=st.sampled_from([1, 10, 100]),
)
def test_r33_all_shares_of_an_order_add_up_and_only_the_last_is_no_multiple(paid, quantities, postage, step):
    lines = tuple(
        factories.order_line(f"S{place}", quantity=quantity, unit_price=amount // quantity, tax=amount % quantity)
        for place, (amount, quantity) in enumerate(zip(paid, quantities, strict=False))
    )
    payment = factories.payment(amount=sum(paid) + postage + 1)
    order = factories.order(lines=lines, outbound_postage=postage, payments=(payment,))
    units = [unit for line in lines for unit in unit_shares(order, line.sku, step)]
    assert sum(unit.goods for unit in units) == sum(paid)
    assert sum(unit.outbound_postage for unit in units) == postage
    assert sum(unit.goods % step > 0 for unit in units) <= 1
    assert sum(unit.outbound_postage % step > 0 for unit in units) <= 1
    assert min(min(unit.goods, unit.outbound_postage) for unit in units) >= 0


def test_r33_a_split_gives_the_rest_to_the_last_share_with_a_weight():
    assert split(1_005, [1, 1, 0], 10) == (500, 505, 0)
    assert split(-1_005, [1, 1], 10) == (-500, -505)


def owed(goods: int, postage: int = 0) -> RefundDue:
    money = {"goods": goods, "outbound_postage": 0, "return_postage": postage, "label_deduction": 0}
    return RefundDue(**{name: factories.usd(one) for name, one in {**money, "total": goods + postage}.items()})


def test_r33_what_a_payment_cannot_pay_exactly_is_paid_outside_and_nothing_is_lost():
    split_up = share_out(owed(3_335), (10_005,), 0, (10,))
    assert (split_up.parts, split_up.outside, split_up.unplaced) == ((Part(goods=3_330),), Part(goods=5), 0)
    split_up = share_out(owed(3_330, postage=905), (10_000,), 0, (10,))
    assert (split_up.parts, split_up.outside) == ((Part(goods=3_330, postage=900),), Part(postage=5))


def test_r32_goods_for_which_there_is_no_room_are_not_taken_for_an_odd_rest():
    assert share_out(owed(50), (45,), 0, (10,)).unplaced == 5
    assert share_out(owed(50), (45,), 0, (10,)).outside == Part(goods=5)


@pytest.mark.parametrize(
    ("total", "room", "steps", "parts"),
    [
        (12, (5, 100), (1, 10), (2, 10)),
        (120, (95, 100), (1, 10), (90, 30)),
        (190, (95, 95), (1, 1), (95, 95)),
        (2_500, (1_050, 5_000), (100, 1), (1_000, 1_500)),
        (3_334, (10, 9_990), (10, 1), (10, 3_324)),
    ],
)
def test_r33_each_payment_of_an_order_takes_a_part_that_its_provider_can_pay(total, room, steps, parts):
    assert allocate(total, room, steps) == (parts, 0)


@given(
    total=st.integers(0, 3_000),
    payments=st.lists(st.tuples(st.integers(0, 2_000), st.sampled_from([1, 10, 100])), min_size=1, max_size=4),
    postage=st.integers(0, 500),
)
def test_r33_a_refund_over_payments_of_any_steps_is_payable_and_whole(total, payments, postage):
    room, steps = zip(*payments, strict=True)
    split_up = share_out(owed(total, postage), room, 0, steps)
    assert sum(part.amount for part in (*split_up.parts, split_up.outside)) + split_up.unplaced == total + postage
    assert all(part.amount <= space for part, space in zip(split_up.parts, room, strict=True))
    for part, step in zip(split_up.parts, steps, strict=True):
        assert (part.goods % step, part.postage % step) == (0, 0)
    assert split_up.unplaced == max(0, total - sum(room))


def test_r33_the_common_step_is_what_all_payments_can_pay():
    assert [common_step(steps) for steps in ([1], [1, 100], [10, 100], [10, 10])] == [1, 100, 100, 10]


def failed(step: int) -> Case:
    return facts.settled(facts.case((MUG, 2), payment_step=step), accepted=1, failed=1)


def agreed(amount: int, step: int):
    return check_resolution(failed(step), facts.resolution(ResolutionDecision.PARTIAL_REFUND, usd(amount)), POLICY)


@pytest.mark.parametrize(
    ("amount", "step", "nearest"), [(905, 10, "900 or 910"), (1, 10, "on 10."), (1499, 100, "1400")]
)
def test_r28_r33_an_agreed_amount_that_cannot_be_paid_is_refused_with_the_nearest_ones(amount, step, nearest):
    refusal = assert_present(agreed(amount, step))
    assert (refusal.rule, refusal.code) == ("R33", "amount_not_payable")
    assert nearest in refusal.message
    assert f"steps of {step} " in refusal.message


@pytest.mark.parametrize(("amount", "step"), [(905, 1), (910, 10), (1400, 100), (1500, 1000)])
def test_r28_r33_an_agreed_amount_that_can_be_paid_is_taken_and_so_is_the_whole(amount, step):
    assert agreed(amount, step) is None


@pytest.mark.parametrize(("step", "deducted"), [(1, 405), (10, 400), (100, 400), (1000, 0)])
def test_r31_r33_a_label_is_deducted_in_steps_that_the_payments_can_pay(step, deducted):
    case = facts.settled(
        facts.case((MUG, 2), reason=Reason.PERSONAL, shop_paid_label=usd(405), payment_step=step), accepted=1
    )
    assert refund_due(case, POLICY).label_deduction.minor == deducted


@pytest.mark.parametrize(
    ("price", "step", "difference"), [(1405, 1, 95), (1405, 10, 100), (1500, 10, 0), (3, 100, 1500)]
)
def test_r39_r33_a_difference_is_rounded_up_to_a_step_and_never_above_what_was_paid(price, step, difference):
    case = facts.settled(facts.case((MUG, 2), payment_step=step), accepted=1)
    line = case.lines[0].amend(exchange_for=Substitute(sku="CUP", product_name="Cup", price=usd(price)))
    assert plan(case.with_line(line)).replacements[0].difference.minor == difference
