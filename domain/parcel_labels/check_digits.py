"""Check digits of couriers' numbers: true for a number as it is printed, false for most misread ones."""

from collections.abc import Sequence

_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def fits_mod_10(digits: str) -> bool:
    """Return whether the last digit is the modulo 10 check digit with weights 3 and 1 from the right.

    Sources: USPS Publication 199 (IMpb), GS1 General Specifications (SSCC), FedEx Ground label layout specification.
    """
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(reversed(digits)))
    return total % 10 == 0


def fits_s10(number: str) -> bool:
    """Return whether the digit before the country fits the eight before it (UPU standard S10)."""
    remainder = 11 - _weighted(number[2:10], (8, 6, 4, 2, 3, 5, 9, 7)) % 11
    return {10: 0, 11: 5}.get(remainder, remainder) == int(number[10])


def fits_ups(number: str) -> bool:
    """Return whether the last digit of a 1Z number fits (UPS Guide to Labeling).

    A letter counts as the last digit of its place in the alphabet plus one: A is 2, I is 0.
    """
    values = [int(one) if one.isdigit() else (ord(one) - 63) % 10 for one in number[2:17]]
    total = sum(value * (1 + place % 2) for place, value in enumerate(values))
    return number[17] == str(-total % 10)


def fits_fedex_express(number: str) -> bool:
    """Return whether the twelfth digit fits the eleven before it (FedEx Express)."""
    return _weighted(number[:11], (3, 1, 7) * 4) % 11 % 10 == int(number[11])


def dpd_check_character(digits: str) -> str:
    """Return the check character that DPD prints behind a parcel number (ISO/IEC 7064, mod 37,36)."""
    total = 36
    for digit in digits:
        total = (total + _ALPHANUMERIC.index(digit)) % 36 or 36
        total = total * 2 % 37
    return _ALPHANUMERIC[(37 - total) % 36]


def _weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))
