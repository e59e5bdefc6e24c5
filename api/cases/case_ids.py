"""New ids for cases and evidence; the only place that uses randomness.

They are ULIDs in lower case (48 bits of milliseconds, 80 random bits, Crockford's base 32): processes can create them
without knowing of each other, they sort by time, and nobody can guess the id of another case.
"""

from datetime import UTC, datetime, timedelta
from secrets import randbits

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_DIGITS = 26
_RANDOM_BITS = 80
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def mint_case_id(at: datetime) -> str:
    """Return a new case id."""
    return f"rc_{_ulid(at)}"


def mint_evidence_id(at: datetime) -> str:
    """Return a new id for a piece of evidence."""
    return f"ev_{_ulid(at)}"


def _ulid(at: datetime) -> str:
    number = (at - _EPOCH) // _MILLISECOND << _RANDOM_BITS | randbits(_RANDOM_BITS)
    return "".join(_ALPHABET[number >> (5 * place) & 31] for place in reversed(range(_DIGITS)))
