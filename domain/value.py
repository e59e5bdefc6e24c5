"""The base of every domain value."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

_COUNTS = frozenset({"too_short", "too_long"})


def faults_of(errors: Sequence[Any]) -> list[Any]:
    """Return pydantic's errors without the mere consequences of others, so that one fault is one error.

    A list whose item is wrong also counts as one item short.
    """
    places = [one["loc"] for one in errors]
    return [one for one in errors if one["type"] not in _COUNTS or not _is_within(one["loc"], places)]


def _is_within(place: Sequence[Any], places: Sequence[Sequence[Any]]) -> bool:
    return any(len(one) > len(place) and tuple(one[: len(place)]) == tuple(place) for one in places)


class Value(BaseModel):
    """A frozen value that refuses unknown fields, so that a misspelt field never passes silently."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        str_strip_whitespace=True,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )

    @classmethod
    def read(cls, document: str | bytes | Mapping[str, Any]) -> Self:
        """Return a value that this or a neighbouring release stored or sent; unknown fields are ignored."""
        if isinstance(document, str | bytes):
            return cls.model_validate_json(document, extra="ignore")
        return cls.model_validate(document, extra="ignore")

    def amend(self, **changes: Any) -> Self:  # noqa: ANN401 - fields of any type
        """Return the value with the changes, validated again as a whole (which `model_copy` would skip)."""
        return type(self)(**{**{name: getattr(self, name) for name in type(self).model_fields}, **changes})
