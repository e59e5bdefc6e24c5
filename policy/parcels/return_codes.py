"""Return codes: how they are made, read and checked, and how codes and tracking numbers are looked up (R18)."""

import re
from hashlib import sha256

from domain.parcel_labels.label_text import clean, letters_and_digits
from domain.parcel_labels.labels import find_numbers

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE = str.maketrans("OIL", "011")
_PREFIX = "RMA"
_DIGITS = 11
CODE_LENGTH_MAX = 64
_GROUP = 4
_WITHIN = re.compile(r"(?<![0-9A-Z])RMA(?:[^0-9A-Z]?[0-9A-Z]){12}(?![0-9A-Z])")


def return_code(case_id: str) -> str:
    """Return the code printed on the return label, which is always the same for a case (R18).

    `RMA-XXXX-XXXX-XXXX` in Crockford's base 32, made to be typed by hand: the last character is a check character that
    detects every single wrong character and every swap of two. The code reveals nothing about the case.
    """
    number = int.from_bytes(sha256(case_id.encode()).digest())
    digits = [number >> (5 * place) & 31 for place in range(_DIGITS)]
    return _written("".join(_ALPHABET[digit] for digit in [*digits, _check(digits)]))


def read_return_code(typed: str) -> str | None:
    """Return a scanned or typed return code in its printed form, or None if it is not a valid code (R18).

    Case, anything but letters and digits, and the look-alikes O, I and L do not matter; the check character must fit.
    """
    plain = letters_and_digits(typed).translate(_ALIKE)
    if len(plain) > _DIGITS + 1:
        plain = plain.removeprefix(_PREFIX)
    if len(plain) != _DIGITS + 1 or not set(plain) <= set(_ALPHABET):
        return None
    *digits, check = (_ALPHABET.index(character) for character in plain)
    return _written(plain) if _check(digits) == check else None


def find_return_code(read: str) -> str | None:
    """Return the return code within a text, with its prefix and a check character that fits, or None (R18)."""
    found = _WITHIN.search(clean(read).text)
    return read_return_code(found[0]) if found else None


def plain_code(code: str) -> str:
    """Return the form in which a return code or tracking number is looked up: upper-case letters and digits only.

    A label that contains exactly one tracking number is looked up by that number.
    """
    return_code = read_return_code(code) or find_return_code(code)
    numbers = () if return_code else find_numbers(code)
    number = numbers[0] if len(numbers) == 1 else code
    return letters_and_digits(return_code or number)[:CODE_LENGTH_MAX]


def _written(plain: str) -> str:
    groups = [plain[start : start + _GROUP] for start in range(0, len(plain), _GROUP)]
    return "-".join([_PREFIX, *groups])


def _check(digits: list[int]) -> int:
    # A sum over the field of 32 elements; each place has a different power of x as its weight.
    total = 0
    for digit in digits:
        total = _times_x(total) ^ digit
    return _times_x(total)


def _times_x(element: int) -> int:
    doubled = element << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled
