"""Amounts as Stripe writes them, and the smallest step that it can pay in each currency.

Source: docs.stripe.com/currencies (zero-decimal, three-decimal, special cases). The special cases of HUF and TWD there
are about transfers to the shop's own bank account, not about charges and refunds.
"""

from domain.errors import PayoutRefusedError
from domain.money import Money, decimals

_NO_DECIMALS = ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")
_WITHOUT_DECIMALS = frozenset(_NO_DECIMALS)
_TWO_DECIMALS_OF_00 = frozenset({"ISK", "UGX"})
"""Written with two decimals for compatibility, which must be 00."""
_THREE_DECIMALS = 3
_LAST_DIGIT_0 = 10
"""Amounts with three decimals must end with 0, for the networks behind Stripe."""


def step(currency: str) -> int:
    """Return the smallest amount of which Stripe can pay multiples, in the currency's minor units (R33)."""
    own = decimals(currency)
    if own == _THREE_DECIMALS:
        return _LAST_DIGIT_0
    return 10 ** max(0, own - _decimals_at_stripe(currency))


def to_stripe(money: Money) -> int:
    """Return the amount in Stripe's units; raises PayoutRefusedError if Stripe cannot pay it exactly."""
    if money.minor % step(money.currency):
        message = f"Stripe cannot pay {money} exactly: it pays multiples of {step(money.currency)} minor units"
        raise PayoutRefusedError(message, "amount_not_payable")
    places = _decimals_at_stripe(money.currency) - decimals(money.currency)
    return money.minor * 10**places if places > 0 else money.minor // 10**-places


def from_stripe(amount: int, currency: str) -> Money:
    """Return an amount that Stripe reports, with the currency in either case.

    A fraction of a minor unit, which only charges in ISK and UGX of long ago have, counts as a whole one.
    """
    code = currency.upper()
    places = decimals(code) - _decimals_at_stripe(code)
    return Money(minor=amount * 10**places if places >= 0 else -(-amount // 10**-places), currency=code)


def _decimals_at_stripe(currency: str) -> int:
    if currency in _WITHOUT_DECIMALS:
        return 0
    return 2 if currency in _TWO_DECIMALS_OF_00 else decimals(currency)
