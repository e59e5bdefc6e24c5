"""M4 to M10 through real processes and HTTP: money that went back another way counts once, and the rest is paid."""

from uuid import uuid4

import pytest

from tests.e2e.sales import Sale, each, sell
from tests.e2e.system import System

pytestmark = pytest.mark.e2e


def held(system: System, by: str, paid_in: str, minor: int, disputed: int | None = None, **more: object):
    """Sell a lamp that comes back while its payment is disputed; return the sale, its case and the dispute."""
    sale = sell(system, by, paid_in, minor)
    case = sale.bring_back()
    dispute = sale.dispute(disputed, **more)
    sale.accept(case)
    assert sale.until(case, "chargeback_hold")["next_step"]["party"] == "finance"
    return sale, case, dispute


def declined(system: System, provider: str, currency: str, minor: int):
    """Sell a lamp whose refund the provider declines for good; return the sale and its case."""
    sale = sell(system, provider, currency, minor)
    case = sale.bring_back()
    system.shop.break_gateway({"kind": "decline", "code": "account_closed"})
    sale.accept(case)
    sale.until(case, "payout_blocked")
    return sale, case


def by_two_people(sale: Sale, case: dict) -> None:
    """Have another account proposed and approved."""
    for role in ("finance", "admin"):
        sale.decide(case, "other_account", as_=role, reference="acct-7")


def counted(shown: dict) -> list[tuple[str, str, int]]:
    return [(one["way"], one["return_id"], one["amount"]["minor"]) for one in shown["counted"]]


@each("paypal USD", "paypal JPY", "paypal HUF")
def test_m4_what_a_dispute_did_not_return_is_paid_once_finance_says_so(embedded_system, provider, currency):
    sale, case, dispute = held(embedded_system, provider, currency, 5_200)
    sale.end_dispute(dispute, outcome="RESOLVED_BUYER_FAVOUR", amount_refunded=1_000)
    blocked = sale.until(case, "payout_blocked")
    assert counted(blocked) == [("dispute", dispute["id"], 1_000)]
    sale.decide(case, "pay")
    sale.until(case, "refunded")
    assert (sale.refunds(), sale.taken_by_disputes()) == ([4_200], 1_000)
    sale.assert_adds_up(case)


@each("paypal USD", "stripe KWD", "stripe ISK", "paypal HUF")
def test_m4_a_dispute_that_returned_everything_ends_the_case_without_a_refund(embedded_system, provider, currency):
    sale, case, dispute = held(embedded_system, provider, currency, 5_200)
    sale.end_dispute(dispute, "lost")
    ended = sale.until(case, "refunded")
    assert (sale.refunds(), counted(ended)) == ([], [("dispute", dispute["id"], 5_200)])
    sale.assert_adds_up(case)


@pytest.mark.parametrize(
    ("provider", "ending"),
    [
        ("paypal", {"outcome": "CANCELED_BY_BUYER"}),
        ("paypal", {"outcome": "RESOLVED_SELLER_FAVOUR"}),
        ("paypal", {"outcome": "DENIED"}),
        ("paypal", {"outcome": "NONE"}),
        ("stripe", {"status": "won"}),
        ("stripe", {"status": "warning_closed"}),
    ],
)
def test_m4_a_dispute_without_effect_lets_the_payout_go(embedded_system, provider, ending):
    sale, case, dispute = held(embedded_system, provider, "USD", 5_200)
    sale.end_dispute(dispute, **ending)
    sale.until(case, "refunded")
    assert (sale.refunds(), sale.taken_by_disputes()) == ([5_200], 0)
    sale.assert_adds_up(case)


@each("paypal USD", "paypal JPY", "paypal HUF")
def test_m4_an_outcome_that_nobody_knows_holds_nothing_for_ever_and_counts_as_nothing(
    embedded_system, provider, currency
):
    sale, case, dispute = held(embedded_system, provider, currency, 5_200)
    sale.end_dispute(dispute, outcome="RESOLVED_IN_ANOTHER_WAY")
    blocked = sale.until(case, "payout_blocked")
    assert (blocked["blocked_by"], blocked["counted"]) == ("dispute_unclear", [])
    sale.decide(case, "pay")
    sale.until(case, "refunded")
    assert sale.refunds() == [5_200]
    sale.assert_adds_up(case)


