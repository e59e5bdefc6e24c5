"""Check digits of tracking numbers: they reveal numbers that look mistyped (R19)."""

import re

from policy.parcels.return_codes import plain_code


def check_digit_warning(carrier: str, tracking_number: str) -> str | None:
    """Return a warning when the number's check digit does not fit (UPU S10, UPS, FedEx), else None.

    It is never a refusal, because carriers do not always follow their own rules.
    """
    number = plain_code(tracking_number)
    kinds = ((_S10, _s10_fits, "UPU S10"), (_UPS, _ups_fits, "UPS"), *(_FEDEX if carrier == "fedex" else ()))
    for shape, fits, name in kinds:
        if shape.fullmatch(number) and not fits(number):
            return f"The check digit of {tracking_number} is wrong for {name}: compare the number with the receipt."
    return None


def _s10_fits(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number[2:10], (8, 6, 4, 2, 3, 5, 9, 7), strict=True))
    return {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11) == int(number[10])


def _ups_fits(number: str) -> bool:
    # A letter counts as the last digit of its place in the alphabet plus one: A is 2, I is 0.
    values = [int(one) if one.isdigit() else (ord(one) - 63) % 10 for one in number[2:17]]
    total = sum(value * (1 + place % 2) for place, value in enumerate(values))
    return number[17] == str(-total % 10)


def _fedex_express_fits(number: str) -> bool:
    total = sum(int(digit) * (3, 1, 7)[place % 3] for place, digit in enumerate(number[:11]))
    return total % 11 % 10 == int(number[11])


def _fedex_ground_fits(number: str) -> bool:
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(number[:14])))
    return -total % 10 == int(number[14])


_S10 = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}")
_UPS = re.compile(r"1Z[0-9A-Z]{15}[0-9]")
_FEDEX = (
    (re.compile(r"[0-9]{12}"), _fedex_express_fits, "FedEx"),
    (re.compile(r"[0-9]{15}"), _fedex_ground_fits, "FedEx"),
)
