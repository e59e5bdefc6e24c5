"""A row per movement of money: each entered once, and every case and order adding up to zero (I2)."""

from collections import defaultdict

import pytest

from db.cases.cases import Cases
from db.orders.orders import Orders
from domain.cases.case import Case
from domain.cases.payout import Payout, RefundDue
from domain.enums import CaseState
from domain.payout_state import PayoutState
from tests.db.facts import CARD, VOUCHER, a_case, an_order, later, money, owing, settled
from tests.support.ledger import Ledger, LedgerEntry


def legs(entries: list[LedgerEntry], movement: str) -> list[tuple[str, int]]:
    return [(entry.account, entry.amount.minor) for entry in entries if entry.movement == movement]


def balances(entries: list[LedgerEntry]) -> dict[str, int]:
    """What is left on each account, without those that are even."""
    sums: dict[str, int] = defaultdict(int)
    for entry in entries:
        sums[entry.account] += entry.amount.minor
    return {account: left for account, left in sums.items() if left}


@pytest.fixture
def opened(orders: Orders, cases: Cases) -> Case:
    orders.put(an_order())
    return cases.open(a_case(), [])


def planned(cases: Cases, owed: Case) -> Case:
    case = later(owed, payouts=cases.plan_payouts(owed))
    cases.record(case, [])
    return case


def with_label(case: Case, goods: int, label: int) -> Case:
    due = RefundDue(
        goods=money(goods),
        outbound_postage=money(0),
        return_postage=money(0),
        label_deduction=money(label),
        total=money(goods - label),
    )
    return later(case, state=CaseState.PAYOUT_DUE, refund_due=due)


def test_i2_what_was_captured_is_entered_once_per_payment(orders: Orders, ledger: Ledger):
    for _ in range(2):
        orders.put(an_order())
    captured = [("stripe:pi_card", 6000), ("sales", -6000), ("stripe:pi_voucher", 2243), ("sales", -2243)]
    assert legs(ledger.of_order("O-1"), "captured") == captured


def test_i2_a_payment_raised_lowered_added_or_dropped_enters_the_difference(orders: Orders, ledger: Ledger):
    for payments in [
        (CARD, VOUCHER),
        (CARD.amend(amount=7000), VOUCHER),
        (CARD, VOUCHER),
        (CARD.amend(amount=7000), VOUCHER),
        (CARD.amend(amount=9000),),
        (CARD.amend(amount=9000), VOUCHER.amend(reference="pi_new", amount=1)),
    ]:
        orders.put(an_order(payments=payments))
    kept = balances(ledger.of_order("O-1"))
    assert kept == {"stripe:pi_card": 9000, "stripe:pi_new": 1, "sales": -9001}
    assert ledger.total("O-1") == 0


def test_i2_a_currency_corrected_before_any_case_is_taken_back_in_its_own(orders: Orders, ledger: Ledger):
    orders.put(an_order())
    orders.put(an_order(currency="JPY"))
    told = [(one.amount.currency, one.amount.minor) for one in ledger.of_order("O-1") if one.account == "sales"]
    assert sorted(told) == [
        ("EUR", -6000),
        ("EUR", -2243),
        ("EUR", 2243),
        ("EUR", 6000),
        ("JPY", -6000),
        ("JPY", -2243),
    ]


def test_r31_a_label_is_a_credit_of_its_own_beside_the_goods_in_gross(cases: Cases, opened: Case, ledger: Ledger):
    planned(cases, with_label(opened, 5000, 800))
    entered = legs(ledger.of_case(opened.case_id), "refund_planned")
    assert entered == [("goods_refunds", 5000), ("return_labels", -800), ("refunds_payable", -4200)]


def test_r31_a_label_is_entered_once_when_several_payments_share_the_refund(cases: Cases, opened: Case, ledger: Ledger):
    planned(cases, with_label(opened, 7800, 800))
    entered = legs(ledger.of_case(opened.case_id), "refund_planned")
    assert entered == [
        ("goods_refunds", 6800),
        ("return_labels", -800),
        ("refunds_payable", -6000),
        ("goods_refunds", 1000),
        ("refunds_payable", -1000),
    ]