@pytest.mark.parametrize(
    ("provider", "currency", "other", "disputed"),
    [("stripe", "USD", "JPY", 5_200), ("stripe", "JPY", "KWD", 5_200), ("paypal", "HUF", "USD", 520_000)],
)
def test_m5_a_dispute_in_another_currency_is_a_question_to_finance(
    embedded_system, provider, currency, other, disputed
):
    sale, case, dispute = held(embedded_system, provider, currency, 5_200, disputed, currency=other, takes=3_400)
    sale.end_dispute(dispute, "lost", takes=3_400)
    blocked = sale.until(case, "payout_blocked")
    assert (blocked["blocked_by"], blocked["counted"]) == ("dispute_in_other_currency", [])
    sale.decide(case, "count_refund", reference=dispute["id"], amount=sale.money(3_400))
    sale.decide(case, "pay")
    sale.until(case, "refunded")
    assert sale.refunds() == [1_800]
    sale.assert_adds_up(case)


@pytest.mark.parametrize("kind", ["ch_", "py_"])
@each("stripe USD", "stripe KWD", "stripe ISK")
def test_m6_an_order_that_names_the_charge_is_held_and_paid_when_the_dispute_is_won(
    embedded_system, provider, currency, kind
):
    unique = uuid4().hex[:12]
    sale = sell(embedded_system, provider, currency, 5_200, reference=f"{kind}{unique}", other_reference=f"pi_{unique}")
    case = sale.bring_back()
    dispute = sale.dispute()
    sale.accept(case)
    sale.until(case, "chargeback_hold")
    sale.end_dispute(dispute, "won")
    sale.until(case, "refunded")
    assert sale.refunds() == [5_200]
    sale.assert_adds_up(case)


@pytest.mark.parametrize("currency", ["USD", "HUF"])
def test_m6_an_order_that_names_paypals_order_hears_of_disputes_over_its_capture(embedded_system, currency):
    system, unique = embedded_system, uuid4().hex[:12]
    capture, named = f"CAPTURE-{unique}", f"ORDER-{unique}"
    captured = {"reference": capture, "other_reference": named, "amount": 5_200, "currency": currency}
    system.gateway("POST", "/sandbox/payments", captured)
    sale = sell(system, "paypal", currency, 5_200, reference=named)
    case = sale.bring_back()
    opened = system.gateway("POST", "/sandbox/disputes", {"reference": capture})
    sale.until_heard()
    sale.accept(case)
    sale.until(case, "chargeback_hold")
    sale.end_dispute(opened, outcome="RESOLVED_SELLER_FAVOUR")
    assert sale.until(case, "refunded")["amounts"]["paid"]["minor"] == 5_200


@each("stripe USD", "stripe JPY", "stripe KWD", "paypal HUF")
def test_m7_a_refund_that_fails_after_the_dispute_was_lost_is_not_paid_again(embedded_system, provider, currency):
    sale = sell(embedded_system, provider, currency, 5_200)
    case = sale.bring_back()
    sale.accept(case)
    [payout] = sale.until(case, "refunded")["payouts"]
    sale.end_dispute(sale.dispute(), "lost", takes=5_200)
    sale.fail_refund(payout["gateway_refund_id"])
    shown = embedded_system.shop.wait_until(case["case_id"], lambda case: case["counted"] and case["ended_at"])
    assert (shown["state"], shown["settled_by_dispute"] is not None, sale.refunds()) == ("refunded", True, [])
    sale.assert_adds_up(case)


@each("stripe USD", "stripe KWD", "paypal HUF", "paypal JPY")
def test_m8_another_account_gets_only_what_is_still_owed(embedded_system, provider, currency):
    sale, case = declined(embedded_system, provider, currency, 1_000)
    by_hand = sale.refund_by_hand(900)
    by_two_people(sale, case)
    sale.decide(case, "paid", reference="wire-1")
    ended = sale.until(case, "refunded")
    outside = [(one["amount"]["minor"], one["gateway_refund_id"]) for one in ended["payouts"] if not one["released"]]
    assert (outside, sale.refunds()) == ([(100, "wire-1")], [900])
    assert counted(ended) == [("external_refund", by_hand["id"], 900)]
    sale.assert_adds_up(case)


