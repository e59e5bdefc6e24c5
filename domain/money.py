"""Money in integer minor units, shares that add up to the whole, and amounts as decimal text (R33).

Source: ISO 4217 for the decimals of each currency; two for currencies that are not listed here.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Annotated, Self

from pydantic import Field

from domain.value import Value

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code", examples=["USD"])]
MAX_MINOR = 10**12
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DECIMALS = "CLF UYW"
_DECIMALS = {
    **dict.fromkeys(_NO_DECIMALS.split(), 0),
    **dict.fromkeys(_THREE_DECIMALS.split(), 3),
    **dict.fromkeys(_FOUR_DECIMALS.split(), 4),
}
_USUAL = 2


class Money(Value):
    """An amount in the minor unit (cents for USD, yen for JPY); arithmetic across currencies is refused (R33)."""

    minor: Annotated[int, Field(ge=-MAX_MINOR, le=MAX_MINOR, strict=True, description="integer minor units")]
    currency: Currency

    def __add__(self, other: Self) -> Self:
        """Return the sum; raises ValueError when the currencies differ."""
        return type(self)(minor=self.minor + self._same(other).minor, currency=self.currency)

    def __sub__(self, other: Self) -> Self:
        """Return the difference; raises ValueError when the currencies differ."""
        return type(self)(minor=self.minor - self._same(other).minor, currency=self.currency)

    def __lt__(self, other: Self) -> bool:
        """Compare by amount; raises ValueError when the currencies differ."""
        return self.minor < self._same(other).minor

    def __bool__(self) -> bool:
        """Return whether the amount is not zero."""
        return self.minor != 0

    def __str__(self) -> str:
        """Return the amount in minor units with its currency, for logs and summaries."""
        return f"{self.minor} {self.currency} (minor units)"

    def _same(self, other: Self) -> Self:
        if other.currency != self.currency:
            raise ValueError(f"amounts in {self.currency} and {other.currency} cannot be combined")
        return other


def split(whole: int, weights: Sequence[int], step: int = 1) -> tuple[int, ...]:
    """Split a whole into shares by largest remainder, so that they add up to it exactly (R33).

    Each share is a multiple of `step`; the part of the whole that is no multiple goes to the last share with a weight.
    Weights are not negative; if all are zero, the shares are equal. Ties go to the earlier share. A negative whole is
    split like its absolute value. Raises ValueError if there are no weights or negative ones.
    """
    if not weights or min(weights) < 0:
        raise ValueError("a split needs at least one weight, and none may be negative")
    if whole < 0:
        return tuple(-share for share in split(-whole, weights, step))
    effective = weights if any(weights) else [1] * len(weights)
    steps, rest = divmod(whole, step)
    last = max(place for place, weight in enumerate(effective) if weight)
    shares = _by_largest_remainder(steps, effective)
    return tuple(share * step + (rest if place == last else 0) for place, share in enumerate(shares))


def _by_largest_remainder(whole: int, weights: Sequence[int]) -> Sequence[int]:
    total = sum(weights)
    floors = [whole * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(whole * weights[i] % total), i))
    winners = set(by_remainder[: whole - sum(floors)])
    return [floor + (i in winners) for i, floor in enumerate(floors)]


def decimals(currency: str) -> int:
    """Return the number of decimals of the currency's amounts."""
    return _DECIMALS.get(currency, _USUAL)


def to_decimal_text(money: Money, places: int | None = None) -> str:
    """Return the amount as text with its currency's decimals, or with `places` decimals.

    Raises ValueError if the amount is not exact with that few decimals.
    """
    own = decimals(money.currency)
    wanted = own if places is None else places
    exact = Decimal(money.minor).scaleb(-own)
    if exact != round(exact, wanted):
        raise ValueError(f"{money} cannot be written with {wanted} decimals")
    return f"{exact:.{wanted}f}"


def from_decimal_text(value: str, currency: str) -> Money:
    """Return the amount; raises ValueError if the text is not an amount of whole minor units."""
    try:
        minor = Decimal(value).scaleb(decimals(currency))
    except InvalidOperation:
        raise ValueError(f"{value!r} is not an amount") from None
    if not minor.is_finite() or minor != minor.to_integral_value():
        raise ValueError(f"{value!r} has more decimals than {currency}")
    return Money(minor=int(minor), currency=currency)
