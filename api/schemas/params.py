"""Parameters in paths and headers."""

from typing import Annotated

from fastapi import Header, Path

from domain.request import CaseId
from domain.types import EventId, Identifier

OrderNumber = Annotated[Identifier, Path(examples=["A-1001"])]
CaseIdPath = Annotated[CaseId, Path()]
EvidenceNumber = Annotated[Identifier, Path(examples=["ev_01k0v6xq3e7hz4m8s2w5t9c1bd"])]

CreationKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="1 to 128 visible ASCII characters; new for each new request, the same for a repeat",
    ),
]
MessageKey = Annotated[
    EventId | None,
    Header(alias="Idempotency-Key", description="Send the same key again when you repeat the request."),
]
