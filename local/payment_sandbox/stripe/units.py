"""The units in which Stripe's API writes amounts, and the amounts that it refuses.

The ledger keeps minor units of ISO 4217. The rules are written here once more, without the adapter's own table, so that
a mistake there fails a test. Source: docs.stripe.com/currencies.
"""

_TWO_DECIMALS_OF_00 = {"isk", "ugx"}
_LAST_DIGIT_0 = {"bhd", "iqd", "jod", "kwd", "lyd", "omr", "tnd"}
_WITHOUT_ITS_DECIMALS = {"mga"}


def shown(minor: int, currency: str) -> int:
    """Return an amount of the ledger as Stripe writes it."""
    if currency in _TWO_DECIMALS_OF_00:
        return minor * 100
    return minor // 100 if currency in _WITHOUT_ITS_DECIMALS else minor


def received(amount: int, currency: str) -> int:
    """Return an amount that Stripe was sent in the ledger's units; raises ValueError if Stripe does not take it."""
    if currency in _TWO_DECIMALS_OF_00:
        return _divisible(amount, currency, 100) // 100
    if currency in _LAST_DIGIT_0:
        return _divisible(amount, currency, 10)
    return amount * 100 if currency in _WITHOUT_ITS_DECIMALS else amount


def payable(minor: int, currency: str) -> int:
    """Return an amount of the ledger; raises ValueError if Stripe cannot pay it."""
    step = 100 if currency in _WITHOUT_ITS_DECIMALS else 1
    return received(shown(_divisible(minor, currency, step), currency), currency)


def _divisible(amount: int, currency: str, step: int) -> int:
    if amount % step:
        raise ValueError(f"Invalid amount: {amount}. Amounts in {currency.upper()} must be evenly divisible by {step}.")
    return amount
