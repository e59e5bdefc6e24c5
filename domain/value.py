"""The base of every domain value."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


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
