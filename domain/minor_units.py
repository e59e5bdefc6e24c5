"""Amounts as decimal text, for people and for providers that write them so; exact in both directions (R33).

Source: ISO 4217, the number of decimals of each currency's minor unit; two where it is not named here.
"""

from decimal import Decimal, InvalidOperation

from domain.money import Money

_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_DECIMALS = {**dict.fromkeys(_NO_DECIMALS.split(), 0), **dict.fromkeys(_THREE_DECIMALS.split(), 3)}
_USUAL = 2


def decimals(currency: str) -> int:
    """Return how many decimals the currency's amounts have."""
    return _DECIMALS.get(currency, _USUAL)


def as_text(money: Money, places: int | None = None) -> str:
    """Return the amount with its currency's decimals, or with as many as asked for.

    Raises ValueError when it is not exact with that few.
    """
    own = decimals(money.currency)
    wanted = own if places is None else places
    exact = Decimal(money.minor).scaleb(-own)
    if exact != round(exact, wanted):
        raise ValueError(f"{money} cannot be written with {wanted} decimals")
    return f"{exact:.{wanted}f}"


def from_text(value: str, currency: str) -> Money:
    """Return the amount; raises ValueError for what is no amount of whole minor units."""
    try:
        minor = Decimal(value).scaleb(decimals(currency))
    except InvalidOperation:
        raise ValueError(f"{value!r} is no amount") from None
    if not minor.is_finite() or minor != minor.to_integral_value():
        raise ValueError(f"{value!r} has more decimals than {currency}")
    return Money(minor=int(minor), currency=currency)
