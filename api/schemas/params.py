"""Parameters in paths and headers."""

from typing import Annotated

from fastapi import Header, Path
from pydantic import BeforeValidator

from domain.request import CaseId
from domain.types import Identifier

OrderNumber = Annotated[Identifier, Path(examples=["A-1001"])]
CaseIdPath = Annotated[CaseId, Path()]
EvidenceNumber = Annotated[Identifier, Path(examples=["ev_01k0v6xq3e7hz4m8s2w5t9c1bd"])]


def _from_header(value: object) -> object:
    """Return a header's text as it was meant: in UTF-8, although HTTP reads each byte as a letter."""
    try:
        return value.encode("latin-1").decode() if isinstance(value, str) else value
    except UnicodeError:
        return value


CreationKey = Annotated[
    Identifier,
    BeforeValidator(_from_header),
    Header(
        alias="Idempotency-Key",
        description="1 to 128 printable characters; new for each new request, the same for a repeat",
    ),
]
MessageKey = Annotated[
    Identifier | None,
    BeforeValidator(_from_header),
    Header(alias="Idempotency-Key", description="Send the same key again when you repeat the request."),
]
