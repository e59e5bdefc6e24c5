"""Return codes: how they are made, read and checked, and how codes and tracking numbers are looked up (R18)."""

from hashlib import sha256

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE = str.maketrans("OIL", "011", "- ")
_PREFIX = "RMA"
_DIGITS = 11
CODE_LENGTH_MAX = 64
_GROUP = 4


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

    Upper or lower case, hyphens, blanks and the look-alikes O, I and L do not matter; the check character must fit.
    """
    plain = typed.upper().translate(_ALIKE)
    if len(plain) > _DIGITS + 1:
        plain = plain.removeprefix(_PREFIX)
    if len(plain) != _DIGITS + 1 or not set(plain) <= set(_ALPHABET):
        return None
    *digits, check = (_ALPHABET.index(character) for character in plain)
    return _written(plain) if _check(digits) == check else None


def plain_code(code: str) -> str:
    """Return the form in which a return code or tracking number is looked up: upper-case letters and digits only."""
    return "".join(filter(str.isalnum, (read_return_code(code) or code).upper()))[:CODE_LENGTH_MAX]


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
