import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cases.payout import RefundDue
from domain.enums import Reason
from domain.money import Money
from policy.payments.payment_allocation import Allocation, Part, allocate, caps, share_out
from policy.refund_amount import refund_due
from tests.policy import facts
from tests.policy.facts import MUG, POLICY, usd
from tests.policy.strategies import properly
from tests.support.factories import order_line, payment, refund_owed, unit_shares

amounts = st.integers(0, 10**6)
rooms = st.lists(amounts, max_size=5)


def test_r32_what_is_left_of_a_payment_is_captured_minus_committed():
    assert caps((6600, 1000), (600, 0)) == (6000, 1000)


def test_r32_an_exhausted_payment_takes_nothing_more():
    assert caps((6600, 1000), (6600, 1001)) == (0, 0)
    assert allocate(500, caps((6600,), (6600,))) == ((0,), 500)


def test_r32_what_the_payments_cannot_take_goes_outside_them():
    assert allocate(7500, (6600,)) == ((6600,), 900)


def test_r35_the_payments_are_filled_in_their_fixed_order():
    assert allocate(1500, (1000, 2000, 300)) == ((1000, 500, 0), 0)
    assert allocate(3300, (1000, 2000, 300)) == ((1000, 2000, 300), 0)


def test_r35_a_later_payment_is_not_touched_while_an_earlier_one_has_room():
    assert allocate(1000, (1000, 2000)) == ((1000, 0), 0)
    assert allocate(0, (1000, 2000)) == ((0, 0), 0)


def owed(goods: int, postage: int = 0, label: int = 0) -> RefundDue:
    return refund_owed(goods, return_postage=postage, label=label)


def labelled(**changes):
    return facts.case((MUG, 2), reason=Reason.PERSONAL, shop_paid_label=usd(800), **changes)


def test_r32_goods_go_through_the_payments_before_return_postage():
    split = share_out(owed(5000, postage=900), (1000, 4500), 0)
    assert split == Allocation((Part(goods=1000), Part(goods=4000, postage=500)), Part(postage=400), 0)


def test_r32_return_postage_is_never_squeezed_into_a_payment_that_goods_have_filled():
    assert share_out(owed(5000, postage=900), (5000,), 0).outside == Part(postage=900)


def test_r32_goods_that_earlier_postage_left_no_room_change_places_with_it():
    assert share_out(owed(5000), (4100,), 900) == Allocation((Part(goods=4100),), Part(postage=900, swapped=900), 0)


def test_r32_goods_that_nothing_made_room_for_are_told_and_never_paid_outside():
    assert share_out(owed(5000), (4100,), 0) == Allocation((Part(goods=4100),), Part(), 900)
    assert share_out(owed(5000), (4100,), 500).unplaced == 400


def test_r31_a_label_is_shown_once_with_the_first_payment_that_bears_goods():
    split = share_out(owed(5000, label=800), (0, 4000, 4000), 0)
    assert split.parts == (Part(), Part(goods=4000, label=800), Part(goods=200))
    assert share_out(owed(500, label=500), (4000,), 0) == Allocation((Part(),), Part(), 0)


def test_r31_a_label_that_took_an_agreed_amount_whole_takes_only_its_rest_later():
    first = facts.settled(labelled(agreed_amount=usd(500)), refused=1)
    took = refund_due(first, POLICY)
    assert (took.label_deduction, took.total) == (usd(500), usd(0))
    second = facts.settled(first.amend(agreed_amount=None, refund_due=took), accepted=1, part_paid=1)
    assert refund_due(second, POLICY).label_deduction == usd(300)


def test_r31_a_label_that_an_agreed_amount_bore_in_full_is_not_deducted_again():
    first = facts.settled(labelled(agreed_amount=usd(800)), refused=1)
    took = refund_due(first, POLICY)
    second = facts.settled(first.amend(agreed_amount=None, refund_due=took), accepted=1, part_paid=1)
    assert refund_due(second, POLICY).total == usd(1500)


