"""How PayPal's API writes amounts, and the amounts that it refuses.

The ledger keeps minor units of ISO 4217. The rules are written here once more, without the adapter's own table, so that
a mistake there fails a test. Source: developer.paypal.com/api/rest/reference/currency-codes.
"""

from domain.money import Money, from_decimal_text, to_decimal_text

_WITHOUT_DECIMALS = {"HUF", "JPY", "TWD"}


def shown(minor: int, currency: str) -> dict[str, str]:
    """Return an amount of the ledger as PayPal writes it."""
    code = currency.upper()
    money = Money(minor=minor, currency=code)
    is_whole = code in _WITHOUT_DECIMALS and minor % _step(code) == 0
    return {"value": to_decimal_text(money, 0 if is_whole else None), "currency_code": code}


def received(written: dict[str, str]) -> int:
    """Return an amount that PayPal was sent in the ledger's units; raises ValueError if it is no amount."""
    return from_decimal_text(written["value"], written["currency_code"]).minor


def has_decimals_that_it_must_not(written: dict[str, str]) -> bool:
    """Return whether decimals are written in a currency in which PayPal does not support them."""
    return written["currency_code"] in _WITHOUT_DECIMALS and "." in written["value"]


def payable(minor: int, currency: str) -> int:
    """Return an amount of the ledger; raises ValueError if PayPal cannot pay it."""
    code = currency.upper()
    if code in _WITHOUT_DECIMALS and minor % _step(code):
        raise ValueError(f"{code} does not support decimals: {minor} minor units are not divisible by {_step(code)}.")
    return minor


def _step(code: str) -> int:
    return 1 if code == "JPY" else 100
