"""Tracking numbers: their normal form, in which they are recorded, compared and shown, however they were typed."""

from typing import Annotated

from pydantic import AfterValidator, Field

from domain.parcel_labels.label_text import TEXT_LENGTH_MAX, letters_and_digits
from domain.parcel_labels.labels import find_numbers

NUMBER_LENGTH_MAX = 64
_SHORTEST_TYPED = 4
_LOOKS_LIKE = (
    "does not look like a tracking number, which has 4 to 64 letters and digits, such as SF1234567890123, "
    "1Z999AA10123456784 or RR123456785CN: copy it from the receipt or the label; blanks, dashes and dots do not matter"
)


def normal_number(typed: str) -> str:
    """Return the number in its normal form: the only one on a label, or else the letters and digits of the text."""
    numbers = find_numbers(typed)
    return numbers[0] if len(numbers) == 1 else letters_and_digits(typed)


def _given(typed: str) -> str:
    """Read a number that a person or a system gave; lenient, so that a message of an older release stays readable."""
    if len(typed) < _SHORTEST_TYPED:
        raise ValueError(_LOOKS_LIKE)
    return _outbound(typed)


def _outbound(typed: str) -> str:
    number = normal_number(typed)
    if not 1 <= len(number) <= NUMBER_LENGTH_MAX:
        raise ValueError(_LOOKS_LIKE)
    return number


def _certain(typed: str) -> str:
    """Read the number that somebody gives now: nobody guesses what it is."""
    numbers = find_numbers(typed)
    if len(numbers) > 1:
        raise ValueError(f"can mean {' or '.join(numbers)}: give the one that is printed as the tracking number")
    if not numbers:
        raise ValueError(_LOOKS_LIKE)
    return numbers[0]


_TYPED = Field(min_length=1, max_length=TEXT_LENGTH_MAX, examples=["SF1234567890", "9405 5118 9922 3197 4284 90"])
TrackingNumber = Annotated[str, _TYPED, AfterValidator(_given)]
CertainTrackingNumber = Annotated[str, _TYPED, AfterValidator(_certain)]
"""For requests, where whoever types it can be asked again."""
OutboundNumber = Annotated[str, _TYPED, AfterValidator(_outbound)]
"""The number of a parcel to the customer, for which shops may use a short number of their own."""
