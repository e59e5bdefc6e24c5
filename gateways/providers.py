"""Shared by the registries of payment and tracking providers."""

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

Entry = TypeVar("Entry")
Clock: TypeAlias = Callable[[], datetime]


def _split(given: Any) -> Any:  # noqa: ANN401 - whatever the source gave
    return tuple(one.strip() for one in given.split(",") if one.strip()) if isinstance(given, str) else given


Secrets: TypeAlias = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split)]
Ids: TypeAlias = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""A setting with several values, separated by commas."""
Secret: TypeAlias = Annotated[SecretStr, Field(min_length=1)]
Url: TypeAlias = Annotated[str, Field(pattern=r"^https?://")]


def entry_of(package: str, kind: type[Entry]) -> Entry:
    """Return the `ENTRY` of a provider's `provider.py`; raises TypeError if it is not of this kind."""
    entry: object = import_module(f"{package}.provider").ENTRY
    if not isinstance(entry, kind):
        raise TypeError(f"{package}.provider.ENTRY must be a {kind.__name__}")
    return entry


def plain(secrets: tuple[SecretStr, ...]) -> list[str]:
    """Return the secrets in plain text, for signing and for checking signatures."""
    return [secret.get_secret_value() for secret in secrets]
