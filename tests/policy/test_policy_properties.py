from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.cases.case import Refusal
from domain.enums import Reason
from domain.money import split
from domain.order import Unit
from policy.deadlines import apply_published_calendar, compute, in_time, last_day
from policy.parcels.return_codes import read_return_code, return_code
from policy.payments.payment_allocation import allocate, caps
from policy.refund_amount import goods_value, refund_due
from policy.units.unit_choice import choose_units
from tests.policy import facts
from tests.policy.facts import MUG, POLICY, usd
from tests.policy.strategies import calendars, counts, days, instants, minor, orders, properly, windows
from tests.support.factories import order_line, unit_shares

CHINA = facts.china()


def opened(at, count, calendar=CHINA, what="request"):
    return compute(facts.window(what, at, working_days=count), calendar)


@properly
@given(instants, instants, counts, calendars())
def test_r3_a_later_receipt_never_gives_an_earlier_deadline(one, other, count, calendar):
    earlier, later = sorted((one, other))
    assert opened(earlier, count, calendar).when <= opened(later, count, calendar).when


@properly
@given(instants, counts, counts, calendars())
def test_r5_more_working_days_never_end_earlier(at, few, many, calendar):
    assert opened(at, min(few, many), calendar).when <= opened(at, max(few, many), calendar).when


@properly
@given(days, st.integers(1, 30), calendars())
def test_r5_the_last_day_is_worked_and_exactly_that_many_lie_after_the_first(day, count, calendar):
    last = last_day(day, count, calendar)
    after = [day + timedelta(days=number) for number in range(1, (last - day).days + 1)]
    assert calendar.is_working(last)
    assert sum(calendar.is_working(one) for one in after) == count


@properly
@given(instants, counts, calendars())
def test_r5_a_deadline_is_met_on_its_last_second_and_missed_on_the_next(at, count, calendar):
    deadline = opened(at, count, calendar)
    assert in_time(at, deadline)
    assert in_time(deadline.when, deadline)
    assert not in_time(deadline.when + timedelta(seconds=1), deadline)


@properly
@given(instants, instants, counts, windows)
def test_r6_settling_never_takes_time_from_the_customer_or_gives_it_to_the_shop(one, other, count, what):
    kept, fresh = opened(one, count, what=what), opened(other, count, what=what)
    settled = apply_published_calendar(kept, fresh)
    assert settled.when in (kept.when, fresh.when)
    assert settled.when <= kept.when if what.startswith("payout") else settled.when >= kept.when
    assert apply_published_calendar(settled, fresh) == settled


@properly
@given(st.integers(1, 20), st.integers(1, 20), st.frozensets(st.integers(1, 20)))
def test_r11_a_case_gets_as_many_units_as_it_asked_for_and_none_of_another_case_or_is_refused(sold, asked, taken):
    line = order_line(MUG, quantity=sold, unit_price=1)
    case = facts.offered(facts.order(lines=(line,), parcels=()), min(asked, sold))
    chosen = choose_units(case, {Unit(MUG, unit): "another case" for unit in taken})
    free = set(range(1, sold + 1)) - taken
    if isinstance(chosen, Refusal):
        assert len(free) < min(asked, sold)
    else:
        units = [share.unit for share in chosen.lines[0].units]
        assert units == sorted(free)[: min(asked, sold)]


@properly
@given(st.integers(0, 10**12).map(lambda number: f"rc_{number:012d}"))
def test_r18_every_return_code_reads_as_itself(case_id):
    assert read_return_code(return_code(case_id)) == return_code(case_id)


@properly
@given(orders())
def test_r30_all_units_together_get_back_what_was_paid_and_the_postage_once(order):
    shares = {line.sku: unit_shares(order, line.sku) for line in order.lines}
    assert all(sum(unit.goods for unit in shares[line.sku]) == line.paid for line in order.lines)
    assert sum(unit.outbound_postage for units in shares.values() for unit in units) == order.outbound_postage


@properly
@given(orders(), st.sampled_from(Reason), minor, st.data())
def test_r31_what_is_owed_is_never_negative_and_never_more_than_was_paid(order, reason, label, data):
    asked = tuple((line.sku, line.quantity) for line in order.lines)
    case = facts.case(*asked, of=order, reason=reason, shop_paid_label=usd(label))
    for line in case.lines:
        case = facts.settled(case, line.sku, accepted=data.draw(st.integers(0, line.quantity)))
    owed = refund_due(case, POLICY)
    assert 0 <= owed.total.minor <= goods_value(case) + order.outbound_postage
    assert owed.goods + owed.outbound_postage + owed.return_postage - owed.label_deduction == owed.total


@properly
@given(orders(), st.sampled_from(Reason), st.data())
def test_r26_paying_in_parts_pays_the_same_goods_as_paying_at_once(order, reason, data):
    line = order.lines[0]
    whole = facts.case((line.sku, line.quantity), of=order, reason=reason)
    first = data.draw(st.integers(0, line.quantity))
    parts = [
        facts.settled(whole, line.sku, accepted=first),
        facts.settled(whole, line.sku, accepted=line.quantity, paid=first),
    ]
    at_once = refund_due(facts.settled(whole, line.sku, accepted=line.quantity), POLICY)
    assert sum(refund_due(part, POLICY).total.minor for part in parts) == at_once.total.minor


@properly
@given(st.lists(st.tuples(minor, minor), max_size=6), st.lists(minor, max_size=8))
def test_r32_never_more_than_captured_goes_back_however_many_refunds_there_are(payments, refunds):
    captured = [paid for paid, _ in payments]
    committed = [min(gone, paid) for paid, gone in payments]
    for total in refunds:
        parts, outside = allocate(total, caps(captured, committed))
        assert sum(parts) + outside == total
        assert min((*parts, outside)) >= 0
        committed = [gone + part for gone, part in zip(committed, parts, strict=True)]
        assert all(gone <= paid for gone, paid in zip(committed, captured, strict=True))


@properly
@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_r33_parts_add_up_to_the_whole_and_are_off_by_less_than_one(whole, weights):
    parts = split(whole, weights)
    total = sum(weights) or len(weights)
    exact = [whole * (weight if any(weights) else 1) for weight in weights]
    assert sum(parts) == whole
    assert all(abs(part * total - ideal) < total for part, ideal in zip(parts, exact, strict=True))


@properly
@given(minor, st.lists(minor, max_size=6))
def test_r35_a_payment_is_used_only_when_all_before_it_are_full(total, room):
    parts, outside = allocate(total, room)
    for number, part in enumerate(parts):
        assert part == 0 or parts[:number] == tuple(room[:number])
    assert outside == 0 or parts == tuple(room)
