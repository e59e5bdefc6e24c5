"""Evidence on its way: the ticket to upload it, and what it was pinned as."""

from pydantic import AwareDatetime, Field

from domain.enums import EvidenceStatus
from domain.order import Identifier
from domain.request import Sha256
from domain.value import Value


class UploadTicket(Value):
    """A write-once permission to upload one announced piece of evidence; it dies at `expires_at`.

    The client sends exactly the bytes announced, by `method` to `url`, with every header of `headers`.
    """

    url: str
    method: str = "PUT"
    headers: dict[str, str] = Field(description="signed: the upload is refused when one is missing or differs")
    expires_at: AwareDatetime


class Pinned(Value):
    """The version of an upload that was verified, and the hash of its content."""

    version_id: str
    sha256: Sha256


class EvidencePin(Value):
    """A piece of evidence as the workflow knows it: the object's version and hash, never its name or content."""

    evidence_id: Identifier
    status: EvidenceStatus
    version_id: str | None = None
    sha256: Sha256 | None = None
