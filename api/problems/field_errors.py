"""What is wrong with a request, field by field, with how to fix it and without repeating the input."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from domain.types import Sentence

MAX_FIELD_LENGTH = 200
MAX_SAYS_LENGTH = 500

_SAYS = {
    "missing": "is required",
    "extra_forbidden": "is not a known field; remove it",
    "string_unicode": "must be text that can be encoded in UTF-8",
    "model_attributes_type": "must be a JSON object; send Content-Type: application/json",
    "model_type": "must be a JSON object",
    "dict_type": "must be a JSON object",
}


class FieldError(BaseModel):
    """One field that is wrong, and how to fix it."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    field: str
    message: Sentence


def field_error(error: Mapping[str, Any]) -> FieldError:
    """Return one of pydantic's errors, whose location begins with body, path, query or header as FastAPI reports it."""
    where, *inside = error["loc"]
    field = ".".join(str(part) for part in inside) or str(where)
    message = _SAYS.get(error["type"]) or str(error["msg"]).removeprefix("Value error, ")
    return FieldError(field=_plain(field, MAX_FIELD_LENGTH), message=_plain(message, MAX_SAYS_LENGTH))


def _plain(text: str, length: int) -> str:
    """Return the text without characters that break JSON in UTF-8 or a terminal."""
    printable = "".join(one if one.isprintable() else "?" for one in text[:length])
    return printable.encode("utf-8", "replace").decode()
