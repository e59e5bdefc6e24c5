"""The formats of texts and codes: identifiers, names of people, rule ids and other values that are used everywhere."""

from typing import Annotated, Final
from unicodedata import category, normalize

from pydantic import AfterValidator, Field, WithJsonSchema

MAX_IDENTIFIER, MAX_NAME, MAX_FINDING_ID = 128, 80, 200
INVISIBLE_BUT_NEEDED: Final = frozenset("\u200c\u200d\u200e\u200f\u061c")
"""The joiners and the marks of direction, without which Persian, Hindi, Hebrew and Arabic cannot be written."""

_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
_SCHEMA_OF_TEXT = rf"^[^\s{_CONTROLS}]([^{_CONTROLS}]*[^\s{_CONTROLS}])?$"


def printable_text(text: str, most: int) -> str:
    """Return the text in Unicode's form NFC and without blanks around it, so that it has one spelling.

    Raises ValueError that names the limit, or the first character that cannot be printed: controls, surrogates,
    separators of lines and paragraphs, and invisible characters other than joiners and marks of direction.
    """
    normal = text.strip() if text.isascii() else normalize("NFC", text.strip())
    if not 1 <= len(normal) <= most:
        raise ValueError(f"must have 1 to {most} characters; it has {len(normal)}")
    if unprintable := next((one for one in normal if not is_printable(one)), None):
        raise ValueError(f"has the character U+{ord(unprintable):04X}, which cannot be printed; remove it")
    return normal


def is_printable(character: str) -> bool:
    """Return whether the character may be in an identifier or a name."""
    if character in INVISIBLE_BUT_NEEDED:
        return True
    code = ord(character)
    is_no_character = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF  # noqa: PLR2004 - as Unicode defines them
    return category(character) not in _UNPRINTABLE and not is_no_character


def _identifier(text: str) -> str:
    normal = printable_text(text, MAX_IDENTIFIER)
    if normal in {".", ".."}:
        raise ValueError("must not be . or .., which have a meaning of their own in a path")
    return normal


def _finding_id(text: str) -> str:
    return printable_text(text, MAX_FINDING_ID)


def _name(text: str) -> str:
    normal = printable_text(text, MAX_NAME)
    if not any(one.isalnum() for one in normal):
        raise ValueError("must contain a letter or a digit")
    if "<" in normal or ">" in normal:
        raise ValueError("must not contain < or >, which names do not have and pages read as HTML")
    return normal


def _schema(most: int, *examples: str) -> WithJsonSchema:
    text = {"type": "string", "minLength": 1, "maxLength": most, "pattern": _SCHEMA_OF_TEXT}
    return WithJsonSchema({**text, "examples": list(examples)} if examples else text)


Identifier = Annotated[str, AfterValidator(_identifier), _schema(MAX_IDENTIFIER)]
"""An order number, a SKU, a customer's id, a reference: whatever its owner prints, up to 128 characters."""
Sku = Identifier
EventId = Identifier
ScanId = Identifier
FindingId = Annotated[str, AfterValidator(_finding_id), _schema(MAX_FINDING_ID)]
Actor = Annotated[str, AfterValidator(_name), _schema(MAX_NAME, "王芳", "María José")]
"""The name of a person, in any script, up to 80 characters."""
Code = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$", examples=["signs_of_use"])]
RuleId = Annotated[str, Field(pattern=r"^R[0-9]{1,2}$")]
Count = Annotated[int, Field(ge=0, le=1000)]
Sentence = Annotated[str, Field(validation_alias="says", serialization_alias="says")]
"""One sentence for a person; in JSON it is called `says`, as it has always been."""
