"""Under which codes a parcel is looked up, and whether two numbers are the same parcel's (R18, R19, R21)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from domain.cases.case import Case
from domain.parcel_labels.label_shapes import Numbers, other_spellings
from domain.parcel_labels.label_text import clean, letters_and_digits
from domain.parcel_labels.labels import find_numbers
from domain.parcel_labels.tracking_number import normal_number
from domain.parcels import ParcelCandidate
from policy.parcels.return_codes import CODE_LENGTH_MAX, find_return_code, plain_code

WHOLE_TEXT = ""
CODES_WITHIN_MAX = 3000
SHOWN_LENGTH_MAX = 200
Found = Sequence[tuple[str, Case]]
"""The codes under which cases are recorded, with the cases, the oldest first."""
_SHORTEST_WITHIN = 12
_LONGEST_WITHIN = 34
_SHORTEST_ALONE = 8


def codes_by_reading(read: str) -> dict[str, Numbers]:
    """Return each number that the text may mean with the codes under which cases may be recorded for it.

    The whole text counts too: before release 0.2.0 a case was recorded under whatever was typed.
    """
    return_code = find_return_code(read)
    numbers = (return_code,) if return_code else find_numbers(read)
    of_whole_text = (plain_code(read), letters_and_digits(read)[:CODE_LENGTH_MAX])
    codes = {number: tuple(map(plain_code, (number, *other_spellings(number)))) for number in numbers}
    if len(numbers) == 1:
        return {number: (*found, *of_whole_text) for number, found in codes.items()}
    return {**codes, WHOLE_TEXT: of_whole_text}


def codes_of(number: str) -> list[str]:
    """Return every code under which something may be recorded for the number, in whatever spelling."""
    return list(dict.fromkeys(code for codes in codes_by_reading(number).values() for code in codes))


def codes_within(read: str) -> list[str]:
    """Return every part of a longer text that could be a recorded number, whatever the label's format.

    Parts of a run of letters and digits have 12 to 34 characters, shorter ones stand alone; 3,000 parts at most.
    """
    runs = re.findall(r"[0-9A-Z]+", clean(read).text)
    alone = [run for run in runs if _SHORTEST_ALONE <= len(run) <= CODE_LENGTH_MAX and any(map(str.isdigit, run))]
    parts = (part for run in runs for part in _parts(run))
    return list(dict.fromkeys([*alone, *islice(parts, CODES_WITHIN_MAX)]))[:CODES_WITHIN_MAX]


@dataclass(frozen=True)
class Matched:
    """The cases of a parcel, or the numbers among which somebody has to choose because they belong to other cases."""

    cases: tuple[Case, ...] = ()
    candidates: tuple[ParcelCandidate, ...] = ()


def match_cases(readings: Mapping[str, Numbers], found: Found) -> Matched:
    """Return the cases of the reading that was found; candidates if several readings lead to different cases.

    A case that is recorded under the whole text leaves nothing open.
    """
    known = {reading: cases for reading, codes in readings.items() if (cases := _of_codes(codes, found))}
    if WHOLE_TEXT in known:
        return Matched(cases=tuple(known[WHOLE_TEXT].values()))
    if len({frozenset(cases) for cases in known.values()}) > 1:
        return Matched(
            candidates=tuple(_candidate(one, case) for one, cases in known.items() for case in cases.values())
        )
    return Matched(cases=next((tuple(cases.values()) for cases in known.values()), ()))


def shown_code(read: str) -> str:
    """Return what people are shown of a scanned label: its return code or its only number, else the text itself."""
    numbers = find_numbers(read)
    code = find_return_code(read) or (numbers[0] if len(numbers) == 1 else read)
    return "".join(one for one in code if one.isprintable())[:SHOWN_LENGTH_MAX]


def _of_codes(codes: Numbers, found: Found) -> dict[str, Case]:
    return {case.case_id: case for code, case in found if code in codes}


def _candidate(reading: str, case: Case) -> ParcelCandidate:
    return ParcelCandidate(code=reading, case_id=case.case_id, order_number=case.order_number)


def is_same_number(number: str, other: str) -> bool:
    """Return whether both are one parcel's number, in whatever spelling."""
    return bool(_spellings(number) & _spellings(other))


def _spellings(number: str) -> set[str]:
    normal = normal_number(number)
    return {normal, *other_spellings(normal)}


def _parts(run: str) -> Iterator[str]:
    lengths = range(_SHORTEST_WITHIN, min(_LONGEST_WITHIN, len(run)) + 1)
    parts = (run[start : start + length] for start in range(len(run)) for length in lengths)
    return (part for part in parts if len(part) >= _SHORTEST_WITHIN and not part.isalpha())
