"""Whether two names are of the same person, however they are spelt (R12, R36)."""

from unicodedata import category, combining, normalize

_POINTS = range(10, 37)  # Hebrew, Arabic and Syriac vowel points, which are written or not
_ACCENTS = 200  # from here on: accents above, below and beside a letter


def is_same_person(one: str, other: str) -> bool:
    """Return whether the names may be the same person's, so that nobody gives the approval of a second one (R12, R36).

    Upper and lower case, accents and vowel points, widths, blanks, hyphens, apostrophes and other signs make no
    difference: in doubt it is the same person, and somebody else has to approve.
    """
    return _letters(one) == _letters(other)


def _letters(name: str) -> str:
    """Return the letters and digits of the name, or the whole name if it has none."""
    spelt = normalize("NFKD", normalize("NFKD", name).casefold())
    letters = "".join(one for one in spelt if _tells_apart(one))
    return normalize("NFC", letters) or spelt


def _tells_apart(character: str) -> bool:
    if category(character)[0] == "M":
        return combining(character) not in _POINTS and combining(character) < _ACCENTS
    return character.isalnum()
