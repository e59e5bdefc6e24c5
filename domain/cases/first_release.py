"""What release 0.1.0 could not read: runs that it began go on ignoring such signals, as they did before (fault 24)."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final

from pydantic import Field, TypeAdapter, ValidationError

from domain.cases.messages import Message

_Text = TypeAdapter[str]
_NAME: _Text = TypeAdapter(Annotated[str, Field(max_length=80, pattern=r"^[^\W_][\w ._@:/-]*$")])
_SKU: _Text = TypeAdapter(Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$")])
_EVENT_ID: _Text = TypeAdapter(Annotated[str, Field(max_length=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$")])
_FORMATS: Final[Mapping[str, _Text]] = {
    "event_id": _EVENT_ID,
    "decided_by": _NAME,
    "inspected_by": _NAME,
    "sku": _SKU,
}


def unread_by_first_release(message: Message) -> str | None:
    """Return the field of a signal that release 0.1.0 could not read, and why; None if it read the whole signal."""
    lines: Iterable[Any] = getattr(message, "lines", ())
    for part in (message, *lines):
        for field, format_then in _FORMATS.items():
            if why := _why(format_then, getattr(part, field, None)):
                return f"{field}: {why}"
    return None


def _why(format_then: _Text, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        format_then.validate_python(value)
    except ValidationError as error:
        return error.errors()[0]["type"]
    return None
