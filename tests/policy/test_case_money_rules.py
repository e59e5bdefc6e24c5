"""R32, R36, R38, R43: what is shown of a case's money, and of a payment's, adds up to the last unit."""

from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import WindowName
from domain.cases.case_money import OutsideReason
from domain.cases.payment_balance import CountedReturn, Owed, PaymentBalance, PaymentReturn, ReturnWay
from domain.cases.payout import OUTSIDE, REIMBURSEMENT
from domain.enums import Party
from domain.money import Money
from domain.payout_state import PayoutState
from policy.payments.case_money import case_money, payment_money
from policy.payments.payment_balance import still_owed
from tests.policy.payout_facts import case, payout, postage
from tests.policy.strategies import properly

CURRENCIES = st.sampled_from(["USD", "JPY", "KWD", "ISK", "HUF"])
WAYS = st.sampled_from(list(ReturnWay))
minor = st.integers(1, 10_000)
any_minor = st.integers(0, 10_000)


@st.composite
def payouts(draw, currency: str):
    to = draw(st.sampled_from([("stripe", "pi_1"), ("paypal", "CAP1"), (REIMBURSEMENT, OUTSIDE), (REIMBURSEMENT, "a")]))
    states = [draw(st.sampled_from(list(PayoutState))) for _ in range(draw(st.integers(0, 3)))]
    return [
        payout(
            state,
            number,
            provider=to[0],
            payment_reference=to[1],
            amount=Money(minor=draw(minor), currency=currency),
            released=state.has_paid_nothing and draw(st.booleans()),
        )
        for number, state in enumerate(states, start=1)
    ]


@st.composite
def cases(draw):
    currency = draw(CURRENCIES)
    counted = [
        CountedReturn(
            way=draw(WAYS),
            provider="stripe",
            payment_reference="pi_1",
            return_id=draw(st.sampled_from(["dp_1", "re_1"])),
            amount=Money(minor=draw(minor), currency=currency),
            counted_by="mei",
        )
        for _ in range(draw(st.integers(0, 3)))
    ]
    owed = draw(st.none() | st.builds(Owed, goods=any_minor, postage=any_minor))
    waived = draw(st.none() | st.builds(Money, minor=any_minor, currency=st.just(currency)))
    made = draw(payouts(currency))
    return case(*made, currency=currency, counted=tuple(counted), owed=owed, waived=waived)


@properly
@given(cases())
def test_r43_what_is_shown_of_a_case_adds_up_to_what_it_owes(shown):
    money = case_money(shown)
    parts = (money.paid, money.on_its_way, money.counted_total, money.waived, money.still_owed)
    assert money.owed.minor + money.overpaid.minor == sum(one.minor for one in parts)
    assert sum(one.amount.minor for one in money.counted) == money.counted_total.minor
    assert not (money.overpaid and money.still_owed)
    assert {one.currency for one in parts} == {shown.currency}


@properly
@given(cases())
def test_r32_what_is_still_owed_is_what_a_plan_would_pay_and_what_waits_outside(shown):
    money = case_money(shown)
    waits = sum(one.amount.minor for one in money.obligations)
    if money.still_owed.minor >= waits:
        assert money.still_owed.minor == still_owed(shown).total + waits


@properly
@given(minor, any_minor, st.lists(st.tuples(minor, st.booleans(), CURRENCIES)), st.data())
def test_r32_what_is_shown_of_a_payment_adds_up_to_what_was_captured(captured, committed, returned, data):
    returns = tuple(
        PaymentReturn(
            way=ReturnWay.DISPUTE,
            provider="stripe",
            payment_reference="pi_1",
            return_id=f"dp_{number}",
            amount=Money(minor=amount, currency=currency),
            is_final=is_final,
        )
        for number, (amount, is_final, currency) in enumerate(returned)
    )
    balance = PaymentBalance(
        provider="stripe",
        reference="pi_1",
        captured=Money(minor=captured, currency="USD"),
        committed=committed,
        returns=returns,
    )
    refunded = data.draw(st.integers(0, committed))
    money = payment_money(balance, refunded, data.draw(st.integers(0, committed - refunded)))
    parts = (money.refunded, money.other_account, money.reserved, money.returned_total, money.room)
    assert money.captured.minor + money.exceeded.minor == sum(one.minor for one in parts)
    assert len(money.returned) == len(returned)


def test_m11_what_is_owed_outside_is_shown_one_by_one_with_its_party_and_its_deadline():
    other = payout(PayoutState.ACTION_REQUIRED, 3, provider=REIMBURSEMENT, payment_reference="acct-7")
    shown = case(payout(PayoutState.SUCCEEDED), postage(), other)
    obligations = case_money(shown).obligations
    assert [one.reason for one in obligations] == [OutsideReason.BEYOND_PAYMENTS, OutsideReason.OTHER_ACCOUNT]
    assert {one.party for one in obligations} == {Party.FINANCE}
    window = shown.deadline(WindowName.PAYOUT)
    assert {one.by for one in obligations} == {window.when if window else None}


def test_m9_a_refund_by_hand_that_was_taken_back_is_not_shown_as_counted():
    by_hand = CountedReturn(
        way=ReturnWay.EXTERNAL_REFUND,
        provider="stripe",
        payment_reference="pi_1",
        return_id="re_1",
        amount=Money(minor=500, currency="USD"),
        counted_by="mei",
    )
    taken_back = by_hand.amend(amount=Money(minor=-500, currency="USD"))
    assert [one.amount.minor for one in case_money(case(counted=(by_hand,))).counted] == [500]
    assert case_money(case(counted=(by_hand, taken_back))).counted == ()
