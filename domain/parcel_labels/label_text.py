"""Text as readers and people give it: control characters in every rendering, full-width characters, any separators.

web/scanner/codes/label_text.js does the same on the scanning page; tests/support/label_vectors.json tests both.
"""

import re
from dataclasses import dataclass
from unicodedata import normalize

GS = "\x1d"
TEXT_LENGTH_MAX = 2000
_SEPARATORS = {"GS": GS, "FNC1": GS, "F1": GS, "RS": "\x1e", "US": "\x1f", "FS": "\x1c", "EOT": "\x04"}
_NAMED = re.compile(r"[{<\[(](GS|FNC1|F1|RS|US|FS|EOT)[)\]>}]", re.IGNORECASE)
_HEXADECIMAL = re.compile(r"(?:\\x|\\u00)(1[C-F]|04)", re.IGNORECASE)
_IN_MESSAGE = re.compile(r"_(1[C-F]|04)", re.IGNORECASE)
_DECIMAL_IN_MESSAGE = re.compile(r"~0(28|29|30|31|04)")
_PICTURES = str.maketrans("\u241c\u241d\u241e\u241f\u2404", "\x1c\x1d\x1e\x1f\x04")
_SYMBOLOGY = re.compile(r"\]([A-Za-z][0-9A-Za-z])")
_GS1_SYMBOLOGIES = {"C1", "E0", "E1", "E2", "D2", "Q3", "J1"}
_AROUND = " \t\r\n\x00\x02\x03*"


@dataclass(frozen=True)
class LabelText:
    """What was read, in upper case; `is_gs1` if it is marked as GS1 element strings."""

    text: str
    is_gs1: bool = False


def clean(read: str) -> LabelText:
    """Return what was read without its symbology identifier, with real control characters and ASCII letters and digits.

    Sources: ISO/IEC 15424 (symbology identifiers), GS1 General Specifications 5.1.2 and 7.8 (FNC1 is sent as GS).
    """
    text = _with_controls(normalize("NFKC", read)).strip(_AROUND)
    symbology = _SYMBOLOGY.match(text)
    is_gs1 = symbology is not None and symbology[1].upper() in _GS1_SYMBOLOGIES
    text = text[symbology.end() :] if symbology else text
    return LabelText(text.lstrip(GS + _AROUND).upper(), is_gs1 or text.startswith(GS))


def letters_and_digits(text: str) -> str:
    """Return the normal form of a number: its letters and digits only, in upper case, full-width ones as ASCII."""
    return "".join(one for one in normalize("NFKC", text).upper() if one.isascii() and one.isalnum())


def _with_controls(text: str) -> str:
    text = _NAMED.sub(lambda found: _SEPARATORS[found[1].upper()], text.translate(_PICTURES))
    text = _HEXADECIMAL.sub(_from_hexadecimal, text).replace("^]", GS)
    if not text.startswith("[)>"):
        return text
    return _DECIMAL_IN_MESSAGE.sub(lambda found: chr(int(found[1])), _IN_MESSAGE.sub(_from_hexadecimal, text))


def _from_hexadecimal(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))
