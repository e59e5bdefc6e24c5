"""The formats of texts and codes: identifiers, names of people, rule ids and other values that are used everywhere."""

from typing import Annotated, Any, Final
from unicodedata import category, normalize

from pydantic import AfterValidator, Field, JsonValue

MAX_IDENTIFIER, MAX_NAME, MAX_LONG_IDENTIFIER = 128, 80, 200
INVISIBLE_BUT_NEEDED: Final = frozenset("\u200c\u200d\u200e\u200f\u061c")
"""The joiners and the marks of direction, without which Persian, Hindi, Hebrew and Arabic cannot be written."""

REPLACEMENT = "\ufffd"
"""What stands for bytes that are no UTF-8."""

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
    is_no_character = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF or character == REPLACEMENT  # noqa: PLR2004
    return category(character) not in _UNPRINTABLE and not is_no_character


def _identifier(text: str) -> str:
    normal = printable_text(text, MAX_IDENTIFIER)
    if normal in {".", ".."}:
        raise ValueError("must not be . or .., which have a meaning of their own in a path")
    return normal


def _long_identifier(text: str) -> str:
    return printable_text(text, MAX_LONG_IDENTIFIER)


def _name(text: str) -> str:
    normal = printable_text(text, MAX_NAME)
    if not any(one.isalnum() for one in normal):
        raise ValueError("must contain a letter or a digit")
    if "<" in normal or ">" in normal:
        raise ValueError("must not contain < or >, which names do not have and pages read as HTML")
    return normal


def _documented(most: int, *examples: JsonValue) -> Any:  # noqa: ANN401 - what pydantic gives for a field
    text: dict[str, JsonValue] = {"minLength": 1, "maxLength": most, "pattern": _SCHEMA_OF_TEXT}
    return Field(json_schema_extra={**text, "examples": list(examples)} if examples else text)


Identifier = Annotated[str, AfterValidator(_identifier), _documented(MAX_IDENTIFIER)]
"""An order number, a SKU, a customer's id, a reference: whatever its owner prints, up to 128 characters."""
Sku = Identifier
EventId = Annotated[str, AfterValidator(_long_identifier), _documented(MAX_LONG_IDENTIFIER)]
"""The id of a message: what its sender calls it, which may be an identifier with what it is of before it."""
ScanId = Identifier
FindingId = Annotated[str, AfterValidator(_long_identifier), _documented(MAX_LONG_IDENTIFIER)]
Actor = Annotated[str, AfterValidator(_name), _documented(MAX_NAME, "王芳", "María José")]
"""The name of a person, in any script, up to 80 characters."""
Code = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$", examples=["signs_of_use"])]
RuleId = Annotated[str, Field(pattern=r"^R[0-9]{1,2}$")]
Count = Annotated[int, Field(ge=0, le=1000)]
Sentence = Annotated[str, Field(validation_alias="says", serialization_alias="says")]
"""One sentence for a person; in JSON it is called `says`, as it has always been."""