@each("stripe USD", "stripe JPY", "paypal HUF")
def test_m8_what_went_back_after_the_approval_is_not_owed_when_it_is_marked_paid(embedded_system, provider, currency):
    sale, case = declined(embedded_system, provider, currency, 1_000)
    by_two_people(sale, case)
    sale.refund_by_hand(900)
    sale.decide(case, "paid", reference="wire-1", amount=sale.money(100))
    ended = sale.until(case, "refunded")
    assert [one["amount"]["minor"] for one in ended["payouts"] if not one["released"]] == [100]
    sale.assert_adds_up(case)


@each("stripe USD", "stripe KWD", "stripe ISK", "paypal HUF")
def test_m9_the_rest_is_paid_and_the_refund_by_hand_counts_by_name(embedded_system, provider, currency):
    sale = sell(embedded_system, provider, currency, 4_000)
    case = sale.bring_back()
    by_hand = sale.refund_by_hand(sale.step)
    sale.accept(case)
    sale.until(case, "payout_blocked")
    sale.decide(case, "pay")
    ended = sale.until(case, "refunded")
    assert sale.refunds() == [sale.step, 4_000 - sale.step]
    assert counted(ended) == [("external_refund", by_hand["id"], sale.step)]
    sale.assert_adds_up(case)


@each("stripe USD", "stripe KWD", "paypal HUF")
def test_m9_a_case_that_is_closed_says_that_the_rest_was_not_paid(embedded_system, provider, currency):
    sale = sell(embedded_system, provider, currency, 4_000)
    case = sale.bring_back()
    sale.refund_by_hand(sale.step)
    sale.accept(case)
    sale.until(case, "payout_blocked")
    sale.decide(case, "close")
    ended = sale.until(case, "closed")
    assert (ended["waived"], sale.refunds()) == (sale.money(4_000 - sale.step), [sale.step])
    sale.assert_adds_up(case)


@each("stripe USD", "stripe JPY", "stripe ISK", "paypal HUF")
def test_m10_a_retry_after_a_dispute_lost_in_part_pays_the_rest(embedded_system, provider, currency):
    sale, case, dispute = held(embedded_system, provider, currency, 1_000, 400)
    sale.end_dispute(dispute, "lost")
    assert sale.until(case, "payout_blocked")["blocked_by"] == "dispute_lost_in_part"
    sale.decide(case, "retry")
    sale.until(case, "refunded")
    assert (sale.refunds(), sale.taken_by_disputes()) == ([600], 400)
    sale.assert_adds_up(case)


@each("stripe USD", "stripe KWD", "paypal JPY")
def test_m10_a_second_dispute_of_the_same_payment_counts_beside_the_first(embedded_system, provider, currency):
    sale, case, first = held(embedded_system, provider, currency, 1_000, 400)
    sale.end_dispute(first, "lost")
    sale.until(case, "payout_blocked")
    second = sale.dispute(300)
    for _ in range(2):
        sale.end_dispute(second, "lost")
    embedded_system.shop.wait_until(case["case_id"], lambda case: len(case["counted"]) > 1)
    sale.decide(case, "pay")
    ended = sale.until(case, "refunded")
    assert counted(ended) == [("dispute", first["id"], 400), ("dispute", second["id"], 300)]
    assert sale.refunds() == [300]
    sale.assert_adds_up(case)


@each("stripe USD", "stripe JPY", "stripe EUR", "paypal GBP")
def test_m11_what_is_owed_outside_is_finances_task_with_a_deadline_until_it_is_paid(
    embedded_system, provider, currency
):
    sale = sell(embedded_system, provider, currency, 4_000, postage=500)
    case = sale.bring_back("quality", postage=900)
    sale.accept(case)
    shown = sale.until(case, "reimbursement_due")
    assert (shown["next_step"]["party"], sale.refunds()) == ("finance", [4_500])
    assert shown["next_step"]["by"] <= next(one["when"] for one in shown["deadlines"] if one["what"] == "payout")
    asked = f"/v1/refunds?awaiting=finance&order_number={sale.order_number}"
    tasks = embedded_system.shop.call("finance", "GET", asked)
    assert [one["case_id"] for one in tasks["items"]] == [case["case_id"]]
    sale.assert_adds_up(case, borne=900)
    sale.decide(case, "paid", reference="wire-2")
    ended = sale.until(case, "refunded")
    told = [(one["provider"], one["amount"]["minor"], one["state"]) for one in ended["payouts"]]
    assert told == [(provider, 4_500, "succeeded"), ("reimbursement", 900, "succeeded")]
    sale.assert_adds_up(case, borne=900)
