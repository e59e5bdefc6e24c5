"""M1-M3: amounts are minor units of ISO 4217 everywhere, and each adapter writes and reads its provider's own units."""

from collections.abc import Callable

import pytest

from domain.errors import PayoutRefusedError
from domain.money import Money, decimals
from gateways.payments.paypal.amounts import from_paypal, to_paypal
from gateways.payments.registry import PROVIDERS, payment_step
from gateways.payments.stripe.amounts import from_stripe, to_stripe

AT_STRIPE = [
    ("ISK", 5200, 520000),
    ("UGX", 1, 100),
    ("MGA", 520000, 5200),
    ("JPY", 5200, 5200),
    ("KRW", 5200, 5200),
    ("XOF", 5200, 5200),
    ("KWD", 10010, 10010),
    ("HUF", 2897001, 2897001),
    ("TWD", 5201, 5201),
    ("USD", 5201, 5201),
]
AT_PAYPAL = [
    ("HUF", 2897000, "28970"),
    ("TWD", 5200, "52"),
    ("JPY", 5200, "5200"),
    ("USD", 5201, "52.01"),
    ("EUR", 1, "0.01"),
]


@pytest.mark.parametrize(("currency", "minor", "written"), AT_STRIPE)
def test_m1_stripe_is_sent_its_own_units_and_read_by_the_same_scale(currency, minor, written):
    money = Money(minor=minor, currency=currency)
    assert to_stripe(money) == written
    assert from_stripe(written, currency.lower()) == money


@pytest.mark.parametrize(("currency", "minor", "written"), AT_PAYPAL)
def test_m3_paypal_is_sent_its_own_format_and_read_by_the_same_scale(currency, minor, written):
    money = Money(minor=minor, currency=currency)
    assert to_paypal(money) == {"value": written, "currency_code": currency}
    assert from_paypal({"value": written, "currency_code": currency}) == money


@pytest.mark.parametrize("currency", ["BHD", "JOD", "KWD", "OMR", "TND"])
def test_m2_stripe_pays_three_decimals_only_with_a_last_digit_of_0(currency):
    assert payment_step("stripe", currency) == 10
    with pytest.raises(PayoutRefusedError, match="multiples of 10") as refused:
        to_stripe(Money(minor=3334, currency=currency))
    assert refused.value.decline_code == "amount_not_payable"


@pytest.mark.parametrize("currency", ["HUF", "TWD"])
def test_m3_paypal_refuses_decimals_where_it_has_none(currency):
    assert payment_step("paypal", currency) == 100
    with pytest.raises(PayoutRefusedError) as refused:
        to_paypal(Money(minor=965667, currency=currency))
    assert refused.value.decline_code == "decimals_not_supported"


@pytest.mark.parametrize(
    ("provider", "currency", "step"),
    [
        ("stripe", "USD", 1),
        ("stripe", "ISK", 1),
        ("stripe", "UGX", 1),
        ("stripe", "HUF", 1),
        ("stripe", "MGA", 100),
        ("paypal", "USD", 1),
        ("paypal", "JPY", 1),
        ("paypal", "KWD", 1),
        ("store_credit", "KWD", 1),
    ],
)
def test_r33_the_smallest_step_is_known_without_any_settings(provider, currency, step):
    assert payment_step(provider, currency) == step


SENT: dict[str, Callable[[Money], object]] = {"stripe": to_stripe, "paypal": to_paypal}


@pytest.mark.parametrize("provider", [one.name for one in PROVIDERS])
@pytest.mark.parametrize("currency", ["USD", "JPY", "ISK", "UGX", "KWD", "TND", "HUF", "TWD", "MGA", "CLF"])
def test_r33_every_multiple_of_the_step_can_be_sent(provider, currency):
    step = payment_step(provider, currency)
    for minor in (step, 7 * step, 1_000_003 * step):
        assert SENT[provider](Money(minor=minor, currency=currency))


def test_m1_a_fraction_of_a_crown_from_long_ago_counts_as_a_whole_one():
    assert from_stripe(4010, "isk") == Money(minor=41, currency="ISK")


@pytest.mark.parametrize(
    ("currency", "places"), [("ISK", 0), ("UYI", 0), ("MGA", 2), ("HUF", 2), ("KWD", 3), ("CLF", 4)]
)
def test_m1_decimals_are_those_of_iso_4217(currency, places):
    assert decimals(currency) == places
