"""Amounts as PayPal writes them, and the smallest step that it can pay in each currency.

Source: developer.paypal.com/api/rest/reference/currency-codes (HUF, JPY and TWD do not support decimals).
"""

from domain.errors import PayoutRefusedError
from domain.money import Money, decimals, from_decimal_text, to_decimal_text
from gateways.payments.paypal.client import Json

_WITHOUT_DECIMALS = frozenset({"HUF", "JPY", "TWD"})


def step(currency: str) -> int:
    """Return the smallest amount of which PayPal can pay multiples, in the currency's minor units (R33)."""
    return 10 ** decimals(currency) if currency in _WITHOUT_DECIMALS else 1


def to_paypal(money: Money) -> dict[str, str]:
    """Return the amount in PayPal's format; raises PayoutRefusedError if PayPal cannot pay it exactly."""
    places = 0 if money.currency in _WITHOUT_DECIMALS else None
    try:
        return {"value": to_decimal_text(money, places), "currency_code": money.currency}
    except ValueError as error:
        raise PayoutRefusedError(f"PayPal cannot pay {money} exactly", "decimals_not_supported") from error


def from_paypal(amount: Json) -> Money:
    """Return an amount given in PayPal's format; raises ValueError."""
    return from_decimal_text(amount["value"], amount["currency_code"])
