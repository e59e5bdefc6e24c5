"""R38: a refund and a lost dispute that are the same money count once, whatever the provider reports of them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cases.payment_balance import PaymentReturn, ReturnWay
from domain.money import Money
from policy.payments.dispute_refunds import MADE_WITHIN, ReportedReturn, merge_dispute_refunds
from tests.support.factories import NOON

HOUR = timedelta(hours=1)


def returned(way: ReturnWay, name: str, minor: int, currency: str = "USD", **more) -> PaymentReturn:
    amount = Money(minor=minor, currency=currency)
    return PaymentReturn(way=way, provider="paypal", payment_reference="C1", return_id=name, amount=amount, **more)


def refund(name: str, minor: int = 5_200, currency: str = "USD", *, hours: float = 1, is_reversal=False, **more):
    money = returned(ReturnWay.EXTERNAL_REFUND, name, minor, currency, **more)
    return ReportedReturn(money, NOON + hours * HOUR, is_reversal=is_reversal)


def lost(name: str = "D1", minor: int = 5_200, currency: str = "USD", *, refund_ids=(), is_final=True, **more):
    money = returned(ReturnWay.DISPUTE, name, minor, currency, is_final=is_final, **more)
    return ReportedReturn(money, NOON + 2 * HOUR, opened_at=NOON, refund_ids=refund_ids)


def merged(*reported: ReportedReturn) -> list[tuple[str, Money]]:
    return [(one.return_id, one.amount) for one in merge_dispute_refunds(reported)]


@pytest.mark.parametrize(("minor", "currency"), [(5_200, "USD"), (5_200, "JPY"), (10_000, "KWD"), (965_600, "HUF")])
@pytest.mark.parametrize("how", ["named", "reversed", "of the same amount while it was open"])
def test_r38_a_refund_by_which_the_dispute_returned_its_money_is_left_out(minor, currency, how):
    made = refund("R1", minor, currency, hours=900 if how == "named" else 1, is_reversal=how == "reversed")
    ended = lost(minor=minor, currency=currency, refund_ids=("R1",) if how == "named" else ())
    assert merged(made, ended) == merged(ended, made) == [("D1", ended.money.amount)]


@pytest.mark.parametrize(
    "other",
    [
        refund("R2", 5_199),
        refund("R2", 5_200, "JPY"),
        refund("R2", hours=-1),
        refund("R2", hours=2.1 + MADE_WITHIN / HOUR),
    ],
    ids=["another amount", "another currency", "before the dispute", "long after it"],
)
def test_r38_a_refund_that_is_not_the_disputes_counts_beside_it(other):
    assert [name for name, _ in merged(other, lost())] == ["R2", "D1"]


def test_r38_one_lost_dispute_takes_one_refund_and_a_second_of_the_same_amount_counts():
    assert [name for name, _ in merged(refund("R1"), refund("R2"), lost())] == ["R2", "D1"]
    assert [name for name, _ in merged(refund("R1"), refund("R2"), lost(), lost("D2"))] == ["D1", "D2"]


def test_r38_a_reversal_without_a_lost_dispute_is_a_refund():
    assert [name for name, _ in merged(refund("R1", is_reversal=True))] == ["R1"]
    assert [name for name, _ in merged(refund("R1", is_reversal=True), lost(is_final=False))] == ["R1", "D1"]


def test_r38_a_dispute_in_another_currency_counts_as_much_as_its_refund():
    made, ended = refund("R1", 5_200, "USD"), lost(minor=8_000, currency="JPY", refund_ids=("R1",))
    assert merged(made, ended) == [("D1", made.money.amount)]


def test_r38_what_already_counts_for_a_case_stays_counted_under_either_name():
    made = refund("R1", counted={"rc_1": 4_000})
    [one] = merge_dispute_refunds([made, lost(refund_ids=("R1",), counted={"rc_1": 200, "rc_2": 1_000})])
    assert one.counted == {"rc_1": 4_200, "rc_2": 1_000}
    assert one.ids == ("D1", "R1")


REFUNDS = st.builds(
    lambda number, minor, hours, reversal: refund(f"R{number}", minor, hours=hours, is_reversal=reversal),
    st.integers(1, 50),
    st.sampled_from([100, 200, 300]),
    st.integers(-3, 6),
    st.booleans(),
)
DISPUTES = st.builds(
    lambda number, minor, names, final: lost(f"D{number}", minor, refund_ids=names, is_final=final),
    st.integers(1, 50),
    st.sampled_from([100, 200, 300]),
    st.lists(st.sampled_from([f"R{number}" for number in range(1, 51)]), max_size=2).map(tuple),
    st.booleans(),
)


@given(st.lists(REFUNDS | DISPUTES, max_size=8, unique_by=lambda one: one.money.return_id))
def test_r38_every_return_has_one_place_and_only_refunds_move_into_disputes(reported):
    kept = merge_dispute_refunds(reported)
    assert sorted(name for one in kept for name in one.ids) == sorted(one.money.return_id for one in reported)
    assert all(one.way is ReturnWay.DISPUTE and one.is_final for one in kept if one.other_ids)
    reversals = sum(one.is_reversal for one in reported)
    ended = sum(one.money.way is ReturnWay.DISPUTE and one.money.is_final for one in reported)
    left = [one for one in kept if one.return_id in {each.money.return_id for each in reported if each.is_reversal}]
    assert len(left) >= reversals - sum(len(one.other_ids) for one in kept)
    assert ended == sum(one.way is ReturnWay.DISPUTE and one.is_final for one in kept)