def test_r31_a_label_that_took_everything_is_entered_without_a_payout(cases: Cases, opened: Case, ledger: Ledger):
    owed = with_label(opened, 500, 500)
    assert cases.plan_payouts(owed) == cases.plan_payouts(owed) == ()
    entries = ledger.of_case(opened.case_id)
    assert legs(entries, "label_deducted") == [("goods_refunds", 500), ("return_labels", -500)]
    assert {one.payout_id for one in entries} == {None}


def test_r32_return_postage_outside_is_owed_and_then_paid(cases: Cases, opened: Case, ledger: Ledger):
    case = planned(cases, owing(opened, goods=8243, return_postage=900))
    paid = [one.amend(state=PayoutState.SUCCEEDED) for one in case.payouts]
    for _ in range(2):
        cases.record(later(case, payouts=tuple(paid), state=CaseState.REFUNDED), [])
    entries = ledger.of_case(opened.case_id)
    assert legs(entries, "postage_owed") == [("return_postage", 900), ("reimbursements_payable", -900)]
    assert legs(entries, "postage_paid") == [("reimbursements_payable", 900), ("reimbursement:outside", -900)]
    assert balances(ledger.of_order("O-1")) == {
        "sales": -8243,
        "goods_refunds": 8243,
        "return_postage": 900,
        "reimbursement:outside": -900,
    }


def test_r32_goods_whose_room_was_taken_by_postage_change_places_with_it(cases: Cases, opened: Case, ledger: Ledger):
    planned(cases, owing(opened, goods=1009, return_postage=500))
    second = planned(cases, owing(cases.open(a_case(2, mugs=4), []), goods=7234))
    entries = ledger.of_case(second.case_id)
    assert legs(entries, "postage_owed") == [
        ("goods_refunds", 500),
        ("return_postage", -500),
        ("return_postage", 500),
        ("reimbursements_payable", -500),
    ]
    assert balances(ledger.of_order("O-1"))["goods_refunds"] == 8243


def rerouted(case: Case, **changes: object) -> Payout:
    return case.payouts[0].amend(
        provider="reimbursement",
        payment_reference="acct-7",
        state=PayoutState.ACTION_REQUIRED,
        attempt=2,
        idempotency_key="refund/rc_00000001/p1/a2",
        **changes,
    )


def test_r36_money_for_another_account_stays_within_the_cap_of_its_payment(cases: Cases, opened: Case, ledger: Ledger):
    case = settled(planned(cases, owing(opened, goods=8243)), PayoutState.FAILED)
    cases.record(case, [])
    moved = later(case, payouts=(rerouted(case), case.payouts[1]))
    for _ in range(2):
        cases.record(moved, [])
    entered = legs(ledger.of_case(opened.case_id), "rerouted")
    assert entered == [("refunds_payable", 6000), ("reimbursements_payable", -6000)]
    cases.record(later(moved, payouts=(rerouted(case).amend(state=PayoutState.SUCCEEDED), case.payouts[1])), [])
    paid = legs(ledger.of_case(opened.case_id), "refunded")
    assert paid == [("reimbursements_payable", 6000), ("reimbursement:acct-7", -6000)]


def test_r38_what_a_lost_dispute_took_left_its_payment(cases: Cases, opened: Case, ledger: Ledger):
    case = planned(cases, owing(opened, goods=1009))
    lost = settled(case, PayoutState.CANCELED, state=CaseState.REFUNDED, settled_by_dispute="dp_1")
    for _ in range(2):
        cases.record(lost, [])
    entries = ledger.of_case(opened.case_id)
    assert legs(entries, "dispute_lost") == [("refunds_payable", 1009), ("stripe:pi_card", -1009)]
    assert legs(entries, "released") == []


def test_r37_reversed_money_is_owed_again_until_a_dispute_takes_it(cases: Cases, opened: Case, ledger: Ledger):
    case = planned(cases, owing(opened, goods=1009))
    paid = settled(case)
    back = settled(paid, PayoutState.REVERSED)
    lost = settled(back, PayoutState.CANCELED, state=CaseState.REFUNDED, settled_by_dispute="dp_1")
    for one in (paid, back, lost):
        cases.record(one, [])
    left = {"goods_refunds": 1009, "stripe:pi_card": 6000 - 1009, "stripe:pi_voucher": 2243, "sales": -8243}
    assert balances(ledger.of_order("O-1")) == left
