"""A scan as a device sends it, and its answer."""

import json
from hashlib import sha256
from typing import Annotated

from pydantic import (
    AwareDatetime,
    BaseModel,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from api.problems.errors import InvalidInputError
from api.problems.field_errors import field_error
from api.problems.problem_details import Problem
from api.schemas.requests import Note
from api.schemas.responses import EvidenceTicket
from domain.cases.case_lines import InspectedLine
from domain.enums import CaseState
from domain.parcel_labels.label_text import TEXT_LENGTH_MAX
from domain.parcels import ScanKind, ScanStatus
from domain.request import AnnouncedEvidence
from domain.types import ScanId, Sentence
from domain.value import Value, faults_of

Code = Annotated[
    str, Field(min_length=1, max_length=TEXT_LENGTH_MAX, pattern=r"^[^\x00-\x03\x05-\x08\x0b\x0c\x0e-\x1b\x7f]*$")
]
"""What a scanner reads: with line ends, and with the separators FS, GS, RS, US and EOT of GS1 and of 2D labels."""


class Scan(Value):
    """A code that a device read, with what its user entered; `lines` are required with `inspected` only."""

    scan_id: ScanId
    code: Code = Field(description="return code, tracking number or label, as read or typed")
    kind: ScanKind
    scanned_at: AwareDatetime = Field(description="by the device's clock")
    lines: tuple[InspectedLine, ...] = Field(default=(), max_length=200)
    note: Note | None = None
    photos: tuple[AnnouncedEvidence, ...] = Field(default=(), max_length=20)

    @property
    def digest(self) -> str:
        """The same for two scans with the same content, whatever the release."""
        return sha256(self.model_dump_json(exclude_defaults=True).encode()).hexdigest()


class UnreadableScan(BaseModel, extra="allow"):
    """A scan that is not valid: it is answered separately and does not stop the other scans of its batch."""

    scan_id: ScanId

    def why(self) -> InvalidInputError:
        """Return what is wrong with it."""
        try:
            Scan.model_validate_json(json.dumps(self.model_dump()), strict=True)
        except ValidationError as error:
            first = faults_of(error.errors())[0]
            wrong = field_error({**first, "loc": ("body", *first["loc"])})
            return InvalidInputError(wrong.field, wrong.message)
        return InvalidInputError("scan", "is not valid")


def _read_scan(value: object, _of_either_kind: ValidatorFunctionWrapHandler) -> Scan | UnreadableScan:
    """Return the scan. One without a valid id cannot be answered: that is one fault, and not one per kind of scan."""
    unreadable = UnreadableScan.model_validate(value)
    try:
        return Scan.model_validate_json(json.dumps(value), strict=True)
    except ValidationError:
        return unreadable


AnyScan = Annotated[Scan | UnreadableScan, WrapValidator(_read_scan)]


class ScanAnswer(Value):
    """The answer to a scan; the tickets are for photos that are not uploaded yet."""

    scan_id: ScanId
    status: ScanStatus = Field(description="retry: keep the scan and send it again; every other status is final")
    message: Sentence = Field(description="one sentence for the worker")
    case_id: str | None = None
    state: CaseState | None = None
    problem: Problem | None = Field(default=None, description="why it was refused or must be sent again")
    upload_tickets: tuple[EvidenceTicket, ...] = ()