def test_r31_a_refund_that_was_reckoned_and_never_paid_has_borne_no_label():
    reckoned = labelled(refund_due=owed(1500, label=800))
    assert refund_due(facts.settled(reckoned, accepted=2), POLICY).label_deduction == usd(800)


@pytest.mark.parametrize(
    ("currency", "price", "shares"),
    [("JPY", 1000, [334, 333, 333]), ("KRW", 10, [4, 3, 3]), ("KWD", 100_000, [33_334, 33_333, 33_333])],
)
def test_r33_currencies_without_and_with_three_decimals_are_just_minor_units(currency, price, shares):
    line = order_line(MUG, quantity=3, unit_price=0, tax=price)
    paid = payment("pi_1", price)
    bought = facts.order(currency=currency, lines=(line,), outbound_postage=0, payments=(paid,), parcels=())
    assert [unit.goods for unit in unit_shares(bought, MUG)] == shares
    due = refund_due(facts.settled(facts.case((MUG, 3), of=bought), accepted=3), POLICY)
    assert due.total == Money(minor=price, currency=currency)
    assert [part.amount for part in share_out(due, (price - 1, 1), 0).parts] == [price - 1, 1]


@properly
@given(amounts, amounts, amounts, rooms, amounts)
def test_r33_all_parts_of_a_refund_add_up_to_it_to_the_last_unit(goods, postage, label, room, before):
    due = owed(goods, postage, min(label, goods))
    parts, outside, unplaced = share_out(due, room, before)
    assert sum(part.amount for part in parts) + outside.amount + unplaced == due.total.minor
    assert sum(part.goods for part in parts) + outside.swapped + unplaced == goods - min(label, goods)
    assert sum(part.postage for part in (*parts, outside)) - outside.swapped == postage
    assert sum(part.label for part in parts) == (min(label, goods) if any(part.goods for part in parts) else 0)


@properly
@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 900)), max_size=8), st.lists(st.integers(1, 3000)))
def test_r32_over_all_cases_goods_fill_the_payments_and_only_postage_goes_outside(cases, captured):
    room, before, through, owed_goods, owed_postage, outside = list(captured), 0, 0, 0, 0, 0
    for goods, postage in cases:
        if owed_goods + goods > sum(captured):
            continue
        split = share_out(owed(goods, postage), room, before)
        room = [space - part.amount for space, part in zip(room, split.parts, strict=True)]
        before += sum(part.postage for part in split.parts) - split.outside.swapped
        through += sum(part.amount for part in split.parts)
        owed_goods, owed_postage = owed_goods + goods, owed_postage + postage
        outside += split.outside.amount
        assert split.unplaced == 0
        assert min((*room, before)) >= 0
    assert through <= sum(captured)
    assert (through + outside, outside <= owed_postage) == (owed_goods + owed_postage, True)


@properly
@given(st.lists(st.tuples(st.sampled_from(["accepted", "agreed"]), st.integers(1, 1500)), max_size=2), amounts)
def test_r31_over_two_rounds_a_label_is_deducted_once_at_most(rounds, label):
    case = labelled().amend(shop_paid_label=usd(label))
    deducted = 0
    for kind, agreed in rounds:
        counts = {name: getattr(case.lines[0], name) for name in ("accepted", "refused")}
        settled = {"accepted": counts["accepted"] + 1} if kind == "accepted" else {"refused": counts["refused"] + 1}
        case = facts.settled(case.amend(agreed_amount=usd(agreed) if kind == "agreed" else None), **counts | settled)
        due = refund_due(case, POLICY)
        deducted += due.label_deduction.minor
        line = case.lines[0]
        part_paid = line.refused if kind == "agreed" else line.part_paid
        case = facts.settled(case, paid=line.accepted, part_paid=part_paid).amend(refund_due=due)
        if due.total:
            break
    assert deducted <= label
