"""M4 and M5: what both providers say of disputes, translated completely, with what was returned to the customer."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.money import Money
from domain.payment_events import DisputeStatus
from gateways.payments.paypal.disputes import disputes_of
from gateways.payments.stripe.disputes import dispute_of

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
OPEN, WON, LOST = DisputeStatus.OPEN, DisputeStatus.WON, DisputeStatus.LOST


def usd(value: str) -> dict[str, str]:
    return {"value": value, "currency_code": "USD"}


def at_paypal(outcome: str | None = None, refunded: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """A dispute over 52.00 USD, with its outcome."""
    ended = {"outcome_code": outcome, **({"amount_refunded": refunded} if refunded else {})}
    return {
        "dispute_id": "PP-D-1",
        "create_time": "2026-02-20T08:00:00Z",
        "dispute_amount": usd("52.00"),
        "disputed_transactions": [{"seller_transaction_id": "7TK53561YB803214S"}],
        **({"dispute_outcome": ended} if outcome else {}),
        **more,
    }


def paypal(*said: Any, **more: Any):
    (dispute,) = disputes_of(at_paypal(*said, **more), AT)
    return dispute.status, dispute.returned and (dispute.returned.minor, dispute.returned.currency)


@pytest.mark.parametrize(
    ("outcome", "refunded", "status", "returned"),
    [
        ("RESOLVED_BUYER_FAVOUR", usd("10.00"), LOST, 1_000),
        ("RESOLVED_BUYER_FAVOUR", usd("52.00"), LOST, 5_200),
        ("RESOLVED_BUYER_FAVOUR", usd("0.00"), LOST, 0),
        ("RESOLVED_BUYER_FAVOUR", None, LOST, None),
        ("ACCEPTED", usd("52.00"), LOST, 5_200),
        ("RESOLVED_WITH_PAYOUT", usd("52.00"), LOST, 5_200),
        ("RESOLVED_WITH_PAYOUT", None, OPEN, None),
        ("RESOLVED_SELLER_FAVOUR", None, WON, 0),
        ("CANCELED_BY_BUYER", None, WON, 0),
        ("CANCELED_BY_BUYER", usd("5.00"), WON, 0),
        ("DENIED", None, WON, 0),
        ("NONE", None, WON, 0),
        ("A_NEW_WORD", usd("52.00"), OPEN, None),
        (None, None, OPEN, None),
    ],
)
def test_m4_each_outcome_of_paypal_says_what_it_returned(outcome, refunded, status, returned):
    (dispute,) = disputes_of(at_paypal(outcome, refunded), AT)
    assert dispute.status is status
    assert dispute.returned == (None if returned is None else Money(minor=returned, currency="USD"))


@pytest.mark.parametrize(
    ("outcome", "more", "is_unclear"),
    [
        (None, {}, False),
        (None, {"status": "UNDER_REVIEW"}, False),
        (None, {"status": "RESOLVED"}, True),
        ("A_NEW_WORD", {}, True),
        ("RESOLVED_WITH_PAYOUT", {}, True),
        (
            "RESOLVED_WITH_PAYOUT",
            {"fund_movements": [{"party": "SELLER", "type": "CREDIT", "amount": usd("52.00")}]},
            False,
        ),
        ("RESOLVED_BUYER_FAVOUR", {"status": "RESOLVED"}, False),
    ],
)
def test_m4_an_end_in_unknown_words_holds_nothing_and_returned_nothing(outcome, more, is_unclear):
    (dispute,) = disputes_of(at_paypal(outcome, **more), AT)
    assert dispute.is_unclear is is_unclear
    assert not (is_unclear and (dispute.is_holding or dispute.returned))


@pytest.mark.parametrize("field", ["fund_movements", "money_movements"])
@pytest.mark.parametrize(("party", "status", "returned"), [("BUYER", LOST, 5_200), ("SELLER", WON, 0)])
def test_m4_a_payout_by_paypal_is_read_from_the_movements_of_money(field, party, status, returned):
    named = "party" if field == "fund_movements" else "affected_party"
    movements = [{named: party, "type": "CREDIT", "amount": usd("52.00")}, {named: "SELLER", "type": "DEBIT"}]
    told = paypal("RESOLVED_WITH_PAYOUT", **{field: movements})
    assert told == (status, (returned, "USD") if returned else Money(minor=0, currency="USD"))


@pytest.mark.parametrize(("value", "currency", "minor"), [("5200", "JPY", 5_200), ("10.5", "EUR", 1_050)])
def test_m5_what_was_returned_in_another_currency_stays_in_it(value, currency, minor):
    told = paypal("RESOLVED_BUYER_FAVOUR", {"value": value, "currency_code": currency})
    assert told == (LOST, (minor, currency))


def test_m4_a_dispute_over_several_payments_is_one_for_each_and_nothing_is_lost():
    transactions = [
        {"seller_transaction_id": "CAPTURE1", "gross_amount": usd("30.00"), "refund_ids": ["REFUND1"]},
        {"seller_transaction_id": "CAPTURE2", "gross_amount": usd("22.00")},
        {"seller_transaction_id": "CAPTURE3", "gross_amount": usd("0.01")},
    ]
    said = at_paypal("RESOLVED_BUYER_FAVOUR", usd("10.00"), disputed_transactions=transactions)
    disputes = disputes_of(said, AT)
    assert [one.payment_reference for one in disputes] == ["CAPTURE1", "CAPTURE2", "CAPTURE3"]
    assert [one.dispute_id for one in disputes] == ["PP-D-1", "PP-D-1/CAPTURE2", "PP-D-1/CAPTURE3"]
    assert sum(one.amount.minor for one in disputes) == 5_200
    assert sum(one.returned.minor for one in disputes if one.returned is not None) == 1_000
    assert disputes[0].refund_ids == ("REFUND1",)


def at_stripe(status: str, currency: str = "usd", amount: int = 5_200, **more: Any) -> dict[str, Any]:
    said = {"id": "du_1", "amount": amount, "currency": currency, "status": status, "created": 1772355600}
    return {**said, "charge": "ch_1", "payment_intent": "pi_1", **more}


def card(case_type: str) -> dict[str, Any]:
    return {"payment_method_details": {"type": "card", "card": {"case_type": case_type}}}


@pytest.mark.parametrize(
    ("status", "more", "said", "returned", "inquiry"),
    [
        ("needs_response", {}, OPEN, None, False),
        ("under_review", {}, OPEN, None, False),
        ("warning_needs_response", {}, OPEN, None, True),
        ("warning_under_review", {}, OPEN, None, True),
        ("warning_closed", {}, WON, 0, True),
        ("won", {}, WON, 0, False),
        ("charge_refunded", {}, WON, 0, False),
        ("lost", {}, LOST, 5_200, False),
        ("prevented", {}, LOST, 5_200, False),
        ("prevented", card("resolution"), LOST, 5_200, False),
        ("prevented", card("block"), WON, 0, False),
        ("a_new_word", {}, OPEN, None, False),
    ],
)
def test_m4_each_status_of_stripe_says_what_it_returned_and_an_inquiry_is_none(status, more, said, returned, inquiry):
    dispute = dispute_of(at_stripe(status, **more), AT)
    assert (dispute.status, dispute.is_inquiry) == (said, inquiry)
    assert dispute.returned == (None if returned is None else Money(minor=returned, currency="USD"))
    assert dispute.is_unclear is (status == "a_new_word")
    assert dispute.is_holding is (said is OPEN and not inquiry and not dispute.is_unclear)


@pytest.mark.parametrize(
    ("currency", "amount", "minor"), [("isk", 520_000, 5_200), ("jpy", 5_200, 5_200), ("kwd", 10, 10)]
)
def test_m1_a_dispute_is_read_by_the_same_scale_as_a_refund(currency, amount, minor):
    dispute = dispute_of(at_stripe("lost", currency, amount), AT)
    assert dispute.amount == dispute.returned == Money(minor=minor, currency=currency.upper())


def test_m6_a_dispute_names_all_ids_of_its_payment_plain_or_expanded():
    plain = dispute_of(at_stripe("lost"), AT)
    assert (plain.payment_reference, plain.other_references) == ("pi_1", ("ch_1",))
    expanded = dispute_of(at_stripe("lost", charge={"id": "ch_2"}, payment_intent=None), AT)
    assert (expanded.payment_reference, expanded.other_references) == ("ch_2", ())
