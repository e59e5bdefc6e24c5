"""Evidence: the ticket to upload it, and the verified version that was pinned."""

from pydantic import AwareDatetime, Field

from domain.enums import EvidenceStatus
from domain.request import Sha256
from domain.types import Identifier
from domain.value import Value


class UploadTicket(Value):
    """A permission, valid until `expires_at`, to upload one announced piece of evidence once.

    The client sends exactly the announced bytes to `url` with `method` and all of the `headers`.
    """

    url: str
    method: str = "PUT"
    headers: dict[str, str] = Field(description="signed headers: the upload is refused if one is missing or differs")
    expires_at: AwareDatetime


class Pinned(Value):
    """The verified version of an upload, and the hash of its content."""

    version_id: str
    sha256: Sha256


class EvidencePin(Value):
    """A piece of evidence as the workflow knows it: version and hash of the object, never its name or content."""

    evidence_id: Identifier
    status: EvidenceStatus
    version_id: str | None = None
    sha256: Sha256 | None = None
