"""What a customer requests, and the intake that opens a case."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, Field, WithJsonSchema, model_validator

from domain.cases.media_types import MediaType
from domain.enums import Reason, ResolutionAsked
from domain.order import Quantity
from domain.types import Identifier, Sku
from domain.value import Value

CaseId = Annotated[str, Field(pattern=r"^rc_[0-9a-z]{8,40}$", examples=["rc_01k0v6xq3e7h"])]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FreeText = Annotated[str, Field(max_length=4000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]

MAX_UNITS = 1000
MAX_FILENAME = 120

_FILENAME = r"^[^\x00-\x1f\x7f/\\]+$"


def _filename(text: str) -> str:
    """Return the name as it is; raises ValueError that says what a file's name may be."""
    if not re.fullmatch(_FILENAME, text) or len(text) > MAX_FILENAME:
        raise ValueError(
            f"must be the name of a file, of 1 to {MAX_FILENAME} characters in any script, without its folder: "
            "remove every /, \\ and control character, or shorten it"
        )
    return text


Filename = Annotated[
    str,
    AfterValidator(_filename),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_FILENAME, "pattern": _FILENAME}),
]


class RequestedLine(Value):
    """Units of an order line that the customer wants to give back."""

    sku: Sku
    quantity: Quantity = 1
    exchange_for: Sku | None = Field(
        default=None,
        description="for resolution exchange: the product wanted instead; the same product if not set (R39)",
    )


class AnnouncedEvidence(Value):
    """A photo or video that the customer is about to upload; the upload must be of its kind, size and hash."""

    filename: Filename
    content_type: MediaType
    size: Annotated[int, Field(ge=1, strict=True, description="bytes")]
    sha256: Sha256 | None = Field(default=None, description="hex; if set, the upload must match it")


class RefundRequest(Value):
    """The body of `POST /v1/refunds` (R8); the description is free text and never enters Temporal."""

    order_number: Identifier
    customer_id: Identifier
    reason: Reason
    resolution: ResolutionAsked = ResolutionAsked.REFUND
    description: FreeText = ""
    lines: tuple[RequestedLine, ...] = Field(min_length=1, max_length=200)
    evidence: tuple[AnnouncedEvidence, ...] = Field(default=(), max_length=20)

    @model_validator(mode="after")
    def _each_sku_once(self) -> Self:
        skus = [line.sku for line in self.lines]
        if len(set(skus)) != len(skus):
            raise ValueError("lines: each sku may appear only once; add up its quantities")
        if self.resolution is not ResolutionAsked.EXCHANGE and any(line.exchange_for for line in self.lines):
            raise ValueError("lines: exchange_for is allowed only with the resolution exchange")
        if sum(line.quantity for line in self.lines) > MAX_UNITS:
            raise ValueError(f"lines: at most {MAX_UNITS} units in one case; open another one for the rest")
        return self


class CarriedMessage(Value):
    """A signal that a run has not read yet when it continues as a new one: what it said, or why it is unreadable.

    `ordinal` counts the signals of that name in the run `run_id`, in whose history its time of arrival stands.
    """

    name: str
    at: AwareDatetime
    kind: str | None = None
    content: str | None = Field(default=None, description="the message of that kind, as JSON")
    unreadable: str | None = None
    ordinal: int | None = None
    run_id: str | None = None


IN_THE_RECORD = "in-the-record"
"""What Temporal knows of the customer, whose id may be an e-mail address: that our own record has it."""


class CaseIntake(Value):
    """The argument of RefundWorkflow, with ids and codes only.

    `resumes` is True for a run that continues a recorded case, for example after a goodwill override (R12) or when a
    parcel arrives after expiry (R19).
    """

    case_id: CaseId
    order_number: Identifier
    customer_id: Identifier
    reason: Reason
    resolution: ResolutionAsked = ResolutionAsked.REFUND
    lines: tuple[RequestedLine, ...] = Field(min_length=1, max_length=200)
    evidence_ids: tuple[str, ...] = Field(default=(), max_length=20)
    received_at: AwareDatetime = Field(description="when the server received the first submission (R7)")
    resumes: bool = False
    carried: tuple[CarriedMessage, ...] = Field(
        default=(), description="signals that the run before has received and not read (fault 30)"
    )

    @property
    def without_customer(self) -> Self:
        """The intake as Temporal gets it; opening the case finds the customer in what was submitted."""
        return self.amend(customer_id=IN_THE_RECORD)
